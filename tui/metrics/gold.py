"""Which gold market stands for gold: XAU perpetual, PAXG spot, XAUT spot, in this order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.series import LIVE, closes, markets, newest_quote

ORDER = (("XAU", True), ("PAXG", False), ("XAUT", False))
"""Base, and whether its market is a perpetual: an ounce of gold each."""

BARS = 366
"""Daily bars that make a market the history: a return over 365 days takes one more."""


@dataclass(frozen=True)
class GoldQuote:
    """The newest price of one gold market."""

    symbol: str
    venue: str
    price: float
    ts: datetime

    def is_live(self, as_of: datetime) -> bool:
        return self.ts > as_of - LIVE


def symbols(frame: pl.DataFrame) -> tuple[str, ...]:
    """The gold markets that the quotes or candles hold, in order."""
    known = markets(frame)
    return tuple(
        symbol
        for base, is_perpetual in ORDER
        for row_base, symbol in known
        if row_base == base and (":" in symbol) == is_perpetual
    )


def history(candles: pl.DataFrame, as_of: datetime) -> str | None:
    """The first gold market with at least 366 completed daily bars."""
    for symbol in symbols(candles):
        if closes(candles, symbol, "1d", as_of).height >= BARS:
            return symbol
    return None


def live_quotes(quotes: pl.DataFrame, as_of: datetime) -> tuple[GoldQuote, ...]:
    """Every gold market that is live, in order; when none is, the one that spoke last."""
    found = list(_quotes(quotes, as_of))
    live = tuple(quote for quote in found if quote.is_live(as_of))
    return live or tuple(sorted(found, key=lambda quote: quote.ts)[-1:])


def _quotes(quotes: pl.DataFrame, as_of: datetime) -> Iterable[GoldQuote]:
    for symbol in symbols(quotes):
        newest = newest_quote(quotes, symbol, as_of)
        if newest is not None:
            price, ts, venue = newest
            yield GoldQuote(symbol, venue, price, ts)


def index_frozen(symbol: str | None, as_of: datetime) -> bool:
    """Whether a gold perpetual's index stands still: its market sleeps over the weekend.

    From Friday 22:00 to Sunday 22:00 UTC, the hours that are off in summer and in winter time.
    """
    if symbol is None or ":" not in symbol:
        return False
    since_monday = timedelta(days=as_of.weekday(), hours=as_of.hour, minutes=as_of.minute)
    return timedelta(days=4, hours=22) <= since_monday < timedelta(days=6, hours=22)
