"""The last day of a store in memory: the frames a screen needs, followed by row id."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from tui.store import candles, copies
from tui.store.blocks import HOUR
from tui.store.candles import HOURLY, Candles
from tui.store.copies import Copy
from tui.store.edges import MINUTE, Edges, minutes_between
from tui.store.follower import Follower
from tui.store.minutes import Minutes, regrouped
from tui.store.reader import Reader
from tui.store.recent import Largest, Recent
from tui.store.rows import AHEAD, count_until, replaced, until
from tui.store.shelf import Held, Shelf
from tui.store.sums import Summed, Sums
from tui.store.thinned import THINNINGS, Thinning, joined, read_thinned, thin
from tui.store.waves import Waves
from tui.store.whole import FAR, Alerts, Coverage, Health, Newest, Whole
from tui.tables import (
    ALERTS,
    CANDLES,
    CONTROL,
    COVERAGE,
    HEALTH,
    LIQUIDATION_MINUTES,
    LIQUIDATIONS,
    QUOTES,
    SATURATION,
    SERIES,
    TABLES,
    WINDOWS,
    Table,
)

_NEVER = 2**62  # ms
DAY = 24 * HOUR
_SPANS = {name: span // timedelta(milliseconds=1) for name, span in WINDOWS.items()}
_SUMMED = 8
"""Sums of an hour made in a tick, 2 ms each, so that no opening has to wait for the 50 of a day."""
_SMALL = {SATURATION: 25 * HOUR, CONTROL: 25 * HOUR, SERIES: 400 * DAY}
"""A few rows a minute each, or a day: held whole, for so long (ms)."""


class Day:
    """The frames of a snapshot at moments from `now` (ms) on; for earlier ones make another.

    Unless it is to be followed, only rows that count at `now` (or up to `until`) are read, and of
    those only the ones that are not on the `shelf` where there is one.
    """

    def __init__(
        self,
        reader: Reader,
        now: int,
        *,
        followed: bool,
        shelf: Shelf | None = None,
        until: int | None = None,
    ) -> None:
        self._reader, self._shelf, self._followed = reader, shelf, followed
        self.now = now
        with reader.one_moment():
            self._follower = Follower(reader, TABLES, "now")
            if shelf:
                shelf.refresh()
            self._read(reader, now, _NEVER if followed else (until or now) + AHEAD)

    def _read(self, reader: Reader, now: int, end: int) -> None:
        cut = now + AHEAD
        self._minutes = self._shelf.minutes() if self._shelf else Minutes(reader)
        self._sums = self._shelf.sums() if self._shelf else Sums(self._minutes)
        self._minutes.between(*whole_minutes(now))
        self._edges = Edges(reader, self._follower.ids[LIQUIDATIONS.name])
        self._edges.of(_edge_minutes(now))
        self._recent = Recent(reader, cut, end)
        self._largest = Largest(reader)
        self._thinned = {how.table.name: self._read_slow(how, now, end) for how in THINNINGS}
        self._candles = Candles(self._read_candles(now, end), now, self._shelf)
        self._whole: dict[str, Whole] = {
            CANDLES.name: self._candles,
            COVERAGE.name: Coverage(reader, now),
            ALERTS.name: Alerts(reader, end),
            HEALTH.name: Health(reader, now, end),
            **{one.name: Newest(reader, one, span, now, end) for one, span in _SMALL.items()},
        }
        self._waves = Waves(reader, now, min(end, FAR), self._thinned[QUOTES.name])

    def _read_slow(self, how: Thinning, now: int, end: int) -> pl.DataFrame:
        if self._shelf:
            return self._shelf.thinned(how, now, end)
        if (copied := self._copied(how.table, end)) is None:
            return read_thinned(self._reader, how, now, end)
        return thin(copied.sort("ts", maintain_order=True), how, now)

    def _read_candles(self, now: int, end: int) -> pl.DataFrame:
        if self._shelf:
            return self._shelf.candles(now - HOURLY)
        copied = self._copied(CANDLES, end)
        return candles.read(self._reader, now) if copied is None else copied

    def _copied(self, table: Table, end: int) -> pl.DataFrame | None:
        """The recorder's copy with what came since. It holds what is known by now: no past one."""
        if end != _NEVER:
            return None
        copy = copies.read(self._reader, table, self._follower.ids[table.name])
        if copy is None:
            return None
        return replaced(copy.frame, self._reader.after(table, copy.through)[0], table)

    def copies(self) -> list[Copy]:
        """The frames that take long to gather, for those who open the store next."""
        held = {CANDLES.name: self._candles.rows, **self._thinned}
        ids = self._follower.ids
        return [
            Copy(table, self.now, ids[table.name], held[table.name])
            for table in TABLES
            if table.name in held
        ]

    def held(self) -> Held:
        """What a moment of the past has in common with this one."""
        ids = dict(self._follower.ids)
        return Held(
            self.now,
            ids,
            self._minutes,
            self._sums,
            self.now - HOURLY,
            self._candles.rows,
            dict(self._thinned),
        )

    @property
    def behind(self) -> bool:
        """Whether the last poll left something for the next."""
        return self._follower.behind

    def poll(self, tables: Sequence[Table] | None = None) -> bool:
        """Take in what is new in the store, of `tables` alone if given; whether there was any."""
        with self._reader.one_moment():
            new = self._follower.poll(tables)
        for name, rows in new.items():
            self._take_in(name, rows)
        return bool(new)

    def _take_in(self, name: str, rows: pl.DataFrame) -> None:
        self._waves.take_in(name, rows)
        if name == LIQUIDATIONS.name:
            self._edges.add(rows, self._follower.ids[name])
            self._recent.add(rows)
        elif name == LIQUIDATION_MINUTES.name:
            self._minutes.add(rows)
        elif name in self._whole:
            self._whole[name].take_in(rows, self.now)
        for how in THINNINGS:
            if name == how.table.name:
                self._thinned[name] = joined(self._thinned[name], rows, how, self.now)

    def quotes(self, now: int) -> pl.DataFrame:
        """The quotes at `now` (ms) alone."""
        return until(self._thinned[QUOTES.name], now + AHEAD)

    def frames(self, now: int) -> dict[str, pl.DataFrame | Summed | None]:
        """The frames of `tui.snapshot.Snapshot` at `now` (ms), by field name, and what `whole` is
        summed over coins and over venues: None for the first seconds of a day that is followed."""
        if now // MINUTE != self.now // MINUTE:
            self._age(now)
        self.now = max(now, self.now)
        cut, newest = now + AHEAD, now - now % MINUTE
        first, end = whole_minutes(now)
        whole = self._minutes.between(first, end)
        most = _SUMMED if self._followed else None
        sums = self._sums.between(first, end, _first_minutes(now), most)
        edges = until(self._edges.of(_edge_minutes(now)), cut)
        if self._followed:
            self._edges.read_ahead(minute + MINUTE for minute in _first_minutes(now))
        inside = edges.slice(count_until(edges, now - DAY))
        open_minute = edges.slice(count_until(edges, newest - 1))
        return {
            "minutes": pl.concat([whole, regrouped(open_minute)], rechunk=False),
            "whole": whole,
            "sums": sums,
            "edges": edges,
            "recent": self._recent.at(cut),
            "largest": self._largest.of(sums.venues if sums else whole, first, inside),
            **self._waves.frames(now),
            **{name: table.at(now) for name, table in self._whole.items()},
            **{name: until(rows, cut) for name, rows in self._thinned.items()},
        }

    def _age(self, now: int) -> None:
        """Once a minute: let go of what no window and no chart reaches any more."""
        self._edges.forget(_edge_minutes(now), before=now - 6 * MINUTE)
        for how in THINNINGS:
            if how.whole_from(now) != how.whole_from(self.now):
                self._thinned[how.table.name] = thin(self._thinned[how.table.name], how, now)
        for table in self._whole.values():
            table.age(now)


def whole_minutes(now: int) -> tuple[int, int]:
    """First and end of the minutes that lie whole in the last 24 h, and the one those begin in."""
    first = now - DAY
    return first - first % MINUTE, now - now % MINUTE


def _first_minutes(now: int) -> list[int]:
    """The minute that each window begins in."""
    starts = [now - span for span in _SPANS.values()]
    return [start - start % MINUTE for start in starts]


def _edge_minutes(now: int) -> list[int]:
    return _first_minutes(now) + minutes_between(now, now + AHEAD)
