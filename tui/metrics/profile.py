"""The volume profile: how much was traded at which price over a year of hourly candles.

The volume of each candle is spread evenly over its range, from low to high, by share of price; all
of it is at one price where the two are equal. That is a rule, not a measurement: where within its
hour a coin changed hands no candle tells.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.series import place

WIDTH = 0.005
"""A bin reaches from a price to one half a per cent higher. The bins begin at 1 and at every power
of 1.005, whatever was traded, so that they stay where they are from one hour to the next."""

NEED = 365 * 24
ENOUGH = 0.99
"""Hours of a year, and the share of them that has to be there: exchanges stand still for some
hours of most years."""

STANDS_OUT = 1.5
"""A zone's fullest bin has at least so many times the mean of all bins between the year's low and
its high."""

HALF = 0.5
"""A zone is the bins around its fullest one that have at least so much of that one's volume."""

_STEP = math.log(1 + WIDTH)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Zone:
    """Neighbouring bins in which much was traded: prices, and shares of the year's volume."""

    low: float
    high: float
    peak: float  # the middle of the fullest bin
    share: float
    fullest: float  # the share of the fullest bin


@dataclass(frozen=True)
class Profile:
    """The volume by price at one venue: bin `n` of `volumes` (coins) is the `first` + n-th.

    `hours` of `NEED` candles are in it, up to `until`. `zones` are in the order of their fullest
    bins; of two as full the lower price comes first.
    """

    venue: str
    hours: int
    until: datetime
    first: int
    volumes: tuple[float, ...]
    zones: tuple[Zone, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it may be called a year's."""
        return self.hours >= ENOUGH * NEED

    @property
    def low(self) -> float:
        """The lower end of the lowest bin."""
        return edge(self.first)

    @property
    def high(self) -> float:
        """The upper end of the highest bin."""
        return edge(self.first + len(self.volumes))

    def above(self, price: float) -> float:
        """The share of the volume that was traded above a price, its own bin taken in part."""
        return self.between(price, self.high)

    def between(self, low: float, high: float) -> float:
        """The share of the volume that was traded from one price to another."""
        start, end = (math.log(value) / _STEP - self.first for value in (low, high))
        parts = (
            volume * max(0.0, min(end, n + 1) - max(start, n))
            for n, volume in enumerate(self.volumes)
        )
        return min(1.0, sum(parts) / sum(self.volumes))


def edge(bin: int) -> float:
    """The lower end of a bin."""
    return math.exp(bin * _STEP)


def profile(hours: Mapping[str, pl.DataFrame]) -> Profile | None:
    """The profile of one venue, since no two have the same share of the trade: the first in
    `PREFERRED` whose year is whole, else the one with the most hours. None without any.

    `hours` has closed hourly candles by venue, at most a year of them, with the columns ts (when
    they opened), low, high and volume.
    """
    venues = sorted((name for name, rows in hours.items() if rows.height), key=_order)
    whole = (name for name in venues if hours[name].height >= ENOUGH * NEED)
    longest = max(venues, key=lambda name: hours[name].height, default=None)
    venue = next(whole, longest)
    return None if venue is None else _profile(hours[venue], venue)


def _order(venue: str) -> tuple[int, str]:
    return place(venue), venue


@kept(4)
def _profile(candles: pl.DataFrame, venue: str) -> Profile | None:
    found = spread(candles)
    if found.is_empty():
        return None
    first, last = found["bin"][0], found["bin"][-1]
    volumes = [0.0] * (last - first + 1)
    for bin, volume in found.iter_rows():
        volumes[bin - first] = volume
    total = sum(volumes)
    zones = tuple(_zone(span, volumes, first, total) for span in spans(volumes))
    until = candles["ts"].max()
    assert isinstance(until, datetime)
    return Profile(venue, candles.height, until + _HOUR, first, tuple(volumes), zones)


def spread(candles: pl.DataFrame) -> pl.DataFrame:
    """What the candles' volumes put into each bin, by the rule above: columns bin, volume (coins),
    in the order of the bins; without those in which nothing was traded."""
    low, high = (pl.col(name).log() / _STEP for name in ("low", "high"))
    ranges = candles.lazy().filter(pl.col("low") > 0, pl.col("volume") > 0)
    ranges = ranges.select("volume", low=low, high=high).filter(pl.col("high") >= pl.col("low"))
    ends = (pl.col(name).floor().cast(pl.Int64) for name in ("low", "high"))
    rows = ranges.with_columns(bin=pl.int_ranges(next(ends), next(ends) + 1)).explode("bin")
    inside = pl.min_horizontal("high", pl.col("bin") + 1) - pl.max_horizontal("low", "bin")
    range_ = pl.col("high") - pl.col("low")
    part = pl.when(range_ > 0).then(inside / range_).otherwise(1.0)
    # One after the other: sums made in parallel differ in their last digit from run to run.
    put = rows.select("bin", volume=pl.col("volume") * part).sort("bin", maintain_order=True)
    summed = put.group_by("bin", maintain_order=True).agg(pl.col("volume").sum())
    return summed.filter(pl.col("volume") > 0).collect()


def spans(volumes: Sequence[float]) -> list[range]:
    """The bins of each zone, the fullest first.

    A peak is a bin that neither neighbour exceeds, and that stands out; the bins around it with
    half its volume are its zone, as far as a fuller peak has not taken them.
    """
    least = STANDS_OUT * sum(volumes) / len(volumes)
    taken = [False] * len(volumes)
    found = []
    for peak in sorted(range(len(volumes)), key=lambda n: (-volumes[n], n)):
        if volumes[peak] < least:
            break
        if taken[peak] or volumes[peak] < max(volumes[max(0, peak - 1) : peak + 2]):
            continue
        enough = HALF * volumes[peak]
        first = last = peak
        while first > 0 and not taken[first - 1] and volumes[first - 1] >= enough:
            first -= 1
        while last + 1 < len(volumes) and not taken[last + 1] and volumes[last + 1] >= enough:
            last += 1
        taken[first : last + 1] = [True] * (last + 1 - first)
        found.append(range(first, last + 1))
    return found


def _zone(span: range, volumes: Sequence[float], first: int, total: float) -> Zone:
    peak = max(span, key=lambda n: volumes[n])
    return Zone(
        low=edge(first + span.start),
        high=edge(first + span.stop),
        peak=edge(first + peak) * math.exp(_STEP / 2),
        share=sum(volumes[n] for n in span) / total,
        fullest=volumes[peak] / total,
    )
