"""How the crowd stands: long/short ratios, taker flow, open interest and funding by time."""

import math
import random
from collections import defaultdict
from typing import NamedTuple

from tui.loopback.coins import BITCOIN, SHARES, WEIGHTS
from tui.loopback.listing import Instrument
from tui.loopback.path import DAY, HOUR, MINUTE
from tui.loopback.scenario import VOLUMES, Scenario
from tui.tables import Measure

LONG_SHARE = {
    ("binance", Measure.ACCOUNTS): (0.698, 0.012),
    ("binance", Measure.TOP_ACCOUNTS): (0.672, 0.008),
    ("binance", Measure.TOP_POSITIONS): (0.529, -0.007),
    ("bybit", Measure.ACCOUNTS): (0.661, 0.009),
    ("okx", Measure.ACCOUNTS): (0.653, 0.010),
    ("okx", Measure.TOP_ACCOUNTS): (0.585, 0.006),
    ("okx", Measure.TOP_POSITIONS): (0.526, -0.004),
}
"""(long share at the end, how much more a day earlier): long, and a little less so than it was."""

INTEREST = {"binance": 10.4e9, "bybit": 5.9e9, "okx": 3.6e9}
"""One-sided open interest of bitcoin at the end, USD; other coins by their part in liquidations."""

PARTS = {
    ("binance", "USDT"): 0.91, ("binance", "USDC"): 0.04, ("binance", "USD"): 0.05,
    ("bybit", "USDT"): 0.87, ("bybit", "USDC"): 0.02, ("bybit", "USD"): 0.11,
    ("okx", "USDT"): 0.73, ("okx", "USD"): 0.27,
}  # fmt: skip
"""How a venue's open interest of a coin divides over its perpetuals, by quote."""

FUNDING = {"binance": 0.000041, "bybit": 0.000035, "okx": 0.000052}
"""Funding per 8 h at the end; a day earlier it was 0.006 % more."""

FORGETS = 150.0
"""Minutes in which a third of the open interest that a wave closed is left unreplaced."""

REFILLS = 8.0
"""Minutes in which a book regains two thirds of what a wave took out of it."""

HALVES_USD = 60e6
"""USD of liquidations of all coins, faded by `REFILLS`, at which half of a book is gone."""

OPENED = 1.5
"""How much more open interest there is for a price above the end's: new longs made the rise."""


class Flow(NamedTuple):
    """Taker volume of a period, in coins."""

    buys: float
    sells: float


class Mood:
    """Every figure is a function of venue, coin and time; the waves leave their mark in it."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._begins = (scenario.end - DAY) // MINUTE
        self._minutes: dict[str, list[float]] = {}
        self._recent: dict[str, list[float]] = {}  # the same, faded by `REFILLS`
        self._made = 0
        self._knots: dict[tuple[str, int], float] = {}

    def long_share(self, venue: str, coin: str, measure: Measure, ts: int) -> float:
        """The long side's share: it grows when the price falls, for the crowd buys the dip."""
        base, drift = LONG_SHARE[venue, measure]
        age = (self._scenario.end - ts) / DAY
        fallen = math.log(self._price(coin, self._scenario.end) / self._price(coin, ts))
        lean = max(-0.02, min(0.02, 0.4 * fallen)) if base > 0.55 else 0.0
        offset = 0.01 * self.noise(f"{venue} {coin} {measure} level", 0, 1)
        wobble = 0.003 * self.noise(f"{venue} {coin} {measure}", ts, HOUR)
        shift = 0.0 if coin == "BTC" else offset
        return base + shift + lean + wobble + drift * max(-0.2, min(2.0, age))

    def taker(self, venue: str, coin: str, ts: int, period: int) -> Flow:
        """Taker volume of the period that ends at `ts`: sells outweigh buys while price falls."""
        move = math.log(self._price(coin, ts) / self._price(coin, ts - period))
        pull = 30 * move if period < HOUR else 14 * move
        ratio = 0.97 * math.exp(max(-0.45, min(0.4, pull)))
        ratio *= 1 + 0.03 * self.noise(f"{venue} {coin} taker", ts, period)
        volume = VOLUMES.get(coin, 40e6 / self._price(coin, ts)) * 6 * period / DAY
        volume *= 1 + 60 * abs(move)
        return Flow(volume * ratio / (1 + ratio), volume / (1 + ratio))

    def open_interest(self, market: Instrument, ts: int) -> float:
        """One-sided open interest of a contract, in its contracts (coins where those are coins)."""
        scenario = self._scenario
        price = scenario.price(market, scenario.end)
        worth = market.contract if market.inverse else market.contract * price
        contracts = self._usd_at_end(market) / worth
        if not market.path:
            return contracts
        age = min(3.0, max(0.0, (scenario.end - ts) / DAY))
        now, end = (self._closed(market.path, t) for t in (ts, scenario.end))
        risen = math.log(self._price(market.path, ts) / self._price(market.path, scenario.end))
        opened = 1 + OPENED * max(0.0, min(0.06, risen))
        return contracts * (1 + 0.033 * age) * opened * (1 - now) / (1 - end)

    def funding(self, market: Instrument, ts: int) -> float:
        """The funding rate per 8 h: falling and lower in a wave, but positive."""
        age = min(2.0, max(-1.0, (self._scenario.end - ts) / DAY))
        rate = FUNDING[market.venue] + 0.00006 * age
        rate += 0.000004 * self.noise(f"{market.venue} {market.id} funding", ts, 8 * HOUR)
        if market.path:
            rate -= 0.0004 * self._closed(market.path, ts)
        return max(rate, 0.000005)

    def index(self, market: Instrument, ts: int) -> float:
        """The index price: the spot price of the coin in the market's unit."""
        return self._scenario.price(market, ts)

    def mark(self, market: Instrument, ts: int) -> float:
        """The mark price: the index and a premium of a few basis points below it."""
        premium = -0.0003 + 0.0001 * self.noise(f"{market.venue} {market.id}", ts, 10 * MINUTE)
        return self.index(market, ts) * (1 + premium)

    def thinness(self, coin: str, ts: int) -> float:
        """What is left of a coin's book at `ts`: nearly all of it when quiet, half in a wave."""
        halves = HALVES_USD * SHARES.get(coin, 0.001)
        return 1.0 / (1.0 + self._faded(self._recent, coin, ts) / halves)

    def _usd_at_end(self, market: Instrument) -> float:
        part = 0.01 if market.expires else PARTS.get((market.venue, market.quote), 0.005)
        weight = WEIGHTS.get(market.path, 0.0008 / BITCOIN) * 0.95
        weight = 1.0 if market.path == "BTC" else weight
        return INTEREST[market.venue] * weight * part

    def _closed(self, coin: str, ts: int) -> float:
        """The part of a coin's open interest that its liquidations closed, at most 6 %."""
        total = sum(INTEREST.values()) * WEIGHTS.get(coin, 0.001 / BITCOIN)
        return 0.06 * (1 - math.exp(-14 * self._faded(self._minutes, coin, ts) / total / 0.06))

    def _faded(self, sums: dict[str, list[float]], coin: str, ts: int) -> float:
        """The fading sum of a coin's liquidations at `ts`, USD."""
        self._make(ts)
        minutes, i = sums.get(coin), ts // MINUTE - self._begins
        return minutes[min(i, len(minutes) - 1)] if minutes and i >= 0 else 0.0

    def _make(self, ts: int) -> None:
        """Brings the fading sums of liquidated USD per coin up to `ts`, a minute at a time."""
        until = min(ts, self._scenario.prices.until) // MINUTE - self._begins + 1
        if until <= self._made:
            return
        sums: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        first = (self._begins + self._made) * MINUTE
        for rows in (self._scenario.truth, self._scenario.live_truth(0)):
            for row in rows:
                if row.ts >= first:
                    sums[row.market.path][row.ts // MINUTE - self._begins] += row.usd
        for coin in SHARES:
            for faded, span in ((self._minutes, FORGETS), (self._recent, REFILLS)):
                _extend(faded.setdefault(coin, []), sums[coin], until, math.exp(-1 / span))
        self._made = until

    def _price(self, coin: str, ts: int) -> float:
        return self._scenario.prices.paths[coin].at(ts)

    def noise(self, name: str, ts: int, period: int) -> float:
        """A number in [-1, 1] for each period, going straight from one to the next."""
        at = ts / period
        a, b = (self._knot(name, int(at) + i) for i in (0, 1))
        return a + (b - a) * (at - int(at))

    def _knot(self, name: str, k: int) -> float:
        key = (name, k)
        if key not in self._knots:
            rng = random.Random(f"{self._scenario.seed}:{name}:{k}")
            self._knots[key] = rng.uniform(-1, 1)
        return self._knots[key]


def _extend(out: list[float], sums: dict[int, float], until: int, keep: float) -> None:
    """Goes on with a fading sum: each minute keeps a part of the last one's."""
    for i in range(len(out), until):
        out.append((out[-1] if out else 0.0) * keep + sums.get(i, 0.0))
