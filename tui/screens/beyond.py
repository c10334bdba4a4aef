"""What a detail shows of the store beyond the snapshot: read when it is opened, then kept."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

import polars as pl

from tui.metrics.around import SECONDS, Around
from tui.metrics.feed import FeedRow
from tui.metrics.spans import AHEAD, ms
from tui.panels.base import Needs
from tui.screens.source import Source
from tui.snapshot import Snapshot
from tui.tables import Condition

if TYPE_CHECKING:
    from tui.store.search import Matches, Search

T = TypeVar("T")

OLDER_EVERY = timedelta(hours=1)
"""Ratios of a month ago and before do not change; each hour one more of them is that old."""
BOOKS_EVERY = timedelta(seconds=30)
"""A book is asked for so often."""


class Read(Generic[T]):
    """What was read last of one kind, which serves for a while."""

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._known: tuple[Hashable, datetime, T] | None = None

    def of(self, key: Hashable, as_of: datetime, read: Callable[[], T]) -> T:
        """What is known of a key at a moment, read anew where that is old, or from later on."""
        known = self._known
        if known is None or known[0] != key or not timedelta() <= as_of - known[1] < self._every:
            known = self._known = (key, as_of, read())
        return known[2]


class Beyond:
    """Belongs to the reading thread. Made anew when no detail is open: a filter that lets much
    through holds 70 bytes of each row."""

    def __init__(self) -> None:
        self._around = Read[Around](timedelta.max)
        self._older = Read[pl.DataFrame](OLDER_EVERY)
        self._depths = Read[pl.DataFrame](BOOKS_EVERY)
        self._search: tuple[tuple[Condition, ...], Search] | None = None
        self._matches: tuple[Needs, Matches] | None = None

    def added(
        self, source: Source, shown: Snapshot, needs: Needs, frozen: bool = False
    ) -> Snapshot:
        """The snapshot with what the detail needs; StoreError when that can't be read. While the
        tape is `frozen`, what was found for it stays."""
        if needs.around is not None:
            shown = replace(shown, around=self._around_row(source, needs.around, shown.as_of))
        if needs.older is not None:
            shown = replace(shown, older=self._older_ratios(source, needs.older, shown.as_of))
        if needs.depths is not None:
            rows = self._books(source, needs.depths, shown.as_of, needs.span)
            shown = replace(shown, depths=rows)
        if needs.matching:
            shown = replace(shown, matches=self._matching(source, shown.as_of, needs, frozen))
        return shown

    def _matching(self, source: Source, as_of: datetime, needs: Needs, frozen: bool) -> "Matches":
        if frozen and self._matches is not None and self._matches[0] == needs:
            return self._matches[1]
        if self._search is None or self._search[0] != needs.matching:
            self._search = (needs.matching, source.search(needs.matching))
        found = self._search[1].at(ms(as_of - needs.span), ms(as_of + AHEAD))
        self._matches = (needs, found)
        return found

    def _around_row(self, source: Source, row: FeedRow, as_of: datetime) -> Around:
        """Read until nothing can be added."""
        until = min(as_of, row.ts + 2 * SECONDS)
        return self._around.of((row, until), as_of, lambda: source.around(row.ts, row.base, as_of))

    def _older_ratios(self, source: Source, base: str, as_of: datetime) -> pl.DataFrame:
        return self._older.of(base, as_of, lambda: source.older(base, as_of))

    def _books(self, source: Source, base: str, as_of: datetime, span: timedelta) -> pl.DataFrame:
        return self._depths.of((base, span), as_of, lambda: source.depths(base, as_of, span))
