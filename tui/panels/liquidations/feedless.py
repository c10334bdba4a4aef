"""The liquidations without their single rows: what the feed would take goes to split and chart."""

from textual.content import Content

from tui.panels.base import Form, View
from tui.panels.liquidations import split, timeline, totals
from tui.panels.liquidations.record import LiquidationsRecord
from tui.panels.liquidations.rooms import share_out


def rows(
    record: LiquidationsRecord, view: View, width: int, height: int, form: Form
) -> list[Content]:
    """Windows, minutes, split: as with a feed, in the same order."""
    made = record.liquidations
    if form is Form.BARE:
        lines = totals.down(made, view, width, form, record.standing)
        up = max(1, height - len(lines) - 2)
        lines += timeline.small(record, view, width, up, axis=False)
        return [*lines, split.one_row(record, view, width)]
    entries = split.natural(record, view, width) + int(form is Form.BOX)
    entries = max(3, min(entries, max(8, height // 3)))  # more coins would be mostly small ones
    if form is Form.BOX:
        windows, chart, table = share_out(height, (6, 6), (6, 999), (3, entries))
        lines = totals.across(made, view, width, record.standing)[:windows]
        if chart:
            lines.append(split.minutes_rule(record, view, width))
            lines += timeline.chart(record, view, width, chart - 1)
        return lines + (split.tables(record, view, width, table) if table else [])
    wanted = len(totals.NARROW[form]) + 1
    windows, chart, table = share_out(height, (wanted, wanted), (4, 999), (3, entries))
    lines = totals.down(made, view, width, form, record.standing)[:windows]
    if chart:
        lines += timeline.small(record, view, width, max(1, chart - 2), axis=True)
    return lines + (split.narrow(record, view, width, table) if table else [])
