"""A venue that says nothing though its socket is open: how unlikely its silence is by now.

Binance acknowledged subscriptions on 2026-04-23 and never sent a frame: pings were answered, and
only the missing liquidations told. Some hours nobody is liquidated; so a silence is measured
against what would be expected of the venue now, and is an alarm when it is less likely than 1e-9.

What is expected of it (`tui.metrics.usual`) rests on its own day and on the other venues.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.coverage import Gap, Listening
from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, ms
from tui.metrics.usual import DAY, DEAD_MINUTES, History, Holes, Usual, recorded, usual


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
    alarm: datetime | None = None
    """When the alarm's bound, as it is now, was reached; None while not silent, and of a silence
    that is longer than the day looked at."""


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
    gaps, holes = unheard(listening, began, as_of)
    venues = venues_of(listening)
    known = _usual(minutes, ms(as_of) // MINUTE_MS, venues, holes)
    return {
        venue: _silence(venue, known[venue], lasts.get(venue), began, gaps, as_of)
        for venue in venues
    }


def venues_of(listening: Listening) -> tuple[str, ...]:
    """The venues that are wanted."""
    return tuple(dict.fromkeys(stream.venue for stream in listening.wanted))


def unheard(
    listening: Listening, began: datetime | None, as_of: datetime
) -> tuple[Sequence[Gap], Holes]:
    """The gaps of the day before `as_of`, and the minutes that were not listened to whole."""
    day = as_of - timedelta(minutes=DAY)
    gaps = listening.cover(max(day, began or as_of), as_of).gaps
    young = [] if began is None or began <= day else [Gap("", "", day, began, "young store")]
    holes = tuple(
        (gap.venue, ms(gap.since) // MINUTE_MS, (ms(gap.until) - 1) // MINUTE_MS)
        for gap in [*gaps, *young]
        if gap.until - gap.since >= timedelta(seconds=1)
    )
    return gaps, holes


@kept(4)
def _usual(
    minutes: pl.DataFrame, now: int, venues: tuple[str, ...], holes: Holes
) -> dict[str, Usual]:
    """What is expected of each venue in the minute `now` (since 1970)."""
    days = recorded(minutes, now, venues, holes)
    histories = {venue: History(day) for venue, day in days.items()}
    return {venue: usual(venue, histories) for venue in venues}


def _silence(
    venue: str,
    usual: Usual,
    last: datetime | None,
    began: datetime | None,
    gaps: Sequence[Gap],
    as_of: datetime,
) -> Silence:
    day = as_of - timedelta(minutes=DAY)
    since = max(day, last or began or as_of)
    lost = _unheard([gap for gap in gaps if gap.venue == venue], since)
    unheard = sum((end - start for start, end in lost), timedelta())
    silent_s, after = (as_of - since - unheard).total_seconds(), usual.after_s
    if after is None:
        dead = True if usual.dead else None
        is_known = usual.dead and since > day
        alarm = _reached(since, 60.0 * DEAD_MINUTES, lost) if is_known else None
        return Silence(venue, silent_s, None, dead, reason=usual.reason, alarm=alarm)
    silent = silent_s > after
    alarm = _reached(since, after, lost) if silent else None
    return Silence(venue, silent_s, after, silent, usual.rate, usual.spread, alarm=alarm)


def _unheard(gaps: Iterable[Gap], since: datetime) -> list[tuple[datetime, datetime]]:
    """From `since` on when a stream was not listened to, once where several were not."""
    lost: list[tuple[datetime, datetime]] = []
    reached = since
    for gap in sorted(gaps, key=lambda gap: gap.since):
        if gap.until > reached:
            lost.append((max(gap.since, reached), gap.until))
            reached = gap.until
    return lost


def _reached(
    since: datetime, after_s: float, lost: Iterable[tuple[datetime, datetime]]
) -> datetime:
    """When so many seconds had been listened to since then."""
    at = since + timedelta(seconds=after_s)
    for start, end in lost:
        if start < at:
            at += end - start
    return at
