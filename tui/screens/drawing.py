"""Draws a panel or the header from a snapshot, and keeps what was drawn while it still serves.

A panel that fails is one line that says so.
"""

import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from textual.content import Content

from tui import draw
from tui.failures import FAILURES
from tui.metrics.windows import Liquidations
from tui.panels import header
from tui.panels.base import Age, Panel, View
from tui.panels.drill import Drill
from tui.panels.frame import finish
from tui.panels.header import HeaderRecord
from tui.snapshot import Snapshot
from tui.tables import LIQUIDATION_MINUTES, LIQUIDATIONS

SLOW_EVERY = timedelta(seconds=5)
"""Panels without liquidations change by the minute; drawing them each second would be a third of
all the work (25 of 65 ms). Their age goes on by the second."""
IDLE_EVERY = timedelta(seconds=5)
"""Without a new liquidation the others, too, only see old rows leave their windows. At 160 × 45
that was 0.9 kB/s every other second."""

_JUDGED = (LIQUIDATIONS, LIQUIDATION_MINUTES)


@dataclass(frozen=True)
class Wanted:
    """One panel to draw, or the header (None): its size and how it is looked at. `detail` asks for
    the panel's whole screen."""

    panel: Panel | None
    width: int
    height: int
    view: View
    detail: bool = False

    @property
    def of_record(self) -> "Wanted":
        """The same without what only the drawing depends on: size, row, cursor, slip, sorting."""
        drill = replace(self.view.drill, cursor=None, block=0, error="")
        view = replace(self.view, scroll=0, selected=None, notice="", drill=drill)
        view = replace(view, sort="", rising=False)
        return Wanted(self.panel, 0, 0, view, self.detail)

    @property
    def look(self) -> View:
        """Of the header: the view without what is said in it, which changes by itself."""
        return replace(self.view, notice="", travel=())

    @property
    def unfocused(self) -> "Wanted":
        """The same without the focus, which only the frame shows."""
        return replace(self, view=replace(self.view, focused=False))


class Totals(NamedTuple):
    """The liquidations drawn last, and number and USD of the rows they were made of: the header
    uses them while they are of its coin, of the same rows, and young."""

    made: Liquidations
    rows: tuple[int, int, float]

    def serves(self, coin: str | None, shown: Snapshot) -> bool:
        """Whether the header of that snapshot may say them."""
        young = timedelta(0) <= shown.as_of - self.made.as_of < IDLE_EVERY
        return young and self.made.coin == coin and rows_of(shown) == self.rows


@dataclass(frozen=True, eq=False)
class Kept:
    """A panel as it was drawn at a moment."""

    wanted: Wanted
    as_of: datetime
    drawn_from: weakref.ref[Snapshot]  # weak: an old snapshot's frames must not stay in memory
    rows: tuple[int, int, float]  # of the liquidations it was drawn from
    lines: list[Content]
    age: Age
    record: Any
    moments: tuple[datetime, ...] = ()
    opens: Drill | None = None  # where its selected row leads
    selectable: int = 0  # how many of its rows can be selected

    @classmethod
    def of(
        cls, wanted: Wanted, shown: Snapshot, lines: list[Content], age: Age, record: Any
    ) -> "Kept":
        """What was drawn from a record of that snapshot."""
        panel = wanted.panel
        assert panel is not None
        return cls(
            wanted,
            shown.as_of,
            weakref.ref(shown),
            rows_of(shown),
            lines,
            age,
            record,
            panel.moments(record),
            panel.opens(record, wanted.view),
            panel.selectable(record),
        )

    @property
    def judges(self) -> bool:
        """Whether the panel tells how far venues can be trusted: the feed's and that of events."""
        panel = self.wanted.panel
        return panel is not None and any(table in _JUDGED for table in panel.tables)

    def serves(self, wanted: Wanted, shown: Snapshot) -> bool:
        """Whether it may be shown again instead of being drawn."""
        return wanted == self.wanted and self._still_holds(shown)

    def refocused(self, wanted: Wanted, shown: Snapshot) -> "Kept | None":
        """The same drawn with the focus, or without it: `tab` changes two frames, and nothing need
        be counted anew. None when more than that has changed, or it can't be drawn."""
        panel, width, height = wanted.panel, wanted.width, wanted.height
        if wanted.unfocused != self.wanted.unfocused or not self._still_holds(shown) or not panel:
            return None
        with suppress(*FAILURES):  # drawing it whole says what failed
            lines = _exact(panel.lines(self.record, wanted.view, width, height), width, height)
            return replace(self, wanted=wanted, lines=lines)
        return None

    def _still_holds(self, shown: Snapshot) -> bool:
        panel = self.wanted.panel
        if panel is None:
            return False
        limit = SLOW_EVERY
        if LIQUIDATIONS in panel.tables:
            limit = IDLE_EVERY if rows_of(shown) == self.rows else timedelta(0)
        young = timedelta(0) <= shown.as_of - self.as_of < limit - timedelta(seconds=0.5)
        return young or self.drawn_from() is shown

    def aged(self, as_of: datetime) -> Age:
        """Its age by that moment."""
        elapsed = (as_of - self.as_of).total_seconds()
        if self.age.age_s is None or elapsed < 0.5:
            return self.age
        seconds = self.age.age_s + elapsed
        return replace(
            self.age, age_s=seconds, text=draw.age(seconds) + ("!" if self.age.stale else "")
        )


def drawn(
    wanted: Wanted, snapshot: Snapshot, known: Any = None
) -> tuple[list[Content], Age | None, Any]:
    """The panel's lines, age and record; or a line that says what failed in it. A detail is drawn
    from the record that is `known`, if one is."""
    panel, view, width, height = wanted.panel, wanted.view, wanted.width, wanted.height
    assert panel is not None
    try:
        if wanted.detail:
            record: Any = panel.detail_record(snapshot, view) if known is None else known
            return _exact(panel.detail(record, view, width, height), width, height), None, record
        record = panel.record(snapshot, view)
        lines = _exact(panel.lines(record, view, width, height), width, height)
        return lines, panel.age(record), record
    except FAILURES as error:
        return _failed(panel.title, error, width, height), None, None


def headed(
    wanted: Wanted, feeds: int, record: Callable[[], HeaderRecord]
) -> tuple[dict[str, list[Content]], str, HeaderRecord | None]:
    """The header's lines and, where there is a place, that of the feeds; or what failed. With them
    the sentence to quote, whole, and the record they are of."""
    view, width, height = wanted.view, wanted.width, wanted.height
    try:
        made = record()
        lines = {"header": _exact(header.lines(made, view, width, height), width, height)}
        if feeds:
            lines["hint"] = finish([header.feeds_line(made, feeds)], view, feeds, 1)
        return lines, header.quoted(made, view), made
    except FAILURES as error:
        return {"header": _failed("header", error, width, height)}, "", None


def _failed(title: str, error: BaseException, width: int, height: int) -> list[Content]:
    line = draw.line(width, (said(title, error), "$warn"))
    return [line, *[Content.blank(width)] * (height - 1)]


def _exact(lines: list[Content], width: int, height: int) -> list[Content]:
    wide = [line.cell_length for line in lines if line.cell_length != width]
    if len(lines) != height or wide:
        raise ValueError(f"drew {len(lines)} lines of {wide or width} for {width} × {height}")
    return lines


def rows_of(snapshot: Snapshot) -> tuple[int, int, float]:
    """Number and USD of the liquidations in a snapshot: as long as they stay, no row came."""
    minutes = snapshot.minutes
    return snapshot.recent.height, int(minutes["count"].sum()), float(minutes["usd"].sum())


def said(what: str, error: BaseException) -> str:
    """An error in one line, harmless in a terminal."""
    words = str(error).splitlines()
    return draw.safe(f"{what}: {type(error).__name__}: {words[0] if words else ''}")
