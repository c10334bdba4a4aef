"""The bars of the detail: longs up, shorts down, the price over them, and a cursor that reads."""

from textual.content import Content

from tui import draw
from tui.draw.charts import line_chart, overlay
from tui.draw.framed import AXIS, Span, scale, upright
from tui.metrics.timeline import Minute
from tui.panels.base import View
from tui.panels.liquidations.record import LiquidationsRecord
from tui.panels.liquidations.timeline import heights
from tui.tables import Side

LEAST = 7
"""Read-out, price, two rows of longs, the axis, one of shorts, times."""

Drawn = list[tuple[str, list[tuple[str, str]]]]
"""Rows: the label at the left, and styled runs."""


def chart(record: LiquidationsRecord, view: View, width: int, height: int) -> list[Content]:
    """Exactly `height` lines; what nobody listened to is a gap in the bars and dots on the axis."""
    span = spanned(record.liquidations.minutes, width)
    if height < LEAST or span is None:
        return [draw.unknown("no minutes yet", width)] * max(0, height)
    minutes = record.liquidations.minutes[-span.points :]
    prices = record.prices[-span.points :]
    room = height - 3
    over = max(1, room // 3)
    down = max(1, (room - over) // 3)
    rows = _prices(prices, span, view, over)
    rows += _bars(minutes, span, view, room - over - down, down)
    lines = [read_out(record, minutes, prices, span, view, width)]
    lines += [draw.line(width, (label.rjust(AXIS), "$muted"), *runs) for label, runs in rows]
    return [*lines, draw.line(width, (" " * AXIS + span.axis(), "$muted"))]


def spanned(minutes: tuple[Minute, ...], width: int) -> Span | None:
    """The bars in all the columns; the newest where not all have room."""
    room = width - AXIS
    if room < 5 or not minutes:
        return None
    shown = minutes[-room:]
    return Span(shown[0].minute, shown[-1].minute, len(shown), room)


def _under(span: Span, view: View, rows: int) -> list[tuple[list[str], str]]:
    """The cursor, as the lowest layer."""
    cursor = view.drill.cursor
    return [] if cursor is None else [(upright(span.column(cursor), span.columns, rows), "$muted")]


def _prices(prices: tuple[float | None, ...], span: Span, view: View, rows: int) -> Drawn:
    known = [price for price in prices if price is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    (drawn,) = line_chart([prices], span.columns, rows, view.symbols, low, high)
    layers = [(drawn, "$accent"), *_under(span, view, rows)]
    labels = scale(low, high, rows, draw.whole) if known else {}
    return [(labels.get(row, "┤"), overlay(layers, row)) for row in range(rows)]


def _bars(minutes: tuple[Minute, ...], span: Span, view: View, up: int, down: int) -> Drawn:
    sides = {side: heights(minutes, side) for side in Side}
    most = {side: max((v for v in sides[side] if v), default=0.0) for side in Side}
    longs = draw.columns(sides[Side.LONG], up, most[Side.LONG])
    shorts = draw.fall(sides[Side.SHORT], down, most[Side.SHORT])
    axis = "".join("─" if m.covered else "·" for m in minutes)
    top, bottom = {0: _label(most[Side.LONG])}, {down - 1: _label(most[Side.SHORT])}
    return [
        *_side(_widened(longs, span), span, view, Side.LONG, top),
        ("0 ┼", [(_widened([axis], span)[0], "$muted")]),
        *_side(_widened(shorts, span), span, view, Side.SHORT, bottom),
    ]


def _side(rows: list[str], span: Span, view: View, side: Side, labels: dict[int, str]) -> Drawn:
    layers = [(rows, view.side_style(side)), *_under(span, view, len(rows))]
    return [(labels.get(row, "┤"), overlay(layers, row)) for row in range(len(rows))]


def _widened(rows: list[str], span: Span) -> list[str]:
    """Each bar as wide as its share of the columns."""
    bars = [at * span.points // span.columns for at in range(span.columns)]
    return ["".join(row[bar] for bar in bars) for row in rows]


def _label(most: float) -> str:
    """The largest bar of a side: each side has a scale of its own."""
    return f"{draw.usd(most)} ┤" if most else "┤"


def read_out(
    record: LiquidationsRecord,
    minutes: tuple[Minute, ...],
    prices: tuple[float | None, ...],
    span: Span,
    view: View,
    width: int,
) -> Content:
    """A bar in words: at the cursor, else the newest."""
    cursor = view.drill.cursor
    at = span.point(-1 if cursor is None else cursor)
    bar, price = minutes[at], prices[at] if at < len(prices) else None
    heard = bar.covered or bar.long_usd or bar.short_usd
    long, short = (draw.usd(v) if heard else "n/a" for v in (bar.long_usd, bar.short_usd))
    until = "" if record.per == 1 else f", {record.per}m"
    return draw.line(
        width,
        (f"{bar.minute:%d %b %H:%M}{until}  ", "" if cursor is None else "bold"),
        (f"▼ long {long}  ", view.side_style(Side.LONG)),
        (f"▲ short {short}  ", view.side_style(Side.SHORT)),
        (f"── {draw.safe(record.base)} {draw.lacking(draw.whole(price))}", "$accent"),
        ("" if bar.covered else "  gap: not all was heard", "$warn"),
    )
