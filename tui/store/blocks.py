"""Settled hours of `liquidation_minutes`, packed: what lets a viewer open a day at once.

A day of a million liquidations has up to 300,000 minute rows (3 venues, 60 coins, both sides).
Through a cursor they take 1.0 s, as 24 Arrow blocks of an hour 0.06 s. A block is only a copy:
a row that comes late for its hour deletes it in the same transaction, and where there is none
the rows are read.
"""

import contextlib
import sqlite3
from collections.abc import Iterable
from io import BytesIO

import polars as pl

from tui.store.rows import frame_of
from tui.store.schema import quoted
from tui.tables import LIQUIDATION_MINUTES

HOUR = 3_600_000  # ms
SETTLED = 120_000
"""ms after its end before an hour is packed: the last rows of an hour come a little late."""

KEPT = 26 * HOUR
"""How far back hours are packed; nobody opens more than a day and the hour it begins in."""

_COLUMNS = tuple(LIQUIDATION_MINUTES.schema)
_ROWS = (
    f"SELECT {', '.join(quoted(_COLUMNS))} FROM liquidation_minutes"
    " WHERE minute >= ? AND minute < ? ORDER BY minute"
)


class Packing:
    """Which hours of the last day wait to be packed. Belongs to one open connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.newest = int(
            db.execute("SELECT max(minute) FROM liquidation_minutes").fetchone()[0] or 0
        )
        self._loose = set(_hours_without_block(db, self.newest))

    def touched(self, db: sqlite3.Connection, times: Iterable[int]) -> None:
        """Rows of these moments were written: their hours are no longer what their blocks say."""
        hours = {ts - ts % HOUR for ts in times}
        for hour in hours:
            db.execute("DELETE FROM minute_blocks WHERE hour = ?", (hour,))
        self._loose |= hours
        self.newest = max(self.newest, *times)

    def pack(self, db: sqlite3.Connection, spared: Iterable[int] = (), most: int = 1) -> None:
        """Pack the oldest `most` settled hours (40 ms each), but none with a moment in `spared`."""
        oldest = self.newest - KEPT
        self._loose = {hour for hour in self._loose if hour >= oldest - HOUR}
        ready = {hour for hour in self._loose if hour + HOUR + SETTLED < self.newest}
        for hour in sorted(ready - {ts - ts % HOUR for ts in spared})[:most]:
            db.execute("REPLACE INTO minute_blocks VALUES (?, ?)", (hour, _packed(db, hour)))
            self._loose.remove(hour)


def read_hour(db: sqlite3.Connection, hour: int) -> pl.DataFrame:
    """The minute rows of the hour that starts at `hour` ms, from its block if there is one."""
    row = db.execute("SELECT data FROM minute_blocks WHERE hour = ?", (hour,)).fetchone()
    block = None if row is None else _unpacked(row[0])
    return _rows(db, hour) if block is None else block


def _unpacked(data: bytes) -> pl.DataFrame | None:
    """None for a block of another version of the table, or one that polars can't read."""
    with contextlib.suppress(pl.exceptions.PolarsError, OSError):
        block = pl.read_ipc(BytesIO(data))
        if block.schema == LIQUIDATION_MINUTES.schema:
            return block
    return None


def _packed(db: sqlite3.Connection, hour: int) -> bytes:
    buffer = BytesIO()
    _rows(db, hour).write_ipc(buffer, compression="lz4")
    return buffer.getvalue()


def _rows(db: sqlite3.Connection, hour: int) -> pl.DataFrame:
    rows = db.execute(_ROWS, (hour, hour + HOUR))
    return frame_of(rows, LIQUIDATION_MINUTES, _COLUMNS)


def _hours_without_block(db: sqlite3.Connection, newest: int) -> list[int]:
    sql = (
        f"SELECT DISTINCT minute / {HOUR} * {HOUR} AS start FROM liquidation_minutes"
        " WHERE minute >= ? AND start NOT IN (SELECT hour FROM minute_blocks)"
    )
    return [row[0] for row in db.execute(sql, (newest - KEPT,))]
