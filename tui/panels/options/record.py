"""The record of the options panel, and a year of DVOL for the detail."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from tui.metrics import options as metric
from tui.metrics.options import Options
from tui.snapshot import Snapshot
from tui.tables import State

FEED = "options"


@dataclass(frozen=True)
class OptionsRecord:
    """The options at a moment; `closes` (DVOL at each midnight, by coin) are for the detail."""

    as_of: datetime
    options: Options
    closes: Mapping[str, list[float | None]] = field(default_factory=dict)


def record(snapshot: Snapshot) -> OptionsRecord:
    """The options at the snapshot's moment; without any, why there are none."""
    made = metric.options(snapshot.volatility, snapshot.options, snapshot.as_of)
    if not made.coins:
        made = replace(made, reason=_lacking(snapshot))
    return OptionsRecord(snapshot.as_of, made)


def detailed(snapshot: Snapshot, days: int) -> OptionsRecord:
    """The record with the daily closes of DVOL of the newest `days`."""
    made = record(snapshot)
    closes = {
        coin.base: metric.history(snapshot.volatility, coin.base, snapshot.as_of, days)
        for coin in made.options.coins
    }
    return replace(made, closes=closes)


def _lacking(snapshot: Snapshot) -> str:
    """What the feed last said; no word of it at all when nobody asks."""
    said = snapshot.health.filter(pl.col("collector") == FEED).sort("ts")
    if said.is_empty() or said["state"][-1] == State.OFF:
        return "needs deribit on, and BTC or ETH followed"
    reason = said["reason"][-1]
    return f"deribit {said['state'][-1]}" + (f": {reason}" if reason else "")
