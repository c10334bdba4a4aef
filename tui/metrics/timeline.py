"""Liquidations minute by minute, with the minutes nobody listened to marked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.bounds import NOTICED
from tui.metrics.coverage import Gap, Listening
from tui.metrics.memo import kept
from tui.metrics.minutes import USD_BY_SIDE, counted
from tui.metrics.spans import AHEAD, between, ms
from tui.tables import Class, Side

COUNT = 60
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Minute:
    """One bar of the timeline: `minute` is its start; `covered` is false when it holds a gap."""

    minute: datetime
    long_usd: float
    short_usd: float
    covered: bool = True


def timeline(
    minutes: pl.DataFrame,
    edges: pl.DataFrame,
    listening: Listening,
    began: datetime | None,
    as_of: datetime,
    coin: str | None = None,
    count: int = COUNT,
) -> tuple[Minute, ...]:
    """The newest `count` minutes, oldest first; the last is still open and comes from raw rows.

    A minute is covered when every wanted stream was listened to from its start to its end (to
    `as_of` in the open one), but for less than a second.
    """
    newest = as_of.replace(second=0, microsecond=0)
    oldest = newest - (count - 1) * _MINUTE
    usd = _by_minute(minutes, edges, oldest, newest, as_of, coin)
    bare = _uncovered(listening, began, oldest, as_of)
    return tuple(
        Minute(start, *usd.get(start, (0.0, 0.0)), covered=start not in bare)
        for start in (oldest + place * _MINUTE for place in range(count))
    )


def _by_minute(
    minutes: pl.DataFrame,
    edges: pl.DataFrame,
    oldest: datetime,
    newest: datetime,
    as_of: datetime,
    coin: str | None,
) -> dict[datetime, tuple[float, float]]:
    usd = _whole(minutes, ms(oldest), ms(newest), coin)
    opened = between(edges, ms(newest), ms(as_of + AHEAD))
    return usd | {newest: _by_side(opened, coin)} if opened.height else usd


def _by_side(rows: pl.DataFrame, coin: str | None) -> tuple[float, float]:
    """USD of the longs and of the shorts. Sums of columns: a query takes five times as long."""
    counts = rows["class"] == Class.CRYPTO.value
    if coin is not None:
        counts &= rows["base"] == coin
    is_long = rows["side"] == Side.LONG.value
    usd = rows["usd"]
    return float(usd.filter(counts & is_long).sum()), float(usd.filter(counts & ~is_long).sum())


@kept(4)
def _whole(
    minutes: pl.DataFrame, oldest: int, newest: int, coin: str | None
) -> dict[datetime, tuple[float, float]]:
    """The whole minutes from `oldest` on and before `newest` (ms)."""
    return _summed(between(minutes, oldest, newest - 1, "minute"), coin)


def _summed(rows: pl.DataFrame, coin: str | None) -> dict[datetime, tuple[float, float]]:
    sums = rows.lazy().filter(counted(coin)).group_by("minute").agg(USD_BY_SIDE).collect()
    return {minute: (long, short) for minute, long, short in sums.iter_rows()}


def _uncovered(
    listening: Listening, began: datetime | None, oldest: datetime, as_of: datetime
) -> set[datetime]:
    """Starts of the minutes since `oldest` in which some wanted stream has a gap."""
    if not listening.wanted or began is None:
        return {oldest + place * _MINUTE for place in range((as_of - oldest) // _MINUTE + 1)}
    bare: set[datetime] = set()
    for gap in (*listening.cover(oldest, as_of).gaps, Gap("", "", oldest, began, "young store")):
        if gap.until - gap.since >= NOTICED:
            start = gap.since.replace(second=0, microsecond=0)
            while start < gap.until:
                bare.add(start)
                start += _MINUTE
    return bare
