"""The history of alerts, newest first: when, how grave, and what was told with its numbers."""

from datetime import datetime, timedelta
from typing import NamedTuple

from textual.content import Content

from tui import draw
from tui.panels.base import Age, Form, Panel, View
from tui.panels.frame import BOX
from tui.snapshot import Snapshot
from tui.tables import ALERTS

LOOKED_LIMIT = timedelta(seconds=10)
"""The recorder looks at the rules once a second."""
WIDE = 100
"""Below so many cells words are cut: one alert is shown whole beneath the list."""
WRAPPED = 6


class Told(NamedTuple):
    """One alert; `grade` is 0 at the end of its event, and `heard` says whether it rang."""

    ts: datetime
    grade: int
    text: str
    heard: bool
    quiet: bool


class AlertsRecord(NamedTuple):
    """The alerts known at a moment, newest first; `looked` is when the recorder last looked."""

    as_of: datetime
    told: tuple[Told, ...]
    looked: datetime | None


class AlertsPanel(Panel):
    """Has a screen of its own alone: what is new stands in the events, too."""

    name, title, number = "alerts", "Alerts", 0
    tables = (ALERTS,)

    def record(self, snapshot: Snapshot, view: View) -> AlertsRecord:
        """The newest 500 at the snapshot's moment."""
        names = ("ts", "grade", "text", "bell", "quiet")
        rows = snapshot.alerts.select(names).reverse().iter_rows()
        told = tuple(Told(*row) for row in rows)
        return AlertsRecord(snapshot.as_of, told, snapshot.recorder_ts)

    def age(self, record: AlertsRecord) -> Age:
        """Since the recorder last looked."""
        return Age.of(record.looked, record.as_of, LOOKED_LIMIT)

    def choices(self, record: AlertsRecord, view: View) -> int:
        """Every one."""
        return len(record.told)

    def moments(self, record: AlertsRecord) -> tuple[datetime, ...]:
        """When each was told."""
        return tuple(one.ts for one in record.told)

    def rows(
        self, record: AlertsRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """A row each; the selected one is in sight."""
        if not record.told:
            words = "nothing was told yet; `liqtop alerts` lists the rules"
            return [draw.line(width, (draw.cut(words, width), "$muted"))]
        whole = _whole(record.told[view.selected or 0], width) if width < WIDE else []
        room = max(1, height - len(whole))
        first = max(view.scroll, (view.selected or 0) - room + 1)
        shown = list(enumerate(record.told))[first : first + room]
        listed = [_row(one, record.as_of, width, n == view.selected) for n, one in shown]
        blank = [Content.blank(width)] * (room - len(listed))
        return [*listed, *blank, *whole] if whole else listed

    def detail_rows(
        self, record: AlertsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """The same."""
        return self.rows(record, view, width, height, Form.BOX)


def _whole(one: Told, width: int) -> list[Content]:
    """The selected alert, else the newest, in as many rows as its words take, below a rule."""
    style = "$warn" if one.grade > 1 else ""
    rule = draw.line(width, ("─" * width, "$frame"))
    text = draw.minus(draw.safe(one.text))
    return [rule, *draw.wrapped(text, width, style)[:WRAPPED]]


def _row(one: Told, as_of: datetime, width: int, selected: bool) -> Content:
    clock = f"{one.ts:%H:%M:%S}" if one.ts.date() == as_of.date() else f"{one.ts:%m-%d %H:%M}"
    grade = "end" if one.grade == 0 else "!" * min(one.grade, 3)
    heard = "♪" if one.heard else "z" if one.quiet else " "
    head = f"{clock:<11}  {grade:<3} " if width >= BOX else f"{clock} "
    text = f"{heard} {draw.minus(draw.safe(one.text))}"
    if selected:
        return draw.selected(head + text, width)
    style = "$muted" if one.grade == 0 else "$warn" if one.grade > 1 else ""
    return draw.line(width, (head, "$muted"), (text, style))
