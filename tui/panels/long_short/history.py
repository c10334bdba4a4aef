"""The history of the account ratio per venue, as one chart; gaps stay gaps."""

from datetime import datetime, timedelta

import polars as pl
from textual.content import Content

from tui import draw
from tui.draw.framed import Series, framed
from tui.panels.base import View, code
from tui.tables import Measure

STYLES = ("$accent", "$long", "$short", "$warn")
PERIOD = timedelta(hours=1)
"""Positioning is kept at 1 h for 30 days: a longer hole between two rows is a gap."""


def rows(history: pl.DataFrame | None, view: View, width: int, height: int) -> list[Content]:
    """A chart of the accounts' ratio, its legend above; fewer than five rows draw nothing."""
    if history is None or height < 5:
        return []
    frame = history.filter(pl.col("measure") == Measure.ACCOUNTS.value)
    if frame.height < 2:
        return [draw.line(width, ("n/a (no history of the account ratio yet)", "$muted"))]
    first, last = frame["ts"].min(), frame["ts"].max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    names = sorted(set(frame["venue"].to_list()))[: len(STYLES)]
    columns = max(10, width - 10)
    step = max(PERIOD, (last - first) / columns)
    series = [resampled(frame.filter(pl.col("venue") == name), first, last, step) for name in names]
    lines = [
        Series(code(name), values, style, draw.ratio)
        for name, values, style in zip(names, series, STYLES, strict=False)
    ]
    title, cursor = "accounts long ÷ short", view.drill.cursor
    return framed(lines, width, height, view.symbols, first, last, cursor, title)


def resampled(
    frame: pl.DataFrame, first: datetime, last: datetime, step: timedelta
) -> list[float | None]:
    """The newest ratio of each `step` from `first` to `last`, None where there is none."""
    count = int((last - first) / step) + 1
    values: list[float | None] = [None] * count
    for ts, ratio in frame.select("ts", "ratio").iter_rows():
        values[min(count - 1, int((ts - first) / step))] = ratio
    return values
