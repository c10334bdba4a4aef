"""The candles that a screen needs: daily ones all, hourly ones of 90 days."""

import polars as pl

from tui.clock import from_milliseconds
from tui.store.blocks import HOUR
from tui.store.reader import Reader
from tui.store.rows import AHEAD, at, replaced
from tui.store.shelf import Shelf
from tui.tables import CANDLES

HOURLY = 90 * 24 * HOUR
_INTERVALS = {"1d": 24 * HOUR, "1h": HOUR}


class Candles:
    """Candles in memory; `rows` are all of them, those that closed after the moment too."""

    def __init__(self, rows: pl.DataFrame, now: int, shelf: Shelf | None = None) -> None:
        self._shelf, self.rows = shelf, rows.filter(reached(now))
        self._known_of, self._known_at = CANDLES.empty(), 0
        self._known = self.rows

    def take_in(self, rows: pl.DataFrame, now: int) -> None:
        """New rows, in the order they came."""
        self.rows = replaced(self.rows, rows.filter(reached(now)), CANDLES)

    def at(self, now: int) -> pl.DataFrame:
        """Those known at `now`, the same frame for 5 s: candles open and close on whole minutes, so
        no cut in between differs."""
        cut = now + AHEAD
        is_new = self.rows is not self._known_of
        if is_new or cut // 5_000 != self._known_at:
            known = _known(self.rows, cut)
            known = self._shelf.known(known) if self._shelf else known
            # The known only grow with the cut: as many of the same candles are the same ones.
            if is_new or known.height != self._known.height:
                self._known = known
            self._known_of, self._known_at = self.rows, cut // 5_000
        return self._known

    def age(self, now: int) -> None:
        """Let go of the hourly ones that are too old."""
        held = self.rows.filter(reached(now))
        if held.height != self.rows.height:
            self.rows = held


def read(reader: Reader, now: int) -> pl.DataFrame:
    """All that are needed at `now` (ms) or after."""
    hourly = from_milliseconds(now - HOURLY)
    return pl.concat(
        [
            reader.read(CANDLES, where={"interval": "1d"}),
            reader.read(CANDLES, where={"interval": "1h"}, since=hourly),
        ]
    )


def reached(now: int) -> pl.Expr:
    """The candles that are held: daily ones all, hourly ones of 90 days."""
    return (pl.col("interval") == "1d") | (pl.col("ts") > at(now - HOURLY))


def _known(rows: pl.DataFrame, cut: int) -> pl.DataFrame:
    """Candles that had opened; one that closed later had another close then, and is left out. The
    same frame where none is, as now: two would be 1.5 MB more."""
    length = pl.col("interval").replace_strict(_INTERVALS, default=0, return_dtype=pl.Int64)
    end = pl.col("ts").dt.epoch("ms") + length
    had = rows.select((pl.col("ts") <= at(cut)) & ~(pl.col("closed") & (end > cut))).to_series()
    return rows if had.all() else rows.filter(had)
