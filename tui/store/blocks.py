"""Settled hours, packed: what lets a viewer open a day at once, and a filter go through it.

A day of a million liquidations has up to 300,000 minute rows (3 venues, 60 coins, both sides).
Through a cursor they take 1.0 s, as 24 Arrow blocks of an hour 0.06 s; the liquidations themselves,
what a filter looks at of them, 1.7 s and 0.11 s. A block is only a copy: a row that comes late for
its hour deletes both in the same transaction, and where there is none the rows are read.
"""

import sqlite3
from collections.abc import Iterable, Mapping

import polars as pl

from tui.store.packed import packed, unpacked
from tui.store.rows import frame_of
from tui.store.schema import quoted
from tui.tables import LIQUIDATION_MINUTES, LIQUIDATIONS

HOUR = 3_600_000  # ms
SETTLED = 120_000
"""ms after its end before an hour is packed: the last rows of an hour come a little late."""

KEPT = 26 * HOUR
"""How far back hours are packed; nobody opens more than a day and the hour it begins in."""

_TABLES = ("minute_blocks", "tape_blocks")
TAPE_COLUMNS = ("id", "ts", "venue", "base", "class", "side", "usd")
"""What is packed of each liquidation: 23 MB of a million."""

_COLUMNS = tuple(LIQUIDATION_MINUTES.schema)
_ROWS = (
    f"SELECT {', '.join(quoted(_COLUMNS))} FROM liquidation_minutes"
    " WHERE minute >= ? AND minute < ? ORDER BY minute"
)
_TAPE = (
    f"SELECT {', '.join(quoted(TAPE_COLUMNS))} FROM liquidations"
    " WHERE ts >= ? AND ts < ? ORDER BY ts"
)
_NEWEST = (
    "SELECT min((SELECT max(minute) FROM liquidation_minutes),"
    " (SELECT received FROM liquidations ORDER BY id DESC LIMIT 1))"
)
_TAPE_SCHEMA = {name: LIQUIDATIONS.schema.get(name, pl.Int64()) for name in TAPE_COLUMNS}


class Packing:
    """Which hours of the last day wait to be packed. Belongs to one open connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        # A venue's clock may be days ahead: no row is newer than the last one was received.
        self.newest = int(db.execute(_NEWEST).fetchone()[0] or 0)
        self._loose = set(_hours_without_block(db, self.newest))

    def touched(self, db: sqlite3.Connection, times: Iterable[int], received: int) -> None:
        """Rows of these moments were written, received by that one: their hours are no longer what
        their blocks say."""
        hours = {ts - ts % HOUR for ts in times}
        for hour in hours:
            for table in _TABLES:
                db.execute(f"DELETE FROM {table} WHERE hour = ?", (hour,))
        self._loose |= hours
        self.newest = max(self.newest, min(received, max(times)))

    def pack(self, db: sqlite3.Connection, spared: Iterable[int] = (), most: int = 1) -> None:
        """Pack the oldest `most` settled hours, but none with a moment in `spared`. Of 40,000 rows
        each takes 100 ms."""
        oldest = self.newest - KEPT
        self._loose = {hour for hour in self._loose if hour >= oldest - HOUR}
        ready = {hour for hour in self._loose if hour + HOUR + SETTLED < self.newest}
        for hour in sorted(ready - {ts - ts % HOUR for ts in spared})[:most]:
            for table, rows in zip(_TABLES, (_rows(db, hour), _tape(db, hour)), strict=True):
                db.execute(f"REPLACE INTO {table} VALUES (?, ?)", (hour, packed(rows)))
            self._loose.remove(hour)


def prune(db: sqlite3.Connection, oldest: int) -> None:
    """Delete the blocks of hours before `oldest` (ms)."""
    for table in _TABLES:
        db.execute(f"DELETE FROM {table} WHERE hour < ?", (oldest,))


def read_hour(db: sqlite3.Connection, hour: int) -> pl.DataFrame:
    """The minute rows of the hour that starts at `hour` ms, from its block if there is one."""
    block = _block(db, "minute_blocks", hour, LIQUIDATION_MINUTES.schema)
    return _rows(db, hour) if block is None else block


def read_tape(db: sqlite3.Connection, hour: int) -> pl.DataFrame | None:
    """The liquidations (`TAPE_COLUMNS`) of the hour that starts at `hour` ms, in the order of `ts`;
    None where they are not packed."""
    return _block(db, "tape_blocks", hour, _TAPE_SCHEMA)


def _block(
    db: sqlite3.Connection, table: str, hour: int, schema: Mapping[str, pl.DataType]
) -> pl.DataFrame | None:
    row = db.execute(f"SELECT data FROM {table} WHERE hour = ?", (hour,)).fetchone()
    return unpacked(row[0], schema) if row else None


def _tape(db: sqlite3.Connection, hour: int) -> pl.DataFrame:
    return frame_of(db.execute(_TAPE, (hour, hour + HOUR)), LIQUIDATIONS, TAPE_COLUMNS)


def _rows(db: sqlite3.Connection, hour: int) -> pl.DataFrame:
    rows = db.execute(_ROWS, (hour, hour + HOUR))
    return frame_of(rows, LIQUIDATION_MINUTES, _COLUMNS)


def _hours_without_block(db: sqlite3.Connection, newest: int) -> list[int]:
    sql = (
        f"SELECT DISTINCT minute / {HOUR} * {HOUR} AS start FROM liquidation_minutes"
        " WHERE minute >= ? AND NOT (start IN (SELECT hour FROM minute_blocks)"
        " AND start IN (SELECT hour FROM tape_blocks))"
    )
    return [row[0] for row in db.execute(sql, (newest - KEPT,))]
