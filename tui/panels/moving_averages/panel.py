"""The averages panel: its forms, its age, its detail."""

from textual.content import Content

from tui import draw
from tui.metrics.feeds import limit
from tui.panels.base import Age, Form, Panel, View
from tui.panels.moving_averages.chart import chart
from tui.panels.moving_averages.record import AveragesRecord, detailed, record
from tui.panels.moving_averages.table import BOX, RULES, VALUES, bare, strip, table
from tui.panels.moving_averages.words import ahead, rounds
from tui.snapshot import Snapshot
from tui.tables import CANDLES, QUOTES

SPAN_DAYS = {"90d": 90, "1y": 365, "2y": 730, "all": 36_500}


class MovingAveragesPanel(Panel):
    """A row an average, the round levels, and what the next close would change."""

    name, title, number = "moving_averages", "Averages", 3
    tables = (QUOTES, CANDLES)
    spans = tuple(SPAN_DAYS)
    heights = (9, 6, 2)
    """Head, four averages, round levels and the next close."""

    def record(self, snapshot: Snapshot, view: View) -> AveragesRecord:
        """The averages of the view's coin at the snapshot's moment."""
        return record(snapshot, view)

    def detail_record(self, snapshot: Snapshot, view: View) -> AveragesRecord:
        """The record with the closes and means of the chart."""
        return detailed(snapshot, view, SPAN_DAYS[self.span(view)])

    def sorts(self, detail: bool) -> tuple[str, ...]:
        """The columns that are numbers."""
        return tuple(VALUES)

    def age(self, record: AveragesRecord) -> Age:
        """Age of the quote; stale too when a daily close is missing."""
        age = Age.of(record.averages.price_ts, record.as_of, limit("quotes"))
        return age.marked(age.stale or record.close_late)

    def heading(self, record: AveragesRecord, view: View, form: Form) -> str:
        """The coin and, in a box, its price."""
        made = record.averages
        if form is not Form.BOX or made.price is None:
            return draw.safe(made.base)
        return f"{draw.safe(made.base)} {draw.whole(made.price)}"

    def closing(self, record: AveragesRecord, form: Form) -> str:
        """How old the last daily close is."""
        age = record.close_age
        if age is None:
            return ""
        late = "!" if record.close_late else ""
        return f" close {draw.age(age.total_seconds())}{late} "

    def points(self, record: AveragesRecord) -> int:
        """The days of the chart."""
        return 0 if record.history is None else record.history.height

    def rows(
        self, record: AveragesRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; the reason alone where there is no price and no candle."""
        made = record.averages
        if made.reason and all(line.value is None for line in made.lines):
            return [draw.unknown(made.reason, width)]
        if form is Form.BARE:
            return bare(made, width)
        if form is Form.STRIP:
            return strip(record, view, width)
        lines = table(made, view, width, BOX if form is Form.BOX else RULES, form is Form.BOX)
        return [
            *lines,
            *(draw.line(width, text) for text in (rounds(record, width), ahead(record, width))),
        ]

    def detail_rows(
        self, record: AveragesRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """The table, and the closes with their means."""
        lines = self.rows(record, view, width, height, Form.BOX)
        return lines + chart(record, view, width, height - len(lines))
