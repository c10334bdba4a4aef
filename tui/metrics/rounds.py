"""Round levels: the prices people watch because they end in zeros."""

from datetime import datetime
from math import floor, log10

import polars as pl

BTC_STEP = 5_000.0

OF_PRICE = 0.05
"""Other coins: the step of the 1-2-5 grid that is nearest to 5 % of the price, as 5,000 is to BTC
at 100,000. ETH at 2,911 goes by 200, SOL at 121 by 5, DOGE at 0.119 by 0.005."""


_ON_LEVEL = 1e-9
"""A price on a level counts as above it, also where 0.115 / 0.005 is 22.999999999999996."""


def step(base: str, price: float) -> float:
    """The distance between round levels of a coin at this price, in USD."""
    if base == "BTC":
        return BTC_STEP
    wanted = price * OF_PRICE
    decade = 10.0 ** floor(log10(wanted))
    steps = [digit * decade for digit in (1.0, 2.0, 5.0, 10.0)]
    return min(steps, key=lambda size: abs(log10(size / wanted)))


def around(price: float, size: float) -> tuple[float, float]:
    """The nearest levels at or below, and above."""
    below = _cell(price, size)
    return round(below * size, 12), round((below + 1) * size, 12)


def last_crossing(closes: pl.DataFrame, size: float) -> tuple[float, datetime] | None:
    """The level crossed last, and the close (columns ts, close; oldest first) that showed it.

    Of a move over several levels, the one reached last. None where the price stayed between two.
    """
    cells = (closes["close"] / size + _ON_LEVEL).floor().cast(pl.Int64)
    turns = (cells.diff() != 0).fill_null(False).arg_true()
    if not turns.len():
        return None
    at = turns[-1]
    level = cells[at] if cells[at] > cells[at - 1] else cells[at] + 1
    return round(level * size, 12), closes["ts"][at]


def crossed(before: float, after: float, size: float) -> float | None:
    """The level reached last between two prices; None where both are between the same two."""
    start, end = _cell(before, size), _cell(after, size)
    if start == end:
        return None
    return round((end if end > start else end + 1) * size, 12)


def _cell(price: float, size: float) -> int:
    return floor(price / size + _ON_LEVEL)
