"""Simulated days of several venues: a daily rhythm, slow moods of the market and of each venue,
waves, clusters, and what a venue that gives one row a second and symbol shows of it all."""

import random
from collections.abc import Iterator, Mapping, Sequence
from math import cos, exp, pi, sqrt

RATES = {"okx": 4.5, "binance": 2.7, "bybit": 2.2, "gate": 1.8, "htx": 0.23}
"""Events a minute on a calm day, as observed on 2026-09-18 (a third party's count)."""

SYMBOLS = 40
DAY = 1_440


def days(count: int, seed: int, rates: Mapping[str, float] = RATES) -> dict[str, list[list[float]]]:
    """The seconds of the events of every minute, by venue, from midnight on."""
    rng = random.Random(seed)
    made: dict[str, list[list[float]]] = {venue: [] for venue in rates}
    market = _mood(rng, 0.5, 45.0)
    moods = {venue: _mood(rng, 0.25, 60.0) for venue in rates}
    waves = _waves(rng)
    for minute in range(count * DAY):
        together = _rhythm(minute) * next(market) * next(waves)
        for venue, rate in rates.items():
            lam = rate * together * next(moods[venue])
            made[venue].append(_minute(rng, lam, sampled=venue in ("binance", "okx")))
    return made


def _rhythm(minute: int) -> float:
    """Least at 04:00, most at 16:00, four to one; its mean is one."""
    return 1.0 - 0.6 * cos(2.0 * pi * (minute % DAY - 240) / DAY)


def _mood(rng: random.Random, sigma: float, minutes: float) -> Iterator[float]:
    """A lognormal factor of mean one that forgets itself within so many minutes."""
    keep = exp(-1.0 / minutes)
    value = rng.gauss(0.0, sigma)
    while True:
        yield exp(value - sigma**2 / 2.0)
        value = keep * value + sqrt(1.0 - keep**2) * rng.gauss(0.0, sigma)


def _waves(rng: random.Random) -> Iterator[float]:
    """Now and then thirty times as much, for some minutes."""
    while True:
        for _ in range(int(rng.expovariate(1 / 360)) + 1):
            yield 1.0
        top = rng.uniform(5.0, 60.0)
        for step in range(rng.randrange(5, 30)):
            yield 1.0 + top * exp(-step / 6.0)


def _minute(rng: random.Random, rate: float, sampled: bool) -> list[float]:
    """Clusters of two orders in the mean, within seconds of their first, on one symbol mostly."""
    shown: dict[tuple[int, int], float] = {}
    at = rng.expovariate(rate / 2.0) * 60.0
    while at < 60.0:
        symbol = rng.randrange(SYMBOLS)
        moment = at
        while moment < 60.0:
            key = (symbol, int(moment)) if sampled else (symbol, int(moment * 1e6))
            shown[key] = moment
            if rng.random() < 0.5:
                break
            moment += rng.expovariate(1 / 4.0)
        at += rng.expovariate(rate / 2.0) * 60.0
    return sorted(shown.values())


def counted(events: Mapping[str, Sequence[Sequence[float]]]) -> dict[str, list[int]]:
    """How many events each minute has."""
    return {venue: [len(minute) for minute in minutes] for venue, minutes in events.items()}
