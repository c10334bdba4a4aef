"""A viewer's side of the store: read only, frames of the declared types."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from tui.clock import from_milliseconds, milliseconds
from tui.store import files
from tui.store.blocks import read_hour, read_tape
from tui.store.rows import frame_of, frames_of
from tui.store.schema import quoted
from tui.tables import Table

Where = Mapping[str, str | Sequence[str]]


class Reader:
    """Reads a store, live or closed; it never writes, and never waits for the recorder.

    StoreError when there is no store yet or it can't be read, StoreMismatch when the file isn't
    ours or is newer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.opened = 0  # times: another number tells that what was read before may be of no file
        self._open()

    def _open(self) -> None:
        self._db, self._immutable = files.open_reading(self._path)
        self._inode = self._stat()
        self.opened += 1
        self.endpoint: str | None = self.meta("endpoint")

    def read(
        self,
        table: Table,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        where: Where | None = None,
        columns: Sequence[str] | None = None,
        newest: int | None = None,
        raw: bool = False,
    ) -> pl.DataFrame:
        """Rows of `(since, until]` by the table's time column, oldest first.

        `where` gives a word or several for a column; `newest` keeps that many of the end;
        `columns` may name `id` too. The `raw` column of liquidations comes only when asked for.
        """
        names = tuple(columns) if columns is not None else _columns(table, raw)
        clauses, values = _conditions(table, since, until, where)
        order = f"{table.time} DESC, id DESC LIMIT ?" if newest is not None else f"{table.time}, id"
        if newest is not None:
            values.append(newest)
        found = self.select(table, names, f"WHERE {clauses} ORDER BY {order}", values)
        return found.reverse() if newest is not None else found

    def count(
        self, table: Table, since: datetime | None = None, until: datetime | None = None
    ) -> int:
        """How many rows `(since, until]` holds."""
        clauses, values = _conditions(table, since, until, None)
        rows = self.rows(f"SELECT count(*) FROM {table.name} WHERE {clauses}", values)
        return int(rows[0][0])

    def oldest(self, table: Table, where: Where) -> datetime | None:
        """The time of the oldest row that matches, None where none does."""
        return self._time("min", table, where)

    def newest(self, table: Table, where: Where) -> datetime | None:
        """The time of the newest row that matches, None where none does."""
        return self._time("max", table, where)

    def _time(self, which: str, table: Table, where: Where) -> datetime | None:
        clauses, values = _conditions(table, None, None, where)
        sql = f"SELECT {which}({table.time}) FROM {table.name} WHERE {clauses}"
        (found,) = self.rows(sql, values)[0]
        return None if found is None else from_milliseconds(found)

    def parts(
        self,
        table: Table,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        raw: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """The rows of `read`, some thousand at a time, never all in memory.

        They are of one moment: until the last part, what the recorder writes stays in the -wal.
        """
        names = _columns(table, raw)
        clauses, values = _conditions(table, since, until, None)
        order = f"WHERE {clauses} ORDER BY {table.time}, id"
        listed = ", ".join(quoted(names))
        with files.plainly(self._path):
            cursor = self._db.execute(f"SELECT {listed} FROM {table.name} {order}", values)
            yield from frames_of(cursor, table, names)

    def after(self, table: Table, id: int, limit: int | None = None) -> tuple[pl.DataFrame, int]:
        """Rows that came after `id`, in the order they came, without `raw`; and the last id."""
        names = (*_columns(table, raw=False), "id")
        bounds = (id, -1 if limit is None else limit)
        found = self.select(table, names, "WHERE id > ? ORDER BY id LIMIT ?", bounds)
        # Not `drop`, which is a query: 0.3 ms for each table that has news.
        *columns, ids = found.get_columns()
        return pl.DataFrame(columns), ids[-1] if len(ids) else id

    def last_ids(self) -> dict[str, int]:
        """The highest id ever given, by table name; tables that never had a row are left out."""
        return dict(self.rows("SELECT name, seq FROM sqlite_sequence"))

    def latest(self) -> tuple[datetime, dict[str, Any]] | None:
        """The recorder's newest snapshot document and its moment; None before the first."""
        rows = self.rows("SELECT as_of, document FROM latest")
        return (from_milliseconds(rows[0][0]), json.loads(rows[0][1])) if rows else None

    def latest_as_of(self) -> datetime | None:
        """When the recorder last wrote `latest`, without reading the document."""
        rows = self.rows("SELECT as_of FROM latest")
        return from_milliseconds(rows[0][0]) if rows else None

    def minutes_of_hour(self, hour: int) -> pl.DataFrame:
        """The rows of `liquidation_minutes` of the hour that starts at `hour` ms."""
        with files.plainly(self._path):
            return read_hour(self._db, hour)

    def tape_of_hour(self, hour: int) -> pl.DataFrame | None:
        """The liquidations of the hour that starts at `hour` ms, of `blocks.TAPE_COLUMNS`; None
        where they are not packed and have to be read."""
        with files.plainly(self._path):
            return read_tape(self._db, hour)

    @contextlib.contextmanager
    def one_moment(self) -> Iterator[None]:
        """Reads inside see the store as it was at the first of them, whatever is written."""
        with files.plainly(self._path):
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            if self._db.in_transaction:  # an error of the disk has ended it already
                self._db.execute("ROLLBACK")

    def meta(self, key: str) -> Any:
        """A value the recorder keeps for readers, None when it was never set."""
        with files.plainly(self._path):
            return files.read_meta(self._db, key)

    def select(
        self, table: Table, names: Sequence[str], rest: str, values: Sequence[Any]
    ) -> pl.DataFrame:
        """Columns of `table` (and `id`) with the rest of the statement as given."""
        listed = ", ".join(quoted(tuple(names)))
        return self.frame(table, names, f"SELECT {listed} FROM {table.name} {rest}", values)

    def frame(
        self, table: Table, names: Sequence[str], sql: str, values: Sequence[Any] = ()
    ) -> pl.DataFrame:
        """The rows of a statement that gives columns of `table` (and `id`), by these names."""
        with files.plainly(self._path):
            return frame_of(self._db.execute(sql, values), table, names)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The few rows of a statement; StoreError in plain words."""
        with files.plainly(self._path):
            return self._db.execute(sql, values).fetchall()

    @property
    def replaced(self) -> bool:
        """Whether what was opened is no longer the store: it was deleted or another put there.

        Also when a recorder began to write to a file that was opened as immutable.
        """
        written = self._immutable and files.is_written(self._path)
        return written or self._stat() != self._inode

    def reopen(self) -> None:
        """Open what is now under the path. StoreError when there is nothing."""
        db = self._db
        self._open()
        db.close()

    def close(self) -> None:
        self._db.close()

    def _stat(self) -> tuple[int, int] | None:
        try:
            stat = os.stat(self._path)
        except OSError:
            return None
        return stat.st_dev, stat.st_ino


def _columns(table: Table, raw: bool) -> tuple[str, ...]:
    return tuple(name for name in table.schema if raw or name != "raw")


def _conditions(
    table: Table, since: datetime | None, until: datetime | None, where: Where | None
) -> tuple[str, list[Any]]:
    clauses, values = ["1"], list[Any]()
    for bound, sign in ((since, ">"), (until, "<=")):
        if bound is not None:
            clauses.append(f"{table.time} {sign} ?")
            values.append(milliseconds(bound))
    for name, wanted in (where or {}).items():
        words = [wanted] if isinstance(wanted, str) else list(wanted)
        clauses.append(f'"{name}" IN ({", ".join("?" * len(words))})')
        values.extend(words)
    return " AND ".join(clauses), values
