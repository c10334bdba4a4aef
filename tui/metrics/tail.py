"""How long a gap between events may be before it can be no chance, by how its like spread."""

from functools import lru_cache
from math import exp, log, sqrt

CHANCE = 1e-9
"""A silence less likely than this is an alarm: at one look a minute and nine venues, one in two
centuries by chance alone."""


def chance(expected: float, spread: float) -> float:
    """The chance of a gap as long as `expected` mean gaps, of that squared variation (≥ 1)."""
    fast = (1.0 + sqrt((spread - 1.0) / (spread + 1.0))) / 2.0
    slow = 1.0 - fast
    return fast * exp(-2.0 * fast * expected) + slow * exp(-2.0 * slow * expected)


@lru_cache(64)  # a second asks it of every venue, and a minute of every pause of a day
def longest(spread: float) -> float:
    """Mean gaps after which a silence is less likely than `CHANCE`."""
    slow = (1.0 - sqrt((spread - 1.0) / (spread + 1.0))) / 2.0
    low, high = 0.0, -log(CHANCE) / (2.0 * slow)  # the slow phase alone is wider than both
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (middle, high) if chance(middle, spread) > CHANCE else (low, middle)
    return high
