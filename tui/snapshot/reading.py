"""The snapshot of a moment, read of a store."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tui.clock import from_milliseconds, milliseconds
from tui.metrics.around import NEAR, SECONDS, Around
from tui.metrics.coverage import Stream
from tui.snapshot.moment import Snapshot
from tui.store.day import Day
from tui.store.reader import Reader
from tui.store.year import Year
from tui.tables import (
    LIQUIDATIONS,
    QUOTES,
    Measure,
)


def take(reader: Reader, as_of: datetime) -> Snapshot:
    """The snapshot of any moment, past ones too. StoreError when the store can't be read."""
    day = Day(reader, milliseconds(as_of), followed=False)
    return of_day(reader, day, as_of, Year(reader))


def around(reader: Reader, ts: datetime, base: str, as_of: datetime) -> Around:
    """The rows around a liquidation with their raw ones, and the quotes before it."""
    since = ts - SECONDS - timedelta(milliseconds=1)  # a read leaves its first moment out
    until = min(ts + SECONDS, as_of)
    rows = reader.read(LIQUIDATIONS, since=since, until=until, raw=True)
    quotes = reader.read(QUOTES, since=ts - NEAR, until=ts, where={"base": base})
    return Around(rows, quotes)


def of_day(reader: Reader, day: Day, as_of: datetime, year: Year) -> Snapshot:
    """The snapshot at a moment of a day that is in memory."""
    began, wrote = reader.meta("began"), reader.latest_as_of()
    return Snapshot(
        as_of=as_of,
        endpoint=reader.endpoint,
        streams=tuple(Stream(venue, stream) for venue, stream in reader.meta("streams") or ()),
        gives=dict(reader.meta("gives") or {}),
        measures=_measures(reader.meta("measures") or {}),
        began=None if began is None else from_milliseconds(began),
        recorder_ts=min(wrote, as_of) if wrote else None,
        around=None,
        year=year,
        **day.frames(milliseconds(as_of)),  # type: ignore[arg-type]  # each is what it is named
    )


def _measures(told: Mapping[str, Sequence[str]]) -> dict[str, tuple[Measure, ...]]:
    """As the store's meta has them; a measure of a newer version is passed over."""
    return {
        venue: tuple(measure for measure in Measure if measure in names)
        for venue, names in told.items()
    }
