"""The minutes: longs up, shorts down, the price beneath; a minute nobody listened to is a gap."""

from datetime import datetime

from textual.content import Content

from tui import draw
from tui.metrics.windows import Minute
from tui.panels.base import View
from tui.panels.liquidations.record import LiquidationsRecord
from tui.tables import Side

AXIS = 10  # `  21.4M ┤`
NOTE = 22  # `┤ hi 90,020 lo 88,640 `


def heights(minutes: tuple[Minute, ...], side: Side) -> list[float | None]:
    """USD per minute of one side; None where the minute holds a gap and nothing came."""
    return [
        None if not m.covered and not (m.long_usd or m.short_usd)
        else m.long_usd if side is Side.LONG else m.short_usd
        for m in minutes
    ]  # fmt: skip


def chart(record: LiquidationsRecord, view: View, width: int, height: int) -> list[Content]:
    """The full chart with axis and notes: at least 5 rows (up, axis, short, price, time)."""
    noted = width >= AXIS + 40 + NOTE
    room = width - AXIS - (NOTE if noted else 0)
    wide = 2 if room >= 120 else 1
    minutes = record.liquidations.minutes[-(room // wide) :]
    prices = record.prices[-len(minutes) :] if minutes else ()
    long, short = heights(minutes, Side.LONG), heights(minutes, Side.SHORT)
    top = max((v for v in long if v), default=0.0)
    low = max((v for v in short if v), default=0.0)
    up = height - 4
    drawn: list[tuple[str, str, str]] = [
        (_up_label(row, up, top), bars, view.side_style(Side.LONG))
        for row, bars in enumerate(draw.columns(long, up, top))
    ]
    zero = "".join("─" if m.covered else "·" for m in minutes)
    fallen = draw.fall(short, 1, low)[0]  # on its own scale, which the note beside it says
    drawn += [
        ("0 ┼", zero, "$muted"),
        ("short ┤", fallen, view.side_style(Side.SHORT)),
        (f"{draw.safe(record.base)[:5]} ┤", draw.price_row(prices), "$accent"),
    ]
    notes = _notes(record, minutes, prices, low) if noted else {}
    lines = []
    for row, (label, cells, style) in enumerate(drawn):
        body = "".join(c * wide for c in cells)
        note = ("┤ " + notes.get(row - up, "")) if noted else ""
        lines.append(
            draw.line(width, (label.rjust(AXIS), "$muted"), (body, style), (note, "$muted"))
        )
    times = clock_axis([m.minute for m in minutes], len(minutes) * wide)
    return [*lines, draw.line(width, (" " * AXIS + times, "$muted"))]


def _up_label(row: int, up: int, top: float) -> str:
    if top > 0 and row == 0:
        return f"{draw.usd(top)} ┤"
    if top > 0 and up >= 4 and row == up // 2:
        return f"{draw.usd(top * (up - row) / up)} ┤"
    return "┤"


def _notes(
    record: LiquidationsRecord,
    minutes: tuple[Minute, ...],
    prices: tuple[float | None, ...],
    low: float,
) -> dict[int, str]:
    """What stands right of the axis, by row from it."""
    known = [p for p in prices if p is not None]
    notes = {1: f"max {draw.usd(low)}"}
    if minutes:
        last = minutes[-1]
        side = "long" if last.long_usd >= last.short_usd else "short"
        word = "now" if record.per == 1 else "last"
        most = max(last.long_usd, last.short_usd)
        notes[0] = f"{word} {draw.usd(most)} {side}"
        if most <= 0:
            notes[0] = f"{word} {'0' if last.covered else draw.missing('gap')}"
    if known:
        notes[2] = f"{draw.whole(min(known))} {draw.whole(max(known))}"
        full = f"hi {draw.whole(max(known))} lo {draw.whole(min(known))}"
        notes[2] = full if len(full) <= NOTE - 2 else notes[2]
    return notes


def clock_axis(times: list[datetime], width: int) -> str:
    """`HH:MM` under the first, every quarter and the last of evenly spaced times."""
    if not times or width < 5:
        return ""
    cells = [" "] * width
    for part in (1.0, 0.0, 0.25, 0.5, 0.75):
        at = width - 5 if part == 1.0 else round(width * part)
        index = len(times) - 1 if part == 1.0 else at * len(times) // width
        if at + 5 <= width and not "".join(cells[max(0, at - 2) : at + 7]).strip():
            cells[at : at + 5] = f"{times[index]:%H:%M}"
    return "".join(cells)


def small(record: LiquidationsRecord, view: View, width: int, up: int, axis: bool) -> list[Content]:
    """The chart without axis labels: `up` rows of both sides together, price, and times."""
    minutes = record.liquidations.minutes[-width:]
    prices = record.prices[-len(minutes) :] if minutes else ()
    both = [
        None if not m.covered and not (m.long_usd or m.short_usd) else m.long_usd + m.short_usd
        for m in minutes
    ]
    more_long = sum(m.long_usd for m in minutes) >= sum(m.short_usd for m in minutes)
    style = view.side_style(Side.LONG if more_long else Side.SHORT)
    lines = [draw.line(width, (row, style)) for row in draw.columns(both, up)]
    lines.append(draw.line(width, (draw.price_row(prices), "$accent")))
    if axis and minutes:
        top = max((v for v in both if v is not None), default=None)
        first, last = f"{minutes[0].minute:%H:%M}", f"{minutes[-1].minute:%H:%M}"
        words = f"max {draw.lacking(draw.usd(top))}/min, {draw.safe(record.base)[:5]} below"
        lines.append(draw.line(width, (first + words.center(len(minutes) - 10) + last, "$muted")))
    return lines
