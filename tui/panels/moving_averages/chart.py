"""The closes with their means, for the detail; where they crossed is marked."""

from itertools import pairwise

import polars as pl
from textual.content import Content

from tui import draw
from tui.draw.framed import AXIS, Series, Span, framed
from tui.panels.base import View
from tui.panels.moving_averages.record import AveragesRecord

STYLES = {"365d": "$warn", "200d": "$long", "50d": "$short", "200w": "$gold"}
LEAST = 6
"""A read-out, three rows, times, and the row of crosses."""


def chart(record: AveragesRecord, view: View, width: int, height: int) -> list[Content]:
    """Exactly `height` lines, or none where they would say nothing."""
    days = record.history
    if height < LEAST:
        return []
    if days is None or days.height < 2:
        none = record.averages.last_close is None and record.averages.reason
        return [draw.unknown(none or "no daily closes yet", width)]
    names = [name for name in days.columns if name in STYLES]
    series = [Series("price", days["close"].to_list(), "$accent")]
    series += [Series(name, days[name].to_list(), STYLES[name]) for name in names]
    title, cursor = f"{days.height} daily closes", view.drill.cursor
    first, last = days["ts"][0], days["ts"][-1]
    made = framed(series, width, height - 1, view.symbols, first, last, cursor, title)
    span = Span(first, last, days.height, width - AXIS)
    return [*made[:-1], crosses(days, names, span, width), made[-1]]


def crosses(days: pl.DataFrame, names: list[str], span: Span, width: int) -> Content:
    """A mark under each close that crossed a line, in the line's colour: ▲ up, ▼ down. The last
    to cross wins a column."""
    marks: dict[int, tuple[str, str]] = {}
    for name in names:
        for point, is_up in _crossed_by(days, name):
            column = span.column_of(point)
            marks[column] = ("▲" if is_up else "▼", STYLES[name])
    parts: list[draw.Part] = [("crosses ┤".rjust(AXIS), "$muted")]
    at = 0
    for column in sorted(marks):
        parts += [" " * (column - at), marks[column]]
        at = column + 1
    return draw.line(width, *parts)


def _crossed_by(days: pl.DataFrame, name: str) -> list[tuple[int, bool]]:
    """The rows of the closes that crossed a line; one of weeks is crossed by weekly closes alone,
    those of Sunday 24:00, which are stored as Monday 00:00."""
    rows = days.with_row_index("row")
    if name.endswith("w"):
        rows = rows.filter(pl.col("ts").dt.weekday() == 1)
    return [(rows["row"][at], is_up) for at, is_up in crossed(rows["close"], rows[name])]


def crossed(closes: pl.Series, mean: pl.Series) -> list[tuple[int, bool]]:
    """The closes on another side of a mean than the one before, and whether they are above it."""
    sides = [
        None if close is None or level is None else close >= level
        for close, level in zip(closes.to_list(), mean.to_list(), strict=True)
    ]
    return [
        (at, after)
        for at, (before, after) in enumerate(pairwise(sides), 1)
        if before is not None and after is not None and before != after
    ]
