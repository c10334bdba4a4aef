"""What is traded in the scenario: coins in a stretch of time, and where in the year they lie."""

import math
from collections.abc import Callable, Sequence

from tui.loopback.path import DAY, HOUR, Priced

ZONE = (97_000.0, 101_000.0)
"""The prices of bitcoin between which the most was traded in the year before the end."""

ZONE_SHARE = 0.30
"""How much of the year's volume that is: 3.6 times as much as at other prices of the year."""

SLICES = 8
"""Parts of the zone, as wide as one another by share of price, that get as much as one another."""


class Volumes:
    """The volume of one path: `daily` coins a day at an ordinary price move.

    From `since` (ms) on a day is the sum of its hours; before that nobody asks for hours. `weight`
    is how much more or less than ordinary is traded in an hour that begins then (ms).
    """

    def __init__(
        self, path: Priced, daily: float, since: int, weight: Callable[[int], float] | None = None
    ) -> None:
        self._path, self._daily, self._since, self._weight = path, daily, since, weight
        self._hours: dict[int, float] = {}  # those that were whole when they were asked for

    def of(self, ts: int, end: int) -> float:
        """Coins traded in [ts, end)."""
        if ts < self._since or end - ts <= HOUR:
            return self._stretch(ts, end)
        return sum(self._hour(start, min(start + HOUR, end)) for start in range(ts, end, HOUR))

    def _hour(self, ts: int, end: int) -> float:
        if end - ts < HOUR:
            return self._stretch(ts, end)
        if ts not in self._hours:
            self._hours[ts] = self._stretch(ts, end)
        return self._hours[ts]

    def _stretch(self, ts: int, end: int) -> float:
        low, high = ranged(self._path, ts, end)
        weight = self._weight(ts) if self._weight and ts >= self._since else 1.0
        return self._daily * (0.5 + 40 * (high / low - 1)) * (end - ts) / DAY * weight


def ranged(path: Priced, ts: int, end: int) -> tuple[float, float]:
    """Lowest and highest price of a candle."""
    low, high = path.extremes(ts, end)
    ends = path.at(ts), path.at(end)
    return min(low, *ends), max(high, *ends)


class Zone:
    """How much more is traded where the price is in the zone, so that it holds its share.

    Each slice gets as much as another, however long the price was in it.
    """

    def __init__(self, path: Priced, since: int, end: int) -> None:
        self._path = path
        plain, inside = Volumes(path, 1.0, end), [0.0] * SLICES
        outside = 0.0
        for ts in range(-(-since // HOUR) * HOUR, end - HOUR + 1, HOUR):
            at, volume = self._slice(ts), plain.of(ts, ts + HOUR)
            if at is None:
                outside += volume
            else:
                inside[at] += volume
        self._weights: Sequence[float] = _lifted(inside, outside)

    def weight(self, ts: int) -> float:
        """Of an hour, by the price in its middle."""
        at = self._slice(ts)
        return 1.0 if at is None else self._weights[at]

    def _slice(self, ts: int) -> int | None:
        low, high = ZONE
        price = self._path.at(ts // HOUR * HOUR + HOUR // 2)
        if not low <= price < high:
            return None
        return int(SLICES * math.log(price / low) / math.log(high / low))


def _lifted(inside: Sequence[float], outside: float) -> list[float]:
    each = outside * ZONE_SHARE / (1 - ZONE_SHARE) / SLICES
    return [each / volume if volume else 1.0 for volume in inside]
