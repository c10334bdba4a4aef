"""Bursts of liquidations: minutes far above a normal one. What a cascade detector will refine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, between, moment, ms
from tui.tables import Class, Side

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
    liquidated in between. `times` is its first minute ÷ a normal one, `first_share` that minute's
    share of longs: what was known when it began.
    """

    since: datetime
    until: datetime
    ended: bool
    long_usd: float
    short_usd: float
    times: float
    first_share: float

    @property
    def side(self) -> Side:
        """The side that lost more."""
        return Side.LONG if self.long_usd >= self.short_usd else Side.SHORT

    @property
    def known_at(self) -> datetime:
        """When its first minute was over: the moment at which to look at it."""
        return self.since + timedelta(minutes=1)


_Minute = tuple[int, float, float]
"""Start (ms), USD of longs, USD of shorts."""


def bursts(
    minutes: pl.DataFrame,
    whole: pl.DataFrame,
    began: datetime | None,
    as_of: datetime,
    coin: str | None = None,
) -> tuple[Burst, ...]:
    """The bursts of the last 24 h, oldest first; of `coin` alone, if given.

    `minutes` are those of the store with the open one, `whole` without it. A normal minute is the
    mean one of the same coins over the stored part of these 24 h, minutes nobody listened to
    included: a gap makes a burst of less.
    """
    newest = ms(as_of) // MINUTE_MS * MINUTE_MS
    past = [row for row in _by_minute(whole, coin) if row[0] < newest]
    normal = _normal(past, began, as_of)
    if normal is None:
        return ()
    opened = _summed(between(minutes, newest, ms(as_of) + MINUTE_MS, "minute"), coin)
    return tuple(_joined([*past, *opened], max(TIMES * normal, LEAST_USD), normal, as_of))


def least(whole: pl.DataFrame, began: datetime | None, as_of: datetime) -> float | None:
    """From how much USD on a minute at `as_of` belongs to a burst of all coins; None in a store
    too young to know."""
    newest = ms(as_of) // MINUTE_MS * MINUTE_MS
    past = [row for row in _by_minute(whole, None) if row[0] < newest]
    normal = _normal(past, began, as_of)
    return None if normal is None else max(TIMES * normal, LEAST_USD)


def _normal(past: Sequence[_Minute], began: datetime | None, as_of: datetime) -> float | None:
    """USD of a normal minute; None in a store too young to know one."""
    have = min(_DAY, as_of - began) if began else timedelta()
    if have < NORMAL_FROM:
        return None
    return sum(long + short for _, long, short in past) / (have // timedelta(minutes=1))


@kept(4)
def _by_minute(whole: pl.DataFrame, coin: str | None) -> list[_Minute]:
    """Kept while no minute changes: 300,000 rows of a busy day take 10 ms."""
    return _summed(whole, coin)


def _summed(rows: pl.DataFrame, coin: str | None) -> list[_Minute]:
    if rows.is_empty():
        return []
    counts = pl.col("class") == Class.CRYPTO.value
    if coin is not None:
        counts &= pl.col("base") == coin
    is_long = pl.col("side") == Side.LONG.value
    sums = (
        rows.lazy()
        .filter(counts)
        .group_by(pl.col("minute").dt.epoch("ms").alias("start"))
        .agg(
            pl.when(is_long).then("usd").otherwise(0.0).sum().alias("long"),
            pl.when(is_long).then(0.0).otherwise("usd").sum().alias("short"),
        )
    )
    return sums.sort("start").collect().rows()


def _joined(
    minutes: Sequence[_Minute], least: float, normal: float, as_of: datetime
) -> list[Burst]:
    """The minutes from `least` on, joined over pauses, with what lies between them."""
    pause = PAUSE // timedelta(milliseconds=1)
    runs: list[tuple[int, int]] = []  # start of the first minute, end of the last
    for start, long, short in minutes:
        if long + short < least:
            continue
        joins = runs and start - runs[-1][1] < pause
        runs[-1:] = (
            [(runs[-1][0], start + MINUTE_MS)]
            if joins
            else [*runs[-1:], (start, start + MINUTE_MS)]
        )
    return [_burst(minutes, run, normal, as_of) for run in runs]


def _burst(
    minutes: Sequence[_Minute], run: tuple[int, int], normal: float, as_of: datetime
) -> Burst:
    inside = [row for row in minutes if run[0] <= row[0] < run[1]]
    _, long, short = inside[0]
    return Burst(
        since=moment(run[0]),
        until=min(moment(run[1]), as_of),
        ended=as_of - moment(run[1]) >= PAUSE,
        long_usd=sum(row[1] for row in inside),
        short_usd=sum(row[2] for row in inside),
        times=(long + short) / normal if normal else float("inf"),
        first_share=long / (long + short),
    )
