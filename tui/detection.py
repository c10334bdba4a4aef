"""The recorder's detector of cascades: follows the store and keeps what it finds in the store.

What it knows at the end of an hour it keeps too. A recorder that starts again goes on from there
through what the store has since, an hour at a time, so that its result is the same as if it had
never ended; a store that has no such state is gone through from a week back.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from tui.clock import from_milliseconds, milliseconds
from tui.metrics.cascades.buckets import Buckets
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.event import Event
from tui.metrics.cascades.normals import HOUR_MS, Week, frame
from tui.metrics.cascades.rule import BUCKET_MS, DAYS
from tui.metrics.cascades.state import packed, unpacked
from tui.metrics.cascades.table import closed, returned, row
from tui.metrics.series import LIVE, price_at, spot_symbol
from tui.store import Reader
from tui.store.follower import Follower
from tui.tables import (
    CANDLES,
    CASCADES,
    COVERAGE,
    DERIVATIVES,
    LIQUIDATIONS,
    NORMALS,
    QUOTES,
    SATURATION,
    Table,
)

META = "cascades"
"""Under this key the store keeps the detector at the end of the newest hour."""
CHUNK = HOUR_MS // BUCKET_MS
"""Buckets in one call while it catches up: an hour of a day with a million liquidations takes 0.4 s
of CPU."""
_FOLLOWED = (LIQUIDATIONS, QUOTES, COVERAGE)
_MINUTE = timedelta(minutes=1)
_NEAR = timedelta(minutes=15)
"""Open interest is asked for every minute, or seldom: so far back its last row may lie."""
_REACH = timedelta(hours=9)
"""An event lasts 4 h at most, and what followed is looked at 4 h later."""


Found = list[tuple[Table, pl.DataFrame]]
Key = tuple[int, str, str]
"""Of a row of CASCADES: since (ms), base and side."""


class Detection:
    """Made for one thread, that of the reader; every method may raise StoreError, and the next call
    then goes on."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._start()

    def _start(self) -> None:
        """Nothing is known yet of the store that is open now."""
        self._follower: Follower | None = None
        self._buckets: Buckets | None = None
        self._detector = Detector()
        self._new: dict[str, Any] | None = None  # the state of an hour that is not in the store yet
        self._looked: datetime | None = None
        self._passed: dict[Key, int] = {}  # what was touched, with its `until`: not left over
        self._opened = self._reader.opened

    def second(self, now: datetime) -> Found:
        """Rows of CASCADES and NORMALS that are new at a moment."""
        if self._reader.opened != self._opened:  # another store is there: nothing of the one before
            self._start()
        if self._buckets is None:
            self._begin(now)
        buckets = self._fed(now)
        for bucket in buckets.due(now, CHUNK):
            self._detector.step(bucket)
            if self._detector.at % HOUR_MS == 0:
                self._new = packed(self._detector)
        found = [*self._found(), *self._after(now)]
        self._detector.taken()  # only now: what an error kept from being returned is so next time
        if buckets.is_late:  # a row was long in coming: the hour is gone through again
            self._buckets = None
        return found

    def left(self, now: datetime) -> int:
        """Hours of the store that are still to be gone through, one in each call of `second`; 0
        when what is found is of now."""
        left = milliseconds(now) - self._buckets.next if self._buckets is not None else 0
        return left // HOUR_MS + 1 if left > HOUR_MS else 0

    def to_keep(self) -> dict[str, Any] | None:
        """The state that the store should keep, if there is a new one; only after the rows that
        were found with it are written."""
        if self._detector.finished:  # they were not returned yet
            return None
        kept, self._new = self._new, None
        return kept

    def again(self, state: dict[str, Any]) -> None:
        """It could not be kept."""
        self._new = self._new or state

    def _begin(self, now: datetime) -> None:
        """From the state that was kept, else from the first moment of the last week on."""
        kept = self._new or self._reader.meta(META)
        week = timedelta(days=DAYS)
        if kept is not None and now - from_milliseconds(int(kept.get("at", 0))) < week:
            at = from_milliseconds(int(kept["at"]))
            known = self._reader.read(NORMALS, since=at - week - timedelta(milliseconds=1))
            before = known.filter(pl.col("hour") < at)
            if made := unpacked(kept, Week(before)):
                self._detector = made
                self._open(made.at)
                return
        began = self._reader.meta("began")
        first = max(milliseconds(now - week), began or milliseconds(now))
        self._detector = Detector()
        self._open(first - first % BUCKET_MS)

    def _open(self, start: int) -> None:
        self._buckets, self._follower = Buckets(start), None
        self._passed = {key: until for key, until in self._passed.items() if until < start}

    def _fed(self, now: datetime) -> Buckets:
        """The buckets with what the store has for them: by stretches of time until it has caught
        up, and then by what comes."""
        buckets = self._buckets
        assert buckets is not None
        if self._follower is None:
            ahead = milliseconds(now) - buckets.next
            if ahead > HOUR_MS:
                self._read(buckets, buckets.next, buckets.next + HOUR_MS)
                return buckets
            with self._reader.one_moment():
                follower = Follower(self._reader, _FOLLOWED)
                self._read(buckets, buckets.next, milliseconds(now) + HOUR_MS)
            self._follower = follower  # only now: after an error the stretch is read again
        else:
            self._give(buckets, self._follower.poll())
        return buckets

    def _read(self, buckets: Buckets, first: int, end: int) -> None:
        """What the store has of `[first, end)` ms; the price and connections of just before too."""
        since = {QUOTES: first - 60_000, COVERAGE: first - 60_000}
        until = from_milliseconds(end - 1)
        found = {
            table.name: self._reader.read(
                table,
                since=from_milliseconds(since.get(table, first) - 1),
                until=None if table is COVERAGE else until,
            )
            for table in _FOLLOWED
        }
        self._give(buckets, found)

    def _give(self, buckets: Buckets, found: dict[str, pl.DataFrame]) -> None:
        takes: dict[str, Callable[[pl.DataFrame], None]] = {
            LIQUIDATIONS.name: buckets.liquidations,
            QUOTES.name: buckets.quotes,
            COVERAGE.name: buckets.coverage,
        }
        for name, new in found.items():
            takes[name](new)

    def _found(self) -> Found:
        touched, finished = list(self._detector.touched.values()), self._detector.finished
        found: Found = []
        if touched:
            self._passed |= {_key(one): one.until for one in touched}
            made = [row(event, *self._beside(event)) for event in touched]
            found.append((CASCADES, pl.DataFrame(made, schema=CASCADES.schema)))
        if finished:
            found.append((NORMALS, frame(finished)))
        return found

    def _beside(self, event: Event) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Open interest and how full the venues were, from the store: the same after a restart."""
        since, until = from_milliseconds(event.since), from_milliseconds(event.until)
        where = {"base": event.priced}
        interest = self._reader.read(DERIVATIVES, since=since - _NEAR, until=until, where=where)
        return interest, self._reader.read(SATURATION, since=since - _MINUTE, until=until)

    def _after(self, now: datetime) -> Found:
        """Once a minute, when it has caught up: what the price did after the events of the last
        hours, and the end of those left open; at first, of all that were gone through."""
        if self._follower is None or (self._looked and now - self._looked < _MINUTE):
            return []
        week = timedelta(days=DAYS)
        reach = _REACH if self._looked else week
        known = self._reader.read(CASCADES, since=now - reach)
        both = [returned(known, self._price, now), self._left(known)]
        self._looked, old = now, milliseconds(now - week)
        self._passed = {key: until for key, until in self._passed.items() if until > old}
        return [(CASCADES, rows) for rows in both if rows.height]

    def _left(self, known: pl.DataFrame) -> pl.DataFrame:
        """The rows that run in the store though not here, ended: another pass began them, before a
        row that was long in coming or a recorder that did not come back for a week."""
        if self._looked is None:
            where = "WHERE ended IS NULL ORDER BY since, id"
            known = self._reader.select(CASCADES, tuple(CASCADES.schema), where, ())
        return closed(known, {*self._passed, *map(_key, self._detector.running.values())})

    def _price(self, base: str, at: datetime) -> float | None:
        quotes = self._reader.read(QUOTES, since=at - LIVE, until=at, where={"base": base})
        symbol = spot_symbol(quotes, base)
        return price_at(quotes, CANDLES.empty(), symbol, at) if symbol else None


def _key(event: Event) -> Key:
    return event.since, event.base, event.side.value
