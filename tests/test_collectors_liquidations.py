"""Liquidations over a socket of 127.0.0.1: none lost, none doubled, faults told."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.fake_exchange import FakeExchange, acknowledged
from tui.clock import utc_now
from tui.collectors import backfill, liquidations
from tui.collectors import stream as streams
from tui.collectors.backfill import Asking, Mended
from tui.collectors.link import Link
from tui.metrics.breaks import breaks
from tui.metrics.coverage import Stream, cover
from tui.tables import COVERAGE, LIQUIDATIONS, Class
from tui.venues import VENUES
from tui.venues.base import Market
from tui.venues.connect import Rest
from tui.venues.errors import Lost, RateLimited, SubscriptionRefused
from tui.venues.markets import Markets

HOSTS = (
    *(".binance.com", ".bybit.com", ".okx.com", ".gateio.ws", ".hbdm.vn", ".bitfinex.com"),
    *(".deribit.com", "futures.kraken.com", ".zklighter.elliot.ai"),
)
STREAMS = [(name, stream) for name, venue in VENUES.items() for stream in venue.streams]


def market(id: str, *, inverse: bool = False, size: float = 1.0) -> Market:
    quote = "USD" if inverse else "USDT"
    return Market(id, f"{id}!", "BTC", quote, "swap", inverse, size, 1.0, Class.CRYPTO, None)


def message(venue: str, id: str, ts: int) -> Any:
    """A liquidated long of size 2 at 50,000."""
    if venue == "binance":
        order = {"s": id, "S": "SELL", "q": "2", "z": "2", "p": "1", "ap": "50000", "T": ts}
        return {"e": "forceOrder", "E": ts, "o": order}
    if venue == "bybit":
        row = {"T": ts, "s": id, "S": "Buy", "v": "2", "p": "50000"}
        return {"topic": f"allLiquidation.{id}", "type": "snapshot", "ts": ts, "data": [row]}
    if venue == "gate":
        row = {"contract": id, "size": "2", "price": "50000", "time": ts}
        return {"channel": "futures.public_liquidates", "event": "update", "result": [row]}
    if venue == "bitfinex":
        return [907, [["pos", 1, ts, None, id, 2, 50000, None, 1, 1, None, 50000]]]
    if venue == "htx":
        order = {"contract_code": id, "direction": "sell", "volume": 2, "price": 50000}
        head = {"op": "notify", "topic": f"public.{id}.liquidation_orders"}
        return head | {"data": [order | {"created_at": ts}]}
    if venue == "deribit":
        row = {"instrument_name": id, "amount": 2, "price": 50000, "timestamp": ts}
        marked = row | {"direction": "sell", "liquidation": "T"}
        return {"params": {"channel": "trades.future.any.100ms", "data": [row, marked]}}
    if venue == "kraken":
        row = {"product_id": id, "qty": 2, "price": 50000, "time": ts, "side": "sell"}
        return row | {"feed": "trade", "type": "liquidation"}
    if venue == "lighter":
        row = {"market_id": id, "size": "2", "price": "50000", "timestamp": ts}
        forced = row | {"type": "liquidation", "is_maker_ask": False}
        return {"type": "update/trade", "trades": [row], "liquidation_trades": [forced]}
    detail = {"posSide": "long", "side": "sell", "sz": "2", "bkPx": "50000", "ts": str(ts)}
    arg = {"channel": "liquidation-orders", "instType": "SWAP"}
    return {"arg": arg, "data": [{"instId": id, "details": [detail]}]}


class Listening:
    """A collector of one stream against a fake exchange, as the recorder runs it."""

    def __init__(self, exchange: FakeExchange, venue: str, stream: str, ids: list[str]) -> None:
        self.link = Link(venue, stream, itertools.count(1).__next__)
        self.markets = Markets(VENUES[venue], stream, None)
        self.markets.known = {id: market(id) for id in ids}
        self.markets._asked = 1e12
        self._rest = Rest(VENUES[venue].exchange(), exchange.endpoint)
        self.frames: AsyncIterator[pl.DataFrame] = liquidations.collect(
            streams.Stream(
                VENUES[venue],
                stream,
                self.markets,
                self._rest,
                self.link,
                lambda quote: None,
                utc_now,
                exchange.endpoint,
            )
        )
        self.rows = LIQUIDATIONS.empty()

    async def until(self, done: Callable[["Listening"], bool]) -> None:
        """Go on until `done`, or fail after 5 s; the collector's own errors come through."""
        task = asyncio.ensure_future(anext(self.frames))
        try:
            async with asyncio.timeout(5):
                while not done(self):
                    await asyncio.wait({task}, timeout=0.02)
                    if task.done():
                        self.rows = pl.concat([self.rows, task.result()])
                        task = asyncio.ensure_future(anext(self.frames))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def listen(listening: Listening, count: int) -> pl.DataFrame:
    """Collect until there are `count` rows."""
    async with aclosing(listening.frames) as frames:  # type: ignore[type-var]
        async with asyncio.timeout(10):
            async for frame in frames:
                listening.rows = pl.concat([listening.rows, frame])
                if listening.rows.height >= count:
                    break
    return listening.rows


async def pushing(exchange: FakeExchange, link: Link, messages: list[Any]) -> None:
    """Wait for the subscription, then send everything back to back."""
    while link.conn is None:  # noqa: ASYNC110 - a Link has nobody to wake
        await asyncio.sleep(0.01)
    for each in messages:
        await exchange.push(each)


@pytest.mark.parametrize(("venue", "stream"), STREAMS)
async def test_a_burst_arrives_whole_and_once(venue: str, stream: str) -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, venue, stream, ["BTCUSDT"])
        messages = [message(venue, "BTCUSDT", 1_700_000_000_000 + i) for i in range(500)]
        push = asyncio.create_task(pushing(exchange, listening.link, messages))
        rows = await listen(listening, 500)
        await push
    assert rows.schema == LIQUIDATIONS.schema
    assert rows["ts"].n_unique() == rows.height == 500
    assert set(rows["side"]) == {"long"}
    assert set(rows["usd"]) == {100_000.0}
    assert set(rows["conn"]) == {1}
    assert all(endpoint_path(path) for path in exchange.paths)


def endpoint_path(path: str) -> bool:
    """The original host is the first segment of the path."""
    return path.split("/")[1].split(":")[0].endswith(HOSTS)


async def test_a_frame_that_comes_twice_is_one_and_equal_rows_of_a_frame_are_two() -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "bybit", "linear", ["BTCUSDT"])
        twice = message("bybit", "BTCUSDT", 1_700_000_000_000)
        twice["data"] *= 2
        last = message("bybit", "BTCUSDT", 1_700_000_000_009)
        push = asyncio.create_task(pushing(exchange, listening.link, [twice, twice, twice, last]))
        rows = await listen(listening, 3)
        await push
    assert rows["n"].to_list() == [0, 1, 0]


async def test_garbage_is_counted_and_the_rows_after_it_still_come() -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "okx", "swap", ["BTC-USDT-SWAP"])
        good = message("okx", "BTC-USDT-SWAP", 1_700_000_000_000)
        half = message("okx", "BTC-USDT-SWAP", 1_700_000_000_001)
        half["data"][0]["details"].append({"sz": "nonsense"})
        garbage = ['{"arg":{"cha', "\x1b[2J", "[[]]", "null", '{"arg":5,"data":[]}', half, good]
        push = asyncio.create_task(pushing(exchange, listening.link, garbage))
        rows = await listen(listening, 2)
        await push
        told = listening.link.coverage()
        again = listening.link.coverage()
    assert rows.height == 2
    assert told["reason"].to_list() == ["unreadable: 3", None]
    assert told["subscribed"].to_list() == [0, 1]
    assert again["reason"].to_list() == [None], "told once; the connection lives as it did"
    assert listening.link.trouble is not None


def test_unreadable_rows_are_told_in_stretches_of_a_minute_and_outlive_their_connection() -> None:
    start = utc_now()
    moment = [start]
    ticks = lambda: (moment[0] - start).total_seconds()  # noqa: E731 - the clock does not step
    link = Link("bybit", "linear", itertools.count(1).__next__, lambda: moment[0], ticks)
    link.opened(4, 3, "1 refused")
    for second in (0, 30, 70):
        moment[0] = start + timedelta(seconds=second)
        link.garbled(2, "KeyError: 'p'")
    link.lost("reset")
    told = link.coverage()
    assert told["reason"].to_list() == ["reset", "unreadable: 4", "unreadable: 2"]
    assert (told["until"] - told["since"]).dt.total_seconds().to_list() == [0, 30, 0]
    assert told["conn"].n_unique() == 3
    link.opened(4, 3, "1 refused")
    assert link.coverage()["reason"].to_list() == ["living: 1 refused"]


def test_rows_that_are_dropped_are_told_by_their_minute_and_added_up() -> None:
    now = datetime(2026, 1, 19, 21, 15, 9, tzinfo=UTC)
    link = Link("bybit", "linear", itertools.count(1).__next__, lambda: now)
    told: dict[int, dict[str, Any]] = {}
    for seconds in ((5, 70, 70), (6, 8)):
        link.dropped(pl.Series([now - timedelta(seconds=one) for one in seconds]))
        told |= {row["conn"]: row for row in link.coverage().iter_rows(named=True)}
    minute = now.replace(second=0)
    assert [(row["since"], row["until"], row["reason"]) for row in told.values()] == [
        (minute, now - timedelta(seconds=5), "unreadable: 3"),
        (minute - timedelta(minutes=2), now - timedelta(seconds=70), "unreadable: 2"),
    ]


async def test_an_unknown_market_keeps_its_row_without_a_price() -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "binance", "usdm", ["BTCUSDT"])
        new = message("binance", "NEWUSDT", 1_700_000_000_000)
        push = asyncio.create_task(pushing(exchange, listening.link, [new]))
        rows = await listen(listening, 1)
        await push
    assert rows.select("symbol", "qty", "usd").row(0) == ("NEWUSDT", None, None)
    assert json.loads(rows["raw"][0])["s"] == "NEWUSDT"


@pytest.mark.parametrize(
    ("late_s", "silent_s", "unread_s"),
    [(0.2, 0, 1), (4, 0, 4), (4, 29, 4), (4, 31, 1), (3600, 0, 1)],
)
def test_what_is_read_late_is_not_covered_up_to_the_loss(
    late_s: float, silent_s: int, unread_s: int
) -> None:
    """A recorder four seconds behind loses four seconds with a reset; an hour late is history."""
    start = utc_now().replace(microsecond=0)
    moment = [start]
    ticks = lambda: (moment[0] - start).total_seconds()  # noqa: E731 - the clock does not step
    link = Link("bybit", "linear", itertools.count(1).__next__, lambda: moment[0], ticks)
    link.opened()
    for _ in range(60):
        moment[0] += timedelta(seconds=1)
        link.tick()
    link.told(moment[0] - timedelta(seconds=late_s))
    for _ in range(silent_s):
        moment[0] += timedelta(seconds=1)
        link.tick()
    link.heard()
    link.lost("reset")
    ended = link.coverage().row(-1, named=True)
    assert moment[0] - ended["until"] == timedelta(seconds=unread_s)


async def test_a_cut_socket_is_lost_after_what_had_arrived() -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "binance", "usdm", ["BTCUSDT"])

        async def cut() -> None:
            await pushing(
                exchange, listening.link, [message("binance", "BTCUSDT", 1_700_000_000_000)]
            )
            await asyncio.sleep(0.02)
            await exchange.drop()

        task = asyncio.create_task(cut())
        with pytest.raises(Lost, match="dropped"):
            await listen(listening, 2)
        await task
    assert listening.rows.height == 1


@pytest.mark.parametrize(
    ("venue", "stream", "no"),
    [
        ("binance", "usdm", {"error": {"code": 2, "msg": "Invalid request"}, "id": 1}),
        ("okx", "swap", {"event": "error", "code": "60018", "msg": "doesn't exist"}),
        (
            "bybit",
            "linear",
            {"success": False, "ret_msg": "error:handler not found", "req_id": "1"},
        ),
    ],
)
async def test_a_refused_subscription_is_said(venue: str, stream: str, no: dict[str, Any]) -> None:
    async with FakeExchange() as exchange:
        exchange.answer = lambda frame: [json.dumps(no)]
        listening = Listening(exchange, venue, stream, ["BTCUSDT"])
        with pytest.raises(SubscriptionRefused):
            await listen(listening, 1)
    assert listening.link.conn is None


async def test_a_silent_venue_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.venues.socket.ANSWER_S", 0.2)
    async with FakeExchange() as exchange:
        exchange.answer = lambda frame: []
        with pytest.raises(SubscriptionRefused, match="not answered"):
            await listen(Listening(exchange, "binance", "usdm", ["BTCUSDT"]), 1)


async def test_a_half_open_socket_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.venues.socket.SILENCE_S", 0.3)
    async with FakeExchange() as exchange:
        with pytest.raises(Lost, match="no message"):
            await listen(Listening(exchange, "binance", "usdm", ["BTCUSDT"]), 1)


async def test_bybit_topics_are_asked_for_by_two_hundred_and_the_refused_ones_told() -> None:
    ids = [f"C{i}USDT" for i in range(450)]
    dead = "allLiquidation.C77USDT"

    def answer(frame: dict[str, Any]) -> list[str]:
        if dead in frame["args"]:
            no = {"success": False, "ret_msg": f"error:{dead}", "op": "subscribe"}
            return [json.dumps(no | {"req_id": frame["req_id"]})]
        return acknowledged(frame)

    async with FakeExchange() as exchange:
        exchange.answer = answer
        listening = Listening(exchange, "bybit", "linear", ids)
        await listening.until(lambda it: it.link.coverage()["subscribed"].to_list()[-1:] == [449])
        row = listening.link.coverage().row(0, named=True)
        await listening.frames.aclose()  # type: ignore[attr-defined]
    assert (row["wanted"], row["subscribed"]) == (450, 449)
    assert "1 refused" in row["reason"]
    assert max(len(frame["args"]) for frame in exchange.frames) == 200


async def test_a_connection_refused_is_lost() -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "binance", "usdm", ["BTCUSDT"])
    with pytest.raises(Lost, match="cannot connect"):
        await listen(listening, 1)


async def test_a_handshake_that_is_told_to_wait_waits() -> None:
    async with FakeExchange() as exchange:
        exchange.busy = True
        with pytest.raises(RateLimited) as caught:
            await listen(Listening(exchange, "okx", "swap", ["BTC-USDT-SWAP"]), 1)
    assert caught.value.retry_after == 9.0


async def test_a_new_listing_is_subscribed_and_priced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liquidations, "AGAIN_S", 0.1)

    def instrument(id: str) -> dict[str, Any]:
        row = {"symbol": id, "contractType": "LinearPerpetual", "status": "Trading"}
        return {**row, "baseCoin": id[:-4], "quoteCoin": "USDT", "settleCoin": "USDT"}

    listed = [instrument("BTCUSDT"), instrument("NEWUSDT")]
    async with FakeExchange() as exchange:
        exchange.rest["instruments-info"] = lambda query: {
            "retCode": 0,
            "result": {"list": listed, "nextPageCursor": ""},
        }
        listening = Listening(exchange, "bybit", "linear", ["BTCUSDT"])
        listening.markets._asked = time.time() - 1.0
        seen = [message("bybit", "NEWUSDT", 1_700_000_000_000)]
        push = asyncio.create_task(pushing(exchange, listening.link, seen))
        await listening.until(lambda it: "NEWUSDT" in it.markets.known and len(exchange.frames) > 1)
        await push
        await listening.frames.aclose()  # type: ignore[attr-defined]
        await listening._rest.close()
    assert listening.rows["usd"].to_list() == [None]
    assert exchange.frames[-1]["args"] == ["allLiquidation.NEWUSDT"]


async def test_a_topic_that_was_refused_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liquidations, "AGAIN_S", 0.1)
    async with FakeExchange() as exchange:
        accepts = exchange.answer

        def refused_once(frame: dict[str, Any]) -> list[str]:
            if frame.get("args") == ["allLiquidation.ETHUSDT"]:
                exchange.answer = accepts
                no = {"success": False, "ret_msg": "busy", "op": "subscribe"}
                return [json.dumps({**no, "req_id": frame["req_id"]})]
            if len(frame.get("args", [])) > 1:
                no = {"success": False, "ret_msg": "one is busy", "op": "subscribe"}
                return [json.dumps({**no, "req_id": frame["req_id"]})]
            return accepts(frame)

        exchange.answer = refused_once
        listening = Listening(exchange, "bybit", "linear", ["BTCUSDT", "ETHUSDT"])
        push = asyncio.create_task(
            pushing(exchange, listening.link, [message("bybit", "BTCUSDT", 1_700_000_000_000)])
        )
        await listening.until(lambda it: it.link.standing[1] == 2)
        await push
        await listening.frames.aclose()  # type: ignore[attr-defined]
        await listening._rest.close()
    assert exchange.frames[-1]["args"] == ["allLiquidation.ETHUSDT"]


async def test_a_deeply_nested_frame_does_not_stop_the_reading() -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "binance", "usdm", ["BTCUSDT"])
        nested = "[" * 100_000 + "]" * 100_000
        good = message("binance", "BTCUSDT", 1_700_000_000_000)
        push = asyncio.create_task(pushing(exchange, listening.link, [nested, good]))
        rows = await listen(listening, 1)
        await push
    assert rows.height == 1


def test_the_last_second_before_a_loss_is_not_covered_and_is_not_asked_for_again() -> None:
    moment = [datetime(2026, 1, 19, 21, 15, tzinfo=UTC)]
    ticks = lambda: moment[0].timestamp()  # noqa: E731 - the clock does not step
    link = Link("gate", "usdt", itertools.count(1).__next__, lambda: moment[0], ticks)
    link.opened()
    for _ in range(30):
        moment[0] += timedelta(seconds=1)
        link.tick()
    link.heard()
    moment[0] += timedelta(seconds=4)
    link.lost("connection dropped")
    row = link.coverage().row(0, named=True)
    assert moment[0] - row["until"] == timedelta(seconds=5)
    assert link.heard_until == moment[0] - timedelta(seconds=4)


async def test_the_hour_a_machine_slept_is_asked_for_though_the_socket_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[timedelta] = []

    async def fill(asking: Asking, put: Callable[[Mended], None]) -> None:
        asked.extend(hole.until - hole.since for hole in asking.link.holes)
        asking.link.holes.clear()

    async def sleep(link: Link) -> None:
        await pushing(exchange, link, [])
        await asyncio.sleep(0.1)  # what was missed before has been asked for
        link._clock = lambda: utc_now() + timedelta(hours=1)
        link.tick()

    monkeypatch.setattr(backfill, "fill", fill)
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "gate", "usdt", ["BTC_USDT"])
        slept = asyncio.create_task(sleep(listening.link))
        await listening.until(lambda it: bool(asked))
        await slept
        await listening.frames.aclose()  # type: ignore[attr-defined]
    (one,) = asked
    assert abs(one - timedelta(hours=1)) < timedelta(seconds=5)


class Hour:
    """A link from 21:00 on whose process is told the time each second."""

    def __init__(self) -> None:
        self.now = self.began = datetime(2026, 1, 19, 21, tzinfo=UTC)
        ticks = lambda: self.now.timestamp()  # noqa: E731 - the clock does not step
        self.link = Link("bybit", "linear", itertools.count(1).__next__, lambda: self.now, ticks)
        self.told: dict[int, dict[str, Any]] = {}  # as the store has them: the newest of a key

    def beat(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            self.link.tick()
            self.tell()

    def tell(self) -> pl.DataFrame:
        self.told |= {row["conn"]: row for row in self.link.coverage().iter_rows(named=True)}
        return pl.DataFrame(list(self.told.values()), schema=COVERAGE.schema, orient="row")


def test_half_the_topics_for_half_an_hour_are_three_quarters_of_it_and_no_break() -> None:
    hour, stream = Hour(), Stream("bybit", "linear")
    hour.link.opened(800, 400, "400 refused")
    hour.beat(1800)
    hour.link.topics(800, 800)
    hour.beat(1800)
    told = hour.tell()
    assert cover(told, [stream], hour.began, hour.now).share == pytest.approx(0.75)
    assert breaks(told, [stream], hour.began, hour.now) == ()
    assert told["conn"].n_unique() == told.height == 2
    assert told["reason"].to_list() == ["other topics", None]


def test_the_steps_of_a_first_subscription_are_one_row() -> None:
    hour = Hour()
    hour.link.opened(800, 200)
    for stand in (200, 400, 600, 800):
        hour.beat(2)
        hour.link.topics(800, stand)
    hour.beat(600)
    hour.link.topics(800, 800, "the same again")
    assert hour.tell()["subscribed"].to_list() == [800]


def test_topics_one_by_one_are_a_row_in_eleven_seconds() -> None:
    hour = Hour()
    hour.link.opened(170, 1)
    for stand in range(2, 51):
        hour.beat(1)
        hour.link.topics(170, stand)
    assert hour.tell().height == 5


class Stood:
    """A link whose process is stopped at 21:00:12 and goes on at 21:00:24."""

    def __init__(self) -> None:
        self.now = self.began = datetime(2026, 1, 19, 21, tzinfo=UTC)
        ticks = lambda: self.now.timestamp()  # noqa: E731 - the clock does not step
        self.link = Link("gate", "usdt", itertools.count(1).__next__, lambda: self.now, ticks)
        self.link.opened()
        self.beat(12)
        self.now += timedelta(seconds=12)

    def beat(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            self.link.heard()
            self.link.tick()

    def ended(self, heard: datetime | None = None) -> float:
        """At which second of it the coverage ends when the socket does."""
        self.link.lost("closed by the venue (1001)", heard)
        row = self.link.coverage().row(0, named=True)
        covered: datetime = row["until"]
        return (covered - self.began).total_seconds()


@pytest.mark.parametrize("is_tick_first", [False, True])
def test_a_socket_that_ends_with_a_standstill_was_listened_to_before_it(
    is_tick_first: bool,
) -> None:
    """Frames and the close of second 14 waited in the system's buffers until second 24."""
    stood = Stood()
    if is_tick_first:
        stood.link.tick()
    stood.link.heard()
    stood.link.told(stood.began + timedelta(seconds=13.5))
    assert stood.ended() == 11.0
    assert stood.link.heard_until == stood.began + timedelta(seconds=12)
    stood.link.opened()
    (hole,) = stood.link.holes
    assert hole.told == stood.began + timedelta(seconds=13.5)


def test_rows_unread_after_a_standstill_arrived_before_they_were_stamped() -> None:
    stood = Stood()
    assert stood.ended(heard=stood.now) == 11.0


def test_a_socket_that_outlives_a_standstill_was_listened_to_all_the_time() -> None:
    stood = Stood()
    stood.beat(10)
    assert stood.ended() == 33.0


async def test_rows_unread_at_the_end_are_not_covered() -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "binance", "usdm", ["BTCUSDT"])
        first = asyncio.ensure_future(anext(listening.frames))
        await pushing(exchange, listening.link, [message("binance", "BTCUSDT", 1_700_000_000_000)])
        await first
        before = listening.link.last_heard
        await exchange.push(message("binance", "BTCUSDT", 1_700_000_000_001))
        while listening.link.last_heard == before:  # noqa: ASYNC110 - a Link has nobody to wake
            await asyncio.sleep(0.01)
        heard = listening.link.last_heard
        await listening.frames.aclose()  # type: ignore[attr-defined]
    row = listening.link.coverage().row(0, named=True)
    assert row["reason"] == "ended with rows unread"
    assert heard is not None
    # What happened shortly before it came is not covered either: events are counted by their time.
    assert row["until"] == row["since"] or row["until"] <= heard - timedelta(milliseconds=950)
