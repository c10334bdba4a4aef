"""The state of the market at a moment, and the numbers behind the word."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from tui.metrics.cascades.normals import ALL, FEW_S, HOUR_MS
from tui.metrics.cascades.rule import DAYS, LEAST_DAYS
from tui.metrics.cascades.table import Cascade, as_of
from tui.metrics.feeds import METRICS, Feed
from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, ms
from tui.tables import TIME, WINDOWS, State

WHOLE = 0.95
"""The part of the seven days from which on they are a week: a restart must not take it away."""
_DAY_S = 86_400.0
_UNPRICED = "no price of it"


class Word(StrEnum):
    """The states. `unknown`: a feed is silent, so that nothing said is not nothing that happened;
    `young`: too little is stored to know what is normal."""

    CALM = "calm"
    BURST = "burst"
    CASCADE = "cascade"
    MARKET_WIDE = "market-wide"
    UNKNOWN = "unknown"
    YOUNG = "n/a"


BEHIND = "detector behind"
"""What a detector that begins with hours of the store before it is called."""


@dataclass(frozen=True)
class Standing:
    """`event` is the gravest under way, of the coin that is looked at or of all; `last` the newest
    that is over, `last_is_low` whether its USD are a lower bound. `silent` names what is not heard,
    BEHIND for a detector that is not at now yet: what it has running may be long over. `days` of
    the last seven are stored. `times` is each
    window's total ÷ a normal one, None where that is not known, and a lower bound for those of
    `low`."""

    as_of: datetime
    word: Word
    event: Cascade | None
    last: Cascade | None
    days: float
    silent: tuple[str, ...]
    times: Mapping[str, float | None]
    is_followed: bool = True  # whether the coin's price is: the detector needs one
    low: frozenset[str] = frozenset()
    last_is_low: bool = True

    @property
    def age(self) -> timedelta | None:
        """Of the event under way."""
        return None if self.event is None else self.as_of - self.event.since

    @property
    def is_behind(self) -> bool:
        """Whether the detector goes through what was stored before."""
        return BEHIND in self.silent

    @property
    def detects(self) -> bool:
        """Whether there is a baseline, so that a state can be told."""
        return not self.lacking

    @property
    def lacking(self) -> str:
        """Why there is no state: `2 of 3 days`; empty where there is one."""
        return _lacking(self.days, self.is_followed)

    @property
    def lacking_week(self) -> str:
        """Why there is no multiple: `5 of 7 days`; empty where there is one."""
        known = self.is_followed and is_week(self.days)
        return "" if known else _why(self.days, self.is_followed, DAYS)


def _why(days: float, is_followed: bool, least: int) -> str:
    return f"{int(days)} of {least} days" if is_followed else _UNPRICED


def lacking(normals: pl.DataFrame, coin: str | None) -> str:
    """Why no cascade of a coin, or of all, can be told; empty where they can."""
    return _lacking(days_of(normals), follows(normals, coin))


def _lacking(days: float, is_followed: bool) -> str:
    return "" if is_followed and days >= LEAST_DAYS else _why(days, is_followed, LEAST_DAYS)


def unheard(fed: Sequence[Feed]) -> tuple[str, ...]:
    """The venues of the feeds of liquidations and prices that do not deliver, and the detector
    where what the recorder computes of its store fails, or BEHIND."""
    needed = ("liquidations", "quotes", METRICS)
    bad = (one for one in fed if one.collector in needed and one.state != State.OFF)
    return tuple(dict.fromkeys(_name(one) for one in bad if not one.is_live))


def _name(feed: Feed) -> str:
    return feed.venue or (BEHIND if feed.state == State.STARTING else "detector")


def is_week(days: float) -> bool:
    """Whether so many days are the seven that make a normal window."""
    return days >= DAYS * WHOLE


def standing(
    cascades: pl.DataFrame,
    normals: pl.DataFrame,
    totals: Mapping[str, float],
    silent: Sequence[str],
    now: datetime,
    coin: str | None = None,
    low: Collection[str] = (),
) -> Standing:
    """The state at `now`, of `coin` alone if given. `totals` are the USD of each window, `silent`
    the venues whose feeds are not heard: without them nothing is ever calm. `low` are the windows
    in which a venue was away: a normal one is of all. What venues leave out is in neither."""
    mine = [one for one in as_of(cascades, now) if one.base == coin]
    running = [] if BEHIND in silent else [one for one in mine if one.ended is None]
    event = max(running, key=lambda one: (one.grade, one.since), default=None)
    days, followed = days_of(normals), follows(normals, coin)
    if event is not None:
        word = Word(event.grade.word)
    elif _lacking(days, followed):
        word = Word.YOUNG
    else:
        word = Word.UNKNOWN if silent else Word.CALM
    over = [one for one in mine if one.ended is not None]
    last = max(over, key=lambda one: one.until, default=None)
    times = dict[str, float | None](dict.fromkeys(totals))
    if followed and is_week(days):
        times = {name: _times(normals, usd, name, now, coin) for name, usd in totals.items()}
    return Standing(now, word, event, last, days, tuple(silent), times, followed, frozenset(low))


def follows(normals: pl.DataFrame, coin: str | None) -> bool:
    """Whether the hours of a coin are told: of all coins together, and of those that are quoted.
    Where there are no hours at all, their number is the reason."""
    return coin is None or normals.is_empty() or coin in _bases(normals)


@kept(4)
def _bases(normals: pl.DataFrame) -> frozenset[str]:
    return frozenset(normals["base"].unique().to_list())


@kept(4)
def days_of(normals: pl.DataFrame) -> float:
    """Days of the week that any venue was listened to."""
    if normals.is_empty():
        return 0.0
    newest = normals["hour"].max()
    assert isinstance(newest, datetime)
    since = newest - timedelta(days=DAYS)
    whole = normals.filter((pl.col("base") == ALL) & (pl.col("hour") > pl.lit(since).cast(TIME)))
    seconds = whole.group_by("hour").agg(pl.col("listened_s").max())["listened_s"].sum()
    return float(seconds) / _DAY_S


def _times(
    normals: pl.DataFrame, usd: float, window: str, now: datetime, coin: str | None
) -> float | None:
    normal = _window(normals, window, ms(now) // MINUTE_MS, coin or ALL)
    return usd / normal if normal else None


@kept(32)
def _window(normals: pl.DataFrame, window: str, minute: int, base: str) -> float:
    """USD of a normal window that ends with a minute: of both sides, of every venue of the week."""
    rates = _rates(normals, base)
    end = minute * MINUTE_MS
    start = end - WINDOWS[window] // timedelta(milliseconds=1)
    total, at = 0.0, start
    while at < end:
        until = min(end, at - at % HOUR_MS + HOUR_MS)
        total += rates[at // HOUR_MS % 24] * (until - at) / 1000
        at = until
    return total


@kept(8)
def _rates(normals: pl.DataFrame, base: str) -> list[float]:
    """USD a second by hour of day: each venue's mean over its seconds outside events."""
    heard = normals.filter(pl.col("base") == ALL).select("hour", "venue", "normal_s")
    own = normals.filter(pl.col("base") == base).select("hour", "venue", "usd")
    both = heard.join(own, on=["hour", "venue"], how="left").with_columns(
        pl.col("hour").dt.hour().cast(pl.Int64).alias("of_day"), pl.col("usd").fill_null(0.0)
    )
    sums = pl.col("usd", "normal_s").sum()
    every = {row[0]: row[1:] for row in both.group_by("venue").agg(sums).iter_rows()}
    hourly = {row[:2]: row[2:] for row in both.group_by("venue", "of_day").agg(sums).iter_rows()}
    rates = [0.0] * 24
    for of_day in range(24):
        for venue, (all_usd, all_s) in every.items():
            usd, seconds = hourly.get((venue, of_day), (0.0, 0.0))
            usd, seconds = (usd, seconds) if seconds >= FEW_S else (all_usd, all_s)
            rates[of_day] += usd / seconds if seconds else 0.0
    return rates
