"""The recorder's side of the store: every batch is one transaction."""

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from tui.clock import milliseconds
from tui.errors import StoreError
from tui.store import copies, files
from tui.store.blocks import KEPT, Packing, prune
from tui.store.copies import Copy
from tui.store.liquidations import INSERT as INSERT_LIQUIDATION
from tui.store.liquidations import MERGE_MINUTES
from tui.store.rows import as_json, check, parameters
from tui.store.schema import quoted
from tui.tables import LIQUIDATIONS, TABLES, Table


class Writer:
    """The one writer of a store; the recorder's lock sees to it that there is one.

    After a StoreError it stays usable: the next call opens the file again. When the file was
    deleted under it, that call says so in a StoreError and begins a new store, with the same
    endpoint, meta values and connection numbers.
    """

    def __init__(self, path: Path, endpoint: str | None) -> None:
        """StoreMismatch for a file that isn't ours, is newer or of another endpoint."""
        self._path = path
        self._endpoint = endpoint
        # As JSON: what a detector knows in the middle of a wave is 30,000 lists, 6 MB.
        self._meta: dict[str, str] = {}
        self._unkept = set[str]()  # names of meta values that are not in the store yet
        self._conn = self._kept_conn = 0
        # Batches come from the recorder's store thread, meta values from its event loop.
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        with files.plainly(path):
            self._conn = self._kept_conn = int(str(files.read_meta(self._open(), "conn") or 0))

    def append(self, table: Table, frame: pl.DataFrame) -> int:
        """Write a frame of `table` in one transaction; how many rows were really written."""
        return self.append_all([(table, frame)])

    def append_all(self, batch: Sequence[tuple[Table, pl.DataFrame]]) -> int:
        """Write frames of several tables in one transaction; rows really written.

        A liquidation that is there under another connection or source is left out, and what is
        written goes into `liquidation_minutes` too. On a keyed table a row replaces the one of
        its key. ValueError when a frame is not of its table's schema; nothing is written then.
        """
        ready = [(table, frame) for table, frame in batch if len(frame)]
        for table, frame in ready:
            check(table, frame)
        if not ready:
            return 0
        conn = self._conn
        with self._transaction() as db:
            if conn != self._kept_conn:
                _set(db, "conn", str(conn))
            written = sum(self._insert(db, table, frame) for table, frame in ready)
        self._kept_conn = conn
        return written

    def write_latest(self, as_of: datetime, document: dict[str, Any]) -> None:
        """Replace the one row of `latest`: the snapshot's document, as JSON."""
        text = _json(document)
        with self._transaction() as db:
            db.execute("REPLACE INTO latest VALUES (1, ?, ?)", (milliseconds(as_of), text))

    def write_copies(self, found: Sequence[Copy]) -> None:
        """Keep these frames for the viewers that open the store."""
        with self._transaction() as db:
            for copy in found:
                copies.write(db, copy)

    def next_conn(self) -> int:
        """A number for a new connection, never given before in this store.

        It is counted in memory and kept with the next batch, the first that can name it: a full
        disk must keep no socket from being numbered. For one thread, the recorder's event loop.
        """
        self._conn += 1
        return self._conn

    def set_meta(self, key: str, value: Any) -> None:
        """Keep a JSON value that readers may ask for by `key`; after a StoreError it is kept with
        the next that can be written."""
        with self._lock:
            self._meta[key] = _json(value)
            self._unkept.add(key)
            with self._transaction():
                pass

    def prune(self, now: datetime, chunk: int = 5000) -> int:
        """Delete at most `chunk` rows that are older than their table's retention, oldest first.

        One transaction (15 ms), so that a batch never waits for long: call again until it
        returns 0. Returns how many rows were deleted.
        """
        deleted = 0
        with self._transaction() as db:
            self._prune_blocks(db, now)
            for table in TABLES:
                deleted += _prune(db, table, now, chunk - deleted)
        return deleted

    def close(self) -> None:
        """Pack what is settled and close the file. The last one out folds -wal into it."""
        with self._lock, contextlib.suppress(StoreError, OSError):
            if self._db is not None and not self._deleted():
                with self._transaction() as db:
                    _set(db, "conn", str(self._conn))
                    self._packing.pack(db, most=24)
        self._give_up()

    def _insert(self, db: sqlite3.Connection, table: Table, frame: pl.DataFrame) -> int:
        if table is not LIQUIDATIONS:
            return _insert(db, table, frame)
        before = db.total_changes
        last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'liquidations'").fetchone()
        db.executemany(INSERT_LIQUIDATION, parameters(table, frame))
        written = db.total_changes - before
        if written:
            db.execute(MERGE_MINUTES, (last[0] if last else 0,))
            times = frame["ts"].unique().dt.epoch("ms").to_list()
            self._packing.touched(db, times, max(frame["received"].dt.epoch("ms")))
            self._packing.pack(db, spared=times)
        return written

    def _prune_blocks(self, db: sqlite3.Connection, now: datetime) -> None:
        """Blocks are of use for a day only, and go before the rows they copy."""
        oldest = min(milliseconds(now), self._packing.newest) - 2 * KEPT
        prune(db, oldest)

    def _open(self) -> sqlite3.Connection:
        db = files.open_writing(self._path, self._endpoint)
        stat = os.stat(self._path)
        self._db, self._inode = db, (stat.st_dev, stat.st_ino)
        self._packing = Packing(db)
        return db

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, files.plainly(self._path):
            db = self._connection()
            try:
                db.execute("BEGIN IMMEDIATE")
                for key in self._unkept:
                    _set(db, key, self._meta[key])
                yield db
                db.execute("COMMIT")
            except BaseException:
                self._give_up()
                raise
            self._unkept.clear()

    def _give_up(self) -> None:
        """Undo what was begun by closing: whatever state the connection is in, that works."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _connection(self) -> sqlite3.Connection:
        """The open file, opened again after an error. StoreError when it was deleted."""
        if not self._deleted():
            return self._db or self._open()
        self._give_up()
        self._unkept = set(self._meta)
        self._kept_conn = -1
        self._open()
        raise StoreError(f"{self._path}: was deleted while in use; a new store was begun")

    def _deleted(self) -> bool:
        try:
            stat = os.stat(self._path)
        except FileNotFoundError:
            return True
        return (stat.st_dev, stat.st_ino) != self._inode


def _insert(db: sqlite3.Connection, table: Table, frame: pl.DataFrame) -> int:
    verb = "INSERT OR REPLACE" if table.key else "INSERT"
    marks = ", ".join("?" * len(table.schema))
    names = ", ".join(quoted(tuple(table.schema)))
    db.executemany(f"{verb} INTO {table.name} ({names}) VALUES ({marks})", parameters(table, frame))
    return len(frame)


def _prune(db: sqlite3.Connection, table: Table, now: datetime, most: int) -> int:
    if table.retention is None:
        return 0
    sql = (
        f"DELETE FROM {table.name} WHERE id IN (SELECT id FROM {table.name}"
        f" WHERE {table.time} < ? ORDER BY {table.time} LIMIT ?)"
    )
    return db.execute(sql, (milliseconds(now - table.retention), most)).rowcount


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), default=as_json)


def _set(db: sqlite3.Connection, key: str, text: str) -> None:
    db.execute("REPLACE INTO meta VALUES (?, ?)", (key, text))
