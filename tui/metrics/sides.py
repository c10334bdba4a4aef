"""Whether each venue's sides go with the price: longs are liquidated when it falls.

Venues mean opposite things by a side, and have changed what they mean (one library has read
Bybit's the wrong way round since 2023). Over a day the tape itself tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from math import comb
from statistics import quantiles

import polars as pl

from tui.metrics.memo import Aside, kept
from tui.metrics.prices import by_minute
from tui.metrics.series import spot_symbol
from tui.metrics.spans import MINUTE_MS, between, moment, ms
from tui.tables import Class, Side

DAY = 1_440
CLEAR = 0.0003
"""A minute's move has to be this large (3 basis points), and among the largest quarter of the
day's: in the others as many shorts as longs go by chance."""

DOUBT = 1e-6
"""A venue is doubted when a coin thrown for every minute would agree so seldom. That is the
kindest guess for a venue whose sides are right, since those agree more often than not; and with
nine venues a day it errs once in three hundred years. Minutes of a trend hang together, which is
why it is not a milder bound."""

LEAST = 20
"""Minutes without which nothing is said: 2⁻²⁰ is `DOUBT`, so fewer could not be enough."""


@dataclass(frozen=True)
class SideCheck:
    """One venue over the last 24 h: in how many minutes its larger side went with the move of
    `base`, and in how many against it.

    `doubted` when it is opposite (`side?` on the screen); None with fewer than 20 minutes.
    """

    venue: str
    base: str
    agree: int
    against: int

    @property
    def minutes(self) -> int:
        return self.agree + self.against

    @property
    def doubted(self) -> bool | None:
        if self.minutes < LEAST:
            return None
        return by_chance(self.agree, self.minutes) <= DOUBT


@lru_cache(64)  # a screen asks it of every venue each second: 0.6 ms with a day's minutes
def by_chance(agree: int, minutes: int) -> float:
    """The chance that a coin thrown for every minute agrees in so few of them, or fewer."""
    return sum(comb(minutes, k) for k in range(agree + 1)) / (1 << minutes)


def side_checks(
    minutes: pl.DataFrame, quotes: pl.DataFrame, as_of: datetime, coins: Sequence[str]
) -> dict[str, SideCheck]:
    """Every venue with liquidations in minutes of a clear move, by the first of `coins` in which
    it has enough of them, else by the one in which it has most.

    `minutes` are whole rows of `liquidation_minutes`, `quotes` have the newest price of each
    minute. Worked out once a minute.
    """
    return _checked(minutes, Aside(quotes), ms(as_of) // MINUTE_MS, tuple(coins))


@kept(2)
def _checked(
    minutes: pl.DataFrame, quotes: Aside, now: int, coins: tuple[str, ...]
) -> dict[str, SideCheck]:
    found: dict[str, SideCheck] = {}
    venues = minutes["venue"].n_unique()
    for base in coins:
        moves = _clear(quotes.frame, base, now)
        if not moves:  # nothing to hold the sides against
            continue
        for venue, larger in _larger(minutes, base, now).items():
            check = _compared(venue, base, larger, moves)
            old = found.get(venue)
            if old is None or (old.minutes < LEAST and check.minutes > old.minutes):
                found[venue] = check
        if len(found) == venues and all(one.minutes >= LEAST for one in found.values()):
            break
    return {venue: check for venue, check in found.items() if check.minutes}


def _compared(
    venue: str, base: str, larger: Mapping[int, Side], moves: Mapping[int, float]
) -> SideCheck:
    told = [(side is Side.LONG) == (moves[at] < 0) for at, side in larger.items() if at in moves]
    return SideCheck(venue, base, sum(told), len(told) - sum(told))


def _clear(quotes: pl.DataFrame, base: str, now: int) -> dict[int, float]:
    """The returns of the minutes (since 1970) in which the price clearly moved."""
    symbol = spot_symbol(quotes, base)
    if symbol is None:
        return {}
    last = now - 1
    prices = by_minute(quotes, symbol, moment(last * MINUTE_MS + MINUTE_MS - 1), DAY + 1)
    returns = {
        last - DAY + place: new / old - 1
        for place, (old, new) in enumerate(pairwise(prices), 1)
        if old and new
    }
    if len(returns) < LEAST:
        return {}
    bound = max(CLEAR, quantiles(map(abs, returns.values()), n=4)[2])
    return {at: move for at, move in returns.items() if abs(move) >= bound}


def _larger(minutes: pl.DataFrame, base: str, now: int) -> dict[str, dict[int, Side]]:
    """Which side lost more USD, by venue and minute; a minute with as much on both has none."""
    inside = between(minutes, (now - DAY) * MINUTE_MS, now * MINUTE_MS - 1, "minute")
    is_long = pl.col("side") == Side.LONG.value
    net = (
        inside.lazy()
        .filter((pl.col("base") == base) & (pl.col("class") == Class.CRYPTO.value))
        .group_by("venue", "minute")
        .agg(pl.when(is_long).then("usd").otherwise(-pl.col("usd")).sum().alias("net"))
        .filter(pl.col("net") != 0)
        .select("venue", pl.col("minute").to_physical() // MINUTE_MS, "net")
        .collect()
    )
    found: dict[str, dict[int, Side]] = {}
    for venue, at, usd in net.iter_rows():
        found.setdefault(venue, {})[at] = Side.LONG if usd > 0 else Side.SHORT
    return found
