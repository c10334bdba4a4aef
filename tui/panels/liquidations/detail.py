"""The liquidations in full: windows, the minutes by side, every coin and venue, and the feed."""

from dataclasses import replace

from textual.content import Content

from tui.panels.base import View
from tui.panels.liquidations import feed, split, timeline, totals, trusted
from tui.panels.liquidations.record import LiquidationsRecord

TRUSTED_FROM = 30
"""The height from which the rows that tell how far the venues can be trusted have a place."""
TAPE = 6
"""The feed's rule and five rows: with less room beside the groups these have it all."""


def rows(record: LiquidationsRecord, view: View, width: int, height: int) -> list[Content]:
    """Windows, the chart, the groups as far as the height goes, and the feed; the chart takes what
    nobody needs. Scrolling moves the groups."""
    made = record.liquidations
    lines = totals.across(made, view, width)
    if height >= TRUSTED_FROM:
        lines += trusted.rows(made, view, width)
    chart, table, tape = shared(record, view, width, height - len(lines) - 1)
    why = totals.reasons(made, view)
    bars = "per minute, 60m" if record.per == 1 else f"per {record.per} minutes, {view.window}"
    lines.append(split.rule_of(bars, width, f"≥: {why}" if why else ""))
    lines += timeline.chart(record, view, width, chart)
    if table:
        lines += split.tables(record, view, width, table, view.scroll)
    if tape:
        lines.append(feed.title(view, width, "+ − size"))
        still = replace(view, scroll=0)
        lines += feed.rows(made, still, width, tape - 1, full=width >= 64)
    return lines


def shared(record: LiquidationsRecord, view: View, width: int, height: int) -> tuple[int, int, int]:
    """The rows of chart, groups and feed."""
    chart = max(6, min(20, height // 2))
    left = max(0, height - chart)
    wanted = 1 + split.natural(record, view, width)
    table = min(wanted, left if left < 2 * TAPE else max(left - TAPE, left * 2 // 3))
    if table < 2:
        return chart, 0, 0
    tape = min(left - table, 1 + max(1, len(record.liquidations.feed)))
    tape = tape if tape >= 2 else 0
    table = min(wanted, left - tape)
    return chart + left - table - tape, table, tape
