"""The supply panel: its forms, its age, its detail."""

from textual.content import Content

from tui import draw
from tui.metrics.feeds import limit
from tui.panels.base import Age, Form, Panel, View
from tui.panels.supply.chart import ALONE, BARS, chart
from tui.panels.supply.record import SupplyRecord, detailed, record
from tui.panels.supply.table import BOX, NEAR, RULES, pairs, source, strip, table
from tui.snapshot import Snapshot
from tui.tables import CANDLES, QUOTES

FEW = 2
"""Zones of each side where there is no box."""
ALL = 6


class SupplyPanel(Panel):
    """A row a zone of the year's volume profile, and the price among them."""

    name, title, number = "supply", "Supply", 0
    tables = (QUOTES, CANDLES)
    heights = (2 * NEAR + 5, 2 * FEW + 4, 3)
    """Head, zones above and below and at the price, the price, and what it is made of."""

    def record(self, snapshot: Snapshot, view: View) -> SupplyRecord:
        """The zones of the view's coin at the snapshot's moment."""
        return record(snapshot, view)

    def detail_record(self, snapshot: Snapshot, view: View) -> SupplyRecord:
        """The record with the year's closes and their averages."""
        return detailed(snapshot, view)

    def age(self, record: SupplyRecord) -> Age:
        """Age of the quote; stale too when hours lack at the profile's end."""
        age = Age.of(record.supply.price_ts, record.as_of, limit("quotes"))
        return age.marked(age.stale or record.supply.is_late(record.as_of))

    def heading(self, record: SupplyRecord, view: View, form: Form) -> str:
        """The coin and, in a box, its price."""
        made = record.supply
        if form is not Form.BOX or made.price is None:
            return draw.safe(made.base)
        return f"{draw.safe(made.base)} {draw.whole(made.price)}"

    def closing(self, record: SupplyRecord, form: Form) -> str:
        """What the profile is of."""
        return " traded, 1y "

    def points(self, record: SupplyRecord) -> int:
        """The days of the chart."""
        return 0 if record.history is None else record.history.height

    def chart_width(self, width: int) -> int:
        """The profile stands beside it."""
        return width - BARS if width >= ALONE else 0

    def rows(
        self, record: SupplyRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; the reason alone where there is no profile or no price."""
        made = record.supply
        if made.reason:
            return [draw.unknown(made.reason, width)]
        if form is Form.STRIP:
            return strip(made, view, width)
        label = draw.line(width, (source(made, width), "$muted"))
        if form is Form.BARE:
            return [*(draw.line(width, text) for text in pairs(made)), label]
        if form is Form.RULES:
            return [*table(made, width, RULES, headed=False, most=FEW), label]
        return [*table(made, width, BOX, headed=True), label]

    def detail_rows(
        self, record: SupplyRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """The table, and the profile sideways beside the year's closes."""
        made = record.supply
        if made.reason:
            return self.rows(record, view, width, height, Form.BOX)
        is_wide = width >= sum(column.width for column in BOX if column.rank == 0)
        lines = table(made, width, BOX if is_wide else RULES, headed=is_wide, most=ALL)
        lines.append(draw.line(width, (source(made, width), "$muted")))
        return lines + chart(record, view, width, height - len(lines))
