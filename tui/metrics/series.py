"""Stored prices of one market: closes that were complete at a moment, and the price back then."""

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import AHEAD, between, in_time, moment, ms
from tui.tables import CANDLES

PREFERRED = ("binance", "bybit", "okx")
"""The order in which a price is taken (definitions §4); others are used where these have none.

It is part of what a coin's price means, as a window's length is of a total, so it stands with the
metrics: a store read by another version must give the same price.
"""

LIVE = timedelta(seconds=60)
"""A market is live while its newest quote is younger; a quote is near while at most this off."""

LENGTHS = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}


def place(venue: str) -> int:
    """The place of a venue in `PREFERRED`; the others come after them."""
    return PREFERRED.index(venue) if venue in PREFERRED else len(PREFERRED)


def by_venue(name: str = "venue") -> pl.Expr:
    """`place` of a column."""
    places = {venue: place for place, venue in enumerate(PREFERRED)}
    return pl.col(name).replace_strict(places, default=len(PREFERRED), return_dtype=pl.Int32)


@kept(4)
def markets(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """The (base, symbol) pairs of the frame, in the order of the alphabet."""
    # A symbol has one base; unique pairs of 10,000 rows of strings would take 3 ms.
    bases, symbols = frame["base"], frame["symbol"]
    return sorted((bases[at], symbols[at]) for at in symbols.arg_unique().to_list())


def spot_symbol(frame: pl.DataFrame, base: str) -> str | None:
    """The spot market of `base` in the frame: against USDT if there is one."""
    spot = [symbol for of, symbol in markets(frame) if of == base and ":" not in symbol]
    return f"{base}/USDT" if f"{base}/USDT" in spot else next(iter(spot), None)


def closes(candles: pl.DataFrame, symbol: str, interval: str, as_of: datetime) -> pl.DataFrame:
    """Closes of a market that were complete at `as_of`, oldest first: columns ts, close, venue.

    `ts` is the moment of the close. Where several venues have a candle, the first in `PREFERRED`
    counts, so that a venue that fell out is filled by the next.
    """
    listed = _closes(candles, symbol, interval)
    known = _until(listed, as_of)
    return listed if known == listed.height else listed.head(known)


@kept(32)
def _closes(candles: pl.DataFrame, symbol: str, interval: str) -> pl.DataFrame:
    """All the closes, whenever they were."""
    rows = _by_market(candles).get((symbol, interval))
    if rows is None:
        return _NO_CLOSES
    rows = rows.select(pl.col("ts") + LENGTHS[interval], "close", "venue")
    if rows["venue"].n_unique() > 1:
        return rows.sort("ts", by_venue()).unique("ts", keep="first", maintain_order=True)
    return rows.sort("ts")


@kept(2)
def _by_market(candles: pl.DataFrame) -> dict[tuple[Any, ...], pl.DataFrame]:
    """The closed candles of each market and interval, as far as `_closes` reads them: one pass
    where each asked for its own."""
    rows = candles.filter("closed").select("symbol", "interval", "ts", "close", "venue")
    return rows.partition_by("symbol", "interval", as_dict=True, include_key=False)


_NO_CLOSES = CANDLES.empty().select("ts", "close", "venue")


def _until(closes: pl.DataFrame, at: datetime) -> int:
    """How many closes there were at a moment."""
    return bisect_right(closes["ts"], at)


Quote = tuple[float, datetime, str]
"""Price, time and venue."""


def newest_quote(quotes: pl.DataFrame, symbol: str, as_of: datetime) -> Quote | None:
    """Price, time and venue of a market's newest quote.

    The first venue in `PREFERRED` that is live, else whichever spoke last. None without any quote.
    """
    end = ms(as_of + AHEAD)
    live = _quoted(quotes, ms(as_of - LIVE) + 1, end).get(symbol)
    if live:
        return min(live, key=lambda quote: place(quote[2]))
    return max(_spoken(quotes, end).get(symbol, ()), key=lambda quote: quote[1], default=None)


@kept(16)
def _quoted(quotes: pl.DataFrame, since: int, until: int) -> dict[str, list[Quote]]:
    """The newest quote of each venue from `since` to `until` (ms), by market."""
    return _newest(between(quotes, since, until))


@kept(2)
def _spoken(quotes: pl.DataFrame, until: int) -> dict[str, list[Quote]]:
    """The same of all the quotes up to `until` (ms)."""
    rows = between(quotes, 0, until).lazy().sort("ts", maintain_order=True)
    return _newest(rows.group_by("symbol", "venue", maintain_order=True).last().collect())


def _newest(rows: pl.DataFrame) -> dict[str, list[Quote]]:
    rows = in_time(rows)
    symbols, venues, prices = (rows[name].to_list() for name in ("symbol", "venue", "price"))
    # In order of time: the last of each market and venue stays, and only its time need be made one.
    spoken = zip(prices, rows["ts"].to_physical().to_list(), strict=True)
    newest = dict(zip(zip(symbols, venues, strict=True), spoken, strict=True))
    by_symbol: dict[str, list[Quote]] = {}
    for (symbol, venue), (price, ts) in newest.items():
        by_symbol.setdefault(symbol, []).append((price, moment(ts), venue))
    return by_symbol


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
    `intervals` that has one at most its own length older, else None. A snapshot holds every quote
    of its newest 17 minutes, so to a moment 5 or 15 minutes back this is exact; of older minutes
    it holds the last quote alone, and the price is that of the minute before: up to 60 s too old.
    """
    near = _quoted(quotes, ms(at - LIVE), ms(at)).get(symbol)
    if near:
        return min(near, key=lambda quote: (quote[2] != venue, place(quote[2])))[0]
    for interval in intervals:
        found = _close(candles, symbol, interval, at)
        if found is not None:
            return found
    return None


def _close(candles: pl.DataFrame, symbol: str, interval: str, at: datetime) -> float | None:
    """The newest close at `at` or at most its own length before."""
    listed = _closes(candles, symbol, interval)
    known = _until(listed, at)
    if not known or listed["ts"][known - 1] < moment(ms(at - LENGTHS[interval])):
        return None
    return float(listed["close"][known - 1])
