"""Stored prices of one market: closes that were complete at a moment, and the price back then."""

from datetime import datetime, timedelta

import polars as pl

from tui.metrics.spans import AHEAD, instant

VENUES = ("binance", "bybit", "okx")
"""The order in which a price is taken; a venue further on is used only where these have none."""

LIVE = timedelta(seconds=60)
"""A market is live while its newest quote is younger; a quote is near while at most this off."""

LENGTHS = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}


def place(venue: str) -> int:
    """The place of a venue in `VENUES`; the others come after them."""
    return VENUES.index(venue) if venue in VENUES else len(VENUES)


def by_venue(name: str = "venue") -> pl.Expr:
    """`place` of a column."""
    places = {venue: place for place, venue in enumerate(VENUES)}
    return pl.col(name).replace_strict(places, default=len(VENUES), return_dtype=pl.Int32)


def markets(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """The (base, symbol) pairs of the frame, in the order of the alphabet."""
    pairs: list[tuple[str, str]] = frame.select("base", "symbol").unique().rows()
    return sorted(pairs)


def spot_symbol(frame: pl.DataFrame, base: str) -> str | None:
    """The spot market of `base` in the frame: against USDT if there is one."""
    spot = [symbol for of, symbol in markets(frame) if of == base and ":" not in symbol]
    return f"{base}/USDT" if f"{base}/USDT" in spot else next(iter(spot), None)


def closes(candles: pl.DataFrame, symbol: str, interval: str, as_of: datetime) -> pl.DataFrame:
    """Closes of a market that were complete at `as_of`, oldest first: columns ts, close, venue.

    `ts` is the moment of the close. Where several venues have a candle, the first in `VENUES`
    counts, so that a venue that fell out is filled by the next.
    """
    length = LENGTHS[interval]
    of_market = (pl.col("symbol") == symbol) & (pl.col("interval") == interval)
    complete = pl.col("closed") & (pl.col("ts") <= instant(as_of - length))
    rows = candles.filter(complete & of_market).select(pl.col("ts") + length, "close", "venue")
    if rows["venue"].n_unique() > 1:
        return rows.sort("ts", by_venue()).unique("ts", keep="first", maintain_order=True)
    return rows.sort("ts")


def newest_quote(
    quotes: pl.DataFrame, symbol: str, as_of: datetime
) -> tuple[float, datetime, str] | None:
    """Price, time and venue of a market's newest quote.

    The first venue in `VENUES` that is live, else whichever spoke last. None without any quote.
    """
    of_symbol = (pl.col("symbol") == symbol) & (pl.col("ts") <= instant(as_of + AHEAD))
    live = _newest(quotes.filter(of_symbol & (pl.col("ts") > instant(as_of - LIVE))))
    if live:
        return min(live, key=lambda quote: place(quote[2]))
    return max(_newest(quotes.filter(of_symbol)), key=lambda quote: quote[1], default=None)


def _newest(rows: pl.DataFrame) -> list[tuple[float, datetime, str]]:
    """Price, time and venue of each venue's newest row."""
    newest: dict[str, tuple[float, datetime, str]] = {}
    for price, ts, venue in rows.select("price", "ts", "venue").iter_rows():
        if venue not in newest or ts >= newest[venue][1]:
            newest[venue] = (price, ts, venue)
    return list(newest.values())


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
    is_near = (pl.col("ts") <= instant(at)) & (pl.col("ts") >= instant(at - LIVE))
    near = _newest(quotes.filter(is_near & (pl.col("symbol") == symbol)))
    if near:
        return min(near, key=lambda quote: (quote[2] != venue, place(quote[2])))[0]
    for interval in intervals:
        found = _close(candles, symbol, interval, at)
        if found is not None:
            return found
    return None


def _close(candles: pl.DataFrame, symbol: str, interval: str, at: datetime) -> float | None:
    """The newest close at `at` or at most its own length before."""
    length = LENGTHS[interval]
    opened = (pl.col("ts") <= instant(at - length)) & (pl.col("ts") >= instant(at - 2 * length))
    of_market = (pl.col("symbol") == symbol) & (pl.col("interval") == interval)
    rows = candles.filter(opened & of_market & pl.col("closed"))
    listed = rows.select("ts", "venue", "close").rows()
    best = max(listed, key=lambda row: (row[0], -place(row[1])), default=None)
    return None if best is None else float(best[2])
