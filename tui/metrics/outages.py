"""Events of the feeds: lost, silent though they were connected, and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from tui.metrics.breaks import Break
from tui.metrics.coverage import HEARTBEAT, Listening, Stream
from tui.metrics.event import Event, Kind
from tui.metrics.feeds import ALERTS
from tui.metrics.silence import Silence
from tui.metrics.spans import words
from tui.tables import State

if TYPE_CHECKING:
    from tui.metrics.spells import Spell

_JUDGED = timedelta(minutes=1)
"""What a venue's silence is judged by changes by the minute: one later it is surely told."""
_WELL = (State.LIVE, State.STARTING, State.OFF)


def of_breaks(found: Iterable[Break], wanted: Sequence[Stream]) -> Iterable[Event]:
    """Liquidation feeds that were lost, and those that came back."""
    for one in found:
        names, of = _names(one.streams, wanted), (len(one.streams), len(wanted))
        if one.since is not None:
            look = one.since + 2 * HEARTBEAT
            yield Event(one.since, Kind.LOST, look, names=names, of=of, reason=one.reason)
        if one.until is not None:
            yield Event(
                one.until,
                Kind.BACK,
                one.until,
                names=names,
                of=of,
                duration=one.until - one.since if one.since else None,
                filled=one.filled or None,
            )


def _names(streams: Sequence[Stream], wanted: Sequence[Stream]) -> tuple[str, ...]:
    """Venues, and the stream beside one that lost only some of its own."""
    lost: dict[str, list[str]] = {}
    for stream in streams:
        lost.setdefault(stream.venue, []).append(stream.stream)
    whole = {venue: sum(one.venue == venue for one in wanted) for venue in lost}
    return tuple(
        venue if len(names) == whole[venue] else f"{venue} {' '.join(names)}"
        for venue, names in lost.items()
    )


def of_health(health: pl.DataFrame) -> Iterable[Event]:
    """Feeds that are not well now, but for lost liquidation feeds, which coverage tells of."""
    for row in health.iter_rows(named=True):
        if row["state"] in _WELL or row["collector"] in (ALERTS, "liquidations"):
            continue
        name = " ".join(filter(None, (row["venue"], row["collector"])))
        yield Event(row["ts"], Kind.LOST, row["ts"], names=(name,), reason=row["reason"])


def spells_of(
    whole: pl.DataFrame,
    silences: Mapping[str, Silence] | None,
    listening: Listening,
    began: datetime | None,
    as_of: datetime,
) -> tuple["Spell", ...]:
    """The silences of `whole` minutes; none where nobody judged the venues."""
    if silences is None:
        return ()
    from tui.metrics.spells import spells  # 3 ms that no first frame waits for

    return spells(whole, silences, listening, began, as_of)


def of_spells(found: Iterable["Spell"], as_of: datetime) -> Iterable[Event]:
    """Venues that said nothing though they were connected, from their alarm on."""
    for one in found:
        names, lasted = (one.venue,), timedelta(seconds=one.silent_s)
        if one.alarm is not None:
            bound = "in a day" if one.after_s is None else f"for {words(lasted)}"
            alarm = "" if one.after_s is None else f" (alarm after {_words(one.after_s)})"
            look = min(one.alarm + _JUDGED, as_of)
            yield Event(
                one.alarm, Kind.SILENT, look, names=names, reason=f"no event {bound}{alarm}"
            )
        if one.until is not None:
            known = lasted if one.alarm is not None else None
            yield Event(
                one.until, Kind.BACK, one.until, names=names, duration=known, reason="silent"
            )


def _words(seconds: float) -> str:
    return words(timedelta(seconds=seconds))
