"""Price paths: bridges of noise through anchors, in days, then hours, then minutes."""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


class Candle(NamedTuple):
    """One candle: when it opens (ms), its prices, and its volume in coins."""

    ts: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class Priced(Protocol):
    """Anything with a price at each moment and the extremes of a stretch."""

    @property
    def begins(self) -> int: ...

    def at(self, ts: int) -> float: ...

    def extremes(self, since: int, until: int) -> tuple[float, float]: ...


def bridge(
    times: Sequence[int],
    anchors: Sequence[tuple[int, float]],
    daily_sigma: float,
    rng: random.Random,
) -> list[float]:
    """Log values on the ascending `times`: a random walk bent to pass each anchor (ts, log value).

    An anchor counts at the grid time nearest before it. Before the first anchor and after the last
    the walk is free.
    """
    walk, total, last = [], 0.0, times[0]
    for ts in times:
        total += rng.gauss(0.0, daily_sigma) * math.sqrt((ts - last) / DAY)
        walk.append(total)
        last = ts
    pins = {max(0, bisect_right(times, ts) - 1): value for ts, value in anchors}
    return _pinned(walk, sorted(pins.items()))


def _pinned(walk: list[float], pins: list[tuple[int, float]]) -> list[float]:
    """The walk plus a correction that is linear between pins and level outside them."""
    out, k = [], 0
    offsets = [(i, value - walk[i]) for i, value in pins]
    for i, value in enumerate(walk):
        while k + 1 < len(offsets) and i >= offsets[k + 1][0]:
            k += 1
        (a, off_a), (b, off_b) = offsets[k], offsets[min(k + 1, len(offsets) - 1)]
        share = 0.0 if b <= a or i <= a else (i - a) / (b - a)
        out.append(value + off_a + (off_b - off_a) * min(1.0, share))
    return out


@dataclass(slots=True)
class Grid:
    """Prices at regular times: `begins`, then every `step` ms."""

    begins: int
    step: int
    prices: list[float]

    @property
    def ends(self) -> int:
        """The last time that has a price."""
        return self.begins + self.step * (len(self.prices) - 1)

    def at(self, ts: int) -> float:
        """The price at `ts`, straight between its neighbours and level beyond the ends."""
        prices = self.prices
        i, rest = divmod(ts - self.begins, self.step)
        if i < 0:
            return prices[0]
        if i >= len(prices) - 1:
            return prices[-1]
        return prices[i] + (prices[i + 1] - prices[i]) * rest / self.step

    def within(self, since: int, until: int) -> list[float]:
        """The prices at the grid times of [since, until]."""
        first = max(0, -((self.begins - since) // self.step))
        return self.prices[first : max(first, (until - self.begins) // self.step + 1)]


@dataclass(eq=False)
class Path:
    """A coin's price: days to the newest 366, hours to the last two or three days, then minutes.

    `history` makes the days and hours when they are first asked for: of most coins nobody does.
    Between two minutes a ripple of 0.4 basis points keeps the last price moving; it is zero at
    whole minutes.
    """

    minutes: Grid
    ripple: tuple[float, ...]
    history: Callable[[], tuple[Grid, Grid]]

    @cached_property
    def _made(self) -> tuple[Grid, Grid]:
        return self.history()

    @property
    def days(self) -> Grid:
        """A price at each midnight but the newest ones."""
        return self._made[0]

    @property
    def hours(self) -> Grid:
        """A price at each hour of the newest 366 days but the last two or three."""
        return self._made[1]

    @property
    def begins(self) -> int:
        return self.days.begins

    def at(self, ts: int) -> float:
        """The price at `ts` (ms)."""
        if ts < self.minutes.begins:
            return (self.hours if ts >= self.hours.begins else self.days).at(ts)
        second = ts // SECOND
        return self.minutes.at(ts) * (1 + 4e-5 * self.ripple[second % len(self.ripple)])

    def extremes(self, since: int, until: int) -> tuple[float, float]:
        """Lowest and highest price of [since, until], with small wicks before the minutes."""
        ends = [self.minutes_or(since).at(since), self.minutes_or(until).at(until)]
        for grid in (self.days, self.hours, self.minutes):
            ends += grid.within(since, until)
        wick = 1 + self._wick(since)
        return min(ends) / wick, max(ends) * wick

    def minutes_or(self, ts: int) -> Grid:
        """The finest grid that knows `ts`."""
        if ts >= self.minutes.begins:
            return self.minutes
        return self.hours if ts >= self.hours.begins else self.days

    def _wick(self, since: int) -> float:
        if since >= self.minutes.begins:
            return 0.0
        scale = 0.002 if since >= self.hours.begins else 0.012
        return scale * abs(self.ripple[since // HOUR % len(self.ripple)])


@dataclass(frozen=True, slots=True)
class Echo:
    """A price that is another's, scaled: the fillers of the market lists, and the gold tokens.

    `price` at `pivot` ms, moving as the leader's move to the power `beta`.
    """

    leader: Priced
    pivot: int
    price: float
    beta: float
    begins: int

    def _of(self, leader_price: float) -> float:
        return self.price * math.exp(
            self.beta * math.log(leader_price / self.leader.at(self.pivot))
        )

    def at(self, ts: int) -> float:
        """The price at `ts` (ms)."""
        return self._of(self.leader.at(ts))

    def extremes(self, since: int, until: int) -> tuple[float, float]:
        """Lowest and highest price of [since, until]."""
        low, high = self.leader.extremes(since, until)
        return min(self._of(low), self._of(high)), max(self._of(low), self._of(high))


def candles(
    path: Priced,
    interval: int,
    since: int,
    until: int,
    now: int,
    traded: Callable[[int, int], float],
    phase: int = 0,
) -> list[Candle]:
    """The candles of [since, until] that opened by `now`, the newest one perhaps still open.

    `interval` in ms; weeks open on Mondays, others at multiples of it plus `phase`. `traded` gives
    the coins of a stretch (ms).
    """
    phase = 4 * DAY if interval == 7 * DAY else phase  # the epoch was a Thursday
    first = max(since, path.begins)
    ts = -((phase - first) // interval) * interval + phase
    out = []
    while ts <= min(until, now):
        end = min(ts + interval, now)
        start, close = path.at(ts), path.at(end)
        low, high = path.extremes(ts, end)
        low, high = min(low, start, close), max(high, start, close)
        out.append(Candle(ts, start, high, low, close, traded(ts, end)))
        ts += interval
    return out
