"""Follows tables by row id: each poll gives what came since the last, however long ago that was."""

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl

from tui.store.reader import Reader
from tui.tables import Table

LIMIT = 20_000
"""Rows of one table in one poll: 60 ms of reading. After a long sleep it takes several polls."""


class Follower:
    """What is new in some tables. A keyed row that changed is new again, under a new id.

    `start` is `"now"`, or the ids already seen by table name (0 for a table that is not named).
    """

    def __init__(
        self,
        reader: Reader,
        tables: Sequence[Table],
        start: Literal["now"] | Mapping[str, int] = "now",
        limit: int = LIMIT,
    ) -> None:
        self._reader = reader
        self._tables = tuple(tables)
        self._limit = limit
        self.behind = False
        ids = reader.last_ids() if start == "now" else start
        self.ids: dict[str, int] = {table.name: ids.get(table.name, 0) for table in tables}

    def poll(self, tables: Sequence[Table] | None = None) -> dict[str, pl.DataFrame]:
        """New rows by table name, in the order they came; tables without any are left out.

        Of `tables` alone, if given. At most `limit` rows a table: `behind` then says that another
        poll has more.
        """
        new: dict[str, pl.DataFrame] = {}
        self.behind = False
        # Taken over when all is read: an error must cost no table its rows.
        ids: dict[str, int] = {}
        given = self._reader.last_ids()
        for table in self._tables if tables is None else tables:
            if given.get(table.name, 0) <= self.ids[table.name]:
                continue  # nothing came: one look at all tables instead of an empty frame each
            found, last = self._reader.after(table, self.ids[table.name], self._limit)
            if len(found):
                new[table.name] = found
                ids[table.name] = last
            self.behind |= len(found) == self._limit
        self.ids |= ids
        return new
