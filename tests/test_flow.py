"""Taker flow: read from each venue's wire, summed by the minute, and never more than was heard."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW
from tests.loopback_world import world
from tests.yielded import clock, first_round, never
from tui.collectors import flow, flow_past
from tui.collectors.sources import pair
from tui.collectors.tally import GRACE, KEPT, MINUTE, Tally
from tui.loopback.binance_rest import Rest
from tui.loopback.encoders import ENCODERS, SPOT
from tui.loopback.mood import Mood
from tui.loopback.taker import Taker
from tui.loopback.wire import Encoder
from tui.metrics.spans import moment, ms
from tui.tables import FLOW, Class, Table
from tui.venues import TRADED, VENUES, binance_flow
from tui.venues.base import VENUE_ERRORS, Answer, Market, Trade
from tui.venues.binance_flow import taken
from tui.venues.errors import NotListed, Unanswered, Unreadable

BYBIT = {
    "topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1672304486868,
    "data": [
        {"T": 1672304486865, "s": "BTCUSDT", "S": "Buy", "v": "0.001", "p": "16578.50",
         "L": "PlusTick", "i": "20f43950-d8dd-5b31-9112-a178eb6023af", "BT": False},
    ],
}  # fmt: skip
OKX = {
    "arg": {"channel": "trades", "instId": "BTC-USDT"},
    "data": [
        {"instId": "BTC-USDT", "tradeId": "216970876", "px": "31684.5", "sz": "0.00001186",
         "side": "buy", "ts": "1626531038288"},
    ],
}  # fmt: skip
COINBASE = {
    "type": "match", "trade_id": 82047307, "side": "sell", "size": "0.00513192",
    "maker_order_id": "0f358725-2134-435e-be11-753912a326e0",
    "taker_order_id": "252b7002-87a3-425c-ac73-f5b9e23f3caf", "price": "9314.78",
    "product_id": "BTC-USD", "sequence": 12038915443, "time": "2020-01-31T20:03:41.158814Z",
}  # fmt: skip
"""As ccxt's source shows them."""

PERP = Market("BTCUSDT", "BTC/USDT:USDT", "BTC", "USDT", "swap", False, 1.0, 1.0, Class.CRYPTO, 0.1)
INVERSE = Market("BTCUSD", "BTC/USD:BTC", "BTC", "USD", "swap", True, 1.0, 1.0, Class.CRYPTO, 0.1)
START = ms(NOW) // MINUTE * MINUTE


def test_the_taker_is_told_by_each_venue_in_its_own_way() -> None:
    read = {name: venue.trades for name, venue in TRADED.items()}
    assert read["bybit"](BYBIT) == [Trade("BTCUSDT", 1672304486865, True, 0.001, 16578.5)]
    assert read["okx"](OKX) == [Trade("BTC-USDT", 1626531038288, True, 0.00001186, 31684.5)]
    # A seller was in the book: a buyer took.
    found = Trade("BTC-USD", 1580501021158, True, 0.00513192, 9314.78)
    assert read["coinbase"](COINBASE) == [found]
    assert not read["coinbase"](COINBASE | {"side": "buy"})[0].bought


def test_what_is_no_trade_of_now_is_none() -> None:
    """The first answer of Coinbase is older than the connection, Bybit's block trades are agreed
    on beside the book."""
    assert TRADED["coinbase"].trades(COINBASE | {"type": "last_match"}) == []
    block = {"data": [BYBIT["data"][0] | {"BT": True}]}  # type: ignore[index]
    assert TRADED["bybit"].trades(BYBIT | block) == []
    for venue in TRADED.values():
        messages: tuple[Any, ...] = (
            {"event": "subscribe"},
            [],
            None,
            {"topic": "tickers.BTCUSDT"},
            3,
        )
        for message in messages:
            assert venue.trades(message) == []


@pytest.mark.parametrize("wrong", [{"size": "0"}, {"price": "nan"}, {"side": "up"}, {"time": "now"},
                                   {"time": "2020-01-31T20:03:41"}])  # fmt: skip
def test_a_malformed_trade_raises_what_is_expected(wrong: dict[str, str]) -> None:
    with pytest.raises(VENUE_ERRORS):
        TRADED["coinbase"].trades(COINBASE | wrong)


def test_coinbase_takes_a_frame_whole_or_not_at_all() -> None:
    coinbase = TRADED["coinbase"]
    asked = coinbase.request(["BTC-USD", "USDT-USD"], 3)
    channels = [{"name": "matches", "product_ids": ["BTC-USD", "USDT-USD"]}]
    assert asked.frame == {"type": "subscribe", "channels": channels}
    yes = coinbase.answer({"type": "subscriptions", "channels": []})
    assert yes == Answer(None, True)
    no = coinbase.answer({"type": "error", "message": "Failed", "reason": "X is not valid"})
    assert no == Answer(None, False, "X is not valid")
    assert coinbase.answer(COINBASE) is None


def tally(*markets: Market, since: int = START) -> Tally:
    made = Tally("bybit", "linear")
    made.follow(markets or (PERP,))
    made.opened(since)
    return made


def trade(at: int, usd: float, bought: bool = True, market: Market = PERP) -> Trade:
    size = usd if market.inverse else usd / 90_000.0
    return Trade(market.id, at, bought, size, 90_000.0)


def rows(made: list[Any]) -> pl.DataFrame:
    return flow.frame(made)


def test_a_minute_is_told_once_it_is_over_and_again_when_it_changed() -> None:
    made = tally(PERP, INVERSE)
    made.add(trade(START + 1_000, 900.0), START + 1_200)
    made.add(trade(START + 2_000, 300.0, bought=False, market=INVERSE), START + 2_200)
    made.heard(START + MINUTE + GRACE)
    assert made.due(START + MINUTE + GRACE - 1) == []
    told = rows(made.due(START + MINUTE + GRACE)).row(0, named=True)
    assert (told["buy_usd"], told["sell_usd"], told["trades"]) == (900.0, 300.0, 2)
    assert (told["venue"], told["stream"], told["market"]) == ("bybit", "linear", "perp")
    assert (told["price"], told["cover"]) == (90_000.0, 1.0)
    assert made.due(START + MINUTE + GRACE + 1_000) == []
    made.add(trade(START + 59_999, 50.0), START + MINUTE + 6_000)
    again = rows(made.due(START + MINUTE + 7_000))
    assert again["buy_usd"].to_list() == [950.0]


def test_a_quiet_minute_is_nothing_and_a_deaf_one_is_no_row() -> None:
    made = tally()
    made.heard(START + 2 * MINUTE)
    made.lost()
    told = rows(made.due(START + 3 * MINUTE))
    assert told["buy_usd"].to_list() == [0.0, 0.0]
    assert told["trades"].to_list() == [0, 0]
    assert told["price"].null_count() == 2
    assert told["cover"].to_list() == [1.0, pytest.approx(59 / 60, abs=1e-4)]


def test_what_a_lost_socket_left_is_joined_by_the_next() -> None:
    made = tally()
    made.add(trade(START + 10_000, 100.0), START + 10_000)
    made.heard(START + 21_000)
    made.lost()  # a second of it may have been under way
    first = rows(made.rest(START + 30_000))
    assert first["cover"].to_list() == [pytest.approx(1 / 3, abs=1e-4)]
    made.opened(START + 40_000)
    made.add(trade(START + 50_000, 11.0), START + 50_000)
    made.heard(START + 70_000)
    second = rows(made.due(START + 70_000))
    assert second["buy_usd"].to_list() == [111.0]
    assert second["cover"].to_list() == [pytest.approx(2 / 3, abs=1e-4)]
    assert second["ts"].to_list() == first["ts"].to_list()


def test_a_minute_with_an_unreadable_message_is_known_of_no_part() -> None:
    made = tally()
    assert made.garbled(START + 5_000)
    assert not made.garbled(START + 6_000)
    made.heard(START + 3 * MINUTE)
    told = rows(made.due(START + 2 * MINUTE + GRACE))
    assert told["cover"].to_list() == [0.0, 1.0]


def test_absurd_trades_are_in_no_sum() -> None:
    made = tally()
    made.add(Trade("OTHER", START, True, 1.0, 1.0), START)
    made.add(trade(START + 3 * MINUTE, 1.0), START)  # ahead of the clock
    made.add(trade(START - (KEPT + 1) * MINUTE, 1.0), START)  # long over
    made.add(trade(START, 1e13), START)
    made.heard(START + 2 * MINUTE)
    told = rows(made.due(START + MINUTE + GRACE))
    assert told["buy_usd"].sum() == 0.0
    assert told["cover"].to_list() == [0.0]  # the worthless one was a row nonetheless


@given(
    st.lists(st.tuples(st.integers(0, 8 * MINUTE - 1), st.integers(1, 10**6), st.booleans())),
    st.lists(st.integers(1, 8 * MINUTE), max_size=6),
)
def test_every_trade_is_in_one_minute_and_the_last_word_holds_it_all(
    trades: list[tuple[int, int, bool]], asked: list[int]
) -> None:
    """However often the rows are asked for in between, and whatever the order within a second."""
    made = tally()
    last: dict[int, Any] = {}
    for step in sorted([*((at, usd, way) for at, usd, way in trades), *((a,) for a in asked)]):
        now = START + step[0]
        made.heard(now)
        if len(step) == 3:
            made.add(trade(now, float(step[1]), bool(step[2])), now)
        else:
            last |= {row[0]: row for row in made.due(now)}
    for end in range(START, START + 10 * MINUTE, MINUTE):
        made.heard(end)
        last |= {row[0]: row for row in made.due(end + GRACE)} if end >= START + 8 * MINUTE else {}
    kept = [t for t in trades if t[0] >= 5 * MINUTE]
    recent = [row for start, row in last.items() if start >= START + 5 * MINUTE]
    for way, column in ((True, 5), (False, 6)):
        usd = sum(float(t[1]) for t in kept if t[2] is way)
        assert sum(row[column] for row in recent) == pytest.approx(usd, abs=0.1)


KLINE = [1499040000000, "0.01634790", "0.80000000", "0.01575800", "0.01577100", "148976.11427815",
         1499040059999, "2434.19055334", 308, "1756.87402397", "28.46694368", "0"]  # fmt: skip
"""As Binance documents it, of one minute."""


async def of(row: list[Any], market: Market) -> binance_flow.Taken:
    async def ask(method: str, params: Mapping[str, Any] | None = None) -> Any:
        return [row]

    return (await taken(ask, market, 0, 1))[0]


async def test_a_candle_carries_what_takers_bought() -> None:
    spot = pair("BTCUSDT", "BTC", "USDT")
    one = await of(KLINE, spot)
    assert (one.ts, one.trades, one.price) == (1499040000000, 308, 0.015771)
    assert one.buy_usd == 28.46694368
    assert one.sell_usd == pytest.approx(2434.19055334 - 28.46694368)
    coinm = Market(
        "BTCUSD_PERP", "BTC/USD:BTC", "BTC", "USD", "swap", True, 100.0, 1.0, Class.CRYPTO, 0.1
    )
    contracts = [*KLINE[:5], "300", KLINE[6], "0.33", 5, "120", "0.13", "0"]
    inverse = await of(contracts, coinm)
    assert (inverse.buy_usd, inverse.sell_usd) == (12_000.0, 18_000.0)
    for wrong in ([*KLINE[:10], "9999999", "0"], [*KLINE[:7], "nan", *KLINE[8:]]):
        with pytest.raises(Unreadable):
            await of(wrong, spot)


def encoders() -> dict[str, Encoder]:
    scenario = world()
    mood = Mood(scenario)
    return {name: made(scenario, mood) for name, made in (ENCODERS | SPOT).items()}


ASKED = {"publicGetKlines": "spot", "fapiPublicGetKlines": "usdm", "dapiPublicGetKlines": "coinm"}


class Binance:
    """The loopback's candles, by ccxt's names; `lacks` are ids it does not list."""

    def __init__(self, *lacks: str) -> None:
        venue: Any = encoders()["binance"]
        self.rest = {stream: Rest(venue, stream, 1500) for stream in ASKED.values()}
        self.asked: list[tuple[str, int]] = []
        self.lacks = lacks

    async def __call__(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        assert params is not None
        if params["symbol"] in self.lacks:
            raise NotListed("Invalid symbol.")
        self.asked.append((params["symbol"], params["startTime"]))
        query = {name: str(value) for name, value in params.items()}
        return self.rest[ASKED[method]]._klines(query, world().end)


async def wanted() -> list[Market]:
    usdc = Market(
        "BTCUSDC", "BTC/USDC:USDC", "BTC", "USDC", "swap", False, 1.0, 1.0, Class.CRYPTO, 0.1
    )
    spots = [pair("BTCUSDT", "BTC", "USDT"), pair("BTCFDUSD", "BTC", "FDUSD")]
    return [*spots, PERP, usdc]


async def test_the_day_before_the_start_is_asked_for_page_by_page_without_a_hole() -> None:
    ask = Binance("BTCFDUSD")
    found = await first_round(flow.polled(ask, wanted, never, never, clock))
    end = world().end // MINUTE * MINUTE
    for market in ("spot", "perp"):
        starts = found.filter(pl.col("market") == market)["ts"].dt.epoch("ms").to_list()
        assert starts == list(range(end - 25 * 60 * MINUTE, end, MINUTE))
    assert (found["cover"] == 1.0).all()
    assert max(sum(symbol == one for symbol, _ in ask.asked) for one in ("BTCUSDT", "BTCUSDC")) == 4


async def test_only_the_hole_is_asked_for() -> None:
    stored = moment(world().end // MINUTE * MINUTE - 30 * MINUTE)

    def newest(table: Table, where: Mapping[str, str]) -> datetime | None:
        assert table is FLOW
        return stored if where["market"] == "spot" else None

    found = await first_round(flow.polled(Binance(), wanted, newest, never, clock))
    spot = found.filter(pl.col("market") == "spot")
    assert spot["ts"].min() == stored - timedelta(milliseconds=flow.AGAIN)
    assert spot.height == 32


class Gone(Binance):
    """One that does not answer what begins before a moment (ms)."""

    before = 0

    async def __call__(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        assert params is not None
        if params["startTime"] < self.before:
            self.asked.append((method, params["startTime"]))
            raise Unanswered("no answer")
        return await super().__call__(method, params)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between pages, and none between minutes."""

    async def at_once(*args: object) -> None:
        return None

    monkeypatch.setattr(flow_past, "PAUSE_S", 0.0)
    monkeypatch.setattr(flow, "next_period", at_once)


async def bitcoin() -> list[Market]:
    return [pair("BTCUSDT", "BTC", "USDT"), PERP]


async def rounds(frames: AsyncIterator[pl.DataFrame], count: int) -> list[pl.DataFrame]:
    """The frames of so many rounds, up to the empty one that ends the last."""
    taken: list[pl.DataFrame] = []
    while sum(frame.is_empty() for frame in taken) < count:
        taken.append(await anext(frames))
    return taken


@pytest.mark.usefixtures("hasty")
async def test_the_week_before_the_last_day_follows_it_newest_first() -> None:
    frames = flow.polled(Binance(), bitcoin, never, never, clock)
    first, *_, last = taken_all = await rounds(frames, 2)
    begins = [ms(frame["ts"][0]) for frame in taken_all if not frame.is_empty()]
    day = ms(moment(world().end // MINUTE * MINUTE) - flow.DEPTH)
    assert ms(first["ts"][-1]) > day
    older = [ts for ts in begins if ts < day]
    assert older == sorted(older, reverse=True)
    for market in ("spot", "perp"):
        both = [frame.filter(pl.col("market") == market)["ts"] for frame in taken_all]
        minutes = pl.concat(both).unique().sort()
        assert minutes[0] == moment(world().end // MINUTE * MINUTE) - flow_past.REACH
        assert minutes.diff().drop_nulls().unique().to_list() == [timedelta(minutes=1)]
    assert last.is_empty()


@pytest.mark.usefixtures("hasty")
async def test_after_a_start_only_what_is_missing_of_the_week_is_asked_for() -> None:
    now = moment(world().end // MINUTE * MINUTE)
    first, last = now - timedelta(days=6), now - timedelta(days=3)
    frames = flow.polled(Binance(), bitcoin, lambda *_: last, lambda *_: first, clock)
    found = pl.concat(await rounds(frames, 2)).filter(pl.col("market") == "perp")["ts"]
    assert not found.is_between(first, last).any()
    missing = (flow_past.REACH - (last - first)) // timedelta(minutes=1)
    assert found.n_unique() == missing - 1  # the last one is stored too


@pytest.mark.usefixtures("hasty")
async def test_an_old_page_without_an_answer_keeps_no_minute_waiting() -> None:
    ask = Gone()
    ask.before = world().end - 26 * 60 * MINUTE
    frames = flow.polled(ask, bitcoin, never, never, clock)
    await rounds(frames, 3)
    old = [method for method, start in ask.asked if start < ask.before]
    # One a minute, and not the same one while others wait.
    assert sorted(old) == ["fapiPublicGetKlines", "publicGetKlines"]
    ask.before = 0
    taken = await rounds(frames, 2)
    assert sum(frame.height for frame in taken) == 2 * (8 * 24 - 25) * 60


async def test_no_old_page_is_begun_when_the_next_minute_is_near() -> None:
    ask = Binance()
    late = moment(world().end // MINUTE * MINUTE) + timedelta(seconds=52)
    frames = flow.polled(ask, bitcoin, never, never, lambda: late)
    await rounds(frames, 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await anext(frames)
    assert min(start for _, start in ask.asked) >= world().end - 26 * 60 * MINUTE


def test_every_venue_is_led_by_the_same_flow() -> None:
    """The loopback's wire, read by ours: the sums are those that its market made."""
    scenario, made = world(), encoders()
    taker = Taker(scenario)
    start = scenario.end // MINUTE * MINUTE - 90 * MINUTE
    for venue, stream, id in (("bybit", "linear", "BTCUSDT"), ("bybit", "inverse", "BTCUSD"),
                              ("okx", "public", "BTC-USDT-SWAP"), ("okx", "public", "BTC-USDT"),
                              ("coinbase", "spot", "BTC-USD")):  # fmt: skip
        encoder: Any = made[venue]
        listed = encoder.find(id) if venue == "okx" else encoder.markets(stream)[id]
        spot = listed.kind == "spot"
        market = (
            pair(id, "BTC", "USDT")
            if spot
            else VENUES[venue].market(listed.stream, ENCODERS[venue].listed(listed.stream, listed))
        )
        assert market is not None
        tally_ = Tally(venue, stream)
        tally_.follow([market])
        tally_.opened(start)
        for text in encoder.matches(stream, id, start, start + MINUTE):
            for one in TRADED[venue].trades(json.loads(text)):
                tally_.add(one, start + MINUTE)
        tally_.heard(start + 2 * MINUTE)
        told = rows(tally_.due(start + MINUTE + GRACE)).row(0, named=True)
        truth = taker.traded(listed, start, start + MINUTE)
        assert told["buy_usd"] == pytest.approx(truth.bought, rel=0.01), id
        assert told["sell_usd"] == pytest.approx(truth.sold, rel=0.01), id
