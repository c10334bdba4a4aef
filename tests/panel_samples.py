"""Records of one invented wave, made by hand: what the panels' tests and goldens are drawn from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl

from tests import depth_samples
from tui.metrics import flows as flow_metric
from tui.metrics import header as metric
from tui.metrics.around import Then
from tui.metrics.averages import Average, Averages
from tui.metrics.cascades.rule import Grade
from tui.metrics.cascades.standing import Standing, Word
from tui.metrics.cascades.table import Cascade, Step
from tui.metrics.coverage import Cover
from tui.metrics.derivatives import Derivatives, Funding, OpenInterest
from tui.metrics.drivers import Basis, Drivers, Move, drivers
from tui.metrics.events import Event, Kind
from tui.metrics.feeds import Feed
from tui.metrics.flow import Flows, Taken, Window
from tui.metrics.flows import NEEDS, WANTED, Demand, Own
from tui.metrics.groups import Group, sizes
from tui.metrics.haven_test import haven_test, rolling
from tui.metrics.havens import Correlation, Havens
from tui.metrics.options import CoinOptions, Options, Rank, TenorIv
from tui.metrics.other_havens import OtherHaven
from tui.metrics.positioning import Ratio
from tui.metrics.premium import Premium
from tui.metrics.prices import Price
from tui.metrics.profile import NEED, Profile, edge
from tui.metrics.supply import Supply, supply
from tui.metrics.windows import (
    WINDOWS,
    Amount,
    FeedRow,
    Folded,
    Liquidations,
    Minute,
    Total,
    VenueAmounts,
)
from tui.panels.drivers import Charts, DriversRecord
from tui.panels.events import EventsRecord
from tui.panels.flows import FlowsRecord
from tui.panels.haven_history import HavenHistory
from tui.panels.header import HeaderRecord
from tui.panels.liquidations import LiquidationsRecord
from tui.panels.liquidations.deep import Deep, Near
from tui.panels.long_short import LongShort
from tui.panels.moving_averages import AveragesRecord
from tui.panels.options import OptionsRecord
from tui.panels.safe_haven import HavensRecord
from tui.panels.supply import SupplyRecord
from tui.scores import LINES, Percentile, Reading, Score, Scorecard
from tui.tables import DERIVATIVES, FLOW, LIQUIDATION_MINUTES, Measure, Side, State

NOW = datetime(2026, 1, 20, 14, 6, 41, tzinfo=UTC)
LONG, SHORT = Side.LONG, Side.SHORT
SIDES = {
    "1m": (21.4e6, 310e3, 1.0),
    "5m": (68.2e6, 1.4e6, 1.0),
    "15m": (71.0e6, 2.2e6, 0.983),
    "1h": (80.6e6, 4.5e6, 0.991),
    "4h": (156e6, 11.6e6, 0.991),
    "12h": (470e6, 42.4e6, 0.994),
    "24h": (848e6, 81.4e6, 0.993),
}
WHY = ("binance 1/s", "okx 1/s")


def ago(**span: float) -> datetime:
    """The moment that long before NOW."""
    return NOW - timedelta(**span)


def total(window: str, have: timedelta | None = None) -> Total:
    """One window's total; of a store that began `have` ago if given."""
    long, short, share = SIDES[window]
    kept = WINDOWS[window] if have is None else min(have, WINDOWS[window])
    cover = Cover(share, kept, {"binance": share, "bybit": 1.0, "okx": share}, ())
    return Total(window, Amount(long, short, 728, 0, 6.4e6), cover, WHY)


def amounts(long: float, short: float, count: int, largest: float) -> dict[str, Amount]:
    """The same amount in every window up to an hour, ten times as much beyond."""
    near = Amount(long, short, count, 0, largest)
    far = Amount(long * 10, short * 10, count * 10, 0, largest)
    return {name: near if span <= WINDOWS["1h"] else far for name, span in WINDOWS.items()}


def minutes() -> tuple[Minute, ...]:
    """Sixty minutes: quiet, a gap of three, a few shorts, then the wave."""
    wave = [0.4e6, 3.1e6, 9.4e6, 8.2e6, 12.8e6, 16.1e6, 21.4e6]
    quiet = [(0.21e6 + 0.05e6 * (n % 3), 0.4e6 if n in (9, 22, 40) else 0.0) for n in range(53)]
    sides = quiet + [(usd, 0.1e6) for usd in wave]
    start = NOW.replace(second=0) - timedelta(minutes=59)
    return tuple(
        Minute(start + timedelta(minutes=n), 0.0, 0.0, False)
        if n in (30, 31, 32)
        else Minute(start + timedelta(minutes=n), *sides[n])
        for n in range(60)
    )


def row(
    second: int,
    side: Side,
    base: str,
    usd: float | None,
    price: float,
    venue: str,
    largest: bool = False,
) -> FeedRow:
    """One row of the feed at 14:06:`second`."""
    qty = None if usd is None else usd / price
    symbol = f"{base}/USDT:USDT"
    ts = NOW.replace(second=second)
    return FeedRow(ts, venue, symbol, base, side, qty, price, "bankruptcy", usd, largest)


def feed() -> tuple[FeedRow | Folded, ...]:
    """A wave's feed, newest first."""
    return (
        row(41, LONG, "BTC", 1.24e6, 88_612.4, "bybit"),
        row(41, LONG, "ETH", 312e3, 2_908.15, "binance"),
        row(40, LONG, "BTC", 6.40e6, 88_640.0, "bybit", True),
        row(40, LONG, "SOL", 611e3, 121.38, "okx"),
        Folded(NOW.replace(second=40), 31, 1.02e6, 0.98),
        row(39, LONG, "BTC", 880e3, 88_655.1, "binance"),
        row(39, LONG, "ETH", 2.15e6, 2_909.40, "bybit"),
        row(39, SHORT, "BTC", 74e3, 88_701.0, "okx"),
        Folded(NOW.replace(second=39), 26, 744e3, 0.96),
        row(38, LONG, "BTC", 431e3, 88_690.2, "okx"),
        row(38, LONG, "XRP", 240e3, 1.9124, "bybit"),
        row(37, LONG, "BTC", 1.02e6, 88_702.7, "binance"),
        row(37, LONG, "DOGE", 199e3, 0.11873, "bybit"),
        Folded(NOW.replace(second=37), 19, 610e3, 0.97),
        row(36, LONG, "PEPE", None, 0.00000712, "okx"),
        *(row(35 - n, LONG, "BTC", 90e3 + n * 7e3, 88_700.0 + n, "bybit") for n in range(30)),
    )


def liquidations(have: timedelta | None = None, coin: str | None = None) -> Liquidations:
    """The wave; in a store that began `have` ago if given."""
    rows = feed()
    largest = rows[2]
    assert isinstance(largest, FeedRow)
    return Liquidations(
        NOW,
        coin,
        {name: total(name, have) for name in WINDOWS},
        {
            "bybit": VenueAmounts("bybit", "all", amounts(29.4e6, 0.6e6, 441, 6.4e6), NOW, 0.4),
            "binance": VenueAmounts("binance", "1/s", amounts(24.1e6, 0.5e6, 287, 2e6), NOW, 0.9),
            "okx": VenueAmounts("okx", "1/s", amounts(9.8e6, 0.3e6, 148, 611e3), NOW, 0.7),
        },
        {
            "BTC": amounts(31.2e6, 420e3, 212, 6.4e6),
            "ETH": amounts(19.8e6, 510e3, 187, 2.15e6),
            "SOL": amounts(7.31e6, 120e3, 94, 611e3),
            "XRP": amounts(3.02e6, 88e3, 51, 240e3),
            "DOGE": amounts(2.44e6, 61e3, 48, 199e3),
            "PEPE": amounts(1.1e6, 2.2e6, 30, 150e3),
            "ADA": amounts(0.9e6, 0.1e6, 21, 120e3),
            "LTC": amounts(0.0, 0.0, 0, 0.0),
        },
        minutes(),
        rows,
        largest,
        NOW - timedelta(seconds=1),
    )


def liquidations_record(have: timedelta | None = None) -> LiquidationsRecord:
    """The panel's record of the wave."""
    fall = [89_900.0 + (n % 5) * 20 for n in range(54)]
    prices: list[float | None] = [*fall, 89_800, 89_500, 89_200, 89_000, 88_800, 88_640]
    prices[20] = None
    return LiquidationsRecord(
        liquidations(have),
        "BTC",
        tuple(prices),
        {"BTC": -0.0137, "ETH": -0.0202, "SOL": -0.0261},
        {"BTC": -0.024, "ETH": -0.029},
        standing=standing() if have is None else young(),
    )


def empty_liquidations_record() -> LiquidationsRecord:
    """A store that has just begun."""
    none = Cover(None, timedelta(0), {}, ())
    windows = {name: Total(name, Amount(), none, ("not listening yet",)) for name in WINDOWS}
    start = NOW.replace(second=0) - timedelta(minutes=59)
    blank = tuple(Minute(start + timedelta(minutes=n), 0.0, 0.0, False) for n in range(60))
    made = Liquidations(NOW, None, windows, {}, {}, blank, (), None, None)
    return LiquidationsRecord(made, "BTC", (None,) * 60, {}, {})


def ratio(venue: str, measure: Measure, value: float, change: float | None = None) -> Ratio:
    """A ratio four minutes old."""
    return Ratio(venue, "BTC", measure, value, value / (1 + value), ago(minutes=4), change)


def long_short() -> LongShort:
    """Three venues, one of which publishes accounts alone and one measure of which we lack."""
    m = Measure
    ratios = (
        ratio("binance", m.ACCOUNTS, 2.31, -0.12),
        ratio("binance", m.TOP_ACCOUNTS, 2.05, -0.08),
        ratio("binance", m.TOP_POSITIONS, 1.12, 0.03),
        ratio("binance", m.TAKER, 0.71, -0.21),
        ratio("bybit", m.ACCOUNTS, 1.88, -0.1),
        ratio("okx", m.ACCOUNTS, 1.65, -0.02),
        ratio("okx", m.TOP_ACCOUNTS, 1.41),
        ratio("okx", m.TAKER, 0.78),
    )
    ts = ago(seconds=8)
    interest = (
        OpenInterest("binance", "BTC", 10.4e9, -0.023, -0.031, ts),
        OpenInterest("bybit", "BTC", 5.9e9, -0.029, -0.04, ts),
        OpenInterest("okx", "BTC", 3.6e9, -0.016, None, ts),
        OpenInterest("all", "BTC", 19.9e9, -0.024, -0.031, ts),
    )
    funding = (
        Funding("binance", "BTC", 0.000041, -0.000059, ts),
        Funding("bybit", "BTC", 0.000035, None, ts),
        Funding("okx", "BTC", 0.000052, None, ts),
        Funding("all", "BTC", 0.000041, -0.000059, ts),
    )
    words = "accounts 70% long, top positions 53%: small longs crowded"
    only = {"bybit": (m.ACCOUNTS,)}
    btc = LongShort(NOW, "BTC", ratios, interest, funding, words, -0.0137, measures=only)
    ether = (replace(ratios[0], base="ETH", ratio=1.97), replace(ratios[3], base="ETH", ratio=0.8))
    of_all = (replace(interest[3], base="ETH", usd=9.1e9, change_5m=-0.029),)
    paid = (replace(funding[3], base="ETH", rate_8h=0.000062),)
    return replace(btc, others=(LongShort(NOW, "ETH", ether, of_all, paid, None, None),))


def averages() -> AveragesRecord:
    """Price below its long averages, the long one short of history, the weekly above."""
    lines = (
        Average("365d", 365, 365, 101_326, -0.125, "below", 75, False, -38.2, 108_900),
        Average("200d", 200, 200, 105_628, -0.161, "below", 98, True, -92.0, 117_400),
        Average("50d", 50, 50, 91_212, -0.028, "below", 1, False, -121.0, 95_300),
        Average("200w", 112, 200),
    )
    made = Averages(
        "BTC",
        "BTC/USDT",
        "binance",
        88_640.0,
        ago(seconds=1),
        lines,
        date(2026, 1, 19),
        89_702.0,
        85_000.0,
        90_000.0,
        90_000.0,
        NOW.replace(hour=9, minute=12),
    )
    return AveragesRecord(NOW, made)


def havens() -> HavensRecord:
    """Gold up, bitcoin down, and no flight."""
    made = Havens(
        "PAXG/USDT",
        "binance",
        "PAXG/USDT",
        4_683.0,
        ago(seconds=3),
        {"PAXG/USDT": 4_683.0, "XAUT/USDT": 4_679.0},
        {
            "BTC": {"24h": -0.0091, "7d": -0.079, "30d": 0.012, "1y": -0.131},
            "gold": {"24h": 0.017, "7d": 0.036, "30d": 0.069, "1y": 0.684},
        },
        88_640.0,
        ago(seconds=1),
        18.93,
        -0.026,
        {30: Correlation(30, 30, -0.12, False), 90: Correlation(90, 90, -0.08, False)},
        False,
        {"BTC": -0.4, "gold": 1.6},
    )
    return HavensRecord(NOW, made)


PEAKS = {2_268: 4.0, 2_283: 3.0, 2_300: 9.0, 2_324: 4.0, 2_336: 3.0}
"""Half per cents from 1, and how many times more was traded within three of them."""


def hours(base: str = "BTC", count: int = NEED) -> dict[str, pl.DataFrame]:
    """A year of hours that go up and down between 76,000 and 126,000, more traded at some prices
    than at others, the last of them just over."""
    bins = [2_255 + abs(n % 204 - 102) for n in range(count)]
    volumes = [1.0 + sum(v for peak, v in PEAKS.items() if abs(b - peak) <= 3) for b in bins]
    lows = [edge(b) for b in bins]
    last = NOW.replace(minute=0, second=0, microsecond=0)
    return {
        "binance": pl.DataFrame(
            {
                "ts": [last - timedelta(hours=count - n) for n in range(count)],
                "low": lows,
                "high": [low * 1.0049 for low in lows],
                "close": lows,
                "volume": volumes,
            },
            schema_overrides={"ts": pl.Datetime("ms", "UTC")},
        )
    }


def supplied(base: str = "BTC", price: float | None = 88_640.0, count: int = NEED) -> Supply:
    """The zones of that year around a price."""
    return supply(hours(base, count), base, price, ago(seconds=1))


def supply_record() -> SupplyRecord:
    """The price under the fullest zone."""
    return SupplyRecord(NOW, supplied())


READINGS: dict[str, tuple[Reading, Percentile]] = {
    "trend": (Reading(-0.125, ago(seconds=1), 0.003), Percentile(365, 365, 0.04)),
    "leverage": (Reading(reason="no open interest of BTC"), Percentile(41, 7, None)),
    "funding": (Reading(0.000041, ago(seconds=8), -0.000059), Percentile(41, 7, 0.38)),
    "positioning": (Reading(0.698, ago(minutes=4), -0.011), Percentile(30, 30, 0.91)),
    "spot_demand": (Reading(-0.0214, ago(seconds=41), -0.008), Percentile(8, 7, 0.12)),
    "supply": (Reading(0.066, ago(seconds=1), 0.0), Percentile(3, 7, None)),
    "options": (Reading(0.4504, ago(seconds=41), 0.021), Percentile(365, 365, 0.33)),
    "haven": (Reading(18.93, ago(seconds=3), -0.5), Percentile(365, 365, 0.01)),
    "liquidity": (
        Reading(61.4e6, ago(seconds=6), -9.2e6, is_low=True, what="perp bids + asks in 0.1%"),
        Percentile(12, 30, None),
    ),
    "forced_flow": (Reading(929e6, ago(minutes=21), 12e6, is_low=True), Percentile(41, 7, 0.97)),
}


def scorecard() -> Scorecard:
    """Every line; a feed that was heard of too long ago, and no open interest."""
    scores = []
    for line in LINES:
        reading, standing = READINGS[line.name]
        scores.append(Score(line, reading, standing, line.name == "forced_flow"))
    return Scorecard(NOW, "BTC", tuple(scores))


def empty_scorecard() -> Scorecard:
    """No line has a number."""
    none = Reading(reason="no live price of BTC")
    scores = tuple(Score(line, none, Percentile(0, 7, None), False) for line in LINES)
    return Scorecard(NOW, "BTC", scores)


def quote(base: str, price: float, five: float, day: float, seconds: float = 0.5) -> Price:
    """A live price `seconds` old."""
    return Price("binance", f"{base}/USDT", base, price, ago(seconds=seconds), five, day)


def header(
    have: timedelta | None = None, endpoint: str | None = None, bad: bool = False, aged: float = 0.5
) -> HeaderRecord:
    """The header of the wave; in a young store, with an endpoint, a bad feed or an aged price."""
    streams = ("binance usdm", "binance coinm", "bybit linear", "bybit inverse", "okx swap")
    feeds = [live_feed("liquidations", *name.split()) for name in streams]
    feeds += [live_feed("derivatives", venue) for venue in ("binance", "bybit", "okx")]
    feeds.append(live_feed("quotes", "binance"))
    if bad:
        feeds[4] = Feed(
            "liquidations", "okx", "swap", State.RETRYING, 14.0, 3, "ping timeout", False
        )
    prices = (
        quote("BTC", 88_640.0, -0.0137, -0.0091, aged),
        quote("ETH", 2_911.2, -0.0202, -0.018),
        quote("SOL", 121.4, -0.0261, -0.02),
    )
    record = long_short()
    made = liquidations(have)
    now = metric.header(
        prices,
        made,
        Derivatives(record.interest, record.funding),
        feeds,
        made.as_of,
        base="BTC",
        endpoint=endpoint,
    )
    return HeaderRecord("BTC", now, made, young(), ago(seconds=1), -0.0137, -0.024)


def young(days: float = 2.0) -> Standing:
    """The state of a store that has too few days to tell one."""
    return Standing(NOW, Word.YOUNG, None, None, days, (), dict.fromkeys(WINDOWS))


def a_cascade(grade: Grade = Grade.MARKET_WIDE, **other: Any) -> Cascade:
    """The cascade of the wave: four minutes old and under way."""
    steps = (
        Step(ago(seconds=180), Grade.BURST, 11.0, 0.96, -1.8),
        Step(ago(seconds=120), Grade.CASCADE, 24.0, 0.97, -2.9),
        Step(ago(seconds=60), Grade.MARKET_WIDE, 31.0, 0.98, -4.1),
    )
    made: dict[str, Any] = {
        "since": ago(seconds=245),
        "base": None,
        "side": Side.LONG,
        "until": NOW,
        "ended": None,
        "steps": tuple(step for step in steps if step.grade <= grade),
        "coins": ("BTC", "ETH", "SOL", "XRP"),
        "priced": "BTC",
        "lead": "bybit",
        "sigma": 0.0015,
        "normal": 462_000.0,
    }
    return Cascade(**(made | other))


def past_cascade(**other: Any) -> Cascade:
    """One that is over, five hours ago, with all that is known of it."""
    over: dict[str, Any] = {
        "since": ago(hours=5, minutes=7),
        "until": ago(hours=5),
        "ended": ago(hours=4, minutes=58, seconds=57),
        "steps": tuple(
            replace(step, ts=step.ts - timedelta(hours=5)) for step in a_cascade().steps
        ),
        "long_usd": 96.4e6,
        "short_usd": 2.1e6,
        "peak": ago(hours=5, minutes=4),
        "peak_usd": 31.2e6,
        "times": 67.5,
        "move": -0.0192,
        "interest": -0.034,
        "saturation": 0.93,
        "after": (0.004, -0.002, 0.0114),
    }
    return a_cascade(**(over | other))


def standing(word: Word = Word.MARKET_WIDE, **other: Any) -> Standing:
    """The state while the wave runs, of a store that knows a week."""
    grades = {Word.BURST: Grade.BURST, Word.CASCADE: Grade.CASCADE, Word.MARKET_WIDE: Grade(3)}
    event = a_cascade(grades[word]) if word in grades else None
    numbers = (47.0, 30.0, 11.0, 3.1, 1.5, 1.2, 1.1)
    times = dict(zip(WINDOWS, numbers, strict=True))
    rest: dict[str, Any] = {"last": None, "days": 7.0, "silent": (), "times": times}
    return Standing(NOW, word, event, **(rest | other))


def live_feed(collector: str, venue: str, stream: str = "") -> Feed:
    """A feed heard of a second ago."""
    return Feed(collector, venue, stream, State.LIVE, 1.0, 0, None, False)


def history(days: int = 400) -> pl.DataFrame:
    """Invented daily closes with two means of them: ts, close, 200d, 50d."""
    start = NOW - timedelta(days=days)
    closes = [100_000 - 40.0 * n + 6_000 * ((n % 60) / 60) for n in range(days)]
    return pl.DataFrame(
        {
            "ts": [start + timedelta(days=n) for n in range(days)],
            "close": closes,
            "200d": [None if n < 100 else 98_000 - 30.0 * n for n in range(days)],
            "50d": [c * 1.02 for c in closes],
        }
    )


def with_base(record: LongShort) -> LongShort:
    """The same with a history of its account ratios, a hole of a day in it."""
    hours = [n for n in range(24 * 30) if not 300 <= n < 324]
    rows = [
        (ago(hours=24 * 30 - n), venue, "accounts", "1h", level + 0.2 * ((n % 90) / 90))
        for venue, level in (("binance", 2.1), ("bybit", 1.8), ("okx", 1.6))
        for n in hours
    ]
    frame = pl.DataFrame(
        rows, schema=["ts", "venue", "measure", "period", "ratio"], orient="row"
    ).with_columns(pl.col("ts").cast(pl.Datetime("ms", "UTC")))
    return replace(record, history=frame)


def events() -> EventsRecord:
    """A wave in progress, an older one that is over, a venue lost and back, levels crossed."""
    at = NOW.replace(hour=14, minute=2, second=0)
    burst, end = NOW.replace(hour=9, minute=4, second=0), NOW.replace(hour=9, minute=11, second=20)
    lost, midnight = NOW.replace(minute=56, second=50, hour=13), NOW.replace(hour=0, minute=0)
    close = midnight.replace(second=0)
    found = (
        Event(
            NOW.replace(second=40),
            Kind.LARGEST,
            NOW.replace(second=40),
            base="BTC",
            side=LONG,
            usd=6.4e6,
            venue="bybit",
            price=88_640.0,
        ),
        Event(at, Kind.BURST, at, side=LONG, share=0.97, times=24.0),
        Event(lost, Kind.BACK, lost, names=("okx",), duration=seconds(14), filled=seconds(14)),
        Event(lost, Kind.LOST, lost, names=("okx",), reason="ping timeout"),
        Event(lost, Kind.SILENT, lost, names=("gate",), reason="no event for 12m (alarm after 9m)"),
        Event(
            end, Kind.BURST_END, end, base="BTC", side=LONG, usd=96.4e6, is_low=True,
            duration=end - burst, move=-0.019,
        ),
        Event(burst, Kind.ROUND, burst, base="BTC", level=90_000.0, is_above=False),
        Event(burst, Kind.BURST, burst, side=SHORT, share=0.04, times=11.3),
        Event(
            close, Kind.AVERAGE, close, base="BTC", price=89_702.0, level=91_212.0,
            is_above=False, names=("50d",),
        ),
        Event(close, Kind.CLOSE, close, base="BTC", price=89_702.0, reason="below 365d (75)"),
    )  # fmt: skip
    return EventsRecord(NOW, found, ago(seconds=1))


def seconds(count: float) -> timedelta:
    """A length of time."""
    return timedelta(seconds=count)


def deep(near: Near | None = None) -> Deep:
    """The wave split by venue, by size, and its tape."""
    rows = tuple(item for item in feed() if isinstance(item, FeedRow) and (item.usd or 0) >= 5e4)
    split = (
        Group("bybit", 29.4e6, 0.6e6, 441, 6.4e6),
        Group("binance", 24.1e6, 0.5e6, 287, 2e6, 24.6e6),
        Group("okx", 9.8e6, 0.3e6, 148, 611e3, 10.1e6),
    )
    since = ago(minutes=5)
    return Deep(split, sizes([(row.ts, row.usd) for row in rows], since), rows, 2_000, near=near)


def near() -> Near:
    """The largest of the wave, looked at."""
    rows = [item for item in feed() if isinstance(item, FeedRow)]
    own = rows[2]
    # what is within ten seconds of it
    events = tuple(((one.ts - own.ts).total_seconds(), one) for one in rows[:19])
    raw = '{"T":1768918000123,"s":"BTCUSDT","S":"Buy","v":"72.202","p":"88640.00"}'
    return Near(own, raw, events, Then(88_652.1, "binance", "BTC/USDT", 0.4))


def haven_paths() -> pl.DataFrame:
    """A year of BTC and gold, 1 = start."""
    return history(365).select(
        "ts",
        (pl.col("close") / pl.col("close").first()).alias("btc"),
        (1.0 + pl.int_range(pl.len()) * 0.0018).alias("gold"),
    )


def haven_history(paths: pl.DataFrame) -> HavenHistory:
    """A year of both in USD."""
    both = paths.with_columns(pl.col("btc") * 88_640.0, pl.col("gold") * 4_683.0)
    silver = tuple(1.0 + n * 0.003 for n in range(both.height))
    others = (OtherHaven("silver", "XAG", 94.2, both["ts"][0], silver, timedelta()),)
    return HavenHistory(both, rolling(both, 30), haven_test(both), others)


TENORS = (
    ("7d", 0.372, 0.378, 0.387, "2026-01-23", "2026-01-30", 44),
    ("30d", 0.388, 0.389, 0.408, "2026-02-13", "2026-02-27", 48),
    ("90d", 0.416, 0.410, 0.438, "2026-03-27", "2026-06-26", 50),
    ("180d", 0.433, 0.424, 0.455, "2026-06-26", "2026-09-25", 52),
)
"""Name, ATM, 25Δ call and put, the expiries between, and strikes."""


def options() -> OptionsRecord:
    """Bitcoin whole; ether of a store too young for a rank, with nothing listed beyond 157 days."""
    tenors = tuple(
        TenorIv(name, atm, call, put, expiry(near), expiry(far), strikes, None, -0.004, 0.002)
        for name, atm, call, put, near, far, strikes in TENORS
    )
    short = tuple(replace(tenor, atm_change=None, reversal_change=None) for tenor in tenors[:3])
    none = TenorIv("180d", reason="no expiry beyond 157 d")
    rank = Rank(365, 0.361, 0.617, 0.12, 0.064)
    btc = CoinOptions(
        "BTC", 0.394, ago(minutes=2), -0.006, rank, ago(minutes=2), tenors, 0.000014, 0.0003, None
    )
    polled = ago(minutes=2)
    ether = CoinOptions(
        "ETH", 0.611, polled, None, Rank(212), polled, (*short, none), 0.00002, None, None
    )
    return OptionsRecord(NOW, Options(NOW, (btc, ether), None))


def expiry(day: str) -> datetime:
    """08:00 UTC of a day."""
    return datetime.fromisoformat(f"{day}T08:00+00:00")


def dvol() -> dict[str, list[float | None]]:
    """A year of DVOL of two coins, the younger one's a part of it, with days missing."""
    days = range(365)
    btc = [0.394 + 0.0006 * (364 - n) * ((n % 70) / 70) for n in days]
    ether: list[float | None] = [None if n < 153 or 200 < n < 210 else btc[n] * 1.5 for n in days]
    return {"BTC": [*btc], "ETH": ether}


@cache
def detail_records() -> dict[str, Any]:
    """The records of the detail screens, with their histories."""
    return {
        "liquidations": replace(liquidations_record(), deep=deep()),
        "long_short": with_base(long_short()),
        "moving_averages": replace(averages(), history=history()),
        "safe_haven": replace(havens(), deep=haven_history(haven_paths())),
        "events": events(),
        "depth": depth_samples.detail_record(),
        "options": replace(options(), closes=dvol()),
        "supply": replace(supply_record(), history=history(365)),
        "scorecard": scorecard(),
        "drivers": replace(moves(), charts=charts()),
        "flows": own_days(),
    }


@cache
def empty_records() -> dict[str, Any]:
    """What every panel has when the store holds nothing."""
    lines = tuple(
        Average(name, 0, need)
        for name, need in (("365d", 365), ("200d", 200), ("50d", 50), ("200w", 200))
    )
    none = Averages(
        "BTC", None, None, None, None, lines, None, None, None, None, None, None, "no candles yet"
    )
    spans: dict[str, float | None] = dict.fromkeys(("24h", "7d", "30d", "1y"))
    gold = Havens(
        None,
        None,
        None,
        None,
        None,
        {},
        {"BTC": spans, "gold": spans},
        None,
        None,
        None,
        None,
        {30: Correlation(30, 0, None, None), 90: Correlation(90, 0, None, None)},
        None,
        {"BTC": None, "gold": None},
        reason="no gold market yet",
    )
    return {
        "liquidations": empty_liquidations_record(),
        "long_short": LongShort(NOW, "BTC", (), (), (), None, None),
        "moving_averages": AveragesRecord(NOW, none),
        "safe_haven": HavensRecord(NOW, gold),
        "events": EventsRecord(NOW, (), None, is_young=True),
        "depth": depth_samples.empty_record(),
        "options": OptionsRecord(NOW, Options(NOW, (), "needs deribit on")),
        "supply": SupplyRecord(NOW, supply({}, "BTC", None, None)),
        "scorecard": empty_scorecard(),
        "drivers": moves(empty=True),
        "flows": demand(empty=True),
    }


def moves(empty: bool = False) -> DriversRecord:
    """A coin's drivers in the wave, or of a store without any flow."""
    frames = (FLOW.empty(), DERIVATIVES.empty(), LIQUIDATION_MINUTES.empty())
    if empty:
        return DriversRecord(NOW, "4h", drivers(*frames, "BTC", NOW))
    windows = {name: _flowing(name) for name in WINDOWS}
    sums = {
        (venue, market): {name: getattr(one, market) for name, one in windows.items()}
        for venue, market in FLOWING
    }
    found = {
        name: Move(
            one,
            None if name == "24h" else 0.021,
            -0.024 if name == "5m" else 0.034,
            None if name == "24h" else 0.78,
            {"5m": "short covering", "24h": None}.get(name, "new longs"),
            0.134,
            0.002,
            "no price so long before" if name == "24h" else None,
        )
        for name, one in windows.items()
    }
    end = NOW.replace(second=0)
    made = Drivers(
        "BTC",
        Flows(end, sums, windows),
        found,
        Premium(end, -0.00098, -0.00038, 0.9994),
        Basis({"binance": -0.00027, "bybit": -0.00031}, -0.00028),
        end,
    )
    crowd = long_short()
    every = next(one for one in crowd.interest if one.venue == "all")
    return DriversRecord(NOW, "4h", made, crowd.funding, every)


FLOWING = (
    *(("binance", "perp"), ("binance", "spot"), ("bybit", "perp"), ("bybit", "spot")),
    ("coinbase", "spot"),
)


def _flowing(name: str) -> Window:
    """Net flow in proportion to the window's length; of a day one venue alone was heard."""
    size = WINDOWS[name] / WINDOWS["1h"] * 1e7
    spot, perp = Taken(3.2 * size, size, 1.0), Taken(11.8 * size, 4 * size, 0.97)
    if name == "24h":
        return Window(name, spot, perp, ("binance",), {"bybit": 0.01, "coinbase": 0.01})
    return Window(name, spot, perp, ("binance", "bybit", "coinbase"), {})


def charts() -> Charts:
    """Four hours of it with a gap."""
    end = NOW.replace(second=0)
    steps = [None if 100 <= n < 112 else n * 1.0 for n in range(240)]

    def line(start: float, by: float) -> tuple[float | None, ...]:
        return tuple(None if step is None else start + step * by for step in steps)

    spot, perp, price = line(0, 92e3), line(0, 325e3), line(88_000, 7.0)
    premium = line(-0.001, 2e-6)
    venues = ("binance", "bybit", "coinbase")
    return Charts(end - timedelta(hours=4), end, venues, spot, perp, price, premium)


def demand(empty: bool = False) -> FlowsRecord:
    """The proxies of the same flow, one series of the user's and what needs a source."""
    made = moves(empty).made
    none = Own("x", None, None, "", "", {7: None, 30: None}, NEEDS)
    wanted = tuple(replace(none, name=name) for name in WANTED)
    if not empty:
        day = NOW.replace(hour=0, minute=0, second=0)
        flow = Own("fund flows", 212e6, day, "USD", "flow", {7: 1.24e9, 30: None})
        bad = Own("miners", None, None, "", "", {}, "row 3: 'x' is no number")
        wanted = (flow, *wanted[1:], bad)
    return FlowsRecord(
        NOW, Demand("BTC", flow_metric.proxies(made.flows), made.premium, wanted, made.newest)
    )


def own_days() -> FlowsRecord:
    """The demand with the days of its one series."""
    made, day = demand(), NOW.replace(hour=0, minute=0, second=0)
    days = tuple(day - timedelta(days=n) for n in range(39, -1, -1))
    values = tuple(None if n % 7 > 4 else 1e8 * (n % 5 - 1) for n in range(40))
    return replace(made, days=days, values=values, chosen=made.demand.series[0])


@cache
def young_records() -> dict[str, Any]:
    """A store of twelve minutes; the rest as ever."""
    return detail_records() | {"liquidations": liquidations_record(timedelta(minutes=12))}


HOSTILE = "B\x1b[31m[/x]\x1b]0;title\x07\u202e币🐶e\u0301\x9b2J\nX"


@cache
def hostile_records() -> dict[str, Any]:
    """Names and reasons as no exchange should write them."""
    calm = liquidations_record()
    rows = tuple(
        item._replace(base=HOSTILE, venue=HOSTILE, symbol=HOSTILE)
        if isinstance(item, FeedRow)
        else item
        for item in feed()
    )
    made = calm.liquidations
    total_5m = replace(made.windows["5m"], reasons=(HOSTILE,))
    bad = replace(
        made,
        coin=HOSTILE,
        feed=rows,
        coins={HOSTILE: made.coins["BTC"]},
        venues={HOSTILE: replace(made.venues["okx"], venue=HOSTILE, gives=HOSTILE)},
        windows={**made.windows, "5m": total_5m},
    )
    crowd = long_short()
    ratios = tuple(replace(r, venue=HOSTILE, base=HOSTILE) for r in crowd.ratios)
    havens_now = havens().havens
    gold = {HOSTILE: 4_683.0, "XAUT/USDT": 4_679.0}
    return {
        "liquidations": replace(calm, liquidations=bad, base=HOSTILE),
        "long_short": replace(crowd, base=HOSTILE, ratios=ratios, words=HOSTILE),
        "moving_averages": AveragesRecord(NOW, replace(averages().averages, base=HOSTILE)),
        "drivers": hostile_moves(),
        "flows": replace(
            demand(),
            demand=replace(
                demand().demand,
                base=HOSTILE,
                series=(Own(HOSTILE, 1.0, NOW, HOSTILE, "level", {}, HOSTILE),),
            ),
        ),
        "safe_haven": HavensRecord(
            NOW, replace(havens_now, gold_quote=HOSTILE, gold_history=HOSTILE, gold_prices=gold)
        ),
        "events": replace(
            events(),
            events=tuple(
                replace(one, base=HOSTILE, venue=HOSTILE, names=(HOSTILE,), reason=HOSTILE)
                for one in events().events
            ),
        ),
        "depth": depth_samples.hostile_record(HOSTILE),
        "options": hostile_options(),
        "supply": SupplyRecord(NOW, replace(supplied(HOSTILE), profile=_hostile_profile())),
        "scorecard": replace(
            scorecard(),
            base=HOSTILE,
            scores=tuple(
                replace(one, reading=Reading(reason=HOSTILE)) for one in scorecard().scores
            ),
        ),
    }


def hostile_options() -> OptionsRecord:
    """Options of a coin that is called what no coin should be, all of it missing."""
    tenors = tuple(TenorIv(name, reason=HOSTILE) for name, *_ in TENORS)
    bad = CoinOptions(HOSTILE, None, None, None, Rank(0), None, tenors, None, None, HOSTILE)
    return OptionsRecord(NOW, Options(NOW, (bad,), None), {HOSTILE: [None, 0.4, None, 0.5]})


def _hostile_profile() -> Profile:
    made = supplied().profile
    assert made is not None
    return replace(made, venue=HOSTILE)


def hostile_moves() -> DriversRecord:
    """Drivers of a coin and venues with such names."""
    record = moves()
    flows = replace(
        record.made.flows, venues={(HOSTILE, "spot"): dict.fromkeys(WINDOWS, Taken(2e6, 1e6, 1.0))}
    )
    move = replace(record.move, reason=HOSTILE, perp_share=None)
    why = Premium(None, None, None, None, HOSTILE)
    made = replace(
        record.made, base=HOSTILE, flows=flows, moves={**record.made.moves, "4h": move}, premium=why
    )
    return replace(record, made=made, charts=replace(charts(), venues=(HOSTILE,)))


def hostile_header() -> HeaderRecord:
    """A header whose every foreign word is hostile."""
    record = header(endpoint=f"http://{HOSTILE}", bad=True)
    now = record.now
    assert now.price is not None
    bad_feed = replace(now.bad[0], venue=HOSTILE, stream=HOSTILE, reason=HOSTILE)
    made: Any = hostile_records()["liquidations"]
    return replace(
        record,
        base=HOSTILE,
        liquidations=made.liquidations,
        now=replace(
            now,
            price=replace(now.price, base=HOSTILE),
            others=tuple(replace(other, base=HOSTILE) for other in now.others),
            bad=(bad_feed,),
        ),
    )
