"""What a detail shows of the store beyond the snapshot: read when it is opened, then kept."""

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.around import SECONDS, Around
from tui.metrics.feed import FeedRow
from tui.panels.base import Needs
from tui.screens.source import Source
from tui.snapshot import Snapshot

OLDER_EVERY = timedelta(hours=1)
"""Ratios of a month ago and before do not change; each hour one more of them is that old."""


class Beyond:
    """Belongs to the reading thread. What one detail needed is let go by the next one."""

    def __init__(self) -> None:
        self._around: tuple[FeedRow, datetime, Around] | None = None
        self._older: tuple[str, datetime, pl.DataFrame] | None = None

    def added(self, source: Source, shown: Snapshot, needs: Needs) -> Snapshot:
        """The snapshot with what the detail needs; StoreError when that can't be read."""
        if needs.around is not None:
            shown = replace(shown, around=self._around_row(source, needs.around, shown.as_of))
        if needs.older is not None:
            shown = replace(shown, older=self._older_ratios(source, needs.older, shown.as_of))
        return shown

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


def _in_reach(read: datetime, as_of: datetime) -> bool:
    return timedelta(0) <= as_of - read < OLDER_EVERY
