"""The thread that reads and draws: nothing that a read or a panel raises ends it, and nothing piles
up behind a read that hangs."""

import gc
import queue
import threading
from datetime import datetime, timedelta
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


class Hanging(FakeSource):
    """A store whose read hangs until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.goes_on = threading.Event(), threading.Event()

    def poll(self) -> bool:
        self.reads.set()
        return self.goes_on.wait(30)


def questions_kept() -> int:
    return sum(isinstance(one, Ask) for one in gc.get_objects())


def test_of_an_hour_of_questions_to_a_store_that_hangs_the_newest_is_kept() -> None:
    source, made = Hanging(), queue.Queue[Picture]()
    reading = Reading(source, made.put)
    reading.start()
    assert source.reads.wait(30)
    before, last = questions_kept(), NOW + timedelta(hours=1)
    while (last := last - timedelta(seconds=1)) > NOW:
        reading.ask(Ask(last, None))
        reading.ask(Ask(last, None, between=True))
    assert questions_kept() - before < 5
    source.goes_on.set()
    answer = made.get(timeout=30)
    reading.stop()
    assert answer.snapshot is not None
    assert answer.snapshot.as_of == NOW + timedelta(seconds=1)
    assert made.empty()
