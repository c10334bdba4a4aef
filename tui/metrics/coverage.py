"""How much of a window was listened to: connected venue-time over wanted venue-time, and the gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

HEARTBEAT = timedelta(seconds=5)
"""The recorder moves a living connection's `until` this often; beyond `until` + this is a gap."""


@dataclass(frozen=True)
class Stream:
    """One liquidation feed that is wanted: `("binance", "coinm")`."""

    venue: str
    stream: str


@dataclass(frozen=True)
class Gap:
    """A stretch of a stream that nobody listened to, with the reason it began."""

    venue: str
    stream: str
    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True)
class Cover:
    """What a window's total rests on.

    `share` is connected ÷ wanted venue-time over `have`, the part of the window in which the store
    existed; `None` when nothing was wanted or `have` is zero. `venues` is the same per venue.
    """

    share: float | None
    have: timedelta
    venues: dict[str, float]
    gaps: tuple[Gap, ...]


def cover(
    coverage: pl.DataFrame, wanted: Sequence[Stream], since: datetime, until: datetime
) -> Cover:
    """Cover of `(since, until]` by the rows of the coverage table."""
    raise NotImplementedError
