"""The tables of the store: name, columns, key and retention, and the few words all share.

A table's schema is the contract between collector, store and metric: a collector yields frames of
exactly these columns, the store checks them at its border and reads them back with these types.
Every time is UTC in milliseconds. The store adds an `id` that only grows and is never reused.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

import polars as pl

TIME = pl.Datetime("ms", "UTC")
"""The type of every time column: UTC, milliseconds."""


class Side(StrEnum):
    """The liquidated *position*, never the order: a long is closed by a forced sell."""

    LONG = "long"
    SHORT = "short"


class Measure(StrEnum):
    """What a long/short ratio counts (definitions: heads, top heads, top money, flow)."""

    ACCOUNTS = "accounts"
    TOP_ACCOUNTS = "top_accounts"
    TOP_POSITIONS = "top_positions"
    TAKER = "taker"


class Class(StrEnum):
    """Gold and shares come through the all-market streams too; totals count crypto only."""

    CRYPTO = "crypto"
    TRADFI = "tradfi"


WINDOWS: dict[str, timedelta] = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "12h": timedelta(hours=12),
    "24h": timedelta(hours=24),
}
"""The rolling windows of every total: `(as_of − W, as_of]` by event time."""

BANDS: dict[str, float] = {"10": 0.001, "50": 0.005, "100": 0.01}
"""How far from the mid price a book is summed, by its basis points: ±0.1, ±0.5 and ±1 %."""
ORDERS: dict[str, float] = {"1m": 1e6, "10m": 10e6}
"""Market orders in USD whose cost is told."""


class Condition(NamedTuple):
    """What a liquidation has to be: `usd` against a number, by one of > >= < <= = !=, which one
    without a price never meets; or `venue`, `side` or `base` one of several words (=) or none of
    them (!=)."""

    column: str
    sign: str
    usd: float = 0.0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the store.

    `schema` excludes `id`. With a `key`, a row that comes again on the same key replaces the old
    one under a new id, so that a follower sees the change; without, rows are only appended.
    `time` is the column that retention and reads go by.
    """

    name: str
    schema: dict[str, pl.DataType]
    key: tuple[str, ...] = ()
    retention: timedelta | None = None
    time: str = "ts"

    def empty(self) -> pl.DataFrame:
        """A frame with this table's columns and no row."""
        return pl.DataFrame(schema=self.schema)


_TEXT, _FLOAT, _INT, _BOOL = pl.String(), pl.Float64(), pl.Int64(), pl.Boolean()

LIQUIDATIONS = Table(
    "liquidations",
    {
        "ts": TIME,  # when the venue says it happened
        "received": TIME,  # when the message reached us
        "venue": _TEXT,
        "symbol": _TEXT,  # unified, or the venue's own id when the market is unknown
        "base": _TEXT,  # without multiplier: 1000PEPE is PEPE
        "class": _TEXT,  # Class
        "side": _TEXT,  # Side
        "qty": _FLOAT,  # coins; null when the market is unknown
        "price": _FLOAT,
        "price_kind": _TEXT,  # fill_avg, order_limit, bankruptcy
        "usd": _FLOAT,  # null when it can't be known: counted as unpriced
        "source": _TEXT,  # stream or backfill
        "conn": _INT,  # numbers the connection
        "n": _INT,  # occurrence of an equal row within its message, from 0
        "raw": _TEXT,  # the venue's row as JSON; read only on demand
    },
    retention=timedelta(days=400),
)

LIQUIDATION_MINUTES = Table(
    "liquidation_minutes",
    {
        "minute": TIME,  # start of the minute of `ts`
        "venue": _TEXT,
        "base": _TEXT,
        "class": _TEXT,
        "side": _TEXT,
        "usd": _FLOAT,  # sum of the priced rows
        "count": _INT,  # all rows, unpriced ones included
        "unpriced": _INT,  # rows whose usd is null
        "largest": _FLOAT,  # largest single usd, null when all are unpriced
    },
    key=("minute", "venue", "base", "class", "side"),
    retention=timedelta(days=400),
    time="minute",
)

LIVING = "living: "
"""Begins the reason of a connection that lives although some topics were refused."""
UNREADABLE = "unreadable: "
"""Begins the reason of a stretch (up to a minute) of rows that could not be read; then how many."""
BACKFILLED = "backfilled: "
"""Begins the reason of a stretch that was asked for after a gap; then how many rows it brought."""

COVERAGE = Table(
    "coverage",
    {
        "venue": _TEXT,
        "stream": _TEXT,  # usdm, coinm, linear, inverse, swap
        "conn": _INT,  # below zero for a stretch of unreadable rows, which is no connection
        "since": TIME,  # first moment the subscription stood, or these numbers of topics did
        "until": TIME,  # moved every 5 s while the socket lives
        "wanted": _INT,  # topics wanted
        "subscribed": _INT,  # topics the venue confirmed
        "reason": _TEXT,  # null or LIVING while it lives, UNREADABLE, BACKFILLED, else its end
    },
    key=("venue", "stream", "conn"),
    retention=timedelta(days=400),
    time="until",
)

POSITIONING = Table(
    "positioning",
    {
        "ts": TIME,
        "venue": _TEXT,
        "base": _TEXT,
        "measure": _TEXT,  # Measure
        "period": _TEXT,  # 5m or 1h
        "ratio": _FLOAT,  # long / short (taker: buy / sell)
        "long_share": _FLOAT,  # ratio / (1 + ratio)
    },
    key=("venue", "base", "measure", "period", "ts"),
    retention=timedelta(days=400),
)

DERIVATIVES = Table(
    "derivatives",
    {
        "ts": TIME,
        "venue": _TEXT,
        "base": _TEXT,
        "open_interest_usd": _FLOAT,  # one-sided; linear and inverse perpetuals together
        "funding_8h": _FLOAT,  # fraction per 8 h, of the venue's largest perpetual of the base
        "mark": _FLOAT,
        "index": _FLOAT,
    },
    key=("venue", "base", "ts"),
    retention=timedelta(days=400),
)

CANDLES = Table(
    "candles",
    {
        "ts": TIME,  # when the candle opens
        "venue": _TEXT,
        "symbol": _TEXT,  # unified: BTC/USDT, PAXG/USDT, XAU/USDT:USDT
        "base": _TEXT,  # BTC, PAXG, XAUT, XAU
        "interval": _TEXT,  # 1d or 1h
        "open": _FLOAT,
        "high": _FLOAT,
        "low": _FLOAT,
        "close": _FLOAT,
        "volume": _FLOAT,  # coins
        "closed": _BOOL,  # false for the candle that is still open
    },
    key=("venue", "symbol", "interval", "ts"),
)

QUOTES = Table(
    "quotes",
    {
        "ts": TIME,
        "received": TIME,
        "venue": _TEXT,
        "symbol": _TEXT,
        "base": _TEXT,
        "price": _FLOAT,  # last trade
    },
    retention=timedelta(days=30),
)

SATURATION = Table(
    "saturation",
    {
        "minute": TIME,  # start of a minute that is over
        "venue": _TEXT,  # one that publishes at most one row a second and symbol
        "saturation": _FLOAT,  # share of seconds with a push, of its fullest symbol
        "symbol": _TEXT,  # that symbol; null when nothing was pushed
        "pushed": _INT,  # rows of all symbols
        "hidden": _FLOAT,  # estimated rows that were not pushed; null when over 95 % full
    },
    key=("minute", "venue"),
    retention=timedelta(days=400),
    time="minute",
)

CONTROL = Table(
    "control",
    {
        "ts": TIME,  # start of the interval
        "venue": _TEXT,
        "base": _TEXT,
        "symbol": _TEXT,  # the contract it is of, unified
        "period": _TEXT,  # 5m
        "long_usd": _FLOAT,  # what the exchange says was liquidated in it
        "short_usd": _FLOAT,
    },
    key=("venue", "symbol", "period", "ts"),
    retention=timedelta(days=400),
)

TENORS = {"7d": 7, "30d": 30, "90d": 90, "180d": 180}
"""The lengths of time at which options are looked at, in days."""

VOLATILITY = Table(
    "volatility",
    {
        "ts": TIME,  # when the span was over: what it says is known from then on
        "venue": _TEXT,
        "base": _TEXT,
        "resolution": _TEXT,  # 1d, 1h or 1m
        "open": _FLOAT,  # DVOL, expected for 30 days; a fraction a year: 0.394 where 39.4 is shown
        "high": _FLOAT,
        "low": _FLOAT,
        "close": _FLOAT,
    },
    key=("venue", "base", "resolution", "ts"),
    retention=timedelta(days=400),
)

OPTIONS = Table(
    "options",
    {
        "ts": TIME,  # the venue's time of the book summary
        "venue": _TEXT,
        "base": _TEXT,
        "tenor": _TEXT,  # TENORS
        "atm_iv": _FLOAT,  # implied volatility at the forward, a fraction a year
        "call25_iv": _FLOAT,  # of the call with a forward delta of 0.25
        "put25_iv": _FLOAT,  # of the put with −0.25
        "near": TIME,  # the expiries it lies between; the same one twice where it is one
        "far": TIME,
        "strikes": _INT,  # used, of both
        "parity": _FLOAT,  # coins; median |call − put − (1 − strike ÷ forward)| of the whole chain
        "iv_gap": _FLOAT,  # median |own − the venue's volatility|; null where it tells none
        "reason": _TEXT,  # null unless there is no such tenor
    },
    key=("venue", "base", "tenor", "ts"),
    retention=timedelta(days=400),
)

HEALTH = Table(
    "health",
    {
        "ts": TIME,
        "collector": _TEXT,  # the name of a collector; store, alerts
        "venue": _TEXT,
        "stream": _TEXT,  # empty for pollers
        "state": _TEXT,  # State
        "attempts": _INT,  # since the last data
        "reason": _TEXT,  # null while live
    },
    retention=timedelta(days=30),
)


ALERTS = Table(
    "alerts",
    {
        "ts": TIME,  # when it was told
        "rule": _TEXT,  # burst, feed, or the name of a rule of the config
        "event": TIME,  # when what it tells of began
        "grade": _INT,  # 1 at its start, more when it grew worse, 0 at its end
        "text": _TEXT,  # what a person reads, with the numbers; ASCII minus
        "value": _FLOAT,  # the number of the rule; null where it is not one
        "bell": _BOOL,  # whether it was to be heard: at most once a minute, not in quiet hours
        "quiet": _BOOL,  # told in quiet hours: neither bell nor command
    },
    key=("rule", "event", "grade"),
    retention=timedelta(days=400),
)

DEPTH = Table(
    "depth",
    {
        "ts": TIME,  # of the book, as the venue says it; Binance spot says none: when it came
        "venue": _TEXT,
        "market": _TEXT,  # spot, or perp: the linear perpetual, both against USDT
        "base": _TEXT,
        "bid": _FLOAT,  # the best prices
        "ask": _FLOAT,
        # USD of the orders within 10, 50 and 100 basis points of the mid price, whole dollars
        "bid_10": _FLOAT,
        "bid_50": _FLOAT,
        "bid_100": _FLOAT,
        "ask_10": _FLOAT,
        "ask_50": _FLOAT,
        "ask_100": _FLOAT,
        # how far from the mid price the book that was received goes, as a fraction: a sum over a
        # wider band is a lower bound
        "bid_reach": _FLOAT,
        "ask_reach": _FLOAT,
        # what a market order of 1 or 10 million USD costs against the mid price, in whole USD;
        # null where the book received ends first
        "buy_1m": _FLOAT,
        "sell_1m": _FLOAT,
        "buy_10m": _FLOAT,
        "sell_10m": _FLOAT,
    },
    key=("venue", "market", "base", "ts"),
    # 52,000 rows and 8.4 MB a day (three venues, two markets, three coins, each 30 s): 260 MB in a
    # month, which is what a book is compared with; 400 days would be 3.4 GB.
    retention=timedelta(days=31),
)


SCORES = Table(
    "scores",
    {
        "ts": TIME,  # the hour in whose beginning it was noted
        "base": _TEXT,  # empty: of all coins
        "name": _TEXT,  # of a line of the scorecard (tui.scores)
        "value": _FLOAT,  # in the line's own unit
    },
    key=("base", "name", "ts"),
    retention=timedelta(days=400),
)


FLOW = Table(
    "flow",
    {
        "ts": TIME,  # start of a minute that is over
        "venue": _TEXT,
        "stream": _TEXT,  # the socket it came over; klines
        "market": _TEXT,  # spot or perp
        "base": _TEXT,  # USDT too, of Coinbase: for its price in USD
        "buy_usd": _FLOAT,  # what takers bought, of all pairs or perpetuals against a dollar
        "sell_usd": _FLOAT,
        "trades": _INT,
        "price": _FLOAT,  # last trade of the minute in the first of them; null when it had none
        "cover": _FLOAT,  # share of the minute that was listened to; the sums are of that
    },
    key=("venue", "stream", "market", "base", "ts"),
    retention=timedelta(days=30),
)

SERIES = Table(
    "series",
    {
        "ts": TIME,  # the day a value is of, at midnight UTC
        "name": _TEXT,  # as the config calls it
        "value": _FLOAT,
        "unit": _TEXT,  # what it is counted in, by the config's word; may be empty
        "kind": _TEXT,  # level: what there is; flow: what came and went that day
        "received": TIME,  # when it was first read
    },
    key=("name", "ts"),
)


NORMALS = Table(
    "normals",
    {
        "hour": TIME,  # start of an hour that is over
        "venue": _TEXT,
        "base": _TEXT,  # empty for all crypto coins together
        "usd": _FLOAT,  # of both sides, streamed in time, outside events
        "normal_s": _FLOAT,  # seconds listened to outside events; null but for all coins
        "listened_s": _FLOAT,  # seconds listened to; null but for all coins
        "sizes": _TEXT,  # buckets that are not empty by size, `step:count`; null for all coins
    },
    key=("hour", "venue", "base"),
    retention=timedelta(days=30),
    time="hour",
)

CASCADES = Table(
    "cascades",
    {
        "since": TIME,  # where it began
        "base": _TEXT,  # empty for all crypto coins together
        "side": _TEXT,  # Side
        "until": TIME,  # end of its last bucket above twice the normal one, so far
        "ended": TIME,  # when it was known to be over; null while it runs
        "grade": _INT,  # 1 burst, 2 cascade, 3 market-wide
        "long_usd": _FLOAT,  # published from since to until
        "short_usd": _FLOAT,
        "peak": TIME,  # start of its fullest minute
        "peak_usd": _FLOAT,  # of that, both sides
        "times": _FLOAT,  # that ÷ a normal minute
        "priced": _TEXT,  # the coin whose price and open interest are told
        "price": _FLOAT,  # at until
        "move": _FLOAT,  # of the price from since to until, a fraction
        "interest": _FLOAT,  # change of open interest from since to until; null where unknown
        "lead": _TEXT,  # the venue that came first to a normal bucket; null where none did
        "saturation": _FLOAT,  # the highest of a minute of it on any sampled venue
        "after_15m": _FLOAT,  # the price's return from until; null while it is not so long ago
        "after_1h": _FLOAT,
        "after_4h": _FLOAT,
        "steps": _TEXT,  # JSON: [[ts, grade, times normal, share of the side, move in sigma], …]
        "coins": _TEXT,  # JSON: {coin: since when in it}; null for a single coin
        "sigma": _FLOAT,  # of the priced coin's return over a minute, when it began
        "normal": _FLOAT,  # USD of a normal minute then
    },
    key=("since", "base", "side"),
    retention=timedelta(days=400),
    time="since",
)


class State(StrEnum):
    """What a collector is doing, as `health` and the help page say it."""

    STARTING = "starting"
    LIVE = "live"
    RETRYING = "retrying"  # lost, and trying again after a back-off
    WAITING = "waiting"  # told to wait (429), trying again much later
    REFUSED = "refused"  # a subscription was refused; the client is made anew
    SILENT = (
        "silent"  # no word of a recorder: judged by a viewer, of one that lives and says nothing
    )
    OFF = "off"  # the venue or measure is switched off


TABLES: tuple[Table, ...] = (
    LIQUIDATIONS,
    LIQUIDATION_MINUTES,
    COVERAGE,
    POSITIONING,
    DERIVATIVES,
    CANDLES,
    QUOTES,
    HEALTH,
    SATURATION,
    CONTROL,
    ALERTS,
    DEPTH,
    VOLATILITY,
    OPTIONS,
    SCORES,
    FLOW,
    SERIES,
    NORMALS,
    CASCADES,
)
