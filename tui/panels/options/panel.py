"""The options panel: its forms, its age, its detail."""

from textual.content import Content

from tui import draw
from tui.metrics.feeds import limit
from tui.panels.base import Age, Form, Panel, View
from tui.panels.options.detail import ROOM, chart, notes, sentences, term_structure
from tui.panels.options.record import OptionsRecord, detailed, record
from tui.panels.options.table import bare, box, ruled, strip
from tui.snapshot import Snapshot
from tui.tables import OPTIONS, VOLATILITY

SPAN_DAYS = {"30d": 30, "90d": 90, "1y": 365, "all": 398}


class OptionsPanel(Panel):
    """Per coin: DVOL with its rank, ATM and 25Δ risk reversal at four tenors, and a sentence."""

    name, title, number = "options", "Options", 9
    tables = (VOLATILITY, OPTIONS)
    spans = tuple(SPAN_DAYS)
    heights = (9, 5, 2)
    """Head, and three rows a coin; two rows a coin beneath a rule, else one."""

    def record(self, snapshot: Snapshot, view: View) -> OptionsRecord:
        """The options at the snapshot's moment."""
        return record(snapshot)

    def detail_record(self, snapshot: Snapshot, view: View) -> OptionsRecord:
        """The record with the closes of DVOL over the chosen span."""
        return detailed(snapshot, SPAN_DAYS[self.span(view)])

    def age(self, record: OptionsRecord) -> Age:
        """Age of the older of DVOL and the chains."""
        return Age.of(record.options.seen, record.as_of, limit("options"))

    def heading(self, record: OptionsRecord, view: View, form: Form) -> str:
        """The venue it all comes from."""
        return "deribit"

    def points(self, record: OptionsRecord) -> int:
        """The days of the chart."""
        return max(map(len, record.closes.values()), default=0)

    def rows(
        self, record: OptionsRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; the reason alone where there is nothing."""
        coins = record.options.coins
        if not coins:
            return [draw.unknown(record.options.reason or "", width)]
        if form is Form.BARE:
            return bare(coins, width)
        if form is Form.STRIP:
            return strip(coins, view, width)
        return ruled(coins, width) if form is Form.RULES else box(coins, width)

    def detail_rows(
        self, record: OptionsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """The term structure, what it rests on, and DVOL over the span."""
        if not record.options.coins:
            return self.rows(record, view, width, height, Form.BOX)
        lines = term_structure(record.options.coins, width)
        lines += sentences(record.options.coins, width)
        below = notes(record.options.coins, width)
        if height - len(lines) - len(below) < ROOM:
            below = []
        return lines + chart(record, view, width, height - len(lines) - len(below)) + below
