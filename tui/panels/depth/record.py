"""The record of the depth panel: the books of one coin, and how long they would last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics import depth as metric
from tui.metrics.depth import Absorption, MarketDepth
from tui.panels.base import View
from tui.snapshot import Snapshot


@dataclass(frozen=True)
class DepthRecord:
    """The books of the view's coin, each market's sum behind its venues; `coins` are followed.
    `history` (DEPTH, of the coin) over `span` is for the detail alone."""

    as_of: datetime
    base: str
    books: tuple[MarketDepth, ...]
    absorption: Absorption
    coins: int
    history: pl.DataFrame | None = None
    span: timedelta = timedelta()

    def sum_of(self, market: str) -> MarketDepth | None:
        """The sum over the venues of spot or perp."""
        return next((b for b in self.books if (b.venue, b.market) == (metric.ALL, market)), None)


def record(snapshot: Snapshot, view: View) -> DepthRecord:
    """The newest of everything at the snapshot's moment."""
    coins = len(view.coins)
    made = metric.depths(snapshot.depth, snapshot.as_of, coins)
    ours = tuple(one for one in made if one.base == view.base)
    absorbed = snapshot.absorption(ours, view.base, view.window)
    return DepthRecord(snapshot.as_of, view.base, ours, absorbed, coins)
