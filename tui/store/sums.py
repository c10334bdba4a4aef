"""A day of minute rows summed over coins, and over venues: what a screen asks of all of them.

Each query over the 300,000 rows of a busy day takes 10 to 25 ms, and a step in time needs five.
An hour that did not change is summed once, which the next step and the next minute share.
"""

from collections.abc import Collection
from typing import NamedTuple

import polars as pl

from tui.store.blocks import HOUR
from tui.store.minutes import Minutes
from tui.store.rows import at
from tui.tables import LIQUIDATION_MINUTES

_SUMS = ("usd", "count", "unpriced", "largest")
_NOTHING = (LIQUIDATION_MINUTES.empty(), 0, 0)


class Summed(NamedTuple):
    """The rows of `liquidation_minutes` by minute and venue without `base`, and by base without
    `venue`; of most hours the latter have one sum, at a minute of the hour."""

    venues: pl.DataFrame
    coins: pl.DataFrame


class Sums:
    """Of some `minutes`, hour by hour."""

    def __init__(self, minutes: Minutes) -> None:
        self._minutes = minutes
        self._hours: dict[tuple[int, str], tuple[pl.DataFrame, pl.DataFrame]] = {}
        self._of: tuple[pl.DataFrame, int, int] = _NOTHING
        self._answer = Summed(_by_name("venue"), _by_name("base"))

    def of(self, minutes: Minutes) -> "Sums":
        """The same hours for minutes that hold the same rows."""
        made = Sums(minutes)
        made._hours = dict(self._hours)
        return made

    def between(
        self, first: int, end: int, split: Collection[int], most: int | None = None
    ) -> Summed | None:
        """The rows of the minutes that start in `[first, end)` ms; the same frames while those are
        the same. An hour that lies whole in there has one sum by coin, but where it holds one of
        the minutes `split`, which are told from those around them. Where more than `most` sums
        are missing, None, and that many less the next time: all of a day take 0.1 s."""
        whole = self._minutes.between(first, end)
        if self._of[0] is whole and self._of[1:] == (first, end):
            return self._answer
        hours = range(first - first % HOUR, end, HOUR)
        self._hours = {key: kept for key, kept in self._hours.items() if key[0] in hours}
        apart = {minute - minute % HOUR for minute in (first, end - 1, *split)}
        venues = [(hour, "venue minute") for hour in hours]
        coins = [(hour, "base minute" if hour in apart else "base") for hour in hours]
        missing = [key for key in (*venues, *coins) if not self._is_known(*key)]
        for key in missing[:most]:
            rows = self._minutes.hour(key[0])
            self._hours[key] = (rows, summed(rows, *key[1].split()))
        if most is not None and len(missing) > most:
            return None
        self._of = (whole, first, end)
        self._answer = Summed(
            _joined([_by_name("venue"), *(self._hours[key][1] for key in venues)], first, end),
            _joined([_by_name("base"), *(self._hours[key][1] for key in coins)], first, end),
        )
        return self._answer

    def _is_known(self, hour: int, names: str) -> bool:
        known = self._hours.get((hour, names))
        return known is not None and known[0] is self._minutes.hour(hour)


def summed(rows: pl.DataFrame, name: str, *minute: str) -> pl.DataFrame:
    """The rows by `name`, class and side, and by `minute` where that is given, else at their first
    one; in the order of their minutes."""
    key = [*minute, name, "class", "side"]
    sums = [pl.col("usd", "count", "unpriced").sum(), pl.col("largest").max()]
    if not minute:
        sums.append(pl.col("minute").min())
    columns = ("minute", name, "class", "side", *_SUMS)
    return rows.group_by(key).agg(sums).select(columns).sort(columns[:4])


def _by_name(name: str) -> pl.DataFrame:
    return summed(LIQUIDATION_MINUTES.empty(), name, "minute")


def _joined(parts: list[pl.DataFrame], first: int, end: int) -> pl.DataFrame:
    rows = pl.concat(parts, rechunk=True)
    return rows.filter((pl.col("minute") >= at(first)) & (pl.col("minute") < at(end)))
