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
    lines.append(split.rule_of(f"per minute, {len(made.minutes)}m", width))
    lines += timeline.chart(record, view, width, chart)
    left = height - len(lines)
    if left >= 2:
        lines += split.tables(record, view, width, left)
    return lines
