"""What is expected of a venue now: its liquidations a minute, and how their gaps spread.

Per minute: the venue's mean at this time of day (90 minutes around it, over the last 24 h) times
what the other venues do now against theirs; and the same with its last hour instead of the day. The
smaller one counts, each less a standard error: a night quieter than the last one is no outage. Only
minutes in which every stream of the venue was listened to count.

How gaps spread: adjacent bins (of so many minutes that they hold a few events) that share N events
differ by √N when the events come one by one; the mean of difference² ÷ N, never below 1, says how
clustered they are, and does not see waves and rhythm, which change both bins. For a renewal
process it is the squared coefficient of variation of the gaps. They are taken as
hyperexponential with it and balanced means (Whitt 1982), whose tail is exponential for 1 and wider
above.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, pairwise
from math import sqrt
from typing import NamedTuple

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, between, words
from tui.metrics.tail import longest

DAY = 1_440
NEAR = 90
"""Minutes before and after a time of day that are taken with it."""
RECENT = 60
"""Minutes before the last event that are its recent ones."""
ENOUGH = 50
"""Events that say how many there are: with fewer in them, more minutes are taken."""
NOW = 5
"""Minutes over which the other venues are looked at, at least."""
CLIP = (0.05, 2.0)
"""The others' activity counts within these bounds: their lull or wave need not be all of ours."""
LEAST_MINUTES, LEAST_EVENTS = 60, 20
"""Less of a venue's own history says nothing about it."""
LEAST_S = 180.0
"""No silence is shorter: history is known by the minute, and after a wave by its mean."""
DEAD_MINUTES, DEAD_EVENTS = 1_200, 1_000
"""A venue listened to for so long without one event, while the others had so many, is silent
whatever its history was: after a day none is left to measure it by. The slowest one known had 331
events on a calm day, of 16,000 of all."""
BIN_EVENTS = 3.0
"""Events a bin holds in the mean where the spread of gaps is looked at."""


@dataclass(frozen=True)
class Usual:
    """What is expected of a venue, per minute, and how its gaps spread."""

    rate: float
    spread: float
    reason: str | None = None
    dead: bool = False  # not one event in a day in which the others had theirs

    @property
    def after_s(self) -> float | None:
        """Seconds without an event from which on that is no chance; None where `reason` says why
        nothing can be said."""
        if self.reason is not None:
            return None
        return max(LEAST_S, 60.0 * longest(self.spread) / self.rate)


Holes = tuple[tuple[str, int, int], ...]
"""Venue (empty for all), first and last minute that were not listened to whole."""


class Recorded(NamedTuple):
    """The events of a venue in each minute of a day, and whether it was listened to in it."""

    counts: Sequence[int]
    heard: Sequence[bool]


@kept(4)
def recorded(
    minutes: pl.DataFrame, now: int, venues: tuple[str, ...], holes: Holes
) -> dict[str, Recorded]:
    """The day before the minute `now` (since 1970) of each venue, by `liquidation_minutes`."""
    first = now - DAY
    counts = _counts(minutes, first, now, venues)
    return {venue: Recorded(counts[venue], _heard(venue, first, holes)) for venue in venues}


def _heard(venue: str, first: int, holes: Holes) -> list[bool]:
    heard = [True] * DAY
    for name, since, until in holes:
        if name in ("", venue):
            for place in range(max(since - first, 0), min(until + 1 - first, DAY)):
                heard[place] = False
    return heard


def _counts(
    minutes: pl.DataFrame, first: int, now: int, venues: Sequence[str]
) -> dict[str, list[int]]:
    inside = between(minutes, first * MINUTE_MS, now * MINUTE_MS - 1, "minute")
    summed = inside.lazy().group_by("venue", "minute").agg(pl.col("count").sum()).collect()
    counts = {venue: [0] * DAY for venue in venues}
    places = (summed["minute"].to_physical() // MINUTE_MS - first).to_list()
    for venue, place, count in zip(summed["venue"], places, summed["count"], strict=True):
        if venue in counts:
            counts[venue][place] = count
    return counts


class History:
    """A venue's events by minute of the day before `now`, oldest first, where it was listened to.

    Minutes are counted from the first one recorded; of those before it nothing is known.
    """

    def __init__(self, known: Recorded) -> None:
        counts, heard = known
        self._after = [place + 1 for place, count in enumerate(counts) if count]
        listened = (count if here else 0 for count, here in zip(counts, heard, strict=True))
        self._events = [0, *accumulate(listened)]
        self._minutes = [0, *accumulate(heard)]
        self.now = len(counts)
        self.end = self._after[-1] if self._after else 0
        """One past the last minute with an event: before it is history, after it silence."""

    def at(self, now: int) -> "History":
        """The same as it was in an earlier minute; copies nothing."""
        earlier = copy(self)
        known = bisect_right(self._after, now)
        earlier.now, earlier.end = now, self._after[known - 1] if known else 0
        return earlier

    @property
    def first(self) -> int:
        """The first minute of the day, below zero where less than a day was recorded."""
        return self.now - DAY

    def sums(self, *spans: range) -> tuple[int, int]:
        """Events and minutes listened to in these spans of minutes."""
        events = minutes = 0
        for span in spans:
            start, stop = max(0, span.start), max(0, span.stop)
            events += self._events[stop] - self._events[start]
            minutes += self._minutes[stop] - self._minutes[start]
        return events, minutes

    def bins(self, size: int) -> list[tuple[int, bool]]:
        """Events of every so many minutes of history, and whether they were all listened to."""
        events, minutes = self._events[: self.end + 1 : size], self._minutes[: self.end + 1 : size]
        return [
            (b - a, d - c == size)
            for a, b, c, d in zip(events, events[1:], minutes, minutes[1:], strict=False)
        ]


Spans = tuple[range, ...]


def usual(venue: str, histories: Mapping[str, History]) -> Usual:
    """What is expected of a venue now, by its own history and those of the others."""
    own = histories[venue]
    day, known = range(own.first, own.now), range(own.first, own.end)
    events, listened = own.sums(known)
    if events < LEAST_EVENTS or listened < LEAST_MINUTES:
        had = words(timedelta(minutes=listened))
        heard = own.sums(day)[1] >= DEAD_MINUTES
        if heard and not own.end and _all(histories) >= DEAD_EVENTS:
            return Usual(0.0, 1.0, "no event in a day", dead=True)
        return Usual(0.0, 1.0, f"{events} events in {had} of history")
    spread = _spread(own)
    others = [history for name, history in histories.items() if name != venue]
    silence = range(min(own.end, own.now - NOW), own.now)
    rate = min(
        _least(own, spans, spread) * _activity(others, spans, silence)
        for spans in (_near(own), recent(own))
    )
    return Usual(rate, spread)


def _all(histories: Mapping[str, History]) -> int:
    return sum(own.sums(range(own.first, own.now))[0] for own in histories.values())


def _near(own: History) -> Spans:
    """The minutes near this time of day, of yesterday and of today before the silence."""
    for minutes in (NEAR, 2 * NEAR, 4 * NEAR):
        since = max(own.now - minutes, own.first + minutes)
        spans = (
            range(own.first, min(own.first + minutes, own.end)),
            range(min(since, own.end), own.end),
        )
        events, listened = own.sums(*spans)
        if events >= ENOUGH and listened >= LEAST_MINUTES:
            return spans
    return (range(own.first, own.end),)


def recent(own: History) -> Spans:
    """The newest minutes before the silence."""
    for minutes in (RECENT, 2 * RECENT, 4 * RECENT, 8 * RECENT):
        span = range(own.end - minutes, own.end)
        events, listened = own.sums(span)
        if events >= ENOUGH and listened >= LEAST_MINUTES // 2:
            return (span,)
    return (range(own.first, own.end),)


def _least(own: History, usual: Spans, spread: float) -> float:
    """Events a minute, less a standard error, of which clustered events have more."""
    events, minutes = own.sums(*usual)
    return max(events - sqrt(spread * events), events / 2.0) / minutes


def _activity(others: Sequence[History], usual: Spans, silence: range) -> float:
    """What the others do in the silence against the usual minutes, within `CLIP`.

    One event more on both sides: where others hardly have any, they say little.
    """
    found = expected = 0.0
    for other in others:
        (events, minutes), (now, lately) = other.sums(*usual), other.sums(silence)
        if minutes and lately:
            found += now
            expected += events * lately / minutes
    return min(max((found + 1.0) / (expected + 1.0), CLIP[0]), CLIP[1])


def _spread(own: History) -> float:
    """How clustered the events are, 1 when they come one by one."""
    events, minutes = own.sums(range(own.first, own.end))
    size = min(max(1, round(BIN_EVENTS * minutes / events)), 60)
    bins = own.bins(size)
    pairs = [(a, b) for (a, first), (b, second) in pairwise(bins) if a + b and first and second]
    if not pairs:
        return 1.0
    return max(1.0, sum((a - b) ** 2 / (a + b) for a, b in pairs) / len(pairs))
