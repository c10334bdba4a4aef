"""The liquidations in full: windows, every coin and venue, and the minutes by side."""

from textual.content import Content

from tui.panels.base import View
from tui.panels.liquidations import split, timeline, totals
from tui.panels.liquidations.record import LiquidationsRecord


def rows(record: LiquidationsRecord, view: View, width: int, height: int) -> list[Content]:
    """Windows, the chart, then the groups as far as the height goes."""
    made = record.liquidations
    lines = totals.across(made, view, width)
    chart = max(6, min(20, (height - 5) // 2))
    why = totals.reasons(made, view)
    bars = "per minute, 60m" if record.per == 1 else f"per {record.per} minutes, {view.window}"
    lines.append(split.rule_of(bars, width, f"≥: {why}" if why else ""))
    lines += timeline.chart(record, view, width, chart)
    left = height - len(lines)
    if left >= 2:
        lines += split.tables(record, view, width, left, view.scroll)
    return lines
