"""The week before the scenario's day: what a detector of cascades knows of it, and no raw row.

A real recorder listens for three days before it can tell a cascade from a busy hour. Here every
hour of that week was like one of the day in which nothing much happens.
"""

from typing import Any

import polars as pl

from tui.loopback.path import DAY, HOUR
from tui.metrics.cascades.buckets import batch
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.normals import Hour, frame
from tui.metrics.cascades.rule import BUCKET_MS, CLOSE_MS, DAYS
from tui.metrics.cascades.state import packed
from tui.tables import QUOTES

QUIET = 2 * HOUR
"""So long before the end begins an hour without a wave, a gap, or the demo's own quiet start."""


def normals(liquidations: pl.DataFrame, coverage: pl.DataFrame, end: int) -> pl.DataFrame:
    """NORMALS of the week before the day that ends then (ms), from its rows of those tables."""
    since, hour = end - QUIET, Hour()
    over = since + HOUR + BUCKET_MS + CLOSE_MS  # when the last bucket of it is known
    for bucket in batch(liquidations, QUOTES.empty(), coverage, since, over):
        hour.add(bucket, is_normal=True)
    first = begins(end)
    return frame({first - (n + 1) * HOUR: hour for n in range(DAYS * 24)})


def detector(end: int) -> dict[str, Any]:
    """The state of a detector that knows that week, and has the day before it."""
    made = Detector()
    made.at = begins(end)
    return packed(made)


def begins(end: int) -> int:
    """Start of the hour in which the day that ends then begins."""
    return (end - DAY) // HOUR * HOUR
