"""The thread that reads and draws: nothing that a read or a panel raises ends it."""

import queue
from datetime import datetime
from typing import Any

import polars as pl

from tests.fake_panels import NOW, FakePanel, FakeSource
from tui.panels.base import View
from tui.screens.drawing import Wanted
from tui.screens.picture import Ask, Picture
from tui.screens.reading import Reading
from tui.snapshot import Snapshot

SAID = "PanicException: `NaiveDateTime + TimeDelta`"


def panic() -> Any:
    """Polars' own, which is no Exception: a time beyond those that it knows."""
    return pl.Series([10**17]).cast(pl.Datetime("ms"))[0]


class Damaged(FakeSource):
    """A store with such a time in it."""

    def at(self, as_of: datetime) -> Snapshot:
        panic()
        raise AssertionError


class Panicking(FakePanel):
    """A panel that comes upon such a time."""

    def record(self, snapshot: Snapshot, view: View) -> Any:
        return panic()


def test_a_panic_of_polars_is_said_and_ends_no_reading() -> None:
    made = queue.Queue[Picture]()
    reading = Reading(Damaged(), made.put)
    reading.start()
    for _ in range(2):
        reading.ask(Ask(NOW, None))
        (said,) = made.get(timeout=30).errors
        assert said.startswith(f"store: {SAID}")
    reading.stop()


def test_a_panel_that_panics_is_one_line() -> None:
    reading = Reading(FakeSource(), lambda made: None)
    assert reading.open() is None
    panel = Panicking("safe_haven")
    made = reading.picture(Ask(NOW, None, (Wanted(panel, 60, 4, View()),)))
    assert made is not None
    assert made.lines["safe_haven"][0].plain.startswith(f"safe_haven: {SAID}")
