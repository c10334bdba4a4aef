"""The crowd of one coin: leveraged positions by liquidation price, and a book that thins."""

import math
import random
from heapq import heappop, heappush

LEVERAGES = ((100, 0.05), (50, 0.13), (25, 0.22), (20, 0.20), (10, 0.28), (5, 0.12))
"""(leverage, share of new positions); maintenance margin takes a tenth of the distance."""

RECOVERS = 0.12
"""How much of its lost depth the book regains in a minute."""

CHURN = 0.03
"""What goes in an ordinary minute whatever the price: accounts with hardly any margin left."""

Ladder = list[tuple[float, float]]
"""A heap of (distance to the first bin, mass): the positions nearest to the price on top."""


class Crowd:
    """Positions of one coin: mass by log liquidation price, in units of a minute's new positions.

    `minute` moves the price over one minute and returns what was liquidated, long and short.
    """

    def __init__(self, rng: random.Random, price: float) -> None:
        self._rng = rng
        self._longs: Ladder = []  # by minus the log price: the highest goes first
        self._shorts: Ladder = []
        self._price, self._depth, self._minutes = price, 1.0, 0
        for _ in range(120):  # four hours of trade about the first price
            self._open(math.log(price) + rng.gauss(0.0, 0.006), 2.0)

    def minute(self, low: float, high: float, close: float) -> tuple[float, float]:
        """Mass liquidated (long, short) while the price went over [low, high] and to `close`."""
        self._depth += (1.0 - self._depth) * RECOVERS
        longs = self._sweep(self._longs, -math.log(low))
        shorts = self._sweep(self._shorts, math.log(high))
        self._depth = max(0.15, self._depth - 0.02 * (longs + shorts))
        self._minutes += 1
        if self._minutes % 2 == 0:  # two minutes' positions at once: half the work
            move = math.log(close / self._price)
            self._open(math.log(close), 2.0 + 300 * abs(move))
            self._price = close
        return longs + self._churn(), shorts + self._churn()

    def _churn(self) -> float:
        return CHURN * self._rng.expovariate(1.0)

    def _open(self, log_price: float, volume: float) -> None:
        """New positions: as many dollars long as short, at the usual leverages."""
        spread = self._rng.uniform(0.72, 1.08)
        for leverage, share in LEVERAGES:
            reach = spread / leverage
            heappush(self._longs, (reach - log_price, share * volume))
            heappush(self._shorts, (log_price + reach, share * volume))

    def _sweep(self, ladder: Ladder, edge: float) -> float:
        """Takes every position the price reached; forced orders push it on through a thin book."""
        taken = 0.0
        while ladder and ladder[0][0] <= edge:
            mass = heappop(ladder)[1]
            taken += mass
            edge += min(1e-4, 1e-5 * mass / self._depth)
        return taken
