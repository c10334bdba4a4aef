"""Bursts of liquidations: minutes far above a normal one. What a cascade detector will refine."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.minutes import USD_BY_SIDE, counted
from tui.metrics.spans import MINUTE_MS, between, moment, ms
from tui.tables import Side

TIMES = 10.0
"""A minute belongs to a burst from this many times a normal minute on,"""
LEAST_USD = 1_000_000.0
"""and from this much on: ten times nothing is no burst."""
PAUSE = timedelta(minutes=5)
"""Minutes below both that a burst lives through: waves of one fall come in beats."""
NORMAL_FROM = timedelta(hours=1)
"""A younger store knows no normal minute."""

_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Burst:
    """One burst. `since` is the start of its first minute, `until` the end of its last one, or the
    present moment in an open one; `ended` when PAUSE has passed since. The amounts are all that was
    liquidated in between, `unpriced` rows without a price not included. `times` is its first minute
    ÷ a normal one, None where that is nothing, `first_share` that minute's share of longs: what was
    known when it began.
    """

    since: datetime
    until: datetime
    ended: bool
    long_usd: float
    short_usd: float
    times: float | None
    first_share: float
    unpriced: int = 0

    @property
    def side(self) -> Side:
        """The side that lost more."""
        return Side.LONG if self.long_usd >= self.short_usd else Side.SHORT

    @property
    def known_at(self) -> datetime:
        """When its first minute was over: the moment at which to look at it."""
        return self.since + timedelta(minutes=1)


_Minute = tuple[int, float, float, int]
"""Start (ms), USD of longs, USD of shorts, rows without a price."""


class _Normal(NamedTuple):
    """A normal minute, USD: before each past minute of a burst, by its start, and now."""

    past: dict[int, float]
    now: float


def bursts(
    minutes: pl.DataFrame,
    whole: pl.DataFrame,
    began: datetime | None,
    as_of: datetime,
    coin: str | None = None,
) -> tuple[Burst, ...]:
    """The bursts of the last 24 h, oldest first; of `coin` alone, if given.

    `minutes` are those of the store with the open one, `whole` without it. A normal minute is the
    mean one of the same coins over the 24 h before, minutes of bursts left out, those that nobody
    listened to included: a gap makes a burst of less. What lies further back than the 24 h before
    `as_of`, or than the store, is not at hand and counts as the mean of these 24 h.
    """
    normal = _normal(whole, began, as_of, coin)
    if normal is None:
        return ()
    newest = _minute_of(as_of)
    opened = _summed(between(minutes, newest, ms(as_of) + MINUTE_MS, "minute"), coin)
    past = [row for row in _by_minute(whole, coin) if row[0] < newest]
    full = {row[0]: normal.now for row in opened if row[1] + row[2] >= _least(normal.now)}
    return tuple(_joined([*past, *opened], normal.past | full, as_of))


def least(whole: pl.DataFrame, began: datetime | None, as_of: datetime) -> float | None:
    """From how much USD on a minute at `as_of` belongs to a burst of all coins; None in a store
    too young to know."""
    normal = _normal(whole, began, as_of, None)
    return None if normal is None else _least(normal.now)


def _least(normal: float) -> float:
    return max(TIMES * normal, LEAST_USD)


def _minute_of(as_of: datetime) -> int:
    return ms(as_of) // MINUTE_MS * MINUTE_MS


def _normal(
    whole: pl.DataFrame, began: datetime | None, as_of: datetime, coin: str | None
) -> _Normal | None:
    """None in a store too young to know a normal minute."""
    have = min(_DAY, as_of - began) if began else timedelta()
    if have < NORMAL_FROM:
        return None
    return _told_apart(whole, coin, _minute_of(as_of), have // timedelta(minutes=1))


@kept(4)
def _told_apart(whole: pl.DataFrame, coin: str | None, newest: int, have: int) -> _Normal:
    """Minutes of bursts told from normal ones, which without them are lower, until no more are
    found. Once a minute: it takes 2 ms."""
    sums = [(row[0], row[1] + row[2]) for row in _by_minute(whole, coin) if row[0] < newest]
    known: dict[int, float] = {}
    while True:
        normals, now = _before(sums, known, newest - have * MINUTE_MS, have)
        found = {
            start: normal
            for (start, usd), normal in zip(sums, normals, strict=True)
            if usd >= _least(normal)
        }
        if found.keys() <= known.keys():
            return _Normal(found, now)
        known = found


def _before(
    sums: Sequence[tuple[int, float]], burst: Collection[int], first: int, have: int
) -> tuple[list[float], float]:
    """A normal minute before each of these minutes, and after them all: the mean of the `have`
    minutes before it. `first` begins those at hand; the rest, and bursts, count as their mean."""
    calm = sum(usd for start, usd in sums if start not in burst)
    mean = calm / max(1, have - len(burst))
    normals: list[float] = []
    usd_before, left_out = 0.0, 0
    for start, usd in sums:
        at_hand = max(0, (start - first) // MINUTE_MS - left_out)
        normals.append((usd_before + (have - at_hand) * mean) / have)
        if start in burst:
            left_out += 1
        else:
            usd_before += usd
    return normals, mean


@kept(4)
def _by_minute(whole: pl.DataFrame, coin: str | None) -> list[_Minute]:
    """Kept while no minute changes: 300,000 rows of a busy day take 10 ms."""
    return _summed(whole, coin)


def _summed(rows: pl.DataFrame, coin: str | None) -> list[_Minute]:
    if rows.is_empty():
        return []
    sums = (
        rows.lazy()
        .filter(counted(coin))
        .group_by(pl.col("minute").dt.epoch("ms").alias("start"))
        .agg(*USD_BY_SIDE, pl.col("unpriced").sum())
    )
    return sums.sort("start").collect().rows()


def _joined(
    minutes: Sequence[_Minute], normals: Mapping[int, float], as_of: datetime
) -> list[Burst]:
    """The minutes that have a normal one, joined over pauses, with what lies between them."""
    pause = PAUSE // timedelta(milliseconds=1)
    runs: list[tuple[int, int]] = []  # start of the first minute, end of the last
    for start in sorted(normals):
        joins = runs and start - runs[-1][1] < pause
        runs[-1:] = (
            [(runs[-1][0], start + MINUTE_MS)]
            if joins
            else [*runs[-1:], (start, start + MINUTE_MS)]
        )
    return [_burst(minutes, run, normals[run[0]], as_of) for run in runs]


def _burst(
    minutes: Sequence[_Minute], run: tuple[int, int], normal: float, as_of: datetime
) -> Burst:
    inside = [row for row in minutes if run[0] <= row[0] < run[1]]
    _, long, short, _ = inside[0]
    return Burst(
        since=moment(run[0]),
        until=min(moment(run[1]), as_of),
        ended=as_of - moment(run[1]) >= PAUSE,
        long_usd=sum(row[1] for row in inside),
        short_usd=sum(row[2] for row in inside),
        times=(long + short) / normal if normal else None,
        first_share=long / (long + short),
        unpriced=sum(row[3] for row in inside),
    )
