"""Whether money flees to gold: returns, ounces, correlation and the flight rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.content import Content

from tui import draw
from tui.metrics.havens import SPANS, Havens, havens
from tui.panels.base import Age, Form, Panel, View
from tui.snapshot import Snapshot
from tui.tables import CANDLES, QUOTES

QUOTE_LIMIT = timedelta(seconds=60)


@dataclass(frozen=True)
class HavensRecord:
    """The safe-haven record at a moment."""

    as_of: datetime
    havens: Havens


class SafeHavenPanel(Panel):
    name, title, number = "safe_haven", "Safe haven", 4
    tables = (QUOTES, CANDLES)

    def record(self, snapshot: Snapshot, view: View) -> HavensRecord:
        return HavensRecord(
            snapshot.as_of, havens(snapshot.quotes, snapshot.candles, snapshot.as_of)
        )

    def age(self, record: HavensRecord) -> Age:
        return Age.of(record.havens.gold_ts, record.as_of, QUOTE_LIMIT)

    def rows(
        self, record: HavensRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        return [
            draw.line(width, f"{who:<6}", *(f"{draw.change(spans.get(s), 1):>9}" for s in SPANS))
            for who, spans in record.havens.returns.items()
        ][:height]

    def detail_rows(
        self, record: HavensRecord, view: View, width: int, height: int
    ) -> list[Content]:
        return self.rows(record, view, width, height, Form.BOX)
