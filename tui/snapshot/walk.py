"""The snapshots of a stretch of the past, one after another."""

from dataclasses import replace
from datetime import datetime

import polars as pl

from tui.clock import milliseconds
from tui.snapshot.moment import Snapshot
from tui.snapshot.reading import of_day
from tui.store.blocks import HOUR
from tui.store.day import Day
from tui.store.reader import Reader
from tui.store.recent import Recent
from tui.store.rows import AHEAD
from tui.store.shelf import Shelf
from tui.store.year import Year


class Walk:
    """The snapshots of a stretch of the past, each moment no earlier than the one before.

    An hour is opened at once and then gone through: opening each minute of a day with a million
    liquidations by itself takes ten times as long.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._shelf, self._year = Shelf(reader), Year(reader)
        self._day: Day | None = None
        self._end = 0
        self._recent: Recent | None = None
        self._due = 0  # up to when the newest rows are known

    def at(self, as_of: datetime) -> Snapshot:
        """The snapshot at `as_of`, as `take` gives it."""
        now = milliseconds(as_of)
        if self._day is None or now > self._end:
            self._end = now + HOUR
            self._day = Day(self._reader, now, followed=False, shelf=self._shelf, until=self._end)
        return replace(
            of_day(self._reader, self._day, as_of, self._year), recent=self._newest(now + AHEAD)
        )

    def _newest(self, cut: int) -> pl.DataFrame:
        """Of an hour ahead a day holds the last rows, not the next ones: these are read as they
        become due."""
        if self._recent is None:
            self._recent = Recent(self._reader, cut, cut)
        elif cut > self._due:
            self._recent.add(self._recent.between(self._due, cut))
        self._due = cut
        return self._recent.at(cut)
