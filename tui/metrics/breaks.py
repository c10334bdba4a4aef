"""When feeds were lost and came back, from the coverage of their connections."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.bounds import NOTICED
from tui.metrics.coverage import HEARTBEAT, Gap, Listening, Stream
from tui.metrics.spans import moment, ms
from tui.tables import BACKFILLED


@dataclass(frozen=True)
class Break:
    """Feeds that were lost together, for one reason. `until` is None while they are; `filled` is
    the longest part of it that was asked for afterwards. A break that was under way when the time
    looked at begins has no beginning."""

    streams: tuple[Stream, ...]
    since: datetime | None
    until: datetime | None
    reason: str
    filled: timedelta = timedelta()


def breaks(
    coverage: pl.DataFrame, wanted: Sequence[Stream], since: datetime, as_of: datetime
) -> tuple[Break, ...]:
    """The breaks after `since`, oldest first. What was backfilled was lost all the same."""
    if since >= as_of:
        return ()
    is_filled = pl.col("reason").str.starts_with(BACKFILLED).fill_null(False)
    heard = Listening(coverage.filter(~is_filled), wanted).cover(since, as_of).gaps
    end = moment(ms(as_of))  # to the millisecond, as gaps are
    fills = coverage.filter(is_filled).select("venue", "stream", "since", "until").rows()
    found = [
        _break(gap, fills, since, end)
        for gap in sorted(heard, key=lambda gap: (gap.since, gap.venue, gap.stream))
        if gap.until - gap.since >= NOTICED
    ]
    return tuple(_together(found))


def _break(
    gap: Gap,
    fills: Iterable[tuple[str, str, datetime, datetime]],
    since: datetime,
    end: datetime,
) -> Break:
    parts = [
        min(gap.until, last) - max(gap.since, first)
        for venue, stream, first, last in fills
        if (venue, stream) == (gap.venue, gap.stream) and last > gap.since and first < gap.until
    ]
    return Break(
        (Stream(gap.venue, gap.stream),),
        gap.since if gap.since > since else None,
        gap.until if gap.until < end else None,
        gap.reason,
        sum(parts, timedelta()),
    )


def _together(found: Iterable[Break]) -> list[Break]:
    """A recorder that stops loses every feed within a heartbeat: that is one break."""
    made: list[Break] = []
    for one in found:
        if made and _same(made[-1], one):
            last = made[-1]
            streams, filled = (*last.streams, *one.streams), max(last.filled, one.filled)
            made[-1] = replace(last, streams=streams, filled=filled)
        else:
            made.append(one)
    return made


def _same(one: Break, other: Break) -> bool:
    return one.reason == other.reason and all(
        a == b if a is None or b is None else abs(a - b) <= HEARTBEAT
        for a, b in ((one.since, other.since), (one.until, other.until))
    )
