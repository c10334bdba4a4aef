"""The pollers and the quotes, against venues that answer from a table."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.fake_exchange import FakeExchange, acknowledged
from tests.yielded import firsts
from tui import backoff
from tui.clock import utc_now
from tui.collectors import candles, derivatives, feed, positioning, quotes, specs
from tui.collectors.base import Context, Newest, Trouble
from tui.collectors.sources import Source
from tui.config import Settings, load
from tui.tables import CANDLES, DERIVATIVES, POSITIONING, QUOTES, Class, Measure, Table
from tui.venues import PRICED, VENUES
from tui.venues.asked import INTERVALS, Asked, Candle, Perpetual, Ratio, Unread
from tui.venues.base import Market
from tui.venues.connect import Rest
from tui.venues.errors import Lost, NotListed, RateLimited, Unanswered, Unreadable
from tui.venues.markets import Markets
from tui.venues.socket import Socket

NOW = datetime(2026, 1, 20, 14, 3, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)
DAY = INTERVALS["1d"]


def swap(base: str, *, inverse: bool = False, quote: str = "USDT") -> Market:
    id = f"{base}{quote}"
    return Market(id, id, base, quote, "swap", inverse, 1.0, 1.0, Class.CRYPTO, None)


def known(*markets: Market) -> Markets:
    found = Markets(VENUES["binance"], "usdm", None)
    found.known = {market.id: market for market in (*markets, swap("DOGE"))}
    found._asked = 1e12
    return found


async def nothing(method: str, params: Any = None) -> Any:
    raise AssertionError("the fake venue asks nobody")


def stored(**by_venue: datetime) -> Newest:
    """A store whose rows of a venue end at a time."""
    return lambda table, where: by_venue.get(where["venue"])


def clock() -> datetime:
    return NOW


class Fake(Asked):
    """A venue with ratios each period, candles since `listed`, and a list of what was asked."""

    name = "binance"
    streams = ("usdm",)
    linear = "usdm"
    measures = (Measure.ACCOUNTS, Measure.TAKER)
    page = 1000
    ratio_page = 500
    listed = MS // DAY * DAY - 2_000 * DAY
    bases: tuple[str, ...] = ("BTC",)
    asked: list[tuple[str, str, int, int]]
    fails: Exception | None = None
    refuses: tuple[Measure, ...] = ()

    def __init_subclass__(cls, **fields: Any) -> None:
        cls.asked = []
        for name, value in fields.items():
            setattr(cls, name, value)

    @classmethod
    async def ratios(
        cls, ask: Any, market: Market, measure: Measure, period: str, start: int, end: int
    ) -> list[Ratio]:
        cls.asked.append((measure.value, period, start, end))
        if measure in cls.refuses:
            raise NotListed(measure)
        step = INTERVALS[period]
        first = -(-start // step) * step
        return [Ratio(ts, 3.0, 0.75) for ts in range(first, end + 1, step)]

    @classmethod
    async def candles(
        cls, ask: Any, market: Market, interval: str, start: int, end: int, now: int
    ) -> list[Candle]:
        cls.asked.append((market.base, interval, start, end))
        if cls.fails is not None:
            raise cls.fails
        if market.base not in cls.bases:
            raise NotListed(market.base)
        step = INTERVALS[interval]
        first = max(cls.listed, -(-start // step) * step)
        return [Candle(ts, 1.0, 3.0, 1.0, 2.0, 5.0) for ts in range(first, end, step)]

    @classmethod
    async def perpetuals(cls, ask: Any, markets: Sequence[Market]) -> list[Perpetual | Unread]:
        usd = {"USDT": 900.0, "USDC": 90.0, "USD": 9.0}
        return [Perpetual(m, MS, usd[m.quote], 100.0, 101.0, 0.0001) for m in markets]

    @classmethod
    async def interval_h(cls, ask: Any, perpetual: Perpetual) -> float:
        cls.asked.append((perpetual.market.id, "", 0, 0))
        return 4.0

    @staticmethod
    async def instruments(ask: Any, stream: str) -> list[Any]:
        return []

    @staticmethod
    def spot_id(base: str, quote: str = "USDT") -> str:
        return base


async def first(frames: AsyncIterator[pl.DataFrame], count: int) -> pl.DataFrame:
    """The first `count` frames as one."""
    return pl.concat(await firsts(frames, count, seconds=10))


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between rounds take no time."""

    async def at_once(seconds: float) -> None:
        await _sleep(0)

    _sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", at_once)


async def test_ratios_reach_back_a_month_by_hours_and_a_day_by_five_minutes() -> None:
    class Venue(Fake): ...

    frames = positioning.collect(Venue, nothing, known(swap("BTC")), ("BTC",), stored(), clock)
    found = await first(frames, 6)
    assert found.schema == POSITIONING.schema
    counts = found.group_by("measure", "period").len().sort("period", "measure")
    assert counts.rows() == [
        ("accounts", "1h", 719),
        ("taker", "1h", 719),
        ("accounts", "5m", 288),
        ("taker", "5m", 288),
    ]
    assert found.select("base", "measure", "period", "ts").is_duplicated().sum() == 0
    assert max(end - start for _, _, start, end in Venue.asked) < 500 * INTERVALS["1h"]


async def test_after_a_downtime_only_the_hole_is_fetched() -> None:
    class Venue(Fake): ...

    before = NOW - timedelta(hours=3)
    frames = positioning.collect(
        Venue, nothing, known(swap("BTC")), ("BTC",), stored(binance=before), clock
    )
    found = await first(frames, 4)
    assert found["ts"].min() > before  # type: ignore[operator]
    assert found.filter(pl.col("period") == "5m").height == 2 * 36
    assert found.filter(pl.col("period") == "1h").height == 2 * 3


async def test_a_coin_whose_ratio_the_venue_lacks_is_left_out() -> None:
    class Venue(Fake): ...

    contracts = await positioning.perpetuals_of(
        known(swap("BTC"), swap("ETH"), swap("BTC", quote="USDC")), nothing, ("BTC", "SOL")
    )
    assert [market.id for market in contracts.values()] == ["BTCUSDT"]


@pytest.mark.usefixtures("rounds")
async def test_each_five_minutes_bring_only_what_is_new() -> None:
    class Venue(Fake): ...

    moment = [NOW]
    frames = positioning.collect(
        Venue, nothing, known(swap("BTC")), ("BTC",), stored(binance=NOW), lambda: moment[0]
    )
    moment[0] += timedelta(minutes=10)
    async with aclosing(frames), asyncio.timeout(10):  # type: ignore[type-var]
        start = [await anext(frames) for _ in range(3)]
        moment[0] += timedelta(minutes=5)
        later = [await anext(frames) for _ in range(2)]
    assert [frame.height for frame in (*start, *later)] == [2, 2, 0, 1, 1]
    assert {str(frame["measure"][0]) for frame in later} == {"accounts", "taker"}
    assert later[0]["ts"][0] == NOW.replace(minute=15)


async def test_a_measure_the_venue_refuses_leaves_the_others_and_none_at_all_is_said() -> None:
    class Some(Fake): ...

    class Nothing(Fake, refuses=tuple(Measure)): ...

    Some.refuses = (Measure.ACCOUNTS,)
    frames = positioning.collect(Some, nothing, known(swap("BTC")), ("BTC",), stored(), clock)
    assert set((await first(frames, 2))["measure"]) == {"taker"}
    frames = positioning.collect(Nothing, nothing, known(swap("BTC")), ("BTC",), stored(), clock)
    with pytest.raises(Unanswered):
        await first(frames, 1)


async def test_a_venue_that_has_nothing_new_still_answered() -> None:
    class Venue(Fake): ...

    newest = stored(binance=NOW - timedelta(minutes=2))
    frames = positioning.collect(Venue, nothing, known(swap("BTC")), ("BTC",), newest, clock)
    found = await first(frames, 1)
    assert (found.height, found.schema) == (0, POSITIONING.schema)
    assert len(Venue.asked) == 4


@pytest.mark.usefixtures("rounds")
async def test_a_page_of_ratios_that_cannot_be_read_stops_nothing() -> None:
    class Venue(Fake):
        @classmethod
        async def ratios(cls, ask: Any, market: Market, measure: Measure, *of: Any) -> Any:
            if measure in cls.refuses:
                raise Unreadable("taker: ValueError: not a positive number: '0.0'")
            return await super().ratios(ask, market, measure, *of)

    Venue.refuses = (Measure.TAKER,)
    frames = positioning.collect(Venue, nothing, known(swap("BTC")), ("BTC",), stored(), clock)
    assert set((await first(frames, 2))["measure"]) == {"accounts"}
    Venue.refuses = tuple(Measure)
    frames = positioning.collect(Venue, nothing, known(swap("BTC")), ("BTC",), stored(), clock)
    with pytest.raises(Unreadable, match="not a positive number"):
        await first(frames, 1)


async def test_a_coin_with_an_unreadable_perpetual_has_no_row_and_the_others_have() -> None:
    class Venue(Fake):
        @classmethod
        async def perpetuals(cls, ask: Any, markets: Sequence[Market]) -> list[Perpetual | Unread]:
            found = await super().perpetuals(ask, markets)
            return [Unread(markets[0], "KeyError: 'oi'"), *found[1:]]

    linear = known(swap("BTC"), swap("BTC", quote="USDC"), swap("ETH", quote="USDC"))
    coins = ("BTC", "ETH")
    found = await first(derivatives.collect(Venue, nothing, [linear], coins, clock), 1)
    assert found["base"].to_list() == ["ETH"]
    alone = derivatives.collect(Venue, nothing, [known(swap("BTC"))], ("BTC",), clock)
    with pytest.raises(Unreadable, match="'oi'"):
        await first(alone, 1)


async def test_a_coin_that_the_venue_does_not_list_is_noted_and_the_others_go_on() -> None:
    class Venue(Fake): ...

    coins, listed = ("BTC", "BTX", "BTY"), known(swap("BTC"))
    trouble = Trouble("what was noted before")
    found = await first(derivatives.collect(Venue, nothing, [listed], coins, clock, trouble), 1)
    assert found["base"].to_list() == ["BTC"]
    assert trouble.words == "no perpetual of BTX, BTY"
    way = Venue, nothing, listed, coins[:2], stored(), clock
    assert set((await first(positioning.collect(*way, trouble), 1))["base"]) == {"BTC"}
    assert trouble.words == "no perpetual of BTX"


async def test_an_index_that_cannot_be_read_costs_no_open_interest() -> None:
    class Venue(Fake):
        @staticmethod
        async def completed(ask: Any, perpetual: Perpetual) -> Perpetual:
            raise IndexError("list index out of range")

    found = await first(
        derivatives.collect(Venue, nothing, [known(swap("BTC"))], ("BTC",), clock), 1
    )
    assert found["open_interest_usd"].to_list() == [900.0]


async def test_a_funding_interval_that_cannot_be_read_leaves_funding_unknown() -> None:
    class Venue(Fake):
        @classmethod
        async def interval_h(cls, ask: Any, perpetual: Perpetual) -> float:
            raise KeyError("fundingInterval")

    frames = derivatives.collect(Venue, nothing, [known(swap("BTC"))], ("BTC",), clock)
    found = await first(frames, 1)
    assert found.select("open_interest_usd", "funding_8h").rows() == [(900.0, None)]


async def test_open_interest_sums_all_perpetuals_and_funding_is_scaled_to_eight_hours() -> None:
    class Venue(Fake): ...

    linear = known(swap("BTC"), swap("BTC", quote="USDC"), swap("ETH", quote="USDC"))
    inverse = known(swap("BTC", inverse=True, quote="USD"))
    frames = derivatives.collect(Venue, nothing, [linear, inverse], ("BTC", "ETH"), clock)
    found = await first(frames, 1)
    assert found.schema == DERIVATIVES.schema
    assert found.select("base", "open_interest_usd").rows() == [("BTC", 999.0), ("ETH", 90.0)]
    assert found["funding_8h"].to_list() == pytest.approx([0.0002, 0.0002])
    assert found.select("mark", "index").row(0) == (100.0, 101.0)


@pytest.mark.usefixtures("rounds")
async def test_the_funding_interval_is_not_asked_for_each_round() -> None:
    class Venue(Fake): ...

    frames = derivatives.collect(Venue, nothing, [known(swap("BTC"))], ("BTC",), clock)
    await first(frames, 3)
    assert len(Venue.asked) == 1


async def test_no_perpetual_at_all_is_unanswered() -> None:
    class Venue(Fake): ...

    with pytest.raises(Unanswered):
        await first(derivatives.collect(Venue, nothing, [known()], ("BTC",), clock), 1)


def sources(*venues: type[Asked]) -> list[Source]:
    return [Source(PRICED["binance"], venue, nothing, known()) for venue in venues]


def of(frame: pl.DataFrame, interval: str) -> pl.DataFrame:
    return frame.filter(pl.col("interval") == interval)


async def test_candles_reach_back_as_far_as_there_are_and_the_newest_is_open() -> None:
    class Venue(Fake): ...

    found = await first(candles.collect(sources(Venue), ("BTC",), stored(), stored(), clock), 12)
    assert found.schema == CANDLES.schema
    daily, hourly = of(found, "1d"), of(found, "1h")
    assert daily.height == 2_001
    assert daily["ts"].n_unique() == daily.height
    assert hourly.height == 366 * 24 + 1
    for each in (daily, hourly):
        assert each["closed"].to_list() == [True] * (each.height - 1) + [False]
    assert (NOW.replace(hour=0, minute=0), False) in daily.select("ts", "closed").rows()
    assert set(found["symbol"]) == {"BTC/USDT"}


@examples(15)
@given(st.integers(0, 3_000), st.integers(60, 1000))
def test_whatever_was_stored_no_candle_is_missing_after_it(days: int, page: int) -> None:
    class Venue(Fake): ...

    Venue.page, Venue.listed = page, MS // DAY * DAY - 4_000 * DAY
    newest = NOW.replace(hour=0, minute=0) - timedelta(days=days)

    async def fetched() -> list[int]:
        rounds = candles.Rounds(sources(Venue), stored(binance=newest), stored(), clock)
        found = [frame async for frame in rounds.fill("BTC", "spot", "1d", candles.DEPTHS["1d"])]
        return pl.concat(found)["ts"].dt.epoch("ms").to_list()

    begin = int(newest.timestamp() * 1000) if days <= 2_700 else MS // DAY * DAY - 2_700 * DAY
    assert asyncio.run(fetched()) == list(range(begin, MS + 1, DAY))


OPEN = NOW.replace(minute=0)
"""When the candle of now opened."""


def hours(frames: list[pl.DataFrame]) -> list[int]:
    """The hours that frames of candles open at, counted back from that of now."""
    ago = MS // INTERVALS["1h"] * INTERVALS["1h"] - pl.concat(frames)["ts"].dt.epoch("ms")
    return (ago // INTERVALS["1h"]).to_list()


async def before(
    venue: type[Asked], oldest: timedelta, depth: timedelta, stop_after: int = 100
) -> list[pl.DataFrame]:
    """What is fetched of the hours before now, where those of `oldest` ago and later are stored."""
    newest, first = stored(binance=OPEN - timedelta(hours=2)), stored(binance=OPEN - oldest)
    rounds = candles.Rounds(sources(venue), newest, first, clock)
    found = []
    async with aclosing(rounds.fill("BTC", "spot", "1h", depth)) as frames:  # type: ignore[type-var]
        async for frame in frames:
            found.append(frame)
            if len(found) == stop_after:
                break
    return found


async def test_a_store_that_kept_ninety_days_of_hours_is_given_the_year_before() -> None:
    class Venue(Fake, page=1000): ...

    found = await before(Venue, timedelta(days=90), timedelta(days=366))
    assert hours(found[:1]) == [2, 1, 0]
    assert sorted(hours(found[1:])) == list(range(90 * 24 + 1, 366 * 24 + 1))
    assert len(Venue.asked) == 1 + 7  # 6,624 hours, a thousand at once
    assert [min(hours([frame])) for frame in found[1:]] == sorted(
        min(hours([frame])) for frame in found[1:]
    )  # newest first: what a stop leaves is again before the oldest


async def test_what_a_stop_left_is_asked_for_again_and_nothing_that_is_there() -> None:
    class Venue(Fake, page=1000): ...

    first = await before(Venue, timedelta(days=90), timedelta(days=366), stop_after=4)
    have = max(hours(first))
    left = await before(Venue, timedelta(hours=have), timedelta(days=366))
    assert sorted(hours(first[1:]) + hours(left[1:])) == list(range(90 * 24 + 1, 366 * 24 + 1))
    Venue.asked.clear()
    await before(Venue, timedelta(days=366), timedelta(days=366))
    assert len(Venue.asked) == 1


async def test_a_coin_is_asked_for_once_before_it_was_listed() -> None:
    class Venue(Fake, page=1000, listed=MS // DAY * DAY - 100 * DAY): ...

    newest, first = stored(binance=OPEN), stored(binance=OPEN - timedelta(days=90))
    rounds = candles.Rounds(sources(Venue), newest, first, clock)
    for _ in range(3):
        found = [f async for f in rounds.fill("BTC", "spot", "1h", timedelta(days=366))]
    assert [frame.height for frame in found] == [1]
    assert len(Venue.asked) == 3 + 2  # the rounds, a page with the listing in it, an empty one


async def test_gold_has_no_year_of_hours() -> None:
    class Venue(Fake, bases=("BTC", "PAXG")): ...

    def depths(found: list[tuple[str, str, int, int]]) -> dict[str, int]:
        hourly = [(base, start) for base, interval, start, _ in found if interval == "1h"]
        return {b: round((MS - min(s for c, s in hourly if c == b)) / DAY) for b, _ in hourly}

    await first(candles.collect(sources(Venue), ("BTC",), stored(), stored(), clock), 18)
    assert depths(Venue.asked) == {"BTC": 366, "PAXG": 90}
    Venue.asked.clear()
    await first(candles.collect(sources(Venue), ("PAXG",), stored(), stored(), clock), 12)
    assert depths(Venue.asked) == {"PAXG": 366}  # who follows it wants its profile


@pytest.mark.usefixtures("rounds")
async def test_each_round_renews_the_open_candle_alone() -> None:
    class Venue(Fake): ...

    frames = candles.collect(
        sources(Venue), ("BTC",), stored(binance=NOW - timedelta(days=2)), stored(), clock
    )
    found = await first(frames, 4)
    assert of(found, "1d")["ts"].dt.day().to_list() == [19, 20, 20]


async def test_a_venue_that_fails_is_stood_in_for_with_its_whole_history() -> None:
    class Down(Fake, name="binance", fails=Unanswered("timed out")): ...

    class Limited(Fake, name="bybit", fails=RateLimited("429", 60.0)): ...

    class Venue(Fake, name="okx"): ...

    found = await first(
        candles.collect(sources(Down, Limited, Venue), ("BTC",), stored(), stored(), clock), 3
    )
    assert set(found["venue"]) == {"okx"}
    assert of(found, "1d").height == 2_001
    assert len(Limited.asked) == 1  # it was told to wait, and is


async def test_when_nobody_answers_the_reason_is_raised() -> None:
    class Down(Fake, fails=Unanswered("timed out")): ...

    with pytest.raises(Unanswered, match="timed out"):
        await first(candles.collect(sources(Down), ("BTC",), stored(), stored(), clock), 1)


@pytest.mark.usefixtures("rounds")
async def test_gold_is_what_is_listed_and_what_is_not_is_not_asked_again() -> None:
    class Venue(Fake, bases=("BTC", "PAXG")): ...

    found = await first(candles.collect(sources(Venue), ("BTC",), stored(), stored(), clock), 16)
    assert set(found["symbol"]) == {"BTC/USDT", "PAXG/USDT"}
    assert sum(asked[0] == "XAUT" for asked in Venue.asked) == 1


async def test_the_gold_perpetual_comes_from_the_market_list() -> None:
    class Venue(Fake, bases=("XAU",)): ...

    source = Source(PRICED["binance"], Venue, nothing, known(swap("XAU")))
    found = await first(candles.collect([source], (), stored(), stored(), clock), 3)
    assert set(found["symbol"]) == {"XAUUSDT"}


async def test_silver_comes_from_the_market_list_by_the_day_alone() -> None:
    class Venue(Fake, bases=("XAG",)): ...

    source = Source(PRICED["binance"], Venue, nothing, known(swap("XAG")))
    found = await first(candles.collect([source], (), stored(), stored(), clock), 1)
    assert set(found["base"]) == {"XAG"}
    assert {interval for base, interval, *_ in Venue.asked if base == "XAG"} == {"1d"}
    assert not {base for base, *_ in Venue.asked} & {"SPY", "QQQ"}, "not listed: not asked for"


def quote_source(name: str, endpoint: str) -> Source:
    return Source(PRICED[name], PRICED[name].asked, Rest(name, endpoint), known())


def binance_price(price: str, ts: int) -> dict[str, Any]:
    return {"e": "24hrMiniTicker", "E": ts, "s": "BTCUSDT", "c": price}


async def pushed(exchange: FakeExchange, part: str, messages: Sequence[Any]) -> None:
    """Send to the newest socket whose path holds `part`, once it has subscribed."""
    while not any(part in path for path in exchange.paths) or not exchange.frames:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    for path, socket in zip(exchange.paths, exchange.sockets, strict=True):
        if part in path and not socket.closed:
            for message in messages:
                await socket.send_str(json.dumps(message))


def every(step: timedelta) -> Callable[[], datetime]:
    """A clock that moves on by `step` whenever it is read."""
    ticks = itertools.count()
    return lambda: NOW + next(ticks) * step


async def test_a_symbol_has_at_most_one_row_a_second() -> None:
    async with FakeExchange() as exchange:
        source = quote_source("binance", exchange.endpoint)
        messages = [binance_price(f"{90_000 + i}", MS + i) for i in range(20)]
        push = asyncio.create_task(pushed(exchange, "stream.binance", messages))
        frames = quotes.collect(
            [source], ("BTC",), exchange.endpoint, every(timedelta(milliseconds=1))
        )
        found = await first(frames, 1)
        await push
    assert found.schema == QUOTES.schema
    assert found.select("symbol", "base", "price").rows() == [("BTC/USDT", "BTC", 90_019.0)]


async def test_the_topics_are_the_coins_and_the_gold_tokens() -> None:
    async with FakeExchange() as exchange:
        source = quote_source("binance", exchange.endpoint)
        push = asyncio.create_task(pushed(exchange, "stream.binance", [binance_price("9", MS)]))
        await first(quotes.collect([source], ("BTC",), exchange.endpoint, clock), 1)
        await push
    assert exchange.frames[0]["params"] == [
        "btcusdt@miniTicker",
        "paxgusdt@miniTicker",
        "xautusdt@miniTicker",
    ]


def test_an_unchanged_price_is_written_every_ten_seconds_only() -> None:
    quote = PRICED["binance"].quote(binance_price("9", MS))
    assert quote is not None
    price = feed.Price(swap("BTC"), quote, received=1_000)
    assert price.due()
    price.written, price.written_at = 9.0, 1_000
    price.received = 5_000
    assert not price.due()
    price.received = 11_000
    assert price.due()
    price.received, price.quote = 2_500, quote._replace(price=9.5)
    assert price.due()


async def test_a_silent_venue_is_stood_in_for_until_it_speaks(monkeypatch: Any) -> None:
    monkeypatch.setattr(quotes, "SILENT_S", 0.3)
    async with FakeExchange() as exchange:
        both = [quote_source(name, exchange.endpoint) for name in ("binance", "okx")]
        standing = Trouble()
        way = exchange.endpoint, every(timedelta(seconds=2)), None, None, standing
        frames = quotes.collect(both, ("BTC",), *way)
        okx = okx_price("BTC", "7", MS)
        seen = []
        async with aclosing(frames):  # type: ignore[type-var]
            push = asyncio.create_task(pushed(exchange, "ws.okx", [okx]))
            seen.append((await anext(frames))["venue"][0])
            assert standing.words == "binance: no message yet; okx stands in"
            await push
            push = asyncio.create_task(pushed(exchange, "stream.binance", [binance_price("8", MS)]))
            seen.append((await anext(frames))["venue"][0])
            await push
            assert standing.words is None
            closed = [
                s.closed
                for p, s in zip(exchange.paths, exchange.sockets, strict=True)
                if "okx" in p
            ]
    assert seen == ["okx", "binance"]
    assert closed


def okx_price(base: str, price: str, ts: int) -> dict[str, Any]:
    row = {"instId": f"{base}-USDT", "last": price, "ts": str(ts)}
    return {"arg": {"channel": "tickers", "instId": f"{base}-USDT"}, "data": [row]}


class Sayings:
    """Two venues of which each says the prices it is told to, again and again."""

    def __init__(self, exchange: FakeExchange) -> None:
        self._exchange = exchange
        self.says: dict[str, set[str]] = {"stream.binance": set(), "ws.okx": set()}

    async def run(self) -> None:
        for ts in itertools.count(MS):
            for path, socket in zip(self._exchange.paths, self._exchange.sockets, strict=True):
                part = next(part for part in self.says if part in path)
                for base in sorted(self.says[part]):
                    message = {**binance_price(str(ts), ts), "s": f"{base}USDT"}
                    message = okx_price(base, str(ts), ts) if part == "ws.okx" else message
                    if not socket.closed:
                        await socket.send_str(json.dumps(message))
            await asyncio.sleep(0.03)


async def test_a_coin_that_the_preferred_venue_lacks_comes_from_the_next(monkeypatch: Any) -> None:
    monkeypatch.setattr(quotes, "SILENT_S", 0.4)

    def answer(frame: dict[str, Any]) -> list[str]:
        """OKX has no gold tokens."""
        gone = "Wrong URL or channel:tickers,instId:XAUT-USDT doesn't exist"
        no = json.dumps({"event": "error", "code": "60018", "msg": gone})
        return [no if "XAUT" in yes else yes for yes in acknowledged(frame)]

    async with FakeExchange() as exchange:
        exchange.answer = answer
        both = [quote_source(name, exchange.endpoint) for name in ("binance", "okx")]
        frames = quotes.collect(both, ("BTC", "NEW"), exchange.endpoint, utc_now)
        said = Sayings(exchange)
        said.says |= {"stream.binance": {"BTC", "PAXG"}, "ws.okx": {"BTC", "NEW"}}
        pushing = asyncio.create_task(said.run())
        seen: set[tuple[str, str]] = set()
        async with aclosing(frames), asyncio.timeout(15):  # type: ignore[type-var]
            async for frame in frames:
                seen |= set(frame.select("venue", "base").rows())
                if ("okx", "NEW") in seen:
                    break
            asked = [arg["instId"] for frame in exchange.frames for arg in frame.get("args", [])]
            dials = len(exchange.paths)
            assert set(asked) == {"NEW-USDT", "XAUT-USDT"}
            said.says["stream.binance"].add("NEW")
            async for frame in frames:
                seen |= set(frame.select("venue", "base").rows())
                if ("binance", "NEW") in seen:
                    break
            await asyncio.sleep(0.6)
            await anext(frames)
            closed = [s.closed for p, s in zip(exchange.paths, exchange.sockets, strict=True)]
        pushing.cancel()
    assert seen == {("binance", "BTC"), ("binance", "PAXG"), ("binance", "NEW"), ("okx", "NEW")}
    assert closed == [False, True]
    assert len(exchange.paths) == dials == 2, "what was refused is not asked for again and again"


def test_a_symbol_that_came_may_be_quiet_for_longer() -> None:
    async def run() -> None:
        source = quote_source("binance", "http://127.0.0.1:9")
        keys = [("BTC", "spot"), ("ETH", "spot"), ("PAXG", "spot")]
        it = feed.Feed(source, keys, ("BTC", "ETH"), None, clock, None, {})
        btc, eth, paxg = keys
        it._sought, it._began = frozenset(keys), feed.now() - 30.0
        it._heard = {btc: feed.now(), paxg: feed.now() - 20.0}
        it.spoke = feed.now()
        assert it.lacks(10.0, 60.0) == {eth}
        assert it.lacks(10.0, 15.0) == {eth, paxg}
        it.spoke -= 11.0
        assert it.lacks(10.0, 60.0) == set(keys)
        await it.bring(frozenset())
        assert it.lacks(10.0, 60.0) == set()

    asyncio.run(run())


async def test_no_quote_from_anyone_is_lost(monkeypatch: Any) -> None:
    monkeypatch.setattr(quotes, "LOST_S", 0.3)
    async with FakeExchange() as exchange:
        source = quote_source("binance", exchange.endpoint)
        with pytest.raises(Lost):
            await first(quotes.collect([source], ("BTC",), exchange.endpoint, clock), 1)


@pytest.mark.parametrize(("retry_after", "dials"), [(None, 1), (9.0, 1), (0.4, 2)])
async def test_a_venue_that_says_429_is_left_alone_for_as_long_as_it_wants(
    monkeypatch: pytest.MonkeyPatch, retry_after: float | None, dials: int
) -> None:
    dialled = []

    class Busy(Socket):
        def __init__(self, *way: Any) -> None: ...

        async def open(self) -> None:
            dialled.append(self)
            raise RateLimited("told to wait", retry_after)

        async def close(self) -> None: ...

    monkeypatch.setattr(feed, "Socket", Busy)
    monkeypatch.setattr(backoff, "delay", lambda attempts: 0.01)
    monkeypatch.setattr(quotes, "LOST_S", 0.2)
    source, rests = quote_source("binance", "http://127.0.0.1:9"), dict[str, float]()
    for _ in range(2):  # lost, and made anew by the recorder
        with pytest.raises(Lost, match="told to wait"):
            await first(quotes.collect([source], ("BTC",), None, clock, None, rests), 1)
    assert len(dialled) == dials


def offline(folder: Path) -> Settings:
    """The default settings, at an endpoint where nobody listens."""
    (folder / "empty.toml").write_text("")
    return replace(
        load(folder / "empty.toml"), endpoint="http://127.0.0.1:9", cache_dir=folder / "cache"
    )


def test_specs_name_every_feed(tmp_path: Path) -> None:
    settings = offline(tmp_path)
    context = Context(itertools.count(1).__next__, stored(), lambda quote: None, utc_now)
    found = specs(settings, context)
    named = {(spec.collector, spec.venue, spec.stream) for spec in found}
    assert len(named) == len(found)
    assert {(s.venue, s.stream) for s in found if s.collector == "liquidations"} == {
        (name, stream) for name in settings.venues for stream in VENUES[name].streams
    }
    assert all((spec.link is not None) == (spec.collector == "liquidations") for spec in found)
    assert {spec.table.name for spec in found} == {
        "liquidations", "positioning", "derivatives", "candles", "quotes", "control", "depth",
        "volatility", "options", "flow",
    }  # fmt: skip


def newest_of(table: Table, where: Mapping[str, str]) -> datetime | None:
    return None


async def test_a_spec_started_again_begins_anew(tmp_path: Path) -> None:
    settings = offline(tmp_path)
    context = Context(itertools.count(1).__next__, newest_of, lambda quote: None, utc_now)
    for spec in specs(settings, context):
        if spec.collector == "quotes":
            continue  # it tries for a minute before it gives up
        for _ in range(2):
            # Spot pairs are in no list that is asked for: the socket is what fails first.
            with pytest.raises(Lost if spec.stream == "spot" else Unanswered):
                await first(spec.start(), 1)
