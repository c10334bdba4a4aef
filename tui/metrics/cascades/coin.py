"""One coin: its newest buckets, its price with its σ, and a CUSUM for each side."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.metrics.cascades.rule import BUCKET_MS, REACH_MS, RULE, Cell, Rule
from tui.metrics.spans import MINUTE_MS
from tui.tables import Side

_DAY = 1_440
_ENOUGH = 60
"""Minutes from which on their returns tell a σ."""
_UNIT = 1e12
"""Squares are counted in whole parts of this: sums that lose nothing when their oldest leave."""


class Spent(NamedTuple):
    """A bucket that was not empty: its start (ms), and its cells."""

    start: int
    cells: tuple[Cell, ...]

    def usd(self, side: Side | None = None) -> float:
        """USD of a side, or of both."""
        return sum(cell.usd for cell in self.cells if side in (None, cell.side))


@dataclass
class Price:
    """A quoted coin's price bucket by bucket for ten minutes, and the σ of its returns over a
    minute: the root of their mean square over the newest 24 h, from an hour of them on."""

    newest: deque[tuple[int, float]] = field(default_factory=deque)
    minute: int = -2  # none yet
    close: float = 0.0
    squares: deque[tuple[int, int]] = field(default_factory=deque)
    total: int = 0

    def add(self, start: int, price: float) -> None:
        """The price at the end of the bucket that starts at `start`."""
        self.newest.append((start, price))
        while self.newest[0][0] < start - REACH_MS - MINUTE_MS:
            self.newest.popleft()
        minute = (start + BUCKET_MS) // MINUTE_MS
        if minute == self.minute:
            return
        if minute == self.minute + 1:
            self._returned(minute, round(math.log(price / self.close) ** 2 * _UNIT))
        self.minute, self.close = minute, price

    def _returned(self, minute: int, square: int) -> None:
        self.squares.append((minute, square))
        self.total += square
        while self.squares[0][0] <= minute - _DAY:
            self.total -= self.squares.popleft()[1]

    @property
    def last(self) -> float | None:
        """The newest price."""
        return self.newest[-1][1] if self.newest else None

    @property
    def sigma(self) -> float | None:
        """Of a minute; None while too little is known."""
        count = len(self.squares)
        return math.sqrt(self.total / _UNIT / count) or None if count >= _ENOUGH else None

    def before(self, start: int) -> float | None:
        """The price when the bucket that starts at `start` began: the end of the one before it,
        at most a minute older."""
        for at, price in reversed(self.newest):
            if at < start:
                return price if at >= start - MINUTE_MS else None
        return None


@dataclass
class Leg:
    """The CUSUM of one side, and where it left 0 (ms). After an event that was cut for its length
    it is `worn` until it was 0 again: what is loud for hours begins none."""

    score: float = 0.0
    anchor: int = 0
    worn: bool = False


@dataclass
class Coin:
    """What is remembered of a coin: ten minutes of buckets that were not empty, and both legs."""

    spent: deque[Spent] = field(default_factory=deque)
    legs: dict[Side, Leg] = field(default_factory=lambda: {side: Leg() for side in Side})

    def add(self, start: int, cells: tuple[Cell, ...], baseline: float, rule: Rule = RULE) -> None:
        """A bucket against the coin's baseline (USD per bucket)."""
        if cells:
            self.spent.append(Spent(start, cells))
        while self.spent and self.spent[0].start < start - REACH_MS:
            self.spent.popleft()
        for side, leg in self.legs.items():
            usd = sum(cell.usd for cell in cells if cell.side is side)
            score = max(0.0, leg.score + math.log1p(usd / baseline) - rule.drift)
            if score and not leg.score:
                leg.anchor = start
            leg.worn = leg.worn and score > 0
            leg.score = min(score, rule.most)
            leg.anchor = max(leg.anchor, start - REACH_MS)

    @property
    def moves(self) -> bool:
        """Whether a bucket without a cell changes anything."""
        return any(leg.score for leg in self.legs.values())

    def is_idle(self, start: int) -> bool:
        """Whether nothing of it need be remembered any more."""
        return not self.moves and (not self.spent or self.spent[-1].start < start - REACH_MS)

    def share(self, side: Side) -> float:
        """The part of the USD since the side's CUSUM left 0 that is the side's."""
        since = self.legs[side].anchor
        part = sum(spent.usd(side) for spent in self.spent if spent.start >= since)
        whole = sum(spent.usd() for spent in self.spent if spent.start >= since)
        return part / whole if whole else 0.0


def led(spent: Iterable[Spent], since: int, side: Side, baseline: float) -> str | None:
    """The venue that led: the first whose USD of the side since then came to a normal bucket."""
    usd: dict[str, float] = {}
    reached: dict[str, int] = {}
    for one in spent:
        if one.start < since:
            continue
        for cell in one.cells:
            if cell.side is side:
                usd[cell.venue] = usd.get(cell.venue, 0.0) + cell.usd
                if usd[cell.venue] >= baseline:
                    reached.setdefault(cell.venue, cell.first)
    return min(reached, key=lambda venue: (reached[venue], venue), default=None)


def sigmas(before: float, now: float, sigma: float, span: int) -> float:
    """A move over `span` ms in σ of that span, at least of a minute."""
    return math.log(now / before) / (sigma * math.sqrt(max(1.0, span / MINUTE_MS)))


def matching(side: Side, moved: float) -> float:
    """How far the price moved the way that liquidates the side: down for longs."""
    return -moved if side is Side.LONG else moved
