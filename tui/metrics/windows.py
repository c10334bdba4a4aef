"""Liquidation totals in rolling windows, by side, venue and coin; the minute timeline; the feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.coverage import Cover, Stream
from tui.tables import Side

WINDOWS: dict[str, timedelta] = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "12h": timedelta(hours=12),
    "24h": timedelta(hours=24),
}


@dataclass(frozen=True)
class Amount:
    """What was liquidated in one window: USD by side, rows, rows without a price, largest row."""

    long_usd: float = 0.0
    short_usd: float = 0.0
    count: int = 0
    unpriced: int = 0
    largest_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        return self.long_usd + self.short_usd

    @property
    def long_share(self) -> float | None:
        """Long ÷ total; `None` when nothing was liquidated."""
        return self.long_usd / self.total_usd if self.total_usd else None


@dataclass(frozen=True)
class Total:
    """An amount with what it rests on. `reasons` says why it is a lower bound; empty = exact."""

    window: str
    amount: Amount
    cover: Cover
    reasons: tuple[str, ...]

    @property
    def lower_bound(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True)
class Minute:
    """One bar of the timeline: `minute` is its start; `covered` is false when it holds a gap."""

    minute: datetime
    long_usd: float
    short_usd: float
    covered: bool = True


@dataclass(frozen=True)
class FeedRow:
    """One liquidation of the feed."""

    ts: datetime
    venue: str
    symbol: str
    base: str
    side: Side
    qty: float | None
    price: float | None
    price_kind: str
    usd: float | None
    largest_24h: bool = False


@dataclass(frozen=True)
class Folded:
    """The rows of one second that are below the smallest size shown, in one line."""

    ts: datetime
    count: int
    usd: float
    long_share: float | None


@dataclass(frozen=True)
class VenueAmounts:
    """One venue: what it gives (`all`, `1/s`), its amounts per window, and its last event."""

    venue: str
    gives: str
    windows: dict[str, Amount]
    last_ts: datetime | None
    lag_s: float | None  # median `received` − `ts` of its newest rows


@dataclass(frozen=True)
class Liquidations:
    """The record of the liquidations panel. `coin` is None for all coins of class crypto."""

    as_of: datetime
    coin: str | None
    windows: dict[str, Total]
    venues: dict[str, VenueAmounts]
    coins: dict[str, dict[str, Amount]]  # every coin of the last 24 h, largest 24 h first
    minutes: tuple[Minute, ...]  # 60, oldest first, the last one is still open
    feed: tuple[FeedRow | Folded, ...]  # newest first
    largest: FeedRow | None  # of 24 h
    last_ts: datetime | None


def liquidations(
    minutes: pl.DataFrame,
    edges: pl.DataFrame,
    recent: pl.DataFrame,
    largest: pl.DataFrame,
    coverage: pl.DataFrame,
    as_of: datetime,
    *,
    wanted: Sequence[Stream],
    gives: dict[str, str],
    began: datetime | None,
    coin: str | None = None,
    smallest: float = 10_000.0,
) -> Liquidations:
    """The liquidations record at `as_of`.

    `minutes` are whole rows of `liquidation_minutes`, `edges` the raw rows of the partial minutes
    at the windows' left edges and of the newest minute (`tui.snapshot` says which), `recent` the
    newest raw rows for the feed, `largest` the largest of 24 h (none or one row). `began` is when
    the store first listened: a window reaches no further back than that.
    """
    raise NotImplementedError
