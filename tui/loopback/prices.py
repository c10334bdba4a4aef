"""The prices of the scenario: its scripted last day, the years before, and what goes on live."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import correlation

from tui.loopback.coins import COINS, METAL, TRADFI, Coin
from tui.loopback.path import DAY, HOUR, MINUTE, Grid, Path, bridge

RULER_MEAN = 101_000.0
"""The mean of the last 365 daily closes of bitcoin."""

WEEKS_MEAN = 58_000.0
"""The mean of the last 200 weekly closes of bitcoin."""

LAST_DAY = (
    (0, 89_451), (3, 91_900), (6.5, 93_200), (9, 91_700), (9.7, 90_150), (12, 90_600),
    (13.2, 87_800), (15, 88_850), (19, 89_300), (22, 90_050), (24, 89_880),
)  # fmt: skip
"""(hours since 24 h before the end, price of bitcoin)."""

GOLD_DAY = ((0, 4_683 / 1.017), (10, 4_634), (18, 4_655), (24, 4_683))

CHUNK = 30
"""Minutes of live market that are made at once."""

FIRST_WAVE = ((0, 89_880), (2, 89_900), (4, 89_350), (7, 88_770), (9, 88_860))
"""(minutes after the end, price): quiet, then a fall of 1.2 % that begins within three minutes."""

Rng = Callable[[str], random.Random]
Pins = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Wave:
    """A stretch of live falling prices: minutes after its chunk began, and its depth."""

    begins: int
    minutes: int
    depth: float


class Prices:
    """Every path of the scenario by coin name; deterministic by `rng` and `end` (ms)."""

    def __init__(self, rng: Rng, end: int) -> None:
        self._rng, self.end = rng, end
        self.last = -(-end // MINUTE) * MINUTE  # the first whole minute at or after the end
        self._from_minutes = (end - 2 * DAY) // DAY * DAY
        self._from_hours = (end - 90 * DAY) // DAY * DAY
        self._from_year = (end - 366 * DAY) // DAY * DAY
        self.paths: dict[str, Path] = {}
        self.waves: list[Wave] = []
        self._residuals: dict[str, float] = {}
        self._begin()

    @property
    def until(self) -> int:
        """The prices are made up to here (ms)."""
        return self.paths["BTC"].minutes.ends

    def extend(self) -> None:
        """One chunk more of live market, for every coin."""
        k = len(self.waves)
        wave = Wave(2, 5, 0.0124) if k == 0 else self._wave(k)
        self.waves.append(wave)
        bitcoin = self.paths["BTC"].minutes
        times = [bitcoin.ends + i * MINUTE for i in range(CHUNK + 1)]
        fresh = bridge(times, self._live_pins(k, wave, times), 0.006, self._rng(f"BTC live {k}"))
        start = bitcoin.prices[-1]
        bitcoin.prices += [math.exp(value) for value in fresh[1:]]
        for coin in (*COINS[1:], METAL, *TRADFI):
            self._extend(coin, times, [math.log(start), *fresh[1:]], k)

    def _wave(self, k: int) -> Wave:
        rng = self._rng(f"wave {k}")
        return Wave(rng.randint(6, 16), rng.randint(3, 7), rng.uniform(0.005, 0.014))

    def _live_pins(self, k: int, wave: Wave, times: Sequence[int]) -> Pins:
        target = 89_880 * (1 + self._rng(f"level {k}").uniform(-0.006, 0.004))
        if k == 0:
            pins = [(times[0] + m * MINUTE, math.log(p)) for m, p in FIRST_WAVE]
            return [*pins, (times[-1], math.log(target))]
        start = math.log(self.paths["BTC"].minutes.prices[-1])
        top = times[0] + wave.begins * MINUTE
        bottom = top + wave.minutes * MINUTE
        fallen = (bottom, start + 0.001 - wave.depth)
        return [(times[0], start), (top, start + 0.001), fallen, (times[-1], math.log(target))]

    def _extend(self, coin: Coin, times: Sequence[int], bitcoin: list[float], k: int) -> None:
        minutes, rng = self.paths[coin.name].minutes, self._rng(f"{coin.name} live {k}")
        old, new = self._residuals[coin.name], rng.gauss(0.0, 0.0015)
        noise = bridge(times, [(times[0], old), (times[-1], new)], 0.006, rng)
        base, pivot = math.log(coin.price), math.log(89_880)
        minutes.prices += [
            math.exp(base + coin.beta * (b - pivot) + n)
            for b, n in zip(bitcoin[1:], noise[1:], strict=True)
        ]
        self._residuals[coin.name] = new

    def _begin(self) -> None:
        self.paths["BTC"] = self._bitcoin()
        for coin in (*COINS[1:], *TRADFI):
            self.paths[coin.name] = self._follower(coin)
        self.paths[METAL.name] = self._gold()
        self._residuals = dict.fromkeys(self.paths, 0.0)

    def _midnights(self, days: float) -> list[int]:
        first = int(self.end - days * DAY) // DAY * DAY
        return list(range(first, self._from_minutes + 1, DAY))

    def _pins(self, coin: Coin) -> Pins:
        return [(int(self.end - days * DAY), math.log(p)) for days, p in coin.anchors]

    def _scripted(self, name: str, script: Sequence[tuple[float, float]], first: float) -> Grid:
        """The minutes: from the last daily price, through the script of the last 24 hours."""
        pins: Pins = [(self._from_minutes, first)]
        for hours, price in script:
            ts = int(self.end - DAY + hours * HOUR)
            pins += [(ts, math.log(price)), (-(-ts // MINUTE) * MINUTE, math.log(price))]
        times = list(range(self._from_minutes, self.last + 1, MINUTE))
        walk = bridge(times, pins, 0.012 if name == "BTC" else 0.004, self._rng(f"{name} minutes"))
        low, high = (math.log(f(p for _, p in script)) for f in (min, max))
        inside = [
            _folded(v, low, high) if ts >= self.end - DAY else v
            for ts, v in zip(times, walk, strict=True)
        ]
        return Grid(self._from_minutes, MINUTE, [math.exp(v) for v in inside])

    def _bitcoin(self) -> Path:
        coin = COINS[0]
        midnights = self._midnights(coin.anchors[0][0])
        logs = bridge(midnights, self._pins(coin), 0.017, self._rng("BTC days"))
        minutes = self._scripted("BTC", LAST_DAY, logs[-1])
        days = Grid(midnights[0], DAY, [math.exp(v) for v in logs])
        self._level(days, minutes)
        return self._path("BTC", lambda: days, minutes, 0.016)

    def _level(self, days: Grid, minutes: Grid) -> None:
        """Lifts or lowers closes of 100-355 and 450-1,350 days ago to the two long means."""
        today = self.end // DAY * DAY
        closes = [today - i * DAY for i in range(365)]
        _bend(days, minutes, closes, RULER_MEAN, self.end, (100, 355))
        monday = today - (today // DAY - 4) % 7 * DAY
        weeks = [monday - i * 7 * DAY for i in range(200)]
        _bend(days, minutes, weeks, WEEKS_MEAN, self.end, (450, 1350))

    def _gold(self) -> Path:
        midnights = self._midnights(METAL.anchors[0][0])
        bitcoin = self.paths["BTC"].days.prices[-92:]
        walks = [
            bridge(midnights, self._pins(METAL), 0.0085, self._rng(f"gold days {i}"))
            for i in range(10)
        ]
        # Of ten walks the one that goes least with bitcoin: no correlation is part of the scenario.
        logs = min(walks, key=lambda walk: _bond(bitcoin, walk[-92:]))
        minutes = self._scripted(METAL.name, GOLD_DAY, logs[-1])
        days = Grid(midnights[0], DAY, [math.exp(v) for v in logs])
        return self._path(METAL.name, lambda: days, minutes, 0.007)

    def _follower(self, coin: Coin) -> Path:
        """A coin that goes with bitcoin, and a residual of its own at each step of time."""
        bitcoin, rng = self.paths["BTC"], self._rng(f"{coin.name} residual")
        base, pivot = math.log(coin.price), math.log(bitcoin.at(self.end))

        def led(ts: int) -> float:
            return base + coin.beta * (math.log(bitcoin.minutes_or(ts).at(ts)) - pivot)

        pins = [(ts, value - led(ts // DAY * DAY)) for ts, value in self._pins(coin)]
        start = pins[-1][1] if pins else rng.gauss(0, 0.008)
        times = list(range(self._from_minutes, self.last + 1, MINUTE))
        ends: Pins = [(times[0], start), (self.end, 0.0), (times[-1], 0.0)]
        drift = bridge(times, ends, 0.01, rng)
        prices = [
            math.exp(base + coin.beta * (math.log(b) - pivot) + n)
            for b, n in zip(bitcoin.minutes.prices, drift, strict=True)
        ]

        def daily() -> Grid:
            own = self._rng(f"{coin.name} days")
            midnights = self._midnights(coin.anchors[0][0] if coin.anchors else 800)
            far = [(midnights[0], own.gauss(0, 0.5)), (self.end - 30 * DAY, own.gauss(0, 0.05))]
            noise = bridge(midnights, pins or [*far, (midnights[-1], start)], 0.012, own)
            logs = [led(ts) + n for ts, n in zip(midnights, noise, strict=True)]
            return Grid(midnights[0], DAY, [math.exp(v) for v in logs])

        return self._path(coin.name, daily, Grid(times[0], MINUTE, prices), 0.02)

    def _hourly(self, name: str, days: Grid, first: int, last: int, sigma: float) -> list[float]:
        """A price at each hour of [first, last], at midnights the day's."""
        times = list(range(first, last + 1, HOUR))
        pins = [(ts, math.log(days.at(ts))) for ts in times if ts % DAY == 0]
        return [math.exp(v) for v in bridge(times, pins, sigma, self._rng(name))]

    def _path(self, name: str, daily: Callable[[], Grid], minutes: Grid, sigma: float) -> Path:
        def history() -> tuple[Grid, Grid]:
            days = daily()
            first, later = (max(ts, days.begins) for ts in (self._from_year, self._from_hours))
            year = self._hourly(f"{name} year", days, first, later, sigma)
            newest = self._hourly(f"{name} hours", days, later, self._from_minutes, sigma)
            return days, Grid(first, HOUR, [*year[:-1], *newest])

        rng = self._rng(f"{name} ripple")
        ripple = tuple(0.0 if i % 60 == 0 else rng.uniform(-1, 1) for i in range(1800))
        return Path(minutes, ripple, history)


def _folded(value: float, low: float, high: float) -> float:
    """`value` mirrored back into [low, high]."""
    if value > high:
        value = 2 * high - value
    if value < low:
        value = 2 * low - value
    return min(value, high)


def _bend(
    days: Grid, minutes: Grid, times: list[int], mean: float, end: int, ages: tuple[int, int]
) -> None:
    """Scales the days between two ages, most in their middle, until the mean over `times` holds."""

    def hump(ts: int) -> float:
        age = (end - ts) / DAY
        inside = min(max((age - ages[0]) / (ages[1] - ages[0]), 0.0), 1.0)
        return math.sin(math.pi * inside) ** 2

    closes = [(minutes if ts >= minutes.begins else days).at(ts) for ts in times]
    lever = sum(close * hump(ts) for ts, close in zip(times, closes, strict=True))
    lift = (mean * len(times) - sum(closes)) / lever
    days.prices = [p * (1 + lift * hump(days.begins + i * DAY)) for i, p in enumerate(days.prices)]


def _bond(prices: list[float], logs: list[float]) -> float:
    """How closely two series of daily values go together over 30 and 90 days, at worst."""
    a = [math.log(y / x) for x, y in pairwise(prices)]
    b = [y - x for x, y in pairwise(logs)]
    return max(abs(correlation(a[-n:], b[-n:])) for n in (30, 90))
