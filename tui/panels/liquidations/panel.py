"""The liquidations panel: its blocks, and how they share the height."""

from datetime import timedelta

from textual.content import Content

from tui import draw
from tui.errors import UsageError
from tui.panels.base import Age, Form, Needs, Panel, View
from tui.panels.drill import Drill
from tui.panels.liquidations import detail, feed, split, strip, timeline, totals
from tui.panels.liquidations.filters import conditions, parse
from tui.panels.liquidations.history import detailed
from tui.panels.liquidations.record import LiquidationsRecord, record
from tui.snapshot import Snapshot
from tui.tables import COVERAGE, DERIVATIVES, LIQUIDATION_MINUTES, LIQUIDATIONS, QUOTES, WINDOWS

SILENT = timedelta(seconds=60)


class LiquidationsPanel(Panel):
    """Windows, minutes, split and feed, in this order at every size."""

    name, title, number = "liquidations", "Liquidations", 1
    tables = (LIQUIDATIONS, LIQUIDATION_MINUTES, COVERAGE, QUOTES, DERIVATIVES)
    blocks = 2

    def record(self, snapshot: Snapshot, view: View) -> LiquidationsRecord:
        """The totals, and what moved beside them."""
        return record(snapshot, view)

    def age(self, record: LiquidationsRecord) -> Age:
        """Age of the newest liquidation; stale when no feed's link stood in the last minute."""
        made = record.liquidations
        linked = bool(made.windows["1m"].cover.share)
        return Age.of(made.last_ts, made.as_of, SILENT).marked(not linked)

    def heading(self, record: LiquidationsRecord, view: View, form: Form) -> str:
        """The coin, or that it is all of them."""
        return draw.safe(view.coin) if view.coin else "all coins"

    def rows(
        self, record: LiquidationsRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """The blocks of the form, sharing the height."""
        if form is Form.STRIP:
            return strip.rows(record, view, width, height)
        if form is Form.BARE:
            return self._bare(record, view, width, height)
        return self._box(record, view, width, height) if form is Form.BOX else self._ruled(
            record, view, width, height
        )  # fmt: skip

    def detail_record(self, snapshot: Snapshot, view: View) -> LiquidationsRecord:
        """The record with the bars of the whole chosen window."""
        return detailed(snapshot, view)

    def needs(self, view: View) -> Needs:
        """What is around a liquidation; or all of the window that a filter lets through."""
        if view.drill.row is not None:
            return Needs(around=view.drill.row)
        return Needs(matching=conditions(view), span=WINDOWS[view.window])

    def detail_rows(
        self, record: LiquidationsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """Every group of the window, and liquidations by side."""
        return detail.rows(record, view, width, height)

    def points(self, record: LiquidationsRecord) -> int:
        """The bars of the chart."""
        return len(record.liquidations.minutes)

    def choices(self, record: LiquidationsRecord, view: View) -> int:
        """The groups, or the rows of the tape."""
        return detail.choices(record, view)

    def deeper(self, record: LiquidationsRecord, view: View) -> Drill | None:
        """A group by itself, or one liquidation."""
        return detail.deeper(record, view)

    def explained(self, typed: str) -> str:
        """What is wrong with a filter line; empty when nothing is."""
        try:
            parse(typed)
        except UsageError as error:
            return str(error)
        return ""

    def _box(
        self, record: LiquidationsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        made = record.liquidations
        tall = max(0, height - 40)
        entries = max(3, min(8 + tall // 4, 1 + split.natural(record, view, width)))
        room = share_out(height, (5, 5), (5, 999), (6, 10 + tall // 3), (3, entries))
        windows, tape, chart, table = room
        lines = totals.across(made, view, width)[:windows]
        if chart:
            why = totals.reasons(made, view)
            head = f"per minute, {len(made.minutes)}m"
            lines.append(split.rule_of(head, width, f"≥: {why}" if why else "[ ] window"))
            lines += timeline.chart(record, view, width, chart - 1)
        if table:
            lines += split.tables(record, view, width, table)
        if tape:
            lines.append(feed.title(view, width, "+ − size" if width >= 70 else "+ −"))
            lines += feed.rows(made, view, width, tape - 1, full=width >= 64)
        return lines

    def _ruled(
        self, record: LiquidationsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        made = record.liquidations
        wanted = len(totals.NARROW[Form.RULES]) + 1
        entries = max(3, min(6, split.natural(record, view, width)))
        room = share_out(height, (wanted, wanted), (5, 999), (4, 4), (3, entries))
        windows, tape, chart, table = room
        lines = totals.down(made, view, width, Form.RULES)[:windows]
        if chart:
            lines += timeline.small(record, view, width, 2, axis=True)
        if table:
            lines += split.narrow(record, view, width, table)
        if tape:
            lines.append(feed.title(view, width, "+ −"))
            lines += feed.rows(made, view, width, tape - 1, full=False)
        return lines

    def _bare(
        self, record: LiquidationsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        lines = totals.down(record.liquidations, view, width, Form.BARE)
        lines += timeline.small(record, view, width, 1, axis=False)
        lines.append(split.one_row(record, view, width))
        lines += feed.rows(record.liquidations, view, width, height - len(lines), full=False)
        return lines


def share_out(height: int, *blocks: tuple[int, int]) -> list[int]:
    """Rows for blocks of (least, most) in the order of priority.

    Each gets its least until one has no room for it; then none after it gets any, so that a block
    never goes when the height grows. What is left fills them up, the second (the feed) last.
    """
    given = []
    room = True
    for place, (least, _) in enumerate(blocks):
        # The totals are cut to what there is; a feed needs its rule and a row; others their least.
        cut = height if place == 0 or (place == 1 and height >= 2) else 0
        take = (least if least <= height else cut) if room else 0
        room = room and take == least
        given.append(take)
        height -= take
    for place in (0, *range(2, len(blocks)), 1):
        if given[place]:
            more = min(height, blocks[place][1] - given[place])
            given[place] += more
            height -= more
    return given
