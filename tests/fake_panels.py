"""Panels and a source whose every number a test decides: nothing is stored, nothing computed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from textual.content import Content

from tests.frames import NOW, snapshot
from tui import draw
from tui.metrics.around import Around
from tui.panels.base import Age, Form, Panel, View
from tui.snapshot import Snapshot
from tui.store.search import Matches, Search, matching
from tui.tables import DEPTH, LIQUIDATIONS, POSITIONING, Condition, Table


class FakeSource:
    """Says that something is new, and gives the same snapshot at every moment."""

    def __init__(self, base: Snapshot | None = None) -> None:
        self.base = base or snapshot()
        self.new = True
        self.error: Exception | None = None

    def poll(self) -> bool:
        """New as long as the test says so."""
        if self.error:
            raise self.error
        return self.new

    def at(self, as_of: datetime) -> Snapshot:
        """The same frames, of another moment."""
        return replace(self.base, as_of=as_of)

    def minutes(self, as_of: datetime) -> pl.DataFrame:
        """Those before the moment."""
        whole = self.base.whole_minutes
        return whole.filter(pl.col("minute") <= as_of - timedelta(minutes=1))

    def around(self, ts: datetime, base: str, as_of: datetime) -> Around:
        """The rows there are, whatever the moment."""
        return Around(self.base.recent, self.base.quotes)

    def search(self, conditions: Sequence[Condition]) -> Search:
        """Looks through the newest rows."""
        return FakeSearch(self.base.recent, conditions)

    def older(self, base: str, as_of: datetime) -> pl.DataFrame:
        """None."""
        return POSITIONING.empty()

    def depths(self, base: str, as_of: datetime, span: timedelta) -> pl.DataFrame:
        """None."""
        return DEPTH.empty()

    def quoted(self, shown: Snapshot, as_of: datetime) -> Snapshot | None:
        """What is shown with the prices of now, as long as the test says that something is new."""
        return replace(shown, as_of=as_of, quotes=self.base.quotes) if self.new else None


class FakeSearch(Search):
    """A search through a frame, whatever the moment."""

    def __init__(self, recent: pl.DataFrame, conditions: Sequence[Condition]) -> None:
        self._found = matching(recent, conditions)

    def at(self, since: int, until: int) -> Matches:
        """All of it."""
        return Matches(self._found, self._found)


class FakePanel(Panel):
    """Rows that say how they are looked at. `rows_of` may be replaced, and `error` raised."""

    tables: tuple[Table, ...] = (LIQUIDATIONS,)  # those of the panel that is drawn each second

    def __init__(self, name: str, number: int = 1, tall: int = 0) -> None:
        self.name, self.title, self.number, self.tall = name, name, number, tall
        self.error: Exception | None = None
        self.lag = timedelta(seconds=3)
        self.words: dict[int, str] = {}
        self.stands_for: tuple[datetime, ...] = ()
        self.selectable_rows: int | None = None  # the newest liquidations, unless a test says so
        self._recent = 0

    def record(self, snapshot: Snapshot, view: View) -> Any:
        """The moment, unless the test wants a failure."""
        if self.error:
            raise self.error
        self._recent = snapshot.recent.height if self.name == "liquidations" else 0
        return snapshot.as_of

    def selectable(self, record: Any) -> int:
        """As the test said."""
        known = self._recent or len(self.stands_for)
        return known if self.selectable_rows is None else self.selectable_rows

    def age(self, record: Any) -> Age:
        """Always `lag` old."""
        return Age.of(record - self.lag, record, timedelta(seconds=60))

    def rows(self, record: Any, view: View, width: int, height: int, form: Form) -> list[Content]:
        """How the panel is looked at, then numbered rows."""
        look = f"coin {view.coin} window {view.window} smallest {view.smallest:.0f}"
        look += f" group {view.group} selected {view.selected} scroll {view.scroll}"
        said = [look, *(self.words.get(n, f"{self.name} row {n}") for n in range(1, height))]
        return [draw.line(width, text) for text in said[:height]]

    def detail_rows(self, record: Any, view: View, width: int, height: int) -> list[Content]:
        """One row that says where we are."""
        return [draw.line(width, f"detail of {self.name} scroll {view.scroll} {view.drill}")]

    def points(self, record: Any) -> int:
        """A chart of four."""
        return 4

    def moments(self, record: Any) -> tuple[datetime, ...]:
        """As the test said."""
        return self.stands_for

    def natural(self, width: int) -> int:
        """As the test said."""
        return self.tall


def panels() -> tuple[FakePanel, ...]:
    """Four, named as the real ones."""
    return (
        FakePanel("liquidations", 1),
        FakePanel("long_short", 2, 8),
        FakePanel("moving_averages", 3, 8),
        FakePanel("safe_haven", 4, 6),
    )


__all__ = ["NOW", "FakePanel", "FakeSource", "panels"]
