"""Where much was traded above and below the price: the zones of the volume profile of a year.

It is traded volume, not what holders paid: who bought and still holds no exchange tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from tui.metrics.profile import NEED, Profile, Zone, profile

LABEL = "traded volume, not holders' cost"

LATE = timedelta(minutes=150)
"""An hour comes each hour; a profile whose newest one ended longer ago is stale."""


class Place(StrEnum):
    """Where a zone lies by the price."""

    ABOVE = "above"
    AT = "at"
    BELOW = "below"


@dataclass(frozen=True)
class Placed:
    """A zone, where it is, and how far the price is from its nearer end: a fraction of the price,
    positive above it, negative below, 0 within."""

    zone: Zone
    place: Place
    distance: float


@dataclass(frozen=True)
class Supply:
    """The record of the supply panel. `zones` are those of the profile from the highest price to
    the lowest; none while there is no price or less than a year of hours. `above` and `below` are
    shares of the year's volume. `reason` says what is missing."""

    base: str
    price: float | None
    price_ts: datetime | None
    profile: Profile | None
    zones: tuple[Placed, ...] = ()
    above: float | None = None
    below: float | None = None
    reason: str | None = None

    @property
    def hours(self) -> int:
        """How many hours of the year there are."""
        return 0 if self.profile is None else self.profile.hours

    def is_late(self, as_of: datetime) -> bool:
        """Whether hours lack at the end of a profile that is there."""
        return self.profile is not None and as_of - self.profile.until > LATE

    def fullest(self, place: Place) -> Placed | None:
        """The zone there with the fullest bin; the nearer of two as full."""
        there = [one for one in self.zones if one.place is place]
        return max(there, key=lambda one: (one.zone.fullest, -abs(one.distance)), default=None)

    def nearest(self, place: Place) -> Placed | None:
        """The zone there that the price reaches first."""
        there = (one for one in self.zones if one.place is place)
        return min(there, key=lambda one: abs(one.distance), default=None)


def supply(
    hours: Mapping[str, pl.DataFrame], base: str, price: float | None, price_ts: datetime | None
) -> Supply:
    """The zones of `base` around its price: `hours` as `profile` takes them."""
    made = profile(hours)
    lacks = lacking(made, base)
    if made is None or price is None or lacks:
        reason = lacks or f"no live price of {base}"
        return Supply(base, price, price_ts, made, reason=reason)
    placed = sorted((_placed(zone, price) for zone in made.zones), key=lambda one: -one.zone.low)
    above = made.above(price)
    return Supply(base, price, price_ts, made, tuple(placed), above, 1 - above)


def lacking(made: Profile | None, base: str) -> str | None:
    """Why there is no profile of a year; None where there is one."""
    if made is None:
        return f"no hourly spot candle of {base}"
    return None if made.is_whole else f"{made.hours:,} of {NEED:,} hours"


def _placed(zone: Zone, price: float) -> Placed:
    if zone.low > price:
        return Placed(zone, Place.ABOVE, zone.low / price - 1)
    if zone.high <= price:
        return Placed(zone, Place.BELOW, zone.high / price - 1)
    return Placed(zone, Place.AT, 0.0)
