"""The liquidations in full: windows, bars by side with the price, groups, sizes and the tape."""

from dataclasses import replace

from textual.content import Content

from tui import draw
from tui.panels.base import View
from tui.panels.drill import Drill
from tui.panels.liquidations import bars, feed, grouped, near, split, totals, trusted
from tui.panels.liquidations.deep import COLUMNS, Deep, by
from tui.panels.liquidations.record import LiquidationsRecord

TRUSTED_FROM = 30
"""The height from which the rows that tell how far the venues can be trusted have a place."""
GROUPS, TAPE = 0, 1
"""The blocks whose rows are selected."""
BLOCK = 4
"""A rule, a head and two rows: with less the block that is selected has it all."""


def rows(record: LiquidationsRecord, view: View, width: int, height: int) -> list[Content]:
    """Windows, the chart, groups and tape; or one liquidation with what was around it."""
    deep = record.deep
    if deep is not None and deep.near is not None:
        return near.rows(deep.near, view, width, height)
    made = record.liquidations
    lines = totals.across(made, view, width, record.standing)
    if height >= TRUSTED_FROM and not view.drill.path:
        lines += trusted.rows(made, view, width)
    why = totals.reasons(made, view)
    head = "per minute, 60m" if record.per == 1 else f"per {record.per} minutes, {view.window}"
    lines.append(split.rule_of(head, width, f"≥: {why}" if why else "w window"))
    room = height - len(lines)
    if deep is None:
        return lines + bars.chart(record, view, width, room)
    chart, table, tape = shared(deep, view, width, room)
    lines += bars.chart(record, view, width, chart)
    if table:
        lines += grouped.rows(record, deep, view, width, table)
    return lines + (_tape(record, deep, view, width, tape) if tape else [])


def shared(deep: Deep, view: View, width: int, height: int) -> tuple[int, int, int]:
    """The rows of chart, groups and tape; the chart takes what nobody needs."""
    chart = max(bars.LEAST, min(16, height * 2 // 5))
    left = max(0, height - chart)
    wanted, listed = grouped.natural(deep, width), 1 + max(1, len(deep.tape))
    if left >= 2 * BLOCK:
        table = min(wanted, max(left // 2, left - listed))
        tape = min(listed, left - table)
    elif view.drill.block == GROUPS:
        table, tape = min(wanted, left), 0
    else:
        table, tape = 0, min(listed, left)
    return chart + left - table - tape, table, tape


def _tape(
    record: LiquidationsRecord, deep: Deep, view: View, width: int, height: int
) -> list[Content]:
    """The rule says what is let through, of how many; or what is wrong with the filter."""
    active = view.drill.block == TAPE
    tape = replace(record.liquidations, feed=deep.tape)
    still = replace(view, scroll=0, selected=view.selected if active else None)
    if view.drill.error:
        head = draw.line(width, ("─ / ", "$frame"), (draw.safe(view.drill.error), "$warn"))
    else:
        keys = "⏎ open  / filter" if active else "tab select  / filter"
        head = split.rule_of(_let_through(deep, view), width, keys)
    if not deep.tape:
        none = f"none of the newest {deep.searched} rows"
        if deep.matched is not None:
            none = f"none in {view.window}"
        return [head, draw.line(width, (none, "$muted"))]
    return [head, *feed.rows(tape, still, width, height - 1, full=width >= 64)]


def _let_through(deep: Deep, view: View) -> str:
    """`tape ≥ $10K  12 of the newest 2000`; `tape  2,000 of 31,204 in 24h ≥ $10K  venue=bybit`."""
    least = draw.usd(view.smallest).replace(".00", "").replace(".0", "")
    sized = "" if "usd" in view.drill.typed.lower() else f" ≥ ${least}"
    typed = f"  {draw.safe(view.drill.typed)}" if view.drill.typed else ""
    if deep.matched is None:
        return f"tape{sized}  {len(deep.tape)} of the newest {deep.searched}"
    # What was typed is known: where there is no room, it is cut.
    return f"tape  {len(deep.tape):,} of {deep.matched:,} in {view.window}{sized}{typed}"


def choices(record: LiquidationsRecord, view: View) -> int:
    """The rows of the block that is selected in; a liquidation's own page scrolls."""
    deep = record.deep
    if deep is None or deep.near is not None:
        return 0
    return len(deep.tape if view.drill.block == TAPE else deep.groups)


def deeper(record: LiquidationsRecord, view: View) -> Drill | None:
    """The selected group by itself, or the selected liquidation."""
    at, deep, name = view.selected, record.deep, by(view)
    if deep is None or at is None or at >= choices(record, view):
        return None
    if view.drill.block == TAPE:
        return view.drill.at(deep.tape[at])
    return view.drill.into(COLUMNS[name], grouped.listed(deep, view)[at].name) if name else None
