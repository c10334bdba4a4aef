"""The cascades of a store in memory, and the hours that say what is normal."""

from collections.abc import Iterable
from datetime import timedelta

import polars as pl

from tui.clock import from_milliseconds
from tui.store.blocks import HOUR
from tui.store.reader import Reader
from tui.store.rows import replaced, until
from tui.tables import CASCADES, NORMALS, QUOTES

TOLD = 500
"""Events that are held, however old: the list a screen can be scrolled through."""
_WEEK = timedelta(days=7, hours=1)
_ALL = ""


class Waves:
    """Rows up to `end` (ms) as held at a moment `now`; hours of all coins and of those that are
    quoted alone (`quotes` are those of the day): of 500 coins on eight venues they would be 46 MB.
    """

    def __init__(self, reader: Reader, now: int, end: int, quotes: pl.DataFrame) -> None:
        self._reader, self._last = reader, from_milliseconds(end)
        self._since = from_milliseconds(now) - _WEEK
        self._cascades = reader.read(CASCADES, until=self._last, newest=TOLD)
        self._bases = {_ALL, *quotes["base"].unique()}
        self._normals = self._hours(self._bases)
        self._unread = set[str]()  # bases whose hours are still to be read

    def _hours(self, bases: Iterable[str]) -> pl.DataFrame:
        where = {"base": sorted(bases)}
        return self._reader.read(NORMALS, since=self._since, until=self._last, where=where)

    def take_in(self, name: str, rows: pl.DataFrame) -> None:
        """New rows of a table, of any."""
        if name == CASCADES.name:
            both = replaced(self._cascades, rows, CASCADES)
            self._cascades = both.sort(CASCADES.time, maintain_order=True).tail(TOLD)
        elif name == NORMALS.name:
            self._add(rows.filter(pl.col("base").is_in(self._bases)))
        elif name == QUOTES.name:  # of a coin for the first time in a day, as after a pause
            self._unread |= set(rows["base"]) - self._bases

    def _add(self, rows: pl.DataFrame) -> None:
        both = replaced(self._normals, rows, NORMALS)
        young = both.filter(pl.col("hour") > pl.col("hour").max() - _WEEK)
        self._normals = young.sort(NORMALS.time, maintain_order=True)

    def frames(self, now: int) -> dict[str, pl.DataFrame]:
        """What had begun by `now` (ms), and the hours that were over; the same frames while they
        hold the same rows."""
        if self._unread:  # here, where an error of the store costs no row that was followed
            self._add(self._hours(self._unread))
            self._bases |= self._unread
            self._unread = set()
        return {
            "cascades": until(self._cascades, now, CASCADES.time),
            "normals": until(self._normals, now - HOUR, NORMALS.time),
        }
