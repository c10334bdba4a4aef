"""The snapshots of a clock that runs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from tui.clock import milliseconds
from tui.metrics.around import Around
from tui.snapshot.moment import Snapshot
from tui.snapshot.reading import around, of_day
from tui.store.copies import Copy
from tui.store.day import Day, whole_minutes
from tui.store.reader import Reader
from tui.store.rows import AHEAD
from tui.store.shelf import Shelf
from tui.store.thinned import depths, older
from tui.store.year import Year
from tui.tables import QUOTES, Condition

if TYPE_CHECKING:
    from tui.store.search import Search

POLLS = 5
"""Polls in a row before a screen that slept reads the day anew, which takes less by then."""

UNUSED = 60
"""Live snapshots, one a second, after which what past moments have in common is let go."""


class Live:
    """The snapshots of a clock that runs: a day is read once and then followed.

    A poll and a snapshot take 10 ms with a million liquidations in the day. From any thread, one
    at a time. Both raise StoreError when the store can't be read; the next call tries again.
    Past moments are read one by one; what two of them have in common is read once.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._day: Day | None = None
        self._shelf: Shelf | None = None
        self._year = Year(reader)
        self._unused = 0  # snapshots since the shelf was last needed

    def poll(self) -> bool:
        """Take in what is new; whether there was anything. A replaced file is opened anew."""
        if self._reader.replaced:
            self._day = self._shelf = None
            self._year = Year(self._reader)
            self._reader.reopen()
        if self._day is None:
            return True
        new = self._day.poll()
        for _ in range(POLLS):
            if not self._day.behind:
                return new
            self._day.poll()
        self._day = None
        return True

    def quoted(self, shown: Snapshot, as_of: datetime) -> Snapshot | None:
        """`shown` a part of a second later, with the quotes that came since; None when none did.

        A fifth of a poll and a snapshot: a price must not wait for the next second, the rest may.
        """
        if self._day is None or self._reader.replaced or not self._day.poll((QUOTES,)):
            return None
        return replace(shown, as_of=as_of, quotes=self._day.quotes(milliseconds(as_of)))

    def around(self, ts: datetime, base: str, as_of: datetime) -> Around:
        """What happened around a liquidation of `base`, as far as it was known at `as_of`."""
        return around(self._reader, ts, base, as_of)

    def older(self, base: str, as_of: datetime) -> pl.DataFrame:
        """The ratios of `base` before those of the snapshot at `as_of` (30 ms, one coin alone)."""
        return older(self._reader, base, milliseconds(as_of))

    def depths(self, base: str, as_of: datetime, span: timedelta) -> pl.DataFrame:
        """The books of `base` over the `span` before `as_of`, some 96 rows of each."""
        return depths(self._reader, base, milliseconds(as_of), span)

    def search(self, conditions: Sequence[Condition]) -> "Search":
        """Looks for the liquidations that meet all of these, at any moment."""
        from tui.store.search import Search  # 2 ms that only a filter needs

        return Search(self._reader, conditions)

    def copies(self) -> list[Copy]:
        """What the recorder keeps in the store for viewers that open it (tui.store.copies)."""
        return [] if self._day is None else self._day.copies()

    def at(self, as_of: datetime) -> Snapshot:
        """The snapshot at `as_of`; a moment more than 5 s before the newest that was asked for is
        read by itself."""
        now = milliseconds(as_of)
        if self._day is None:
            self._day = Day(self._reader, now, followed=True)
        if now < self._day.now - AHEAD:
            return self._past(as_of)
        self._unused += 1
        if self._unused > UNUSED:
            self._shelf = None
        return of_day(self._reader, self._day, as_of, self._year)

    def minutes(self, as_of: datetime) -> pl.DataFrame:
        """The whole minutes of the 24 h before `as_of` alone; where nothing was heard, at once."""
        shelf = self._needed()
        with self._reader.one_moment():
            shelf.refresh()
            return shelf.minutes().between(*whole_minutes(milliseconds(as_of)))

    def _past(self, as_of: datetime) -> Snapshot:
        now = milliseconds(as_of)
        day = Day(self._reader, now, followed=False, shelf=self._needed())
        return of_day(self._reader, day, as_of, self._year)

    def _needed(self) -> Shelf:
        self._unused = 0
        if self._shelf is None:
            self._shelf = Shelf(self._reader, self._day.held() if self._day else None)
        return self._shelf
