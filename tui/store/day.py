"""The last day of a store in memory: the frames a screen needs, followed by row id."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from tui.clock import from_milliseconds, milliseconds
from tui.store import copies
from tui.store.copies import Copy
from tui.store.edges import MINUTE, Edges, minutes_between
from tui.store.follower import Follower
from tui.store.minutes import Minutes, regrouped
from tui.store.reader import Reader
from tui.store.recent import Largest, Recent
from tui.store.rows import at, count_until, replaced, until
from tui.store.shelf import Held, Shelf
from tui.store.sums import Summed, Sums
from tui.store.thinned import THINNINGS, Thinning, joined, read_thinned, thin
from tui.store.waves import Waves
from tui.tables import (
    ALERTS,
    BACKFILLED,
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
    UNREADABLE,
    WINDOWS,
    Table,
)

AHEAD = 5_000
"""ms ahead of the clock that an event may be and count as now."""

_NEVER = 2**62  # ms
_FAR = 10**14  # ms; year 5138, which a datetime can still say
DAY = 24 * 3_600_000
_SPANS = {name: span // timedelta(milliseconds=1) for name, span in WINDOWS.items()}
_INTERVALS = {"1d": DAY, "1h": 3_600_000}
_HOURLY = 90 * DAY
_SUMMED = 4
"""Hours summed in a tick, 2 ms each, so that no opening has to wait for a day of them."""
_COVER = DAY + 3_600_000
_FEED = ("collector", "venue", "stream")
_SMALL = {SATURATION: _COVER, CONTROL: _COVER, SERIES: 400 * DAY}
"""A few rows a minute each, or a day: held whole, for so long (ms)."""
TOLD = 500
"""Alerts that are held, however old: the history a screen can be scrolled through."""


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
        self._candles = self._read_candles(now, end)
        self._candles_from, self._candles_at = CANDLES.empty(), 0
        self._candles_known = self._candles
        since = from_milliseconds(_cover_from(now))
        self._coverage = reader.read(COVERAGE, since=since)
        last = from_milliseconds(min(end, _FAR))
        self._small = {
            table.name: reader.read(table, since=_held_from(now, span), until=last)
            for table, span in _SMALL.items()
        }
        self._alerts = reader.read(ALERTS, until=last, newest=TOLD)
        self._waves = Waves(reader, now, min(end, _FAR), self._thinned[QUOTES.name])
        newest = f"row_number() OVER (PARTITION BY {', '.join(_FEED)} ORDER BY ts DESC, id DESC)"
        self._health_from: pl.DataFrame | None = None
        self._health_known = HEALTH.empty()
        self._health = reader.select(
            HEALTH,
            tuple(HEALTH.schema),
            f"WHERE ts > ? AND ts <= ? OR id IN (SELECT id FROM"
            f" (SELECT id, {newest} AS place FROM health WHERE ts <= ?) WHERE place = 1)"
            " ORDER BY ts, id",
            (cut, end, cut),
        )

    def _read_slow(self, how: Thinning, now: int, end: int) -> pl.DataFrame:
        if self._shelf:
            return self._shelf.thinned(how, now, end)
        if (copied := self._copied(how.table, end)) is None:
            return read_thinned(self._reader, how, now, end)
        return thin(copied.sort("ts", maintain_order=True), how, now)

    def _read_candles(self, now: int, end: int) -> pl.DataFrame:
        if self._shelf:
            return self._shelf.candles(now - _HOURLY).filter(_reached(now))
        if (copied := self._copied(CANDLES, end)) is not None:
            return copied.filter(_reached(now))
        hourly = from_milliseconds(now - _HOURLY)
        return pl.concat(
            [
                self._reader.read(CANDLES, where={"interval": "1d"}),
                self._reader.read(CANDLES, where={"interval": "1h"}, since=hourly),
            ]
        )

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
        held = {CANDLES.name: self._candles, **self._thinned}
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
            self.now - _HOURLY,
            self._candles,
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
        elif name == CANDLES.name:
            self._candles = replaced(self._candles, rows.filter(_reached(self.now)), CANDLES)
        elif name == COVERAGE.name:
            rows = rows.filter(pl.col("until") > at(_cover_from(self.now)))
            self._coverage = replaced(self._coverage, rows, COVERAGE)
        elif name == ALERTS.name:
            both = replaced(self._alerts, rows, ALERTS)
            self._alerts = both.sort(ALERTS.time, maintain_order=True).tail(TOLD)
        elif name == HEALTH.name:
            self._health = pl.concat([self._health, rows]).sort("ts", maintain_order=True)
        for table, span in _SMALL.items():
            if name == table.name:
                rows = rows.filter(pl.col(table.time) > _held_from(self.now, span))
                both = replaced(self._small[name], rows, table)
                self._small[name] = both.sort(table.time, maintain_order=True)
        for how in THINNINGS:
            if name == how.table.name:
                self._thinned[name] = joined(self._thinned[name], rows, how, self.now)

    def quotes(self, now: int) -> pl.DataFrame:
        """The quotes at `now` (ms) alone."""
        return until(self._thinned[QUOTES.name], now + AHEAD)

    def frames(self, now: int) -> dict[str, pl.DataFrame]:
        """The frames of `tui.snapshot.Snapshot` at `now` (ms), by field name."""
        if now // MINUTE != self.now // MINUTE:
            self._age(now)
        self.now = max(now, self.now)
        cut, newest = now + AHEAD, now - now % MINUTE
        first, end = whole_minutes(now)
        whole = self._minutes.between(first, end)
        sums = self.sums(now)
        edges = until(self._edges.of(_edge_minutes(now)), cut)
        if self._followed:
            self._edges.read_ahead(minute + MINUTE for minute in _first_minutes(now))
        inside = edges.slice(count_until(edges, now - DAY))
        open_minute = edges.slice(count_until(edges, newest - 1))
        return {
            "minutes": pl.concat([whole, regrouped(open_minute)], rechunk=False),
            "whole": whole,
            "edges": edges,
            "recent": self._recent.at(cut),
            "largest": self._largest.of(sums.venues if sums else whole, first, inside),
            "coverage": _covered(self._coverage, now),
            "candles": self._known_candles(cut),
            "health": self._known_health(cut),
            "alerts": until(self._alerts, cut, ALERTS.time),
            **self._waves.frames(now),
            **{table.name: until(self._small[table.name], cut, table.time) for table in _SMALL},
        } | {name: until(rows, cut) for name, rows in self._thinned.items()}

    def sums(self, now: int) -> Summed | None:
        """What `frames` has as `whole`, summed over coins and over venues; None for the first
        seconds of a day that is followed."""
        most = _SUMMED if self._followed else None
        return self._sums.between(*whole_minutes(now), _first_minutes(now), most)

    def _known_health(self, cut: int) -> pl.DataFrame:
        """The same frame while no feed's state changes."""
        last = self._health["ts"].max()
        ahead = isinstance(last, datetime) and milliseconds(last) > cut
        if self._health is not self._health_from or ahead:
            self._health_known = _newest_health(self._health, cut)
            self._health_from = None if ahead else self._health
        return self._health_known

    def _known_candles(self, cut: int) -> pl.DataFrame:
        """Kept for 5 s: candles open and close on whole minutes, so no cut in between differs."""
        is_new = self._candles is not self._candles_from
        if is_new or cut // 5_000 != self._candles_at:
            known = _known(self._candles, cut)
            known = self._shelf.known(known) if self._shelf else known
            # The known only grow with the cut: as many of the same candles are the same ones.
            if is_new or known.height != self._candles_known.height:
                self._candles_known = known
            self._candles_from, self._candles_at = self._candles, cut // 5_000
        return self._candles_known

    def _age(self, now: int) -> None:
        """Once a minute: let go of what no window and no chart reaches any more."""
        self._edges.forget(_edge_minutes(now), before=now - 6 * MINUTE)
        for how in THINNINGS:
            if how.whole_from(now) != how.whole_from(self.now):
                self._thinned[how.table.name] = thin(self._thinned[how.table.name], how, now)
        reached = self._candles.filter(_reached(now))
        if reached.height != self._candles.height:
            self._candles = reached
        self._coverage = self._coverage.filter(pl.col("until") > at(_cover_from(now)))
        for table, span in _SMALL.items():
            held, first = self._small[table.name], _held_from(now, span)
            if held.height and held[table.time][0] <= first:
                self._small[table.name] = held.filter(pl.col(table.time) > first)
        if not self._health.is_empty():
            late = self._health.filter(pl.col("ts") > at(now + AHEAD))
            newest = _newest_health(self._health, now + AHEAD)
            self._health = pl.concat([newest, late], rechunk=True)


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


def _cover_from(now: int) -> int:
    return now - now % MINUTE - _COVER


def _held_from(now: int, span: int) -> datetime:
    return from_milliseconds(now - now % MINUTE - span)


_UNREAD = pl.col("reason").str.starts_with(UNREADABLE).fill_null(False)
_FILLED = pl.col("reason").str.starts_with(BACKFILLED).fill_null(False)


def _covered(rows: pl.DataFrame, now: int) -> pl.DataFrame:
    """What was known of the coverage at `now`: a connection that lived on was still alive then.

    A stretch that was filled afterwards is left out while it lasts: it is asked for when it is
    over. When the answer came the store does not know, so the stretch is told from its end on,
    which is some seconds too early, and minutes where the venue took that long.
    """
    lived = pl.col("until") > at(now)
    if rows.filter(lived).is_empty():
        return rows
    return rows.filter((pl.col("since") <= at(now)) & ~(lived & _FILLED)).with_columns(
        pl.when(lived).then(at(now)).otherwise(pl.col("until")).alias("until"),
        pl.when(~lived | _UNREAD).then(pl.col("reason")).alias("reason"),
    )


def _reached(now: int) -> pl.Expr:
    """The candles that are held: daily ones all, hourly ones of 90 days."""
    return (pl.col("interval") == "1d") | (pl.col("ts") > at(now - _HOURLY))


def _known(rows: pl.DataFrame, cut: int) -> pl.DataFrame:
    """Candles that had opened; one that closed later had another close then, and is left out."""
    length = pl.col("interval").replace_strict(_INTERVALS, default=0, return_dtype=pl.Int64)
    end = pl.col("ts").dt.epoch("ms") + length
    return rows.filter((pl.col("ts") <= at(cut)) & ~(pl.col("closed") & (end > cut)))


def _newest_health(rows: pl.DataFrame, cut: int) -> pl.DataFrame:
    if rows.is_empty():
        return rows
    return rows.filter(pl.col("ts") <= at(cut)).unique(_FEED, keep="last", maintain_order=True)
