"""What a venue tells of a gap: page by page, no further than it reaches, never twice."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.clock import utc_now
from tui.collectors import backfill
from tui.collectors.backfill import Asking, Mended, fill, remember
from tui.collectors.link import Hole, Link
from tui.tables import COVERAGE, Class, Side, Table
from tui.venues.base import Market
from tui.venues.errors import NotListed, Unanswered
from tui.venues.gate import Gate
from tui.venues.history import REQUESTS, Filled, paged
from tui.venues.okx import Okx

MS = 1_700_000_000_000
CLOSED = {"contract": "BTC_USDT", "left": 0, "size": -165, "fill_price": "28070"}
CLOSED |= {"order_price": "28225", "time": 1696736132}
"""Gate's documented row, of a short."""


def market(id: str, size: float = 0.0001) -> Market:
    return Market(id, f"{id}!", "BTC", "USDT", "swap", False, size, 1.0, Class.CRYPTO, None)


class Asked:
    """Answers by a function, and keeps what it was asked."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        self.asked.append({"method": method, **(params or {})})
        return self._answer(dict(params or {}))


times = st.lists(st.integers(0, 40), max_size=60)


@given(times, st.integers(1, 9), st.integers(1, 50))
async def test_pages_bring_every_row_of_what_they_say_is_whole(
    stored: list[int], full: int, longest: int
) -> None:
    """Whatever the page and however many rows a moment has: none doubled, none missing."""
    newest_first = sorted(stored, reverse=True)

    async def page(start: int, end: int) -> Sequence[int]:
        return [ts for ts in newest_first if start <= ts <= end][:full]

    rows, reach = await paged(page, lambda ts: ts, (5, 35), longest, full)
    assert sorted(rows) == sorted(ts for ts in stored if reach <= ts <= 35)
    if max((stored.count(ts) for ts in set(stored)), default=0) < full and longest > 3:
        assert reach == 5


async def test_a_moment_with_more_rows_than_a_page_ends_the_reach() -> None:
    async def page(start: int, end: int) -> list[int]:
        return [ts for ts in (9, 8, 8, 8, 7) if start <= ts <= end][:3]

    assert await paged(page, lambda ts: ts, (1, 10), 10, 3) == ([9], 9)


async def test_pages_come_to_an_end_before_the_day_does() -> None:
    async def page(start: int, end: int) -> list[int]:
        return [end, end - 1]

    rows, reach = await paged(page, lambda ts: ts, (1, 10_000), 10_000, 2)
    assert (len(rows), reach) == (REQUESTS, 10_001 - REQUESTS)


def gate_history(rows: list[dict[str, Any]]) -> Asked:
    def answer(query: dict[str, Any]) -> Any:
        assert query["to"] - query["from"] <= 3_600
        found = [row for row in rows if query["from"] <= row["time"] <= query["to"]]
        return sorted(found, key=lambda row: -row["time"])[: query["limit"]]

    return Asked(answer)


async def test_gates_documented_row_is_a_short_at_its_fill() -> None:
    since, until = 1696736100_500, 1696736200_500
    found = await Gate.backfill(gate_history([CLOSED]), "usdt", [], since, until)
    (wire,) = found.wires
    assert (wire.side, wire.size, wire.price) == (Side.SHORT, 165.0, 28070.0)
    assert (wire.ts, wire.price_kind) == (1696736132_000, "fill_avg")


async def test_gate_is_asked_in_seconds_by_the_hour_for_whole_seconds_alone() -> None:
    second = 1696736100
    rows = [CLOSED | {"time": second + n} for n in (0, 1, 5_000, 7_198, 7_199, 7_200)]
    history = gate_history(rows)
    since, until = second * 1000 + 500, (second + 7_200) * 1000 + 300
    found = await Gate.backfill(history, "usdt", [], since, until)
    # The first second was heard in part; of the last ones a batch may come over the new socket.
    assert sorted(wire.ts // 1000 - second for wire in found.wires) == [1, 5_000, 7_198]
    assert (found.since, found.until) == ((second + 1) * 1000, (second + 7_199) * 1000)
    assert len(history.asked) == 2


async def test_a_gap_of_gates_without_a_whole_second_asks_nothing() -> None:
    history = gate_history([])
    found = await Gate.backfill(history, "usdt", [], 5_900, 7_600)
    assert (found.since, history.asked) == (found.until, [])


async def test_a_size_of_zero_at_gate_is_told_by_the_closing_order() -> None:
    row = CLOSED | {"size": 0, "order_size": -40}
    found = await Gate.backfill(gate_history([row]), "usdt", [], 1696736100_000, 1696736200_000)
    assert [(wire.side, wire.size) for wire in found.wires] == [(Side.LONG, 40.0)]


def okx_history(rows: Mapping[str, list[int]]) -> Asked:
    """Families with the times of their rows."""

    def answer(query: dict[str, Any]) -> Any:
        if query["uly"] not in rows:
            raise NotListed("no such family")
        found = sorted((ts for ts in rows[query["uly"]] if ts < query["after"]), reverse=True)
        detail = {"bkLoss": "0", "bkPx": "60000", "ccy": "", "posSide": "long", "side": "sell"}
        details = [detail | {"sz": "2", "ts": str(ts)} for ts in found[: query["limit"]]]
        group = {"instId": query["uly"] + "-SWAP", "uly": query["uly"], "details": details}
        return {"code": "0", "data": [group] if details else []}

    return Asked(answer)


SWAPS = [market("BTC-USDT-SWAP"), market("ETH-USDT-SWAP"), market("GONE-USDT-SWAP")]


async def test_okx_is_asked_family_by_family_and_page_by_page() -> None:
    many = [MS + n for n in range(1, 251)]
    history = okx_history({"BTC-USDT": [MS - 5, *many], "ETH-USDT": [MS + 7]})
    found = await Okx.backfill(history, "swap", SWAPS, MS, MS + 240)
    bitcoin = [wire.ts for wire in found.wires if wire.market_id == "BTC-USDT-SWAP"]
    assert sorted(bitcoin) == many[:240]
    assert (found.since, found.until) == (MS, MS + 240)
    assert (found.asked, found.answered) == (3, 2)
    assert [one["uly"] for one in history.asked].count("ETH-USDT") == 1


async def test_a_full_page_that_cannot_be_gone_behind_mends_only_its_reach() -> None:
    together = [MS + 50] * 150
    history = okx_history({"BTC-USDT": [MS + 10, *together, MS + 90], "ETH-USDT": [MS + 7]})
    found = await Okx.backfill(history, "swap", SWAPS[:2], MS, MS + 100)
    assert (found.since, found.until) == (MS + 50, MS + 100)
    assert {wire.ts for wire in found.wires} == {MS + 90, MS + 7}


NOW = datetime(2026, 1, 20, 14, 3, 20, tzinfo=UTC)


class Reaching(Gate):
    """Gate, but for what it answers."""

    told: Any = None

    @staticmethod
    async def backfill(
        ask: Any, stream: str, markets: Sequence[Market], since: int, until: int
    ) -> Filled:
        if isinstance(Reaching.told, Exception):
            raise Reaching.told
        return Filled(*Reaching.told)


async def filled(link: Link, monkeypatch: pytest.MonkeyPatch, told: Any) -> list[Mended]:
    monkeypatch.setattr(backfill, "SETTLES_S", 0.0)
    monkeypatch.setattr(Reaching, "told", told)
    found: list[Mended] = []
    lent = link, lambda quote: None, lambda: NOW
    await fill(Asking(Reaching, "usdt", {}, Asked(None), *lent), found.append)
    return found


class Clock:
    now = NOW - timedelta(minutes=10)

    def __call__(self) -> datetime:
        return self.now


def dropped(seconds: float = 60.0) -> Link:
    """A link that stands again after a gap of so long that ends at NOW."""
    clock = Clock()
    ticks = lambda: clock.now.timestamp()  # noqa: E731 - the clock does not step
    link = Link("gate", "usdt", itertools.count(1).__next__, clock, ticks)
    clock.now = NOW - timedelta(seconds=seconds + 3.0)
    link.opened()
    clock.now += timedelta(seconds=3.0)
    link.lost("connection dropped", clock.now)
    clock.now = NOW
    link.opened()
    link.coverage()
    return link


def at(seconds: float) -> int:
    return int((NOW - timedelta(seconds=seconds)).timestamp() * 1000)


async def test_of_a_hole_only_what_was_whole_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    link = dropped()
    (told,) = await filled(link, monkeypatch, ([], at(40), at(-99), 10, 9))
    assert link.coverage().height == 1, "nothing of it before the rows are passed on"
    told.tell()
    row = link.coverage().row(0, named=True)
    assert (row["since"], row["until"]) == (NOW - timedelta(seconds=40), NOW)
    assert (row["wanted"], row["subscribed"], row["reason"]) == (10, 9, "backfilled: 0")
    assert link.holes == []


async def test_rows_beside_the_hole_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [CLOSED | {"time": at(ago) // 1000} for ago in (61, 60, 30, 0, -1)]
    wires = (await Gate.backfill(gate_history(rows), "usdt", [], at(99), at(-99))).wires
    (told,) = await filled(dropped(), monkeypatch, (wires, at(60), at(0)))
    assert sorted(told.frame["ts"].dt.epoch("ms")) == [at(30), at(0)]
    assert set(told.frame["source"]) == {"backfill"}


async def test_of_what_came_over_the_socket_gates_whole_seconds_are_not_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = dropped()
    link.holes[0].told = NOW - timedelta(seconds=25)
    rows = [CLOSED | {"time": at(ago) // 1000} for ago in (40, 30, 20)]
    wires = (await Gate.backfill(gate_history(rows), "usdt", [], at(99), at(-99))).wires
    (told,) = await filled(link, monkeypatch, (wires, at(60), at(0)))
    assert list(told.frame["ts"].dt.epoch("ms")) == [at(20)]


async def test_one_that_fails_is_said_and_leaves_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    link = dropped()
    assert await filled(link, monkeypatch, Unanswered("HTTP 503")) == []
    assert link.trouble == "backfill of 14:02:20 to 14:03:20: HTTP 503"
    assert list(link.coverage()["reason"]) == [None]
    assert link.conn is not None


async def test_a_blink_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    link = dropped(seconds=0.5)
    assert await filled(link, monkeypatch, Unanswered("asked")) == []
    assert (link.trouble, link.holes) == (None, [])


async def test_a_hole_that_is_cut_off_is_asked_for_by_the_next_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = dropped()
    lent = link, lambda quote: None, utc_now
    task = asyncio.create_task(fill(Asking(Reaching, "usdt", {}, Asked(None), *lent), print))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(link.holes) == 1


def slept(minutes: int = 10) -> tuple[Link, Clock]:
    """A link whose socket stands since 20 minutes before NOW, of which its machine slept some."""
    clock = Clock()
    clock.now = NOW - timedelta(minutes=20)
    link = Link("gate", "usdt", itertools.count(1).__next__, clock, lambda: 0.0)
    link.opened()
    clock.now += timedelta(minutes=minutes)
    link.tick()
    return link, clock


def test_the_time_a_machine_slept_is_a_hole_of_the_socket_that_lives_on() -> None:
    link, _ = slept()
    (hole,) = link.holes
    assert (hole.since, hole.until) == (NOW - timedelta(minutes=20), NOW - timedelta(minutes=10))
    assert link.holed.is_set()
    assert link.coverage()["reason"].to_list() == ["the clock stepped by +600 s", None]


def test_a_step_back_is_no_hole() -> None:
    link, _ = slept(-10)
    assert (link.holes, link.holed.is_set()) == ([], False)


def test_a_socket_that_ends_with_the_sleep_leaves_one_hole() -> None:
    link, clock = slept()
    link.lost("connection dropped")
    clock.now += timedelta(seconds=4)
    link.opened()
    (hole,) = link.holes
    assert hole.until - hole.since == timedelta(minutes=10, seconds=4)


async def test_a_hole_that_grows_while_it_is_asked_for_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link, clock = slept()
    asked: list[timedelta] = []

    async def grows(asking: Asking, hole: Hole, put: Any) -> None:
        asked.append(hole.until - hole.since)
        if len(asked) == 1:
            clock.now += timedelta(minutes=1)
            link.tick()

    monkeypatch.setattr(backfill, "_fill", grows)
    await filled(link, monkeypatch, None)
    assert asked == [timedelta(minutes=10), timedelta(minutes=11)]
    assert link.holes == []


async def test_what_came_over_the_socket_after_the_sleep_is_not_doubled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link, _ = slept()
    link.told(NOW - timedelta(seconds=700))
    rows = [CLOSED | {"time": at(ago) // 1000} for ago in (1_100, 701, 650)]
    wires = (await Gate.backfill(gate_history(rows), "usdt", [], at(1_200), at(500))).wires
    (told,) = await filled(link, monkeypatch, (wires, at(1_200), at(600)))
    assert list(told.frame["ts"].dt.epoch("ms")) == [at(650)]


def test_after_a_restart_the_hole_begins_where_the_store_ends() -> None:
    def newest(table: Table, where: Mapping[str, str]) -> datetime | None:
        assert (table, where) == (COVERAGE, {"venue": "gate", "stream": "usdt"})
        return NOW - timedelta(minutes=3)

    link = Link("gate", "usdt", itertools.count(1).__next__, lambda: NOW)
    remember(link, newest)
    link.opened()
    (hole,) = link.holes
    assert (hole.since, hole.until) == (NOW - timedelta(minutes=3) + backfill.UNTOLD, NOW)


def test_a_new_store_has_no_hole() -> None:
    link = Link("gate", "usdt", itertools.count(1).__next__, lambda: NOW)
    remember(link, lambda table, where: None)
    link.opened()
    assert link.holes == []
