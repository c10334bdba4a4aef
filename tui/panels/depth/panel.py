"""The depth panel: its forms, its age, its detail."""

from dataclasses import replace
from datetime import timedelta

from textual.content import Content

from tui import draw
from tui.metrics.depth import fresh_within
from tui.panels import frame
from tui.panels.base import Age, Form, Needs, Panel, View
from tui.panels.depth import history
from tui.panels.depth.costs import costly
from tui.panels.depth.record import DepthRecord, record
from tui.panels.depth.table import BOX, DETAIL, bare, ruled, strip, table, words
from tui.snapshot import Snapshot
from tui.tables import DEPTH, LIQUIDATION_MINUTES

SPAN = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}


class DepthPanel(Panel):
    """A row a book, spot and perpetual apart, with sums, costs and what they say in words."""

    name, title, number = "depth", "Depth", 8
    tables = (DEPTH, LIQUIDATION_MINUTES)
    spans = tuple(SPAN)
    heights = (14, 13, 3)
    """Head, three venues and a sum of two markets, three lines of words."""

    def record(self, snapshot: Snapshot, view: View) -> DepthRecord:
        """The newest books at the snapshot's moment."""
        return record(snapshot, view)

    def detail_record(self, snapshot: Snapshot, view: View) -> DepthRecord:
        """The record with the history of its books."""
        span = SPAN[self.span(view)]
        return replace(record(snapshot, view), history=snapshot.depths, span=span)

    def needs(self, view: View) -> Needs:
        """The books of the chart's span: a snapshot holds one in two hours."""
        return Needs(depths=view.base, span=SPAN[self.span(view)])

    def span(self, view: View) -> str:
        """The day at first."""
        return super().span(view) if view.drill.span else self.spans[0]

    def points(self, record: DepthRecord) -> int:
        """The steps of the chart."""
        return history.POINTS + 1 if record.history is not None and record.books else 0

    def choices(self, record: DepthRecord, view: View) -> int:
        """The books and sums, in the order of the rows."""
        return len(record.books)

    def age(self, record: DepthRecord) -> Age:
        """Age of the newest book."""
        newest = max((one.ts for one in record.books), default=None)
        return Age.of(newest, record.as_of, fresh_within(record.coins))

    def heading(self, record: DepthRecord, view: View, form: Form) -> str:
        """The coin."""
        return draw.safe(record.base)

    def natural(self, width: int) -> int:
        """The words need five lines in a box below 96 cells."""
        return 16 if frame.BOX <= width < 96 else super().natural(width)

    def rows(
        self, record: DepthRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; one line that says why where there is nothing."""
        if not record.books:
            return [draw.unknown(f"no order book of {record.base} within the last hour", width)]
        if form is Form.BARE:
            return bare(record, width)
        if form is Form.STRIP:
            return strip(record, view, width)
        if form is Form.RULES:
            return ruled(record, width)
        return [*table(record, width, BOX), *words(record, width)]

    def detail_rows(
        self, record: DepthRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """All bands of all books, the words, where the costs of both orders stand, and the history
        of the chosen one."""
        if not record.books:
            return self.rows(record, view, width, height, Form.BOX)
        lines = table(record, width, DETAIL, history.chosen(record, view))
        lines += [*words(record, width), *costly(record, width)]
        return lines + history.chart(record, view, width, height - len(lines))
