"""The newest liquidations, for the feed, and the largest of a day."""

from datetime import datetime

import polars as pl

from tui.clock import milliseconds
from tui.store.edges import MINUTE
from tui.store.reader import Reader
from tui.store.rows import at, count_until, merged
from tui.tables import LIQUIDATIONS, Class

CRYPTO = Class.CRYPTO.value
RECENT = 2_000
"""Rows the feed can be scrolled through."""

_AHEAD = 20_000  # rows later than the clock that are held until they are due
_COLUMNS = tuple(name for name in LIQUIDATIONS.schema if name != "raw")
_EMPTY = LIQUIDATIONS.empty().select(_COLUMNS)


class Recent:
    """The newest `RECENT` rows at a moment, and those of the store that are ahead of it."""

    def __init__(self, reader: Reader, until: int, end: int) -> None:
        """What is due at `until` and what is ahead of it, up to `end` (ms)."""
        self._reader = reader
        newest = "ORDER BY ts DESC, id DESC LIMIT ?"
        due = reader.select(LIQUIDATIONS, _COLUMNS, f"WHERE ts <= ? {newest}", (until, RECENT))
        later = f"WHERE ts > ? AND ts <= ? {newest}"
        ahead = reader.select(LIQUIDATIONS, _COLUMNS, later, (until, end, _AHEAD))
        self._rows = pl.concat([ahead, due], rechunk=True).reverse()
        self._due = -1
        self._answer = _EMPTY

    def between(self, after: int, until: int) -> pl.DataFrame:
        """The newest rows of `(after, until]` ms, oldest first; no more than are ever shown."""
        where = "WHERE ts > ? AND ts <= ? ORDER BY ts DESC, id DESC LIMIT ?"
        bounds = (after, until, RECENT)
        return self._reader.select(LIQUIDATIONS, _COLUMNS, where, bounds).reverse()

    def add(self, rows: pl.DataFrame) -> None:
        """Rows that came, in the order they came."""
        self._rows = merged(self._rows, rows, LIQUIDATIONS).rechunk()
        self._due = -1

    def at(self, last: int) -> pl.DataFrame:
        """The newest rows up to `last` (ms), newest first; the same frame while they are the same
        rows."""
        due = count_until(self._rows, last)
        if due != self._due:
            self._rows = self._rows.slice(max(0, due - RECENT), RECENT + _AHEAD)
            self._due = min(due, RECENT)
            self._answer = self._rows.head(self._due).reverse()
        return self._answer


class Largest:
    """Finds the row of the largest liquidation; read again only when that changes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._minutes: pl.DataFrame | None = None
        self._known: tuple[object, ...] | None = None
        self._row = _EMPTY
        self._key: tuple[object, ...] | None = None  # of the raw row read last
        self._raw = _EMPTY

    def of(self, minutes: pl.DataFrame, first: int, raw: pl.DataFrame) -> pl.DataFrame:
        """The largest crypto liquidation of the minutes after `first` (ms) and of `raw` rows.

        No row or one; the later one of two that are as large.
        """
        if minutes is not self._minutes:
            self._row = self._of_minutes(minutes.filter(pl.col("minute") > at(first)))
            self._minutes = minutes  # only now: after an error it is read again
        known, newest = self._row["usd"].max(), raw["usd"].filter(raw["class"] == CRYPTO).max()
        # Most seconds bring nothing as large, and two queries take 3 ms.
        if not isinstance(newest, float) or (isinstance(known, float) and newest < known):
            return self._row
        rows = pl.concat([self._row, self._whole(raw, newest)])
        return rows.sort("usd", "ts", descending=True, maintain_order=True).head(1)

    def _whole(self, raw: pl.DataFrame, usd: float) -> pl.DataFrame:
        """All of the newest of the `raw` rows of that size."""
        last = raw.filter(_crypto("usd"), pl.col("usd") == usd)["ts"].max()
        assert isinstance(last, datetime)
        if (key := (last, usd)) != self._key:
            where = "WHERE ts = ? AND usd = ? AND class = ? ORDER BY id LIMIT 1"
            bounds = (milliseconds(last), usd, CRYPTO)
            self._raw, self._key = self._reader.select(LIQUIDATIONS, _COLUMNS, where, bounds), key
        return self._raw

    def _of_minutes(self, minutes: pl.DataFrame) -> pl.DataFrame:
        top = minutes.filter(_crypto("largest"))
        top = top.filter(pl.col("largest") == pl.col("largest").max()).sort("minute").tail(1)
        if top.is_empty():
            self._known = None
            return _EMPTY
        key = top.select("minute", "largest").row(0)
        if key == self._known:
            return self._row
        found = self._read(top)
        self._known = key
        return found

    def _read(self, top: pl.DataFrame) -> pl.DataFrame:
        start = int(top["minute"].dt.epoch("ms")[0])
        newest = "ORDER BY usd DESC, ts DESC, id DESC LIMIT 1"
        where = f"WHERE ts >= ? AND ts < ? AND class = ? {newest}"
        bounds = (start, start + MINUTE, Class.CRYPTO)
        return self._reader.select(LIQUIDATIONS, _COLUMNS, where, bounds)


def _crypto(usd: str) -> pl.Expr:
    return (pl.col("class") == CRYPTO) & pl.col(usd).is_not_null()
