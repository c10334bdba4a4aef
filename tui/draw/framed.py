"""Line charts in their frame: a read-out, ticks at the left, times beneath, and a cursor.

Points are evenly spaced from the first moment to the last. A cursor is a place among the chart's
steps, counted as Python counts: 0 the first, −1 the last; a step is a point, or a column where
several points share one.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from tui.draw import times
from tui.draw.charts import GAP, Values, line_chart, overlay, ticks
from tui.draw.numbers import missing, whole
from tui.draw.text import Part, line

AXIS = 10
"""Cells of the labels at the left: `   90,000 ┤`."""
LEAST = 5
"""Rows of a chart below which it says nothing: a read-out, times, three rows."""


@dataclass(frozen=True)
class Series:
    """One line of a chart: its name, its points (None is a gap), its style and the form of its
    values in the read-out."""

    name: str
    values: Values
    style: str
    form: Callable[[float | None], str] = whole

    def said(self, point: int) -> Part:
        """Name and value at a point, in the line's own colour."""
        value = self.values[point] if point < len(self.values) else None
        return f"── {self.name} {missing() if value is None else self.form(value)}  ", self.style


@dataclass(frozen=True)
class Chart:
    """Series over one scale, named by a title; `form` is that of its ticks (see `scale`)."""

    series: Sequence[Series]
    title: str = ""
    form: Callable[[float], str] | None = None


@dataclass(frozen=True)
class Span:
    """The moments of evenly spaced points, and the columns they are drawn in."""

    first: datetime
    last: datetime
    points: int
    columns: int

    @property
    def steps(self) -> int:
        """How many places a cursor can have."""
        return min(self.points, self.columns)

    def step(self, cursor: int) -> int:
        """A cursor as a step from the left, kept inside."""
        at = cursor if cursor >= 0 else self.steps + cursor
        return max(0, min(self.steps - 1, at))

    def column(self, cursor: int) -> int:
        """The column a cursor stands in."""
        at = self.step(cursor)
        return at if self.points > self.columns else self._under(at)

    def point(self, cursor: int) -> int:
        """The point a cursor reads: the newest of its column."""
        at = self.step(cursor)
        if self.points <= self.columns:
            return at
        return min(self.points - 1, ((at + 1) * self.points - 1) // self.columns)

    def column_of(self, point: int) -> int:
        """The column a point is drawn in."""
        return self._under(point)

    def moment(self, point: int) -> datetime:
        """When a point was."""
        return self.first + (self.last - self.first) * (point / max(1, self.points - 1))

    def axis(self) -> str:
        """Round moments under their columns."""
        whole = (self.last - self.first).total_seconds() or 1.0
        found = times.moments(self.first, self.last, max(1, self.columns // (2 * times.CELLS)))
        placed = [((at - self.first).total_seconds() / whole, word) for at, word in found]
        return times.axis(
            [(self._under(part * (self.points - 1)), word) for part, word in placed], self.columns
        )

    def said(self, point: int) -> str:
        """A point's moment in words."""
        return times.exact(self.moment(point), (self.last - self.first) / max(1, self.points - 1))

    def _under(self, point: float) -> int:
        return min(self.columns - 1, int((point + 0.5) * self.columns / max(1, self.points)))


def framed(
    series: Sequence[Series],
    width: int,
    height: int,
    symbols: str,
    first: datetime,
    last: datetime,
    cursor: int | None = None,
    title: str = "",
    bounds: tuple[float, float] | None = None,
    form: Callable[[float], str] | None = None,
) -> list[Content]:
    """Series over one scale: `height` lines, the first of them read out at the cursor.

    Without a cursor the newest values are read, behind the `title`. An earlier series lies above
    a later one; None where nothing is known is a gap. The scale reaches from the lowest value to
    the highest, or over the `bounds`; `form` is that of its ticks (see `scale`).
    """
    rows, points = height - 2, max((len(one.values) for one in series), default=0)
    span = Span(first, last, points, width - AXIS)
    known = [v for one in series for v in one.values if v is not None and math.isfinite(v)]
    if span.columns < 5 or rows < 1 or not known:
        return [line(width)] * max(0, height)
    low, high = bounds or (min(known), max(known))
    drawn = line_chart([one.values for one in series], span.columns, rows, symbols, low, high)
    layers = [(cells, one.style) for cells, one in zip(drawn, series, strict=True)]
    if cursor is not None:
        layers.append((upright(span.column(cursor), span.columns, rows), "$muted"))
    labels = scale(low, high, rows, form)
    return [
        read_out(series, span, width, cursor, title),
        *(
            line(width, (labels.get(row, "┤").rjust(AXIS), "$muted"), *overlay(layers, row))
            for row in range(rows)
        ),
        line(width, (" " * AXIS + span.axis(), "$muted")),
    ]


def stacked(
    charts: Sequence[Chart],
    width: int,
    height: int,
    symbols: str,
    first: datetime,
    last: datetime,
    cursor: int | None = None,
) -> list[Content]:
    """As many of the charts as have room, the first of them the highest, one below the other."""
    count = max(1, min(len(charts), height // (LEAST + 1)))
    rest = height // (count + 1) if count > 1 else 0
    heights = [height - rest * (count - 1), *[rest] * (count - 1)]
    return [
        drawn
        for one, rows in zip(charts[:count], heights, strict=True)
        for drawn in framed(
            one.series, width, rows, symbols, first, last, cursor, one.title, form=one.form
        )
    ]


def read_out(
    series: Sequence[Series], span: Span, width: int, cursor: int | None, title: str = ""
) -> Content:
    """The values at the cursor with their moment; without one the newest."""
    point = span.point(-1 if cursor is None else cursor)
    head: Part = f"{title}  " if title else ""
    if cursor is not None:
        head = (f"{span.said(point)}  ", "bold")
    return line(width, head, *(one.said(point) for one in series))


def upright(column: int, width: int, rows: int) -> list[str]:
    """The cursor: a rule in one column, which lies below what is drawn there."""
    return [GAP * column + "│" + GAP * (width - column - 1)] * rows


def scale(
    low: float, high: float, rows: int, form: Callable[[float], str] | None = None
) -> dict[int, str]:
    """Tick labels by row, one in three rows at most; `form` or the decimals their step needs."""
    span = high - low
    marks = ticks(low, high, max(2, rows // 3))
    exact = (d for d in range(8) if all(math.isclose(round(t, d), t, abs_tol=1e-9) for t in marks))
    decimals = next(exact, 8) if span > 0 else 2
    labels = {}
    for tick in marks:
        row = rows - 1 - round((tick - low) / span * (rows - 1)) if span > 0 else rows // 2
        labels[row] = f"{form(tick) if form else f'{tick:,.{decimals}f}'} ┤"
    return labels
