"""The haven test and the rolling correlation, against plain sums."""

import statistics
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from tui.metrics.haven_test import haven_test, rolling

DAY0 = datetime(2025, 1, 1, tzinfo=UTC)


def both(btc: list[float], gold: list[float]) -> pl.DataFrame:
    """Prices from daily returns, a day apart."""
    levels = {"btc": [100.0], "gold": [100.0]}
    for name, steps in (("btc", btc), ("gold", gold)):
        for step in steps:
            levels[name].append(levels[name][-1] * (1 + step))
    days = [DAY0 + timedelta(days=n) for n in range(len(btc) + 1)]
    return pl.DataFrame({"ts": days, **levels})


def test_gold_is_averaged_over_the_worst_five_percent_of_days() -> None:
    falls = [-0.10, -0.09, -0.08, -0.07, -0.06]
    up = [0.02, 0.01, 0.015, 0.02, 0.01]
    made = haven_test(both(falls + [0.001] * 95, up + [-0.001] * 95))
    assert (made.days, made.n) == (100, 5)
    assert made.mean == pytest.approx(statistics.mean(up))
    assert made.threshold == pytest.approx(-0.06)
    error = 1.96 * statistics.stdev(up) / 5**0.5
    assert made.low == pytest.approx(statistics.mean(up) - error)
    assert made.high == pytest.approx(statistics.mean(up) + error)
    assert made.verdict == "gold rose"


def test_an_interval_around_nothing_says_nothing() -> None:
    gold = [0.02, -0.02, 0.01, -0.01, 0.0]
    made = haven_test(both([-0.1] * 5 + [0.001] * 95, gold + [0.0] * 95))
    assert made.verdict == "no clear move of gold"


def test_too_few_days_have_no_interval() -> None:
    made = haven_test(both([-0.1] * 99, [0.1] * 99))
    assert (made.days, made.n, made.mean, made.verdict) == (99, 4, None, None)


def test_the_rolling_correlation_is_of_the_newest_sessions() -> None:
    steps = [0.01 * ((n * 7) % 5 - 2) for n in range(60)]
    made = rolling(both(steps, [*steps[:30], *(-step for step in steps[30:])]), 30)
    assert len(made) == 61
    assert made[29] is None
    assert made[30] == pytest.approx(1.0, abs=0.01)
    assert made[60] == pytest.approx(-1.0, abs=0.01)


def test_a_price_that_stands_still_has_no_correlation() -> None:
    made = rolling(both([0.01, -0.01] * 20, [0.0] * 40), 30)
    assert made[-1] is None
