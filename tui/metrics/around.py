"""One liquidation looked at closely: its raw row, what happened around it, the price then."""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from tui.metrics.feed import FeedRow
from tui.metrics.series import by_venue

SECONDS = timedelta(seconds=10)
"""How far around a liquidation the others are looked at."""
NEAR = timedelta(seconds=60)
"""A quote is the price then while it is at most this much older."""


@dataclass(frozen=True, eq=False)
class Around:
    """The liquidations ten seconds around a moment with their `raw` column, oldest first, and the
    quotes of the coin in the minute up to it."""

    rows: pl.DataFrame
    quotes: pl.DataFrame


@dataclass(frozen=True)
class Then:
    """The newest price at a liquidation's moment: of which market, how many seconds older."""

    price: float
    venue: str
    symbol: str
    older_s: float


def raw(around: Around, row: FeedRow) -> str | None:
    """The venue's own row as it came; None when it is not among those read."""
    same = (
        (pl.col("ts") == row.ts)
        & (pl.col("venue") == row.venue)
        & (pl.col("symbol") == row.symbol)
        & (pl.col("side") == row.side.value)
        & pl.col("qty").eq_missing(row.qty)
        & pl.col("price").eq_missing(row.price)
    )
    found = around.rows.filter(same)
    return found["raw"][0] if found.height else None


def price_then(around: Around, row: FeedRow) -> Then | None:
    """Of the first venue in the usual order that was quoted at most a minute before."""
    near = around.quotes.filter(
        (pl.col("base") == row.base) & (pl.col("ts") <= row.ts) & (pl.col("ts") > row.ts - NEAR)
    )
    if near.is_empty():
        return None
    is_perpetual = pl.col("symbol").cast(pl.String).str.contains(":")
    newest = near.sort(is_perpetual, by_venue(), "ts", descending=[False, False, True]).row(
        0, named=True
    )
    older = (row.ts - newest["ts"]).total_seconds()
    return Then(newest["price"], newest["venue"], newest["symbol"], older)
