"""Stored prices of one market: closes that were complete at a moment, and the price back then."""

from datetime import datetime, timedelta

import polars as pl

from tui.metrics.spans import AHEAD

VENUES = ("binance", "bybit", "okx")
"""The order in which a price is taken; a venue further on is used only where these have none."""

LIVE = timedelta(seconds=60)
"""A market is live while its newest quote is younger; a quote is near while at most this off."""

LENGTHS = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}


def by_venue(name: str = "venue") -> pl.Expr:
    """The place of a venue in `VENUES`; the others come after them."""
    places = {venue: place for place, venue in enumerate(VENUES)}
    return pl.col(name).replace_strict(places, default=len(VENUES), return_dtype=pl.Int32)


def spot_symbol(frame: pl.DataFrame, base: str) -> str | None:
    """The spot market of `base` in the frame: against USDT if there is one."""
    spot = frame.filter((pl.col("base") == base) & ~pl.col("symbol").str.contains(":"))
    symbols = spot["symbol"].unique().sort().to_list()
    return f"{base}/USDT" if f"{base}/USDT" in symbols else next(iter(symbols), None)


def closes(candles: pl.DataFrame, symbol: str, interval: str, as_of: datetime) -> pl.DataFrame:
    """Closes of a market that were complete at `as_of`, oldest first: columns ts, close, venue.

    `ts` is the moment of the close. Where several venues have a candle, the first in `VENUES`
    counts, so that a venue that fell out is filled by the next.
    """
    length = LENGTHS[interval]
    complete = pl.col("closed") & (pl.col("ts") <= as_of - length)
    rows = candles.filter(
        (pl.col("symbol") == symbol) & (pl.col("interval") == interval) & complete
    )
    ended = pl.col("ts") + pl.duration(milliseconds=length // timedelta(milliseconds=1))
    return (
        rows.select(ended.alias("ts"), "close", "venue")
        .sort("ts", by_venue())
        .unique("ts", keep="first", maintain_order=True)
    )


def newest_quote(
    quotes: pl.DataFrame, symbol: str, as_of: datetime
) -> tuple[float, datetime, str] | None:
    """Price, time and venue of a market's newest quote.

    The first venue in `VENUES` that is live, else whichever spoke last. None without any quote.
    """
    rows = quotes.filter((pl.col("symbol") == symbol) & (pl.col("ts") <= as_of + AHEAD))
    is_dead = pl.col("ts") <= as_of - LIVE
    order = pl.when(is_dead).then(len(VENUES) + 1).otherwise(by_venue())
    best = (
        rows.sort("ts")
        .group_by("venue", maintain_order=True)
        .last()
        .sort(order, "ts", descending=[False, True])
        .select("price", "ts", "venue")
    )
    return best.row(0) if best.height else None


def price_at(
    quotes: pl.DataFrame,
    candles: pl.DataFrame,
    symbol: str,
    at: datetime,
    *,
    venue: str | None = None,
    intervals: tuple[str, ...] = ("1h",),
) -> float | None:
    """The newest stored price of a market at or before `at`.

    A quote at most 60 s older (of `venue` rather than another), else a close of the first of
    `intervals` that has one at most its own length older, else None.
    """
    near = quotes.filter(
        (pl.col("symbol") == symbol) & (pl.col("ts") <= at) & (pl.col("ts") >= at - LIVE)
    )
    if near.height:
        other = (pl.col("venue") != venue).fill_null(True)
        best = near.sort(other, by_venue(), "ts", descending=[False, False, True])
        return float(best["price"][0])
    for interval in intervals:
        rows = closes(candles, symbol, interval, at).tail(1)
        if rows.height and rows["ts"][0] >= at - LENGTHS[interval]:
            return float(rows["close"][0])
    return None
