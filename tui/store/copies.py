"""Copies of the slow frames a viewer opens with, so that it need not gather them row by row.

Candles, quotes, ratios and open interest of a day are 60,000 rows: 0.25 s and 15 MB of Python
objects from SQLite, 5 ms as packed Arrow. The recorder, who holds the same frames, puts them into
the store every few minutes. A copy says up to which id its table's rows are in it; what came after
is read as a follower would read it, so an old copy is only slower, never wrong.
"""

import sqlite3
from typing import NamedTuple

import polars as pl

from tui.store.packed import packed, unpacked
from tui.store.reader import Reader
from tui.tables import Table

MOST = 20_000
"""Rows behind a copy from which on reading the table itself is as fast."""


class Copy(NamedTuple):
    """A table's frame as it was held at `as_of` (ms), with all its rows up to the id `through`."""

    table: Table
    as_of: int
    through: int
    frame: pl.DataFrame


def write(db: sqlite3.Connection, copy: Copy) -> None:
    """Put a copy in the place of the one before. Belongs into a transaction of the writer."""
    row = (copy.table.name, copy.as_of, copy.through, packed(copy.frame))
    db.execute("REPLACE INTO copies (name, as_of, through, data) VALUES (?, ?, ?, ?)", row)


def read(reader: Reader, table: Table, newest: int) -> Copy | None:
    """The table's copy; None when none can be read, or when `newest` is far ahead of it."""
    sql = "SELECT as_of, through, data FROM copies WHERE name = ? AND through >= ?"
    for as_of, through, data in reader.rows(sql, (table.name, newest - MOST)):
        if (frame := unpacked(data, table.schema)) is not None:
            return Copy(table, as_of, through, frame)
    return None
