"""The live price and its changes over spans, always against a stored price, never a venue's own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.series import newest_quote, price_at, spot_symbol
from tui.metrics.spans import AHEAD, MINUTE_MS, between, in_time, ms

HOURLY_FROM = timedelta(hours=4)
"""An hourly close may be an hour off: too far for a shorter span."""

DAILY_BEYOND = timedelta(days=90)
"""Hourly candles reach this far back; only a longer span takes a daily close, up to a day off."""


@dataclass(frozen=True)
class Price:
    """The newest price of a base. Changes are fractions; None where no stored price is near."""

    venue: str
    symbol: str
    base: str
    price: float
    ts: datetime
    change_5m: float | None
    change_24h: float | None


def price(quotes: pl.DataFrame, candles: pl.DataFrame, base: str, as_of: datetime) -> Price | None:
    """The newest quote of `base` (venue order binance, bybit, okx) with its changes.

    The first live venue counts; when none is live the newest quote does, and its `ts` tells.
    """
    symbol = spot_symbol(quotes, base)
    found = newest_quote(quotes, symbol, as_of) if symbol else None
    if symbol is None or found is None:
        return None
    now, ts, venue = found
    day, minutes = timedelta(hours=24), timedelta(minutes=5)
    return Price(
        venue=venue,
        symbol=symbol,
        base=base,
        price=now,
        ts=ts,
        change_5m=change(quotes, candles, symbol, now, as_of, minutes, venue=venue),
        change_24h=change(quotes, candles, symbol, now, as_of, day, venue=venue),
    )


def change(
    quotes: pl.DataFrame,
    candles: pl.DataFrame,
    symbol: str,
    now: float,
    as_of: datetime,
    span: timedelta,
    *,
    venue: str | None = None,
) -> float | None:
    """`now` ÷ the newest stored price of `symbol` at or before `as_of` − `span`, minus one.

    A quote at most 60 s older than that, of `venue` if it has one; else from 4 h on an hourly
    close at most an hour off; else beyond 90 d a daily close at most a day off; else None.
    """
    intervals = (
        *(("1h",) if span >= HOURLY_FROM else ()),
        *(("1d",) if span > DAILY_BEYOND else ()),
    )
    then = price_at(quotes, candles, symbol, as_of - span, venue=venue, intervals=intervals)
    return now / then - 1 if then else None


def by_minute(
    quotes: pl.DataFrame, symbol: str, as_of: datetime, count: int = 60
) -> tuple[float | None, ...]:
    """The last price of each of the newest `count` minutes, oldest first; None where none.

    Of one venue: the one `price` would take.
    """
    newest = newest_quote(quotes, symbol, as_of)
    if newest is None:
        return (None,) * count
    last = ms(as_of) // MINUTE_MS
    first = last - count + 1
    near = in_time(between(quotes, first * MINUTE_MS, ms(as_of + AHEAD)))
    mine = (near["symbol"] == symbol) & (near["venue"] == newest[2])
    times, values = near["ts"].to_physical().filter(mine), near["price"].filter(mine)
    # In order of time: the last of a minute stays. What is ahead of the clock is of the open one.
    by_start = {
        min(at // MINUTE_MS, last): price
        for at, price in zip(times.to_list(), values.to_list(), strict=True)
    }
    return tuple(map(by_start.get, range(first, last + 1)))
