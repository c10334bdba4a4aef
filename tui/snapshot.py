"""What a screen needs at one moment: the frames, cut at `as_of` by event time."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from tui.metrics.coverage import Stream


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The frames of one moment. Live is `as_of` = now; time travel moves it.

    Every frame has the columns of its table (`tui.tables`), `raw` excepted, and no row later than
    `as_of` (+ 5 s, which count as now). Equality is identity: frames do not compare.
    """

    as_of: datetime
    endpoint: str | None
    streams: tuple[Stream, ...]  # the liquidation feeds the recorder wants
    gives: dict[str, str]  # venue -> all, 1/s, ?
    began: datetime | None  # when the store first listened
    minutes: pl.DataFrame  # liquidation_minutes of the last 24 h and a minute
    edges: pl.DataFrame  # liquidations of the windows' partial first minutes and the newest minute
    recent: pl.DataFrame  # the newest liquidations, newest first
    largest: pl.DataFrame  # the largest of 24 h: no row or one
    coverage: pl.DataFrame
    positioning: pl.DataFrame
    derivatives: pl.DataFrame  # thinned to a row a minute but for the newest 10 minutes
    candles: pl.DataFrame
    quotes: pl.DataFrame  # thinned to a row a minute but for the newest 2 minutes; last 25 h
    health: pl.DataFrame  # the newest row per collector, venue and stream
    recorder_ts: datetime | None  # when the recorder last wrote anything (`latest`)
