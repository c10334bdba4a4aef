"""Where price stands against the means of completed UTC daily and weekly spot closes."""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl


@dataclass(frozen=True)
class Average:
    """One line. All but `name`, `have`, `need` are None while `have` < `need`.

    `state` is above or below and changes only on a close; `closes_since_cross` counts completed
    closes (weeks for 200w) since it did, `at_least` when the history does not reach back to it.
    `slope` is USD per day; `turn_mean` is the mean price the next 14 days need for it to turn.
    """

    name: str  # 365d, 200d, 50d, 200w
    have: int
    need: int
    value: float | None = None
    distance: float | None = None
    state: str | None = None
    closes_since_cross: int | None = None
    at_least: bool = False
    slope: float | None = None
    turn_mean: float | None = None


@dataclass(frozen=True)
class Averages:
    """The record of the averages panel. `reason` says why there is no candle or price."""

    base: str
    symbol: str | None
    venue: str | None
    price: float | None
    price_ts: datetime | None
    lines: tuple[Average, ...]
    last_close: date | None
    last_close_price: float | None
    round_below: float | None
    round_above: float | None
    last_round: float | None  # the round level crossed last
    last_round_at: datetime | None
    reason: str | None = None


def averages(
    candles: pl.DataFrame,
    base: str,
    price: float | None,
    price_ts: datetime | None,
    as_of: datetime,
) -> Averages:
    """The averages of `base` over the daily candles that had closed by `as_of`."""
    raise NotImplementedError


def line(candles: pl.DataFrame, base: str, name: str, as_of: datetime) -> pl.DataFrame:
    """The history of one average for charts: columns ts (TIME, close of day), close, mean."""
    raise NotImplementedError
