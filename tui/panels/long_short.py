"""How long or short the crowd is, with open interest and funding, per venue."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.content import Content

from tui import draw
from tui.metrics.derivatives import Derivatives, derivatives
from tui.metrics.positioning import Ratio, ratios, words
from tui.panels.base import Age, Form, Panel, View
from tui.snapshot import Snapshot
from tui.tables import DERIVATIVES, POSITIONING

DERIVATIVES_LIMIT = timedelta(seconds=37.5)  # 2.5 periods of 15 s


@dataclass(frozen=True)
class LongShort:
    """The ratios of the view's coin per venue and measure, and its derivatives."""

    as_of: datetime
    base: str
    ratios: tuple[Ratio, ...]
    derivatives: Derivatives
    words: str | None


class LongShortPanel(Panel):
    name, title, number = "long_short", "Long / short", 2
    tables = (POSITIONING, DERIVATIVES)

    def record(self, snapshot: Snapshot, view: View) -> LongShort:
        rows = tuple(r for r in ratios(snapshot.positioning, snapshot.as_of) if r.base == view.base)
        made = derivatives(snapshot.derivatives, snapshot.as_of)
        return LongShort(snapshot.as_of, view.base, rows, made, words(rows, view.base))

    def age(self, record: LongShort) -> Age:
        newest = max((row.ts for row in record.derivatives.open_interest), default=None)
        return Age.of(newest, record.as_of, DERIVATIVES_LIMIT)

    def rows(
        self, record: LongShort, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        return [
            draw.line(
                width,
                f"{row.venue:<8} {row.measure.value:<14}",
                f"{draw.ratio(row.ratio)} {draw.share(row.long_share)}",
            )
            for row in record.ratios
        ][:height]

    def detail_rows(self, record: LongShort, view: View, width: int, height: int) -> list[Content]:
        return self.rows(record, view, width, height, Form.BOX)
