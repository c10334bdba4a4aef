"""What an exchange is asked for: ratios, open interest and funding, candles.

`ask` is a `connect.Rest` (or a fake): `await ask(ccxt's implicit method, parameters)`.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from tui.tables import Measure
from tui.venues.base import VENUE_ERRORS, Ask, Market, moment, positive
from tui.venues.errors import Unreadable

log = logging.getLogger("liqtop")

INTERVALS = {"5m": 300_000, "1h": 3_600_000, "1d": 86_400_000}
"""Periods and candle lengths in ms."""


class Ratio(NamedTuple):
    """Long ÷ short (or buys ÷ sells) at a time, with the long share."""

    ts: int  # ms UTC
    ratio: float
    long_share: float


class Perpetual(NamedTuple):
    """A perpetual's open interest in USD, one side of it, and its prices."""

    market: Market
    ts: int  # ms UTC
    usd: float
    mark: float
    index_price: float | None
    rate: float | None  # funding of one of the venue's own intervals, where it comes along


class Unread(NamedTuple):
    """A perpetual whose answer can't be read: its coin's sum is unknown, not smaller."""

    market: Market
    why: str


class Candle(NamedTuple):
    """A candle; volume in coins."""

    ts: int  # ms UTC, when it opens
    open: float
    high: float
    low: float
    close: float
    volume: float


class Asked(ABC):
    """A venue's answers in our terms. `measures` are the ratios it has, `page` the most candles
    and `ratio_page` the most ratios it gives at once. `streams` are those of its `Venue`.
    """

    name: ClassVar[str]
    streams: ClassVar[tuple[str, ...]]
    linear: ClassVar[str]  # the stream of its USDT perpetuals
    measures: ClassVar[tuple[Measure, ...]]
    page: ClassVar[int]
    ratio_page: ClassVar[int]

    @staticmethod
    @abstractmethod
    async def ratios(
        ask: Ask, market: Market, measure: Measure, period: str, start: int, end: int
    ) -> list[Ratio]:
        """Ratios in [start, end] (ms), at most `ratio_page` of them, oldest first.

        Those that can't be read are left out; Unreadable when none can.
        """

    @staticmethod
    @abstractmethod
    async def perpetuals(ask: Ask, markets: Sequence[Market]) -> list[Perpetual | Unread]:
        """Open interest and prices of those perpetuals; one the venue dropped is left out."""

    @staticmethod
    async def completed(ask: Ask, perpetual: Perpetual) -> Perpetual:
        """The same with its index and funding rate, where they did not come along."""
        return perpetual

    @staticmethod
    @abstractmethod
    async def interval_h(ask: Ask, perpetual: Perpetual) -> float:
        """Hours from one funding of it to the next; `rate` is per this interval."""

    @staticmethod
    @abstractmethod
    async def candles(
        ask: Ask, market: Market, interval: str, start: int, end: int, now: int
    ) -> list[Candle]:
        """Candles that open in [start, end) (ms), at most `page` of them, oldest first.

        `now` (ms) is the time: what is recent may be asked for elsewhere than history. Those that
        can't be read are left out; Unreadable when none can.
        """

    @staticmethod
    async def tokens(ask: Ask) -> list[tuple[str, str]]:
        """Id and base of the spot pairs of tokens of shares against USDT; none where the venue's
        list does not tell them from coins."""
        return []

    @staticmethod
    @abstractmethod
    def spot_id(base: str, quote: str = "USDT") -> str:
        """The venue's id of a coin's spot pair."""


Row = TypeVar("Row", bound=tuple[Any, ...])


def readable(rows: Any, one: Callable[[Any], Row], what: str) -> list[Row]:
    """Every row read by `one`, oldest first; one that can't be read is left out and logged.

    Raises Unreadable when there are rows and none can be read. `what` names them.
    """
    if not isinstance(rows, list):
        raise Unreadable(f"{what}: no rows in the answer")
    good: list[Row] = []
    reasons: list[str] = []
    for row in rows:
        try:
            good.append(one(row))
        except VENUE_ERRORS as error:
            reasons.append(f"{type(error).__name__}: {error}"[:80])
    if reasons and not good:
        raise Unreadable(f"{what}: {reasons[0]}")
    if reasons:
        log.warning("%s: %d of %d rows unreadable: %s", what, len(reasons), len(rows), reasons[0])
    return sorted(good)


def perpetual(market: Market, read: Callable[[], Perpetual]) -> Perpetual | Unread:
    """What `read` makes of an answer, or that it can't be read."""
    try:
        return read()
    except VENUE_ERRORS as error:
        return Unread(market, f"{type(error).__name__}: {error}"[:80])


def shares(ts: Any, long: Any, short: Any) -> Ratio:
    """From both sides: one venue's ratio field is a hundredth of the truth, so it is not read."""
    long, short = positive(long), positive(short)
    return Ratio(moment(ts), long / short, long / (long + short))


def quotient(ts: Any, ratio: Any) -> Ratio:
    """From the ratio alone."""
    ratio = positive(ratio)
    return Ratio(moment(ts), ratio, ratio / (1.0 + ratio))


def candle(row: Sequence[Any], volume: int = 5) -> Candle:
    """From a row [time, open, high, low, close, …] with the volume at `volume`."""
    first, high, low, last = (positive(value) for value in row[1:5])
    return Candle(moment(row[0]), first, high, low, last, float(row[volume]))
