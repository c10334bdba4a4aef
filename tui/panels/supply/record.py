"""The record of the supply panel, and for its detail the year's price with its averages."""

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from tui.metrics import supply as metric
from tui.metrics.supply import Supply
from tui.panels import moving_averages, shared
from tui.panels.base import View
from tui.snapshot import Snapshot

DAYS = 365


@dataclass(frozen=True)
class SupplyRecord:
    """The zones at a moment; `history` (ts, close, and a column per average) for the detail."""

    as_of: datetime
    supply: Supply
    history: pl.DataFrame | None = None


def record(snapshot: Snapshot, view: View) -> SupplyRecord:
    """The zones of the view's coin at the snapshot's moment."""
    quote = shared.price(snapshot, view.base)
    last, ts = (quote.price, quote.ts) if quote else (None, None)
    made = metric.supply(snapshot.hours(view.base), view.base, last, ts)
    return SupplyRecord(snapshot.as_of, made)


def detailed(snapshot: Snapshot, view: View) -> SupplyRecord:
    """The record with the daily closes of the year and every mean there is of them."""
    history = moving_averages.detailed(snapshot, view, DAYS).history
    return replace(record(snapshot, view), history=history)
