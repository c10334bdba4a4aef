"""Open interest in USD, one-sided, its changes, and funding per 8 h weighted by it."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl


@dataclass(frozen=True)
class OpenInterest:
    """A venue's open interest of a base in USD; changes are fractions, None when unknown."""

    venue: str  # "all" for the sum over venues
    base: str
    usd: float
    change_5m: float | None
    change_24h: float | None
    ts: datetime


@dataclass(frozen=True)
class Funding:
    """A venue's funding as a fraction per 8 h; `all` is weighted by open interest."""

    venue: str
    base: str
    rate_8h: float
    change_24h: float | None
    ts: datetime


@dataclass(frozen=True)
class Derivatives:
    """Rows per venue, and one row `all` per base (only of the venues that are not stale)."""

    open_interest: tuple[OpenInterest, ...]
    funding: tuple[Funding, ...]


def derivatives(frame: pl.DataFrame, as_of: datetime) -> Derivatives:
    """The newest row per venue and base at `as_of`, compared with 5 m and 24 h before."""
    raise NotImplementedError
