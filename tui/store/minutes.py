"""The minute rows of a day, held in memory hour by hour and kept up with the store."""

from datetime import datetime

import polars as pl

from tui.clock import milliseconds
from tui.store.blocks import HOUR
from tui.store.reader import Reader
from tui.store.rows import by_start, count_until, merged
from tui.tables import LIQUIDATION_MINUTES

_EMPTY = LIQUIDATION_MINUTES.empty()

CHUNKS = 8
"""An hour that is followed grows by one a minute, up to so many. In one piece each second its rows,
in a wave 100,000 by the end, would be copied for some hundred new ones; in many a query takes
longer, so that an hour that is over is made one."""


class Minutes:
    """Rows of `liquidation_minutes`, read by the hour when first asked for.

    Hour by hour, because one late row would otherwise be looked for among 300,000.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._hours: dict[int, pl.DataFrame] = {}
        self._asked = (0, 0)
        self._answer = _EMPTY

    def copy(self) -> "Minutes":
        """The same hours, which then follow the store by themselves."""
        made = Minutes(self._reader)
        made._hours = dict(self._hours)
        return made

    def add(self, rows: pl.DataFrame) -> None:
        """Rows that are new or replace the one of their key."""
        first = rows["minute"].min()
        assert isinstance(first, datetime)
        for hour, new in by_start(rows, "minute", HOUR):
            if (old := self._hours.get(hour)) is not None:
                self._hours[hour] = _grown(old, new)
        if milliseconds(first) < self._asked[1]:
            self._asked = (0, 0)

    def between(self, first: int, end: int) -> pl.DataFrame:
        """The rows of the minutes that start in `[first, end)` ms; hours before them are let go, as
        are those more than a day after them, which steps into the past leave.

        The same frame as before while nothing in it changed.
        """
        if self._asked != (first, end):
            hours = range(first - first % HOUR, end, HOUR)
            self._hours = {
                hour: rows.rechunk() if hour + HOUR <= end and rows.n_chunks() > 1 else rows
                for hour, rows in self._hours.items()
                if hours.start <= hour < end + 24 * HOUR
            }
            held = [self._part(hour, first, end) for hour in hours]
            self._answer = pl.concat([_EMPTY, *held], rechunk=False)
            self._asked = (first, end)
        return self._answer

    def hour(self, hour: int) -> pl.DataFrame:
        """The rows of a whole hour that `between` was last asked for; the same frame while they
        are the same rows."""
        return self._hours[hour]

    def _part(self, hour: int, first: int, end: int) -> pl.DataFrame:
        if hour not in self._hours:
            self._hours[hour] = self._reader.minutes_of_hour(hour)
        rows = self._hours[hour]
        if first <= hour and hour + HOUR <= end:
            return rows
        # A slice, which is no copy: an hour of a wave is 7 MB.
        start = count_until(rows, first - 1, "minute")
        return rows.slice(start, count_until(rows, end - 1, "minute") - start)


def _grown(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """`old` with the rows of `new`; in one piece where one is late, since what goes before it would
    keep the memory of all that it was cut from."""
    grown = merged(old, new, LIQUIDATION_MINUTES)
    is_late = old.height and new["minute"].min() < old["minute"][-1]
    return grown.rechunk() if is_late or grown.n_chunks() >= CHUNKS else grown


def regrouped(rows: pl.DataFrame) -> pl.DataFrame:
    """The minute rows that raw `rows` make, in their order: what the store would hold if it had
    only those."""
    minute = pl.col("ts").dt.truncate("1m").alias("minute")
    # In the order of the rows, not of the key: to sort by five columns takes half as long again.
    return rows.group_by(minute, "venue", "base", "class", "side", maintain_order=True).agg(
        pl.col("usd").sum(),
        pl.len().cast(pl.Int64).alias("count"),
        pl.col("usd").null_count().cast(pl.Int64).alias("unpriced"),
        pl.col("usd").max().alias("largest"),
    )
