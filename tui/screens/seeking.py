"""The next and the previous burst from a moment, however far they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.bursts import bursts

DAY = timedelta(hours=24)
FURTHEST = 40
"""Days looked at for one key."""


@dataclass(frozen=True)
class Seek:
    """Which burst is looked for: the first that is known after `at`, or the last before it, in a
    store that `began` then. What lies after `now` has not come."""

    at: datetime
    now: datetime
    began: datetime | None
    forward: bool
    coin: str | None = None


@dataclass(frozen=True)
class Found:
    """The moment at which the burst is known; None when there is none."""

    seek: Seek
    at: datetime | None


def found(
    seek: Seek,
    minutes: Callable[[datetime], pl.DataFrame],
    detected: Sequence[datetime] = (),
) -> Found:
    """The burst looked for; `minutes` gives the whole minutes of the 24 h before a moment. Those
    `detected` with a baseline come first: when each was known. Where there are none on that side of
    the moment, in the days before the detector had one, it is the minutes that tell."""
    if known := _beside(seek, detected):
        return Found(seek, min(known) if seek.forward else max(known))
    end = min(seek.at + DAY, seek.now) if seek.forward else seek.at
    for _ in range(FURTHEST):
        if known := _known(seek, minutes(end), end):
            return Found(seek, min(known) if seek.forward else max(known))
        if end >= seek.now if seek.forward else seek.began is None or end - DAY <= seek.began:
            break
        end = min(end + DAY, seek.now) if seek.forward else end - DAY
    return Found(seek, None)


def _known(seek: Seek, whole: pl.DataFrame, end: datetime) -> list[datetime]:
    """When the bursts of the day before `end` were known, on that side of the moment."""
    return _beside(seek, [one.known_at for one in bursts(whole, whole, seek.began, end, seek.coin)])


def _beside(seek: Seek, moments: Sequence[datetime]) -> list[datetime]:
    return [at for at in moments if (at > seek.at if seek.forward else at < seek.at)]
