"""Rows that a stream sent and nobody could read or keep, by the stretches in which they came."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

STRETCH = timedelta(minutes=1)
"""Unreadable rows are told in stretches this long: a window knows whether it lacks any."""


@dataclass
class Stretch:
    """When rows could not be read, and how many."""

    since: datetime
    until: datetime
    rows: int = 0


class Unreadable:
    """The stretches of one stream; `changed` are those that grew since it was last asked."""

    def __init__(self) -> None:
        self._last: Stretch | None = None
        self._dropped: dict[datetime, Stretch] = {}  # by their minute
        self._changed: list[Stretch] = []

    @property
    def has_changed(self) -> bool:
        """Whether `changed` would give any."""
        return bool(self._changed)

    def changed(self) -> list[Stretch]:
        """The stretches that began or grew since the last time."""
        changed, self._changed = self._changed, []
        return changed

    def came(self, rows: int, now: datetime) -> None:
        """So many rows that can't be read, just now."""
        last = self._last
        if last is None or not timedelta() <= now - last.since < STRETCH:
            last = self._last = Stretch(now, now)
        self._add(last, rows, now)

    def dropped(self, times: pl.Series, now: datetime) -> None:
        """Rows of these times, by the minute of the event: one lost later adds to its stretch."""
        for ts in times:
            minute = ts.replace(second=0, microsecond=0)
            self._add(self._dropped.setdefault(minute, Stretch(minute, minute)), 1, min(ts, now))

    def _add(self, one: Stretch, rows: int, until: datetime) -> None:
        one.until, one.rows = max(one.until, until), one.rows + rows
        if one not in self._changed:
            self._changed.append(one)
