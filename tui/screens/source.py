"""Where the reading thread has its snapshots from."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import polars as pl

from tui.metrics.around import Around
from tui.snapshot import Snapshot
from tui.tables import Condition

if TYPE_CHECKING:
    from tui.store.search import Search


class Source(Protocol):
    """Where snapshots come from; `tui.snapshot.Live` is one."""

    def poll(self) -> bool:
        """Take in what is new; whether anything was."""

    def at(self, as_of: datetime) -> Snapshot:
        """The snapshot of that moment."""

    def minutes(self, as_of: datetime) -> pl.DataFrame:
        """The whole minutes (`liquidation_minutes`) of the 24 h before that moment."""

    def quoted(self, shown: Snapshot, as_of: datetime) -> Snapshot | None:
        """`shown` with the quotes that came since; None when none did."""

    def around(self, ts: datetime, base: str, as_of: datetime) -> Around:
        """What happened around a liquidation of `base`."""

    def search(self, conditions: Sequence[Condition]) -> "Search":
        """Looks for all the liquidations that meet these, at any moment."""

    def older(self, base: str, as_of: datetime) -> pl.DataFrame:
        """The ratios of `base` before those of the snapshot, as far back as 91 days."""

    def depths(self, base: str, as_of: datetime, span: timedelta) -> pl.DataFrame:
        """The books of `base` over the `span` before that moment, thinned."""
