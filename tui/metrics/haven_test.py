"""Whether gold held when bitcoin fell hardest, and how the two moved together over time."""

from dataclasses import dataclass
from math import sqrt

import polars as pl

from tui.metrics.memo import kept

WORST = 0.05
"""The share of days that are the worst (definitions §4)."""
LEAST = 5
"""Worst days below which an interval would say nothing: a hundred days of history."""
_Z = 1.96
STILL = 1e-9
"""A daily spread below this is the error of sums, not a move."""


@dataclass(frozen=True)
class HavenTest:
    """Gold's mean daily return on bitcoin's worst 5 % days: `n` of `days` they are.

    `mean`, `low` and `high` are fractions, the last two its 95 % interval (mean ± 1.96 standard
    errors); None below five such days. `threshold` is bitcoin's return on the mildest of them.
    """

    days: int
    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None

    @property
    def verdict(self) -> str | None:
        """What the interval allows to say; None when there is none."""
        if self.low is None or self.high is None:
            return None
        if self.low > 0:
            return "gold rose"
        return "gold fell too" if self.high < 0 else "no clear move of gold"


@kept(2)
def haven_test(both: pl.DataFrame) -> HavenTest:
    """The test over the daily returns of `both`: columns ts, btc, gold, a row a common session."""
    steps = both.select(pl.col("btc", "gold").pct_change()).drop_nulls()
    n = int(steps.height * WORST)
    if n < LEAST:
        return HavenTest(steps.height, n)
    worst = steps.sort("btc").head(n)
    mean, spread = worst["gold"].mean(), worst["gold"].std()
    assert isinstance(mean, float)
    assert isinstance(spread, float)
    error = _Z * spread / sqrt(n)
    return HavenTest(steps.height, n, mean, mean - error, mean + error, worst["btc"][-1])


@kept(4)
def rolling(both: pl.DataFrame, sessions: int) -> tuple[float | None, ...]:
    """Pearson's r of daily log returns over the newest `sessions` at each row of `both`; None
    where there are not so many yet or one of the two stood still."""
    x, y = pl.col("btc"), pl.col("gold")
    steps = both.select(x.log().diff(), y.log().diff())
    found = steps.select(
        (x * y).rolling_mean(sessions) - x.rolling_mean(sessions) * y.rolling_mean(sessions),
        x.rolling_std(sessions, ddof=0).alias("of_btc"),
        y.rolling_std(sessions, ddof=0).alias("of_gold"),
    )
    return tuple(
        max(-1.0, min(1.0, shared / (one * other))) if one and other and min(one, other) > STILL
        else None
        for shared, one, other in found.iter_rows()
    )  # fmt: skip
