"""A venue that says nothing though its socket is open: how unlikely its silence is by now.

Binance acknowledged subscriptions on 2026-04-23 and never sent a frame: pings were answered, and
only the missing liquidations told. Some hours nobody is liquidated; so a silence is measured
against what would be expected of the venue now, and is an alarm when it is less likely than 1e-9.

What is expected per minute: the venue's mean at this time of day (90 minutes around it, over the
last 24 h) times what the other venues do now against theirs; and the same with its last hour
instead of the day. The smaller one counts, each less a standard error: a night quieter than
the last one is no outage. Only minutes in which every stream of the venue was listened to count.

How gaps spread: adjacent bins (of so many minutes that they hold a few events) that share N events
differ by √N when the events come one by one; the mean of difference² ÷ N, never below 1, says how
clustered they are, and does not see waves and rhythm, which change both bins. For a renewal
process it is the squared coefficient of variation of the gaps. They are taken as
hyperexponential with it and balanced means (Whitt 1982), whose tail is exponential for 1 and wider
above.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from math import sqrt

import polars as pl

from tui.metrics.coverage import Gap, Listening
from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, between, ms, words
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
class Silence:
    """One venue: for how long it was silent while listened to, and from when on that is an alarm.

    `silent_after_s` is the time without an event after which it is `silent`, by what is expected
    now: minutes for a busy venue, hours for one under two events a minute. It and `silent` are
    None where `reason` says why nothing can be said. `spread` is that of its gaps, 1 for events
    that come one by one; `rate` the events a minute that are expected.
    """

    venue: str
    silent_s: float
    silent_after_s: float | None
    silent: bool | None
    rate: float | None = None
    spread: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class _Usual:
    """What is expected of a venue now, per minute, and how its gaps spread."""

    rate: float
    spread: float
    reason: str | None = None
    dead: bool = False  # not one event in a day in which the others had theirs


def silences(
    minutes: pl.DataFrame,
    lasts: Mapping[str, datetime],
    listening: Listening,
    began: datetime | None,
    as_of: datetime,
) -> dict[str, Silence]:
    """Every wanted venue's silence at `as_of`.

    `minutes` are the whole rows of `liquidation_minutes` of the last 24 h, of all coins and
    classes; `lasts` the newest event of each venue. The history is worked out once a minute.
    """
    now, day = ms(as_of) // MINUTE_MS, as_of - timedelta(minutes=DAY)
    venues = tuple(dict.fromkeys(stream.venue for stream in listening.wanted))
    gaps = listening.cover(max(day, began or as_of), as_of).gaps
    young = [] if began is None or began <= day else [Gap("", "", day, began, "young store")]
    holes = _holes([*gaps, *young])
    known = _usual(minutes, now, venues, holes)
    return {
        venue: _silence(venue, known[venue], lasts.get(venue), began, gaps, as_of)
        for venue in venues
    }


def _silence(
    venue: str,
    usual: _Usual,
    last: datetime | None,
    began: datetime | None,
    gaps: Sequence[Gap],
    as_of: datetime,
) -> Silence:
    day = as_of - timedelta(minutes=DAY)
    since = max(day, last or began or as_of)
    lost = sum(
        (min(gap.until, as_of) - max(gap.since, since)).total_seconds()
        for gap in gaps
        if gap.venue == venue and gap.until > since
    )
    silent_s = max(0.0, (as_of - since).total_seconds() - lost)
    if usual.reason is not None:
        dead = True if usual.dead else None
        return Silence(venue, silent_s, None, dead, reason=usual.reason)
    after = max(LEAST_S, 60.0 * longest(usual.spread) / usual.rate)
    return Silence(venue, silent_s, after, silent_s > after, usual.rate, usual.spread)


Holes = tuple[tuple[str, int, int], ...]
"""Venue (empty for all), first and last minute that were not listened to whole."""


def _holes(gaps: Sequence[Gap]) -> Holes:
    return tuple(
        (gap.venue, ms(gap.since) // MINUTE_MS, (ms(gap.until) - 1) // MINUTE_MS)
        for gap in gaps
        if gap.until - gap.since >= timedelta(seconds=1)
    )


@kept(4)
def _usual(
    minutes: pl.DataFrame, now: int, venues: tuple[str, ...], holes: Holes
) -> dict[str, _Usual]:
    """What is expected of each venue in the minute `now` (since 1970)."""
    first = now - DAY
    counts = _counts(minutes, first, now, venues)
    histories = {venue: _History(counts[venue], _heard(venue, first, holes)) for venue in venues}
    return {venue: _expected(venue, histories) for venue in venues}


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


class _History:
    """A venue's events by minute of the last day, oldest first, where it was listened to."""

    def __init__(self, counts: Sequence[int], heard: Sequence[bool]) -> None:
        self.end = max((place + 1 for place, count in enumerate(counts) if count), default=0)
        """One past the last minute with an event: before it is history, after it silence."""
        known = (count if here else 0 for count, here in zip(counts, heard, strict=True))
        self._events = [0, *accumulate(known)]
        self._minutes = [0, *accumulate(heard)]

    def sums(self, *spans: range) -> tuple[int, int]:
        """Events and minutes listened to in these spans of minutes."""
        events = minutes = 0
        for span in spans:
            events += self._events[span.stop] - self._events[span.start]
            minutes += self._minutes[span.stop] - self._minutes[span.start]
        return events, minutes

    def bins(self, size: int) -> list[tuple[int, bool]]:
        """Events of every so many minutes of history, and whether they were all listened to."""
        events, minutes = self._events[: self.end + 1 : size], self._minutes[: self.end + 1 : size]
        return [
            (b - a, d - c == size)
            for a, b, c, d in zip(events, events[1:], minutes, minutes[1:], strict=False)
        ]


Spans = tuple[range, ...]


def _expected(venue: str, histories: Mapping[str, _History]) -> _Usual:
    own = histories[venue]
    events, listened = own.sums(range(own.end))
    if events < LEAST_EVENTS or listened < LEAST_MINUTES:
        had = words(timedelta(minutes=listened))
        heard = own.sums(range(DAY))[1] >= DEAD_MINUTES
        if heard and not own.end and _all(histories) >= DEAD_EVENTS:
            return _Usual(0.0, 1.0, "no event in a day", dead=True)
        return _Usual(0.0, 1.0, f"{events} events in {had} of history")
    spread = _spread(own)
    others = [history for name, history in histories.items() if name != venue]
    silence = range(min(own.end, DAY - NOW), DAY)
    rate = min(
        _least(own, usual, spread) * _activity(others, usual, silence)
        for usual in (_near(own), _recent(own))
    )
    return _Usual(rate, spread)


def _all(histories: Mapping[str, _History]) -> int:
    return sum(history.sums(range(DAY))[0] for history in histories.values())


def _near(own: _History) -> Spans:
    """The minutes near this time of day, of yesterday and of today before the silence."""
    for minutes in (NEAR, 2 * NEAR, 4 * NEAR):
        spans = (
            range(min(minutes, own.end)),
            range(min(max(DAY - minutes, minutes), own.end), own.end),
        )
        events, listened = own.sums(*spans)
        if events >= ENOUGH and listened >= LEAST_MINUTES:
            return spans
    return (range(own.end),)


def _recent(own: _History) -> Spans:
    """The newest minutes before the silence."""
    for minutes in (RECENT, 2 * RECENT, 4 * RECENT, 8 * RECENT):
        span = range(max(0, own.end - minutes), own.end)
        events, listened = own.sums(span)
        if events >= ENOUGH and listened >= LEAST_MINUTES // 2:
            return (span,)
    return (range(own.end),)


def _least(own: _History, usual: Spans, spread: float) -> float:
    """Events a minute, less a standard error, of which clustered events have more."""
    events, minutes = own.sums(*usual)
    return max(events - sqrt(spread * events), events / 2.0) / minutes


def _activity(others: Sequence[_History], usual: Spans, silence: range) -> float:
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


def _spread(own: _History) -> float:
    """How clustered the events are, 1 when they come one by one."""
    events, minutes = own.sums(range(own.end))
    size = min(max(1, round(BIN_EVENTS * minutes / events)), 60)
    bins = own.bins(size)
    pairs = [(a, b) for (a, first), (b, second) in pairwise(bins) if a + b and first and second]
    if not pairs:
        return 1.0
    return max(1.0, sum((a - b) ** 2 / (a + b) for a, b in pairs) / len(pairs))
