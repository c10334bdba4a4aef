"""How long or short the crowd is, per venue and measure, and how that moved in a day."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from tui.tables import Measure


@dataclass(frozen=True)
class Ratio:
    """A venue's newest ratio of one measure; `change_24h` is in ratio points, None if unknown."""

    venue: str
    base: str
    measure: Measure
    ratio: float
    long_share: float
    ts: datetime
    change_24h: float | None


def ratios(positioning: pl.DataFrame, as_of: datetime) -> tuple[Ratio, ...]:
    """The newest ratio of every venue, base and measure at `as_of`."""
    raise NotImplementedError


def words(rows: tuple[Ratio, ...], base: str) -> str | None:
    """The disagreement of the measures in words, `accounts 70% long, top positions 53%: …`."""
    raise NotImplementedError
