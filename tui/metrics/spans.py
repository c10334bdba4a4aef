"""Spans of time: the tolerance of clocks, milliseconds, and the short words for a length."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import polars as pl

from tui.clock import from_milliseconds, milliseconds
from tui.tables import TIME

AHEAD = timedelta(seconds=5)
"""Events up to this far ahead of the clock count as now; later ones are left out."""

MINUTE_MS = 60_000

T = TypeVar("T")

MANY = 2_000
"""Rows from which a query (0.5 ms and more) is quicker than a loop."""


ms, moment = milliseconds, from_milliseconds
"""The short words of what metrics do in every second line."""


def instant(moment: datetime) -> pl.Expr:
    """A moment to compare a time column with: a datetime as it is takes polars 0.1 ms to turn."""
    return pl.lit(ms(moment)).cast(TIME)


def between(frame: pl.DataFrame, since: int, until: int, column: str = "ts") -> pl.DataFrame:
    """The rows from `since` to `until`, both ms and included, in their order.

    A frame in order of time is cut by bisection: 0.02 ms, where a filter takes 0.3.
    """
    times = frame[column]
    if not times.null_count() and times.is_sorted():
        first = bisect_left(times, moment(since))
        return frame.slice(first, max(0, bisect_right(times, moment(until)) - first))
    at = pl.col(column).to_physical()
    return frame.filter((at >= since) & (at <= until))


def in_time(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows in the order of `ts`, as most frames already are."""
    return rows if rows["ts"].is_sorted() else rows.sort("ts", maintain_order=True)


def newest(
    times: Sequence[datetime], values: Sequence[T], at: datetime, within: timedelta | None = None
) -> T | None:
    """The newest of the values at a moment, of times in order; None of none, or where it is older
    than `within`."""
    place = bisect_right(times, at) - 1
    if place < 0 or (within is not None and at - times[place] > within):
        return None
    return values[place]


def lasts(rows: pl.DataFrame) -> dict[str, datetime]:
    """The newest event of each venue, of rows in any order."""
    times = rows["ts"]
    if rows.height > MANY or not times.is_sorted(descending=True):
        return dict(rows.group_by("venue").agg(pl.col("ts").max()).iter_rows())
    # Newest first, so that the last one put in is the newest; no query, no loop of our own.
    venues, newest = rows["venue"].reverse().to_list(), times.to_physical().reverse().to_list()
    return {venue: moment(ts) for venue, ts in dict(zip(venues, newest, strict=True)).items()}


def age_s(as_of: datetime, ts: datetime | None) -> float | None:
    """Seconds since `ts`, never negative: a moment slightly ahead counts as now."""
    return None if ts is None else max(0.0, (as_of - ts).total_seconds())


def words(span: timedelta) -> str:
    """A length in its one largest unit, cut: `14s`, `12m`, `3h`, `2d`."""
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size and (unit != "d" or seconds > 86_400):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
