"""What a detail shows of the store beyond the snapshot: read when it is opened, then kept."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

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

OLDER_EVERY = timedelta(hours=1)
"""Ratios of a month ago and before do not change; each hour one more of them is that old."""
BOOKS_EVERY = timedelta(seconds=30)
"""A book is asked for so often."""


class Beyond:
    """Belongs to the reading thread. Made anew when no detail is open: a filter that lets much
    through holds 70 bytes of each row."""

    def __init__(self) -> None:
        self._around: tuple[FeedRow, datetime, Around] | None = None
        self._older: tuple[str, datetime, pl.DataFrame] | None = None
        self._depths: tuple[tuple[str, timedelta], datetime, pl.DataFrame] | None = None
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
        known = self._around
        if known is None or known[0] != row or known[1] < row.ts + 2 * SECONDS:
            known = self._around = (row, as_of, source.around(row.ts, row.base, as_of))
        return known[2]

    def _older_ratios(self, source: Source, base: str, as_of: datetime) -> pl.DataFrame:
        known = self._older
        if known is None or known[0] != base or not _in_reach(known[1], as_of):
            known = self._older = (base, as_of, source.older(base, as_of))
        return known[2]

    def _books(self, source: Source, base: str, as_of: datetime, span: timedelta) -> pl.DataFrame:
        known = self._depths
        if known is None or known[0] != (base, span) or not _in_reach(known[1], as_of, BOOKS_EVERY):
            rows = source.depths(base, as_of, span)
            known = self._depths = ((base, span), as_of, rows)
        return known[2]


def _in_reach(read: datetime, as_of: datetime, every: timedelta = OLDER_EVERY) -> bool:
    return timedelta(0) <= as_of - read < every
