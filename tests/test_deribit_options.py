"""Deribit's book summary and DVOL: the documented rows, what can't be read, and both collectors."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.loopback_world import world
from tests.yielded import clock, firsts, never
from tui.clock import from_milliseconds, milliseconds
from tui.collectors import options as chains
from tui.collectors import volatility as index
from tui.loopback.options import PAGE, Options, expiries
from tui.loopback.wire import Refusal
from tui.tables import OPTIONS, TENORS, VOLATILITY, Table
from tui.venues import deribit_options as venue
from tui.venues.errors import NotListed, RateLimited, Unanswered, Unreadable

ROW = {
    "mid_price": 0.4075, "volume_usd": 2836.83, "quote_currency": "BTC",
    "estimated_delivery_price": 65479.26, "creation_timestamp": 1711101594477,
    "base_currency": "BTC", "underlying_index": "BTC-28JUN24", "underlying_price": 68827.27,
    "volume": 0.1, "interest_rate": 0.0, "price_change": 0.0, "open_interest": 364.1,
    "ask_price": 0.411, "bid_price": 0.404, "instrument_name": "BTC-28JUN24-42000-C",
    "mark_price": 0.40752052, "last": 0.423, "low": 0.423, "high": 0.423,
}  # fmt: skip
"""As ccxt's source shows a row of the book summary."""

BEGAN = 1598019300000
DVOL = [BEGAN, 0.210084879, 0.212860821, 0.210084879, 0.212860821]
"""As Deribit's documentation shows a candle."""

DAY = timedelta(days=1)


def answering(rows: Any) -> Any:
    async def ask(method: str, params: Mapping[str, Any] | None = None) -> Any:
        return {"jsonrpc": "2.0", "result": rows}

    return ask


async def test_a_documented_row_is_a_call_that_expires_at_eight() -> None:
    (mark,) = await venue.chain(answering([ROW]), "BTC")
    assert from_milliseconds(mark.expiry) == datetime(2024, 6, 28, 8, tzinfo=UTC)
    assert (mark.strike, mark.is_call, mark.mark, mark.forward) == (
        42_000,
        True,
        0.40752052,
        68827.27,
    )
    assert (mark.mark_iv, mark.ts) == (None, 1711101594477)


async def test_marks_of_nothing_are_marks_and_the_volatility_of_the_venue_is_in_percent() -> None:
    put = ROW | {"instrument_name": "BTC-5JAN24-10000-P", "mark_price": 0.0, "mark_iv": 57.31}
    (mark,) = await venue.chain(answering([put]), "BTC")
    assert (mark.is_call, mark.mark) == (False, 0.0)
    assert mark.mark_iv == pytest.approx(0.5731)
    assert from_milliseconds(mark.expiry).date().isoformat() == "2024-01-05"


@pytest.mark.parametrize(
    "bad",
    [None, 7, {}, ROW | {"instrument_name": "BTC-PERPETUAL"}, ROW | {"mark_price": None},
     ROW | {"instrument_name": "BTC-31FEB24-42000-C"}, ROW | {"mark_price": float("nan")},
     ROW | {"instrument_name": "BTC-28JUX24-42000-C"}, ROW | {"underlying_price": 0},
     ROW | {"mark_price": -0.1}, ROW | {"creation_timestamp": "soon"}],
)  # fmt: skip
async def test_a_bad_row_leaves_the_others(bad: Any) -> None:
    assert len(await venue.chain(answering([ROW, bad]), "BTC")) == 1
    with pytest.raises(Unreadable):
        await venue.chain(answering([bad]), "BTC")


@pytest.mark.parametrize("answer", [None, [], {"no": "rows"}, "x"])
async def test_an_answer_without_rows_is_said(answer: Any) -> None:
    with pytest.raises(Unreadable):
        await venue.chain(answering(answer), "BTC")
    if answer != []:
        with pytest.raises(Unreadable):
            await venue.dvol(answering(answer), "BTC", "1m", 0, 10)

    async def nothing(method: str, params: Any = None) -> Any:
        return None

    with pytest.raises(Unreadable):
        await venue.chain(nothing, "BTC")


@pytest.mark.parametrize("factor", [1.0, 100.0])
async def test_dvol_is_a_fraction_whether_it_comes_so_or_in_percent(factor: float) -> None:
    row = [BEGAN, *(value * factor for value in DVOL[1:])]
    ask = answering({"data": [row], "continuation": None})
    (found,) = await venue.dvol(ask, "BTC", "1m", BEGAN, BEGAN + 60_000)
    assert found == pytest.approx((1598019360000, *DVOL[1:]))
    assert await venue.dvol(ask, "BTC", "1m", BEGAN, BEGAN + 59_999) == []


async def test_older_pages_are_asked_for_until_there_is_no_more() -> None:
    scenario = world()
    made, asked = Options(scenario), list[Mapping[str, Any]]()
    start = scenario.end - (PAGE + 400) * 3_600_000

    async def ask(method: str, params: Any = None) -> Any:
        asked.append(params)
        query = {name: str(value) for name, value in params.items()}
        return {"result": made.index(query, scenario.end)}

    found = await venue.dvol(ask, "ETH", "1h", start, scenario.end)
    assert len(asked) == 2
    assert asked[1]["end_timestamp"] < asked[0]["end_timestamp"]
    times = [one.ts for one in found]
    assert times == list(range(times[0], scenario.end + 1, 3_600_000))
    assert times[0] - start < 2 * 3_600_000


async def test_a_continuation_that_never_moves_ends() -> None:
    counted = 0

    async def ask(method: str, params: Any = None) -> Any:
        nonlocal counted
        counted += 1
        return {"result": {"data": [DVOL], "continuation": params["end_timestamp"] - 1}}

    await venue.dvol(ask, "BTC", "1m", 0, BEGAN + 60_000)
    assert counted == venue.PAGES


def deribit(asked: list[tuple[str, Mapping[str, Any]]], now: int, **failing: Exception) -> Any:
    """The loopback's answers at `now`; of some coins an error."""
    made = Options(world())

    async def ask(method: str, params: Mapping[str, Any]) -> Any:
        asked.append((method, params))
        if (coin := params["currency"]) in failing:
            raise failing[coin]
        if method == "publicGetGetBookSummaryByCurrency":
            assert params["kind"] == "option"
            return {"result": made.summary(coin, now)}
        assert method == "publicGetGetVolatilityIndexData"
        return {"result": made.index({k: str(v) for k, v in params.items()}, now)}

    return ask


async def test_a_year_by_the_day_a_week_by_the_hour_and_the_newest_minute() -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []
    ask = deribit(asked, world().end)
    made = await firsts(index.collect(ask, ("BTC", "ETH"), never, clock), 6)
    assert len(asked) == 6
    assert {frame.schema == VOLATILITY.schema for frame in made} == {True}
    days, hours, minutes = made[:3]
    assert days["resolution"].unique().to_list() == ["1d"]
    assert days.height == 398
    assert days["ts"][-1] == clock().replace(hour=0, minute=0)
    assert hours.height == 8 * 24
    assert (minutes.height, minutes["ts"][0]) == (1, clock())
    assert 0.35 < minutes["close"][0] < 0.45
    assert [frame["base"][0] for frame in made] == ["BTC"] * 3 + ["ETH"] * 3


async def test_after_a_downtime_only_what_is_missing_is_asked_for() -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []
    midnight = clock().replace(hour=0, minute=0)
    stored = {"1d": midnight, "1h": clock().replace(minute=0) - 5 * timedelta(hours=1)}

    def newest(table: Table, where: Mapping[str, str]) -> datetime | None:
        assert (table, where["venue"], where["base"]) == (VOLATILITY, "deribit", "BTC")
        return stored.get(where["resolution"])

    ask = deribit(asked, world().end)
    days, hours, minutes = await firsts(index.collect(ask, ("BTC",), newest, clock), 3)
    assert [params["resolution"] for _, params in asked] == ["3600", "60"]
    assert days.is_empty()
    assert hours["ts"].to_list() == [stored["1h"] + k * timedelta(hours=1) for k in range(1, 6)]
    assert minutes.height == 1


async def test_each_coin_gives_four_tenors() -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []
    made = await firsts(chains.collect(deribit(asked, world().end), ("BTC", "ETH")), 2)
    assert len(asked) == 2
    for coin, frame in zip(("BTC", "ETH"), made, strict=True):
        assert frame.schema == OPTIONS.schema
        assert frame["tenor"].to_list() == list(TENORS)
        assert frame["base"].unique().to_list() == [coin]
        assert frame["ts"].unique().to_list() == [clock()]
        assert frame["reason"].null_count() == 4
        smiles = {one.expiry: one for one in Options(world()).smiles(coin, world().end)}
        for row in frame.iter_rows(named=True):
            near, far = smiles[row["near"]], smiles[row["far"]]
            assert near.expiry <= clock() + timedelta(days=TENORS[row["tenor"]]) <= far.expiry
            total = row["atm_iv"] ** 2 * TENORS[row["tenor"]] / 365
            assert near.atm**2 * near.years - 1e-5 < total < far.atm**2 * far.years + 1e-5
            assert row["parity"] < 1e-6
            assert row["iv_gap"] < 1e-4


@pytest.mark.parametrize("error", [Unanswered("HTTP 502"), NotListed("no such currency")])
async def test_a_coin_that_fails_leaves_the_other(error: Exception) -> None:
    ask = deribit([], world().end, BTC=error)
    (tenors,) = await firsts(chains.collect(ask, ("BTC", "ETH")), 1)
    assert tenors["base"].unique().to_list() == ["ETH"]
    (days,) = await firsts(index.collect(ask, ("BTC", "ETH"), never, clock), 1)
    assert days["base"].unique().to_list() == ["ETH"]
    for work in (chains.collect(ask, ("BTC",)), index.collect(ask, ("BTC",), never, clock)):
        with pytest.raises(type(error)):
            await firsts(work, 1)


async def test_who_is_told_to_wait_waits_with_every_coin() -> None:
    ask = deribit([], world().end, BTC=RateLimited("told to wait", 9.0))
    for work in (
        chains.collect(ask, ("BTC", "ETH")),
        index.collect(ask, ("BTC", "ETH"), never, clock),
    ):
        with pytest.raises(RateLimited):
            await firsts(work, 1)


def test_the_loopback_lists_what_deribit_would() -> None:
    at = [from_milliseconds(ts) for ts in expiries(world().end)]
    assert at == sorted(set(at))
    assert {one.hour for one in at} == {8}
    assert all(one.weekday() == 4 for one in at[3:])
    assert (at[0] - clock()) < DAY
    assert (at[-1] - clock()) > 300 * DAY
    for days in range(400):  # whatever the day, 180 days lie between two expiries
        now = world().end + days * milliseconds_of(DAY)
        ends = expiries(now)
        assert ends[0] > now
        assert ends[-1] > now + 180 * milliseconds_of(DAY)
    made = Options(world())
    assert made.summary("SOL", world().end) == []
    for query in ({"currency": "SOL", "resolution": "60"}, {"currency": "BTC", "resolution": "7"}):
        with pytest.raises(Refusal):
            made.index(query, world().end)


def milliseconds_of(span: timedelta) -> int:
    return milliseconds(from_milliseconds(0) + span)


def test_the_scenario_is_low_in_its_year_with_a_calm_front_and_dear_puts() -> None:
    made, end = Options(world()), world().end
    year = [made.dvol("BTC", end - k * milliseconds_of(DAY)) for k in range(366)]
    assert year[0] == pytest.approx(0.395, abs=0.005)
    assert (year[0] - min(year)) / (max(year) - min(year)) < 0.2
    by_days = {round(one.years * 365): one for one in made.smiles("BTC", end)}
    assert by_days[min(by_days)].atm < made.dvol("BTC", end) < by_days[max(by_days)].atm
    far = [one for days, one in by_days.items() if days > 90]
    assert [one.call25 - one.put25 for one in far] == pytest.approx([-0.031] * len(far))
