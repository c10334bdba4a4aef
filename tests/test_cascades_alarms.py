"""False alarms of the detector of cascades, on a simulated market: at most one a coin and week.

`python -m tests.benchmarks.bench_cascades` prints the whole table, of three rates and thirty quiet
days; here are a week of quiet days and one rate, held to a bar and to that table.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests import benchmarks
from tests.benchmarks.bench_cascades import Score, both
from tests.simulated_market import Setting

pytestmark = pytest.mark.campaign

BAR = 1.0
"""False alarms a coin and week."""
TABLE = Path(benchmarks.__file__).parent / "README.md"
HOW = ("all told", "one a second")
"""Every forced order, and the largest of each second, venue and contract alone."""


@cache
def quiet() -> dict[str, Score]:
    """A week of days without a cascade after the day that is learnt: of three coins."""
    return dict(zip(HOW, both(Setting(6.0, 8.0, seed=3, cascades=False)), strict=True))


@cache
def stirred() -> dict[str, Score]:
    """Three days with 36 cascades, as in the table."""
    return dict(zip(HOW, both(Setting(6.0, 4.0, seed=2)), strict=True))


def printed(name: str) -> tuple[float, float]:
    """Precision and recall of a row of the table."""
    row = next(line for line in TABLE.read_text("utf-8").splitlines() if f"| {name} |" in line)
    precision, recall = row.split(" | ")[1:3]
    return float(precision), float(recall.split()[0])


@pytest.mark.parametrize("how", HOW)
def test_quiet_days_have_at_most_one_false_alarm_a_coin_and_week(how: str) -> None:
    score = quiet()[how]
    assert score.truths == 0
    assert score.false_alarms <= BAR


@pytest.mark.parametrize("score", [quiet, stirred])
def test_a_thinned_market_has_no_more_false_alarms_than_the_whole_one(
    score: Callable[[], dict[str, Score]],
) -> None:
    whole, thinned = (score()[how].false_alarms for how in HOW)
    assert thinned <= whole


@pytest.mark.parametrize("how", HOW)
def test_known_cascades_are_found_as_the_table_says(how: str) -> None:
    """So that the few alarms are not those of a detector that sees nothing."""
    score = stirred()[how]
    assert score.truths == 36
    assert (score.precision, score.recall) == pytest.approx(printed(f"6 a minute, {how}"), abs=0.05)
    assert score.false_alarms <= BAR
