"""The silences of a day that were alarms: when each was one, and when events came again.

Of those that are over only the minutes are known, so they are judged by the minute, against the day
before their end as far as it lies in the day looked at. What therefore can't be known: one that was
an alarm for less than two minutes; one that followed less history than a judgement needs (an hour,
and 20 events), so that it is forgotten somewhat before its day is over; and when one began that was
under way when the day looked at did.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from tui.metrics.coverage import Listening
from tui.metrics.memo import kept
from tui.metrics.silence import Silence, unheard, venues_of
from tui.metrics.spans import MINUTE_MS, moment, ms
from tui.metrics.tail import longest
from tui.metrics.usual import (
    CLIP,
    DAY,
    DEAD_MINUTES,
    LEAST_S,
    History,
    Holes,
    Recorded,
    recent,
    recorded,
    usual,
)


class Spell(NamedTuple):
    """A silence of a venue that was an alarm from `alarm` on, `after_s` seconds without an event.

    `until` is when events came again, to the minute, None while it lasts. `silent_s` is how long
    the venue was listened to in vain: at least, where `alarm` is None because the silence began
    before the day looked at.
    """

    venue: str
    alarm: datetime | None
    until: datetime | None
    silent_s: float
    after_s: float | None


def spells(
    minutes: pl.DataFrame,
    silences: Mapping[str, Silence],
    listening: Listening,
    began: datetime | None,
    as_of: datetime,
) -> tuple[Spell, ...]:
    """Those that last, by what is `silent` now, and those that ended in the 24 h before `as_of`.

    `minutes` are the whole rows of `liquidation_minutes` that `silences` were judged by.
    """
    silent = {venue: one for venue, one in silences.items() if one.silent}
    lasting = [
        Spell(venue, one.alarm, None, one.silent_s, one.silent_after_s)
        for venue, one in silent.items()
    ]
    now, (_, holes) = ms(as_of) // MINUTE_MS, unheard(listening, began, as_of)
    ended = _ended(minutes, now, venues_of(listening), holes)
    # One that ends with the last whole minute does so by an event of the open one, or goes on.
    over = [one for one in ended if one.until != moment(now * MINUTE_MS) or one.venue not in silent]
    return (*lasting, *over)


@kept(2)
def _ended(
    minutes: pl.DataFrame, now: int, venues: tuple[str, ...], holes: Holes
) -> tuple[Spell, ...]:
    days = recorded(minutes, now, venues, holes)
    histories = {venue: History(day) for venue, day in days.items()}
    return tuple(
        found
        for venue, day in days.items()
        for since, end in _gaps(day)
        if _is_long(histories[venue].at(end), since)
        and (found := _spell(venue, day, histories, since, end, now - DAY))
    )


def _gaps(day: Recorded) -> Iterator[tuple[int, int]]:
    """First minute and end of every stretch without an event that may be an alarm."""
    places = [place for place, count in enumerate(day.counts) if count]
    if places and places[0] >= DEAD_MINUTES:
        yield 0, places[0]
    for before, end in pairwise([*places, DAY]):
        if 60.0 * (end - before - 1) >= LEAST_S:
            yield before + 1, end


def _is_long(own: History, since: int) -> bool:
    """Whether the silence since then is so long against the hour before it that looking closer
    (0.2 ms) is worth it."""
    events, minutes = own.sums(*recent(own))
    return CLIP[1] * events * (own.now - since) >= longest(1.0) * minutes


def _spell(
    venue: str, day: Recorded, histories: Mapping[str, History], since: int, end: int, first: int
) -> Spell | None:
    """The silence of these minutes, if it was an alarm; `first` is the day's minute since 1970."""
    usually = usual(venue, {name: own.at(end) for name, own in histories.items()})
    heard, until = day.heard[since:end], moment((first + end) * MINUTE_MS)
    silent_s = 60.0 * sum(heard)
    if usually.dead:
        return Spell(venue, None, until, silent_s, None)
    after = usually.after_s
    if after is None or silent_s <= after:
        return None
    alarm = moment((first + since) * MINUTE_MS + round(1000 * _reached(heard, after)))
    return Spell(venue, alarm, until, silent_s, after)


def _reached(heard: Sequence[bool], after_s: float) -> float:
    """Seconds from the first of these minutes until so many were listened to."""
    left = after_s
    for place, is_heard in enumerate(heard):
        if is_heard and left <= 60.0:
            return 60.0 * place + left
        left -= 60.0 * is_heard
    raise ValueError(f"{after_s} s were not listened to in {len(heard)} minutes")
