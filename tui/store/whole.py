"""Tables that are small enough to be held whole for as long as a screen looks back.

Each takes in what came, says what of it was known at a moment (ms), and lets go of what is too old.
"""

from datetime import datetime
from typing import Protocol

import polars as pl

from tui.clock import from_milliseconds, milliseconds
from tui.store.blocks import HOUR
from tui.store.edges import MINUTE
from tui.store.reader import Reader
from tui.store.rows import AHEAD, at, replaced, until
from tui.tables import ALERTS, BACKFILLED, COVERAGE, HEALTH, UNREADABLE, Table

FAR = 10**14
"""ms; year 5138, which a datetime can still say."""
TOLD = 500
"""Alerts that are held, however old: the history a screen can be scrolled through."""
_COVER = 25 * HOUR
_FEED = ("collector", "venue", "stream")


class Whole(Protocol):
    """Rows of a table in memory, at a moment `now` that never goes back."""

    def take_in(self, rows: pl.DataFrame, now: int) -> None:
        """New rows, in the order they came."""

    def at(self, now: int) -> pl.DataFrame:
        """The rows known at `now`, a few seconds ahead of the clock included."""
        ...

    def age(self, now: int) -> None:
        """Once a minute: let go of what nothing reaches any more."""


class Newest:
    """All rows of the newest `span` ms of a table, in the order of its time, up to `end`."""

    def __init__(self, reader: Reader, table: Table, span: int, now: int, end: int) -> None:
        self._table, self._span = table, span
        last = from_milliseconds(min(end, FAR))
        self._rows = reader.read(table, since=self._since(now), until=last)

    def _since(self, now: int) -> datetime:
        return from_milliseconds(now - now % MINUTE - self._span)

    def take_in(self, rows: pl.DataFrame, now: int) -> None:
        time = self._table.time
        rows = rows.filter(pl.col(time) > self._since(now))
        self._rows = replaced(self._rows, rows, self._table).sort(time, maintain_order=True)

    def at(self, now: int) -> pl.DataFrame:
        return until(self._rows, now + AHEAD, self._table.time)

    def age(self, now: int) -> None:
        time, first = self._table.time, self._since(now)
        if self._rows.height and self._rows[time][0] <= first:
            self._rows = self._rows.filter(pl.col(time) > first)


class Alerts:
    """The newest `TOLD` alerts."""

    def __init__(self, reader: Reader, end: int) -> None:
        self._rows = reader.read(ALERTS, until=from_milliseconds(min(end, FAR)), newest=TOLD)

    def take_in(self, rows: pl.DataFrame, now: int) -> None:
        both = replaced(self._rows, rows, ALERTS)
        self._rows = both.sort(ALERTS.time, maintain_order=True).tail(TOLD)

    def at(self, now: int) -> pl.DataFrame:
        return until(self._rows, now + AHEAD, ALERTS.time)

    def age(self, now: int) -> None:
        """They are held however old they are."""


class Coverage:
    """The coverage of 25 h, as it was known: see `_covered`."""

    def __init__(self, reader: Reader, now: int) -> None:
        self._rows = reader.read(COVERAGE, since=from_milliseconds(_cover_from(now)))

    def take_in(self, rows: pl.DataFrame, now: int) -> None:
        self._rows = replaced(self._rows, _reaching(rows, now), COVERAGE)

    def at(self, now: int) -> pl.DataFrame:
        return _covered(self._rows, now)

    def age(self, now: int) -> None:
        self._rows = _reaching(self._rows, now)


class Health:
    """The newest row of each feed, and those of a clock ahead of ours until they are due."""

    def __init__(self, reader: Reader, now: int, end: int) -> None:
        place = f"row_number() OVER (PARTITION BY {', '.join(_FEED)} ORDER BY ts DESC, id DESC)"
        cut = now + AHEAD
        self._rows = reader.select(
            HEALTH,
            tuple(HEALTH.schema),
            f"WHERE ts > ? AND ts <= ? OR id IN (SELECT id FROM"
            f" (SELECT id, {place} AS place FROM health WHERE ts <= ?) WHERE place = 1)"
            " ORDER BY ts, id",
            (cut, end, cut),
        )
        self._known_of: pl.DataFrame | None = None
        self._known = HEALTH.empty()

    def take_in(self, rows: pl.DataFrame, now: int) -> None:
        self._rows = pl.concat([self._rows, rows]).sort("ts", maintain_order=True)

    def at(self, now: int) -> pl.DataFrame:
        """The same frame while no feed's state changes."""
        last, cut = self._rows["ts"].max(), now + AHEAD
        ahead = isinstance(last, datetime) and milliseconds(last) > cut
        if self._rows is not self._known_of or ahead:
            self._known = _newest(self._rows, cut)
            self._known_of = None if ahead else self._rows
        return self._known

    def age(self, now: int) -> None:
        if not self._rows.is_empty():
            late = self._rows.filter(pl.col("ts") > at(now + AHEAD))
            self._rows = pl.concat([_newest(self._rows, now + AHEAD), late], rechunk=True)


def _newest(rows: pl.DataFrame, cut: int) -> pl.DataFrame:
    if rows.is_empty():
        return rows
    return rows.filter(pl.col("ts") <= at(cut)).unique(_FEED, keep="last", maintain_order=True)


def _cover_from(now: int) -> int:
    return now - now % MINUTE - _COVER


def _reaching(rows: pl.DataFrame, now: int) -> pl.DataFrame:
    return rows.filter(pl.col("until") > at(_cover_from(now)))


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
