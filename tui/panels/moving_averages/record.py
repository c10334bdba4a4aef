"""The record of the averages panel, and its history for the detail."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from tui.metrics import averages as metric
from tui.metrics.averages import Averages
from tui.metrics.feeds import is_stale
from tui.panels import shared
from tui.panels.base import View
from tui.snapshot import Snapshot


@dataclass(frozen=True)
class AveragesRecord:
    """The averages at a moment; `history` (ts, close, and a column per average) for the detail."""

    as_of: datetime
    averages: Averages
    history: pl.DataFrame | None = None

    @property
    def close_age(self) -> timedelta | None:
        """How long ago the newest daily close was, at 24:00 UTC of its day."""
        closed_at = self.averages.closed_at
        return None if closed_at is None else self.as_of - closed_at

    @property
    def close_late(self) -> bool:
        """Whether a daily close that should be there is not."""
        return is_stale("candles", self.averages.closed_at, self.as_of)


def record(snapshot: Snapshot, view: View) -> AveragesRecord:
    """The averages of the view's coin at the snapshot's moment."""
    quote = shared.price(snapshot, view.base)
    last, ts = (quote.price, quote.ts) if quote else (None, None)
    made = metric.averages(snapshot.candles, view.base, last, ts, snapshot.as_of)
    if made.last_close is None and view.base not in view.coins:
        # Candles are asked for of the coins that are followed: these never come by waiting.
        made = replace(made, reason=f"no daily closes: {view.base} is not in [coins] follow")
    return AveragesRecord(snapshot.as_of, made)


def detailed(snapshot: Snapshot, view: View, days: int) -> AveragesRecord:
    """The record with the closes of the newest `days` and every mean there is of them."""
    made = record(snapshot, view)
    history = metric.line(snapshot.candles, view.base, "50d", snapshot.as_of).select("ts", "close")
    for average in made.averages.lines:
        if average.value is not None:
            one = metric.line(snapshot.candles, view.base, average.name, snapshot.as_of)
            mean = one.select("ts", pl.col("mean").alias(average.name))
            history = history.join_asof(mean, on="ts") if average.need_weeks else history.join(
                mean, on="ts", how="left"
            )  # fmt: skip
    since = snapshot.as_of - timedelta(days=days)
    return replace(made, history=history.filter(pl.col("ts") >= since))
