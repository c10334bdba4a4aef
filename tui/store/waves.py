"""The cascades of a store in memory, and the hours that say what is normal."""

from datetime import timedelta

import polars as pl

from tui.clock import from_milliseconds, milliseconds
from tui.store.reader import Reader
from tui.store.rows import at, replaced
from tui.tables import CASCADES, NORMALS

TOLD = 500
"""Events that are held, however old: the list a screen can be scrolled through."""
_HOUR = 3_600_000
_WEEK = timedelta(days=7, hours=1)
_ALL = ""


class Waves:
    """Rows up to `end` (ms) as held at a moment `now`; hours of all coins and of those that are
    quoted alone: of 500 coins on eight venues they would be 70 MB."""

    def __init__(self, reader: Reader, now: int, end: int) -> None:
        last = from_milliseconds(end)
        self._cascades = reader.read(CASCADES, until=last, newest=TOLD)
        quoted = reader.rows("SELECT DISTINCT base FROM quotes WHERE ts > ?", (now - _HOUR,))
        self._bases = [_ALL, *(base for (base,) in quoted)]
        since = from_milliseconds(now) - _WEEK
        where = {"base": self._bases}
        self._normals = reader.read(NORMALS, since=since, until=last, where=where)

    def take_in(self, name: str, rows: pl.DataFrame) -> None:
        """New rows of a table, of any."""
        if name == CASCADES.name:
            both = replaced(self._cascades, rows, CASCADES)
            self._cascades = both.sort(CASCADES.time, maintain_order=True).tail(TOLD)
        elif name == NORMALS.name:
            rows = rows.filter(pl.col("base").is_in(self._bases))
            both = replaced(self._normals, rows, NORMALS)
            young = both.filter(pl.col("hour") > pl.col("hour").max() - _WEEK)
            self._normals = young.sort(NORMALS.time, maintain_order=True)

    def frames(self, now: int) -> dict[str, pl.DataFrame]:
        """What had begun by `now` (ms), and the hours that were over; the same frames while they
        hold the same rows."""
        return {
            "cascades": _until(self._cascades, CASCADES.time, now),
            "normals": _until(self._normals, NORMALS.time, now - _HOUR),
        }


def _until(rows: pl.DataFrame, column: str, last: int) -> pl.DataFrame:
    if rows.is_empty() or milliseconds(rows[column][-1]) <= last:
        return rows
    return rows.filter(pl.col(column) <= at(last))
