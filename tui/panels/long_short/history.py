"""The chosen cell of the table: its history by the hour, and where it stands in its own past."""

from datetime import datetime, timedelta

import polars as pl
from textual.content import Content

from tui import draw
from tui.draw.framed import LEAST, Series, framed
from tui.metrics.positioning import Ratio, alike, standing
from tui.panels.base import View
from tui.panels.long_short.record import LongShort
from tui.tables import Measure

PERIOD = timedelta(hours=1)
"""Positioning is kept at 1 h for 30 days: a longer hole between two rows is a gap."""
DAYS = (30, 90)
NAMES = {
    Measure.ACCOUNTS: "accounts",
    Measure.TOP_ACCOUNTS: "top accounts",
    Measure.TOP_POSITIONS: "top positions",
    Measure.TAKER: "taker",
}


def chosen(record: LongShort, view: View) -> Ratio | None:
    """The cell that is selected, the first where none is."""
    at = min(view.selected or 0, len(record.ratios) - 1)
    return record.ratios[at] if at >= 0 else None


def past(record: LongShort, one: Ratio) -> pl.DataFrame | None:
    """The history of one cell, of taker flow that of its hours; None where there is no row."""
    if record.history is None:
        return None
    of_it = (pl.col("venue") == one.venue) & (pl.col("measure") == one.measure.value)
    rows = alike(record.history.filter(of_it), one.measure)
    return rows if rows.height else None


def standings(record: LongShort, one: Ratio, width: int) -> list[Content]:
    """`bybit accounts 1.88  30d percentile 82  90d n/a (31 of 90 days)`; `taker 0.71 (1h 0.94)`,
    whose hour is what stands there."""
    rows = past(record, one)
    known = None if rows is None else rows["ratio"].drop_nulls()
    hour = ""
    if one.measure is Measure.TAKER and known is not None and len(known):
        hour = f" (1h {draw.ratio(known[-1])})"
    texts = [f"{draw.safe(one.venue)} {NAMES[one.measure]} {draw.ratio(one.ratio)}{hour}"]
    for days in DAYS:
        made = None if rows is None else standing(rows, record.as_of, days)
        have = made.have if made else 0
        text = draw.missing(f"{have} of {days} days")
        if made is not None and made.percentile is not None:
            text = f"percentile {made.percentile * 100:.0f}"
        texts.append(f"{days}d {text}")
    return [draw.line(width, ("  ".join(texts), "bold"))]


def rows(record: LongShort, one: Ratio, view: View, width: int, height: int) -> list[Content]:
    """A chart of the cell's ratio; too few rows draw nothing."""
    if height < LEAST:
        return []
    found = past(record, one)
    if found is None or found.height < 2:
        return [draw.unknown("no history of it yet", width)]
    first, last = ends(record)
    values = resampled(found, first, last, PERIOD)
    series = [Series(f"{draw.safe(one.venue)} {NAMES[one.measure]}", values, "$accent", draw.ratio)]
    cursor = view.drill.cursor
    return framed(series, width, height, view.symbols, first, last, cursor, "long ÷ short")


def ends(record: LongShort) -> tuple[datetime, datetime]:
    """The whole hours the chart reaches from and to: that of the newest row of any cell."""
    assert record.history is not None
    oldest, newest = record.history["ts"].min(), record.history["ts"].max()
    assert isinstance(oldest, datetime)
    assert isinstance(newest, datetime)
    first = max(oldest, record.since or oldest)
    return _hour(min(first, newest)), _hour(newest)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def points(record: LongShort) -> int:
    """The hours between the ends; none without a history."""
    if record.history is None or record.history.is_empty():
        return 0
    first, last = ends(record)
    return (last - first) // PERIOD + 1


def resampled(
    frame: pl.DataFrame, first: datetime, last: datetime, step: timedelta
) -> list[float | None]:
    """The newest ratio of each `step` from `first` to `last`, None where there is none."""
    count = int((last - first) / step) + 1
    values: list[float | None] = [None] * count
    for ts, ratio in frame.select("ts", "ratio").iter_rows():
        if ts >= first:
            values[min(count - 1, int((ts - first) / step))] = ratio
    return values
