"""The store as collectors ask it: the one that is there now, also after one was deleted."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from tui.store.reader import Reader
from tui.tables import Table


class Lookup:
    """A reader of its own: it serves one thread, the recorder's event loop. StoreError when the
    store can't be read."""

    def __init__(self, path: Path) -> None:
        self._reader = Reader(path)

    def newest(self, table: Table, where: Mapping[str, str]) -> datetime | None:
        """The time of the newest row that matches, None where none does."""
        return self._now().newest(table, where)

    def oldest(self, table: Table, where: Mapping[str, str]) -> datetime | None:
        """The time of the oldest row that matches, None where none does."""
        return self._now().oldest(table, where)

    def stored(self, table: Table, where: Mapping[str, str]) -> pl.DataFrame:
        """The rows that match."""
        return self._now().read(table, where=where)

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def _now(self) -> Reader:
        if self._reader.replaced:
            self._reader.reopen()
        return self._reader
