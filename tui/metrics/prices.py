"""The live price and its changes over spans, always against a stored price, never a venue's own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl


@dataclass(frozen=True)
class Price:
    """The newest price of a base. Changes are fractions; None where no stored price is near."""

    venue: str
    symbol: str
    base: str
    price: float
    ts: datetime
    change_5m: float | None
    change_24h: float | None


def price(quotes: pl.DataFrame, candles: pl.DataFrame, base: str, as_of: datetime) -> Price | None:
    """The newest quote of `base` (venue order binance, bybit, okx) with its changes."""
    raise NotImplementedError


def change(
    quotes: pl.DataFrame,
    candles: pl.DataFrame,
    symbol: str,
    now: float,
    as_of: datetime,
    span: timedelta,
) -> float | None:
    """`now` ÷ the newest stored price of `symbol` at or before `as_of` − `span`, minus one.

    A quote if there is one near, else an hourly close at most an hour off, else None.
    """
    raise NotImplementedError


def by_minute(
    quotes: pl.DataFrame, symbol: str, as_of: datetime, count: int = 60
) -> tuple[float | None, ...]:
    """The last price of each of the newest `count` minutes, oldest first; None where none."""
    raise NotImplementedError
