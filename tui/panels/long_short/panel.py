"""The long/short panel: its forms, its age, its detail."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
from textual.content import Content

from tui import draw
from tui.metrics.feeds import limit
from tui.panels.base import Age, Form, Needs, Panel, View
from tui.panels.long_short import history
from tui.panels.long_short.brief import bare, strip
from tui.panels.long_short.record import LongShort, record
from tui.panels.long_short.table import BOX, RULES, SORTS, arranged, table
from tui.snapshot import Snapshot
from tui.tables import DERIVATIVES, POSITIONING, QUOTES

SPAN = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}


class LongShortPanel(Panel):
    """A row a venue, the sum, the change of a day, the ages, and what it means in words."""

    name, title, number = "long_short", "Long / short", 2
    tables = (POSITIONING, DERIVATIVES, QUOTES)
    spans = tuple(SPAN)
    heights = (13, 6, 2)
    """Head, three venues, all, day, age, two lines of words and two other coins."""

    def record(self, snapshot: Snapshot, view: View) -> LongShort:
        """The newest of everything at the snapshot's moment."""
        return record(snapshot, view)

    def detail_record(self, snapshot: Snapshot, view: View) -> LongShort:
        """The record with the history of its ratios."""
        past = snapshot.positioning.filter(pl.col("base") == view.base)
        if snapshot.older is not None:
            past = pl.concat([snapshot.older, past])
        past = past.sort("ts", maintain_order=True)
        since = snapshot.as_of - SPAN[self.span(view)]
        return replace(record(snapshot, view), history=past, since=since)

    def needs(self, view: View) -> Needs:
        """The ratios of three months: a snapshot holds one."""
        return Needs(older=view.base)

    def points(self, record: LongShort) -> int:
        """The hours of the chart, whichever cell is chosen."""
        return history.points(record)

    def choices(self, record: LongShort, view: View) -> int:
        """The cells that hold a ratio, in the order of the rows."""
        return len(record.ratios)

    def sorts(self, detail: bool) -> tuple[str, ...]:
        """Every column of the venues."""
        return SORTS

    def age(self, record: LongShort) -> Age:
        """Age of the newest open interest; stale with either poller."""
        newest = max((o.ts for o in record.interest), default=None)
        ratio = max((r.ts for r in record.ratios), default=None)
        age = Age.of(newest, record.as_of, limit("derivatives"))
        slow = Age.of(ratio, record.as_of, limit("positioning"))
        return slow if newest is None else age.marked(age.stale or slow.stale)

    def heading(self, record: LongShort, view: View, form: Form) -> str:
        """The coin."""
        return draw.safe(record.base)

    def rows(
        self, record: LongShort, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; one line that says why where there is nothing."""
        if not record.venues:
            reason = f"no ratios or open interest of {record.base} in the store"
            return [draw.unknown(reason, width)]
        if form is Form.BARE:
            return bare(record, width)
        if form is Form.STRIP:
            return strip(record, view, width)
        wanted = BOX if form is Form.BOX else RULES
        return table(arranged(record, view), view, width, wanted)

    def detail_rows(self, record: LongShort, view: View, width: int, height: int) -> list[Content]:
        """The table with the chosen cell, where that stands in its own past, and its history."""
        record = arranged(record, view)
        chosen = history.chosen(record, view)
        if chosen is None:
            return self.rows(record, view, width, height, Form.BOX)
        lines = table(record, view, width, BOX, chosen)
        lines += history.standings(record, chosen, width)
        return lines + history.rows(record, chosen, view, width, height - len(lines))
