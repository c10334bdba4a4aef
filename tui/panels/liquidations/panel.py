"""The liquidations panel: its blocks, and how they share the height."""

from textual.content import Content

from tui import draw
from tui.errors import UsageError
from tui.metrics.feed import FeedRow
from tui.metrics.feeds import SILENT
from tui.panels.base import Age, Form, Needs, Panel, View
from tui.panels.drill import Drill
from tui.panels.liquidations import detail, feed, feedless, grouped, split, strip, timeline, totals
from tui.panels.liquidations.filters import conditions, parse
from tui.panels.liquidations.history import detailed
from tui.panels.liquidations.record import LiquidationsRecord, record
from tui.panels.liquidations.rooms import share_out
from tui.snapshot import Snapshot
from tui.tables import COVERAGE, DERIVATIVES, LIQUIDATION_MINUTES, LIQUIDATIONS, QUOTES, WINDOWS


class LiquidationsPanel(Panel):
    """Windows, minutes, split and feed, in this order at every size."""

    name, title, number = "liquidations", "Liquidations", 1
    tables = (LIQUIDATIONS, LIQUIDATION_MINUTES, COVERAGE, QUOTES, DERIVATIVES)
    blocks = 2
    strip = 9  # a box of fewer than ten rows holds the windows alone

    def record(self, snapshot: Snapshot, view: View) -> LiquidationsRecord:
        """The totals, and what moved beside them."""
        return record(snapshot, view)

    def selectable(self, record: LiquidationsRecord) -> int:
        """The lines of the feed, folded ones too."""
        return len(record.liquidations.feed)

    def sorts(self, detail: bool) -> tuple[str, ...]:
        """The columns of coins and venues; in the detail those of the groups."""
        return tuple(grouped.VALUES) if detail else split.SORTS

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
            return strip.rows(record, view, width, height, self.age(record).stale)
        if not view.feed:
            return feedless.rows(record, view, width, height, form)
        if form is Form.BARE:
            return self._bare(record, view, width, height)
        return self._box(record, view, width, height) if form is Form.BOX else self._ruled(
            record, view, width, height
        )  # fmt: skip

    def opens(self, record: LiquidationsRecord, view: View) -> Drill | None:
        """One liquidation; a line of small ones folded is none."""
        made = record.liquidations.feed
        if view.selected is None or view.selected >= len(made):
            return None
        row = made[view.selected]
        return Drill(block=detail.TAPE).at(row) if isinstance(row, FeedRow) else None

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
        room = share_out(height, (6, 6), (5, 999), (6, 10 + tall // 3), (3, entries))
        windows, tape, chart, table = room
        lines = totals.across(made, view, width, record.standing)[:windows]
        if chart:
            lines.append(split.minutes_rule(record, view, width))
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
        lines = totals.down(made, view, width, Form.RULES, record.standing)[:windows]
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
        lines = totals.down(record.liquidations, view, width, Form.BARE, record.standing)
        lines += timeline.small(record, view, width, 1, axis=False)
        lines.append(split.one_row(record, view, width))
        lines += feed.rows(record.liquidations, view, width, height - len(lines), full=False)
        return lines
