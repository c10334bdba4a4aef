"""Whether gold rises while bitcoin falls: returns, ounces, correlation with its band, flight."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

SPANS = ("24h", "7d", "30d", "1y")


@dataclass(frozen=True)
class Correlation:
    """Pearson's r of daily log returns on the newest `n` common sessions, and its Fisher-z band."""

    need: int
    n: int
    r: float | None
    significant: bool | None


@dataclass(frozen=True)
class Havens:
    """The record of the safe-haven panel. Returns are fractions, None where history is short."""

    gold_quote: str | None  # symbol of the live gold market used
    gold_quote_venue: str | None
    gold_history: str | None  # symbol of the first gold market with 366 daily bars
    gold_price: float | None
    gold_ts: datetime | None
    gold_prices: dict[str, float]  # every live gold market: the honesty band
    returns: dict[str, dict[str, float | None]]  # "BTC", "gold" -> SPANS
    btc_price: float | None
    btc_ts: datetime | None
    btc_in_ounces: float | None
    ounces_change_24h: float | None
    correlations: dict[int, Correlation]  # 30, 90
    flight: bool | None
    sigma_7d: dict[str, float | None]  # the 7-day return in units of σ√7
    index_frozen: bool = False
    reason: str | None = None


def havens(quotes: pl.DataFrame, candles: pl.DataFrame, as_of: datetime) -> Havens:
    """The safe-haven record at `as_of`. Gold in the order XAU perpetual, PAXG spot, XAUT spot."""
    raise NotImplementedError


def paths(candles: pl.DataFrame, quotes: pl.DataFrame, as_of: datetime, days: int) -> pl.DataFrame:
    """BTC and gold from a common start for the detail chart: columns ts, btc, gold (1.0 = start)."""
    raise NotImplementedError
