"""A market with known cascades: what a detector is held against.

Six coins on three venues, three of them quoted. Forced orders excite each other a little at all
times (a Hawkes process, branching 0.4 over ten seconds), follow the price, and go with the hour of
day; sizes have a heavy tail. A cascade is a stretch of one to six minutes in which they excite each
other with 0.9 and come fifteen to sixty times as often, of one side, while the price runs that way.
Jumps of the price without forced orders, and clumps of orders without a move, are in it as well.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import polars as pl

from tui.metrics.cascades.normals import Week
from tui.metrics.cascades.rule import BUCKET_MS, Bucket, Cell
from tui.tables import Side

QUOTED = ("BTC", "ETH", "SOL")
COINS = {"BTC": 1.0, "ETH": 0.8, "SOL": 0.6, "XRP": 0.4, "DOGE": 0.4, "ADA": 0.3}
"""Their rate of forced orders, as a part of BTC's."""
VENUES = {"binance": 0.4, "bybit": 0.35, "okx": 0.25}
NAMES, WEIGHTS, SIDES = tuple(VENUES), (0.4, 0.75, 1.0), tuple(Side)
START = 1_767_225_600_000  # 2026-01-01T00:00Z
DAY = 86_400_000
SIGMA = 0.0005
"""Of a minute's return: 1.9 % a day."""
BRANCHING, DECAY = 0.4, math.exp(-BUCKET_MS / 10_000)


class Truth(NamedTuple):
    """One cascade: when (ms), which side, which coins."""

    since: int
    until: int
    side: Side
    coins: tuple[str, ...]
    strength: float
    depth: float  # of the price, a positive fraction


@dataclass(frozen=True)
class Setting:
    """How busy it is (forced orders of BTC a minute), for how long, and what happens."""

    per_minute: float
    days: float
    seed: int = 1
    cascades: bool = True
    noise: bool = True  # self-excitation, jumps, clumps, and orders that follow the price
    rhythm: float = 0.7  # the busiest hour is 1 + this, the quietest 1 - this of the mean


@dataclass
class _Coin:
    pending: dict[Side, float]
    price: float
    move: float = 0.0  # of the last minute, in sigma


class Market:
    """`truths` are known before the first bucket; the day of warm-up has none."""

    def __init__(self, setting: Setting, warm_up: float = 1.0) -> None:
        self.setting, self._random = setting, random.Random(setting.seed)
        self.end = START + int(setting.days * DAY)
        self._at, self._now = -1, 0.0
        self.truths: list[Truth] = []
        at = START + int(warm_up * DAY)
        while setting.cascades and at < self.end - DAY / 12:
            at += int(self._random.uniform(1, 3) * 3_600_000)
            self.truths.append(self._truth(at))

    def _truth(self, at: int) -> Truth:
        chance = self._random
        coins = chance.choice((tuple(COINS), tuple(COINS), ("BTC", "ETH"), ("BTC",), ("SOL",)))
        until = at + int(chance.uniform(60, 360)) * 1000
        depth = chance.uniform(0.006, 0.03)
        return Truth(at, until, chance.choice(list(Side)), coins, chance.uniform(15, 60), depth)

    def buckets(self) -> Iterator[tuple[Bucket, Bucket]]:
        """Each bucket as it was, and thinned to one order a second of each venue's contract."""
        venues = frozenset(VENUES)
        coins = {name: _Coin(dict.fromkeys(Side, 0.0), 100.0) for name in COINS}
        waiting = sorted(self.truths)
        jump = 0.0
        for start in range(START, self.end, BUCKET_MS):
            while waiting and waiting[0].until <= start:
                waiting.pop(0)
            truth = waiting[0] if waiting and waiting[0].since <= start else None
            common = self._random.gauss(0, 1)
            if self.setting.noise and self._random.random() < BUCKET_MS / DAY * 4:
                jump = self._random.choice((-1, 1)) * self._random.uniform(4, 10)
            whole: list[Cell] = []
            thinned: list[Cell] = []
            for name, coin in coins.items():
                mine = truth if truth and name in truth.coins else None
                self._move(coin, common, jump, mine)
                every, some = self._orders(name, coin, start, mine)
                whole += every
                thinned += some
            jump = 0.0
            prices = {name: coins[name].price for name in QUOTED}
            yield (
                Bucket(start, tuple(whole), prices, venues),
                Bucket(start, tuple(thinned), prices, venues),
            )

    def _move(self, coin: _Coin, common: float, jump: float, truth: Truth | None) -> None:
        step = SIGMA * math.sqrt(BUCKET_MS / 60_000)
        moved = step * (0.8 * common + 0.6 * self._random.gauss(0, 1)) + jump * SIGMA
        if truth:
            part = truth.depth * BUCKET_MS / (truth.until - truth.since)
            moved += part if truth.side is Side.SHORT else -part
        coin.price *= math.exp(moved)
        coin.move = coin.move * 0.92 + moved / SIGMA

    def _rate(self, name: str, coin: _Coin, start: int, side: Side) -> float:
        """Orders a bucket that nothing excited."""
        rate = self._hourly(start // 600_000) * COINS[name]
        if self.setting.noise:
            along = -coin.move if side is Side.LONG else coin.move
            rate *= (1 - BRANCHING) * max(0.4, min(4.0, 1 + 0.5 * along))
        return rate

    def _hourly(self, at: int) -> float:
        """Orders of BTC a bucket and side at these ten minutes of the day."""
        if at != self._at:
            self._at, made = at, self.setting
            rate = made.per_minute * BUCKET_MS / 60_000 / 2
            self._now = rate * (1 + made.rhythm * math.sin(at % 144 / 144 * 2 * math.pi))
        return self._now

    def _orders(
        self, name: str, coin: _Coin, start: int, truth: Truth | None
    ) -> tuple[list[Cell], list[Cell]]:
        chance = self._random
        rows: list[tuple[str, int, Side, float]] = []
        for side in SIDES:
            pending, rate = coin.pending[side], self._rate(name, coin, start, side)
            branching = BRANCHING if self.setting.noise else 0.0
            if truth and truth.side is side:
                branching, rate = 0.9, rate * truth.strength / 4
            elif self.setting.noise and chance.random() < BUCKET_MS / DAY:
                rate += self.setting.per_minute * COINS[name]  # a minute's orders in a bucket
            count = _poisson(chance, rate + pending * (1 - DECAY))
            coin.pending[side] = pending * DECAY + branching * count
            for _ in range(count):
                venue = chance.choices(NAMES, cum_weights=WEIGHTS)[0]
                usd = 4_000 * COINS[name] * math.exp(chance.gauss(0, 1.5))
                rows.append((venue, int(chance.random() * BUCKET_MS), side, usd))
        if not rows:
            return [], []
        return _cells(name, start, rows), _cells(name, start, _thinned(rows))


def a_week(first: pl.DataFrame) -> Week:
    """A week of days like the one whose hours these rows are, that day included."""
    days = [first.with_columns(pl.col("hour") - timedelta(days=day)) for day in range(7)]
    return Week(pl.concat(days))


def _poisson(chance: random.Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    left = chance.random()
    if left < 1 - mean:  # below exp(-mean): most buckets of a quiet coin
        return 0
    part, count = math.exp(-mean), 0
    while left > part and count < 200:
        left -= part
        count += 1
        part *= mean / count
    return count


def _thinned(rows: list[tuple[str, int, Side, float]]) -> list[tuple[str, int, Side, float]]:
    """The largest of every second and venue."""
    kept: dict[tuple[str, int], tuple[str, int, Side, float]] = {}
    for row in rows:
        key = (row[0], row[1] // 1000)
        if key not in kept or row[3] > kept[key][3]:
            kept[key] = row
    return list(kept.values())


def _cells(name: str, start: int, rows: list[tuple[str, int, Side, float]]) -> list[Cell]:
    cells: dict[tuple[str, Side], tuple[float, int]] = {}
    for venue, offset, side, usd in rows:
        sum_, first = cells.get((venue, side), (0.0, BUCKET_MS))
        cells[venue, side] = (sum_ + usd, min(first, offset))
    return [
        Cell(name, venue, side, round(usd, 2), start + first)
        for (venue, side), (usd, first) in sorted(cells.items())
    ]
