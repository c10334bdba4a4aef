"""Where price stands against its long averages and the round levels around it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.content import Content

from tui import draw
from tui.metrics.averages import Averages, averages
from tui.metrics.prices import price
from tui.panels.base import Age, Form, Panel, View
from tui.snapshot import Snapshot
from tui.tables import CANDLES, QUOTES

QUOTE_LIMIT = timedelta(seconds=60)


@dataclass(frozen=True)
class AveragesRecord:
    """The averages at a moment."""

    as_of: datetime
    averages: Averages


class MovingAveragesPanel(Panel):
    name, title, number = "moving_averages", "Averages", 3
    tables = (QUOTES, CANDLES)

    def record(self, snapshot: Snapshot, view: View) -> AveragesRecord:
        quote = price(snapshot.quotes, snapshot.candles, view.base, snapshot.as_of)
        last, ts = (quote.price, quote.ts) if quote else (None, None)
        return AveragesRecord(
            snapshot.as_of, averages(snapshot.candles, view.base, last, ts, snapshot.as_of)
        )

    def age(self, record: AveragesRecord) -> Age:
        return Age.of(record.averages.price_ts, record.as_of, QUOTE_LIMIT)

    def rows(
        self, record: AveragesRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        return [
            draw.line(width, f"{a.name:<5}{draw.whole(a.value):>10}{draw.change(a.distance, 1):>9}")
            for a in record.averages.lines
        ][:height]

    def detail_rows(
        self, record: AveragesRecord, view: View, width: int, height: int
    ) -> list[Content]:
        return self.rows(record, view, width, height, Form.BOX)
