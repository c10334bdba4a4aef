"""The evidence line by line: what each line reads, and where its number stands in its own past.

A new line is one entry in `tui.scores.lines.LINES`; the recorder notes its number each hour, and
from a week on its percentile is known.
"""

from tui.metrics.percentile import Percentile
from tui.scores.base import Given, Line, Reading, Score, Scorecard, Sight
from tui.scores.lines import LINES
from tui.scores.noted import note, scorecard

__all__ = [
    "LINES",
    "Given",
    "Line",
    "Percentile",
    "Reading",
    "Score",
    "Scorecard",
    "Sight",
    "note",
    "scorecard",
]
