"""The order books of the coins at one venue, spot and perpetual, each reduced to a row at once."""

import logging
from collections.abc import AsyncIterator, Sequence

import polars as pl

from tui.clock import Clock, milliseconds
from tui.collectors.base import typed
from tui.collectors.derivatives import perpetuals
from tui.collectors.rounds import now, rest
from tui.collectors.sources import Source, spot
from tui.tables import DEPTH
from tui.venues.base import Market
from tui.venues.books import BOOKS
from tui.venues.depth import Depth, reduced
from tui.venues.errors import NotListed, RateLimited, Unanswered, Unreadable

log = logging.getLogger("liqtop")

PERIOD_S = 30.0
PACE_S = 10.0
"""Between the books of two coins, at least. Binance's spot book of 5,000 levels weighs 250 of its
6,000 a minute: six of them are a quarter of it, whatever the number of coins."""

Found = tuple[str, Market]
"""spot or perp, and the market of it."""


async def collect(
    source: Source, coins: Sequence[str], clock: Clock
) -> AsyncIterator[pl.DataFrame]:
    """Frames of DEPTH, a row a market, a coin at a time: each coin every 30 s, every 10 s × coins
    where there are more than three.

    A book that can't be had or read has no row; what the venue does not list is not asked for
    again. Raises RateLimited at once, Unanswered or Unreadable where a whole round gave nothing.
    """
    markets = {coin: await _markets(source, coin) for coin in dict.fromkeys(coins)}
    pace = max(PACE_S, PERIOD_S / max(1, len(markets)))
    while True:
        rows, failed = 0, Unanswered(f"{source.venue.name} lists none of {', '.join(coins)}")
        for coin, listed in markets.items():
            began = now()
            frame, wrong = await _coin(source, coin, listed, clock)
            rows, failed = rows + frame.height, wrong or failed
            if frame.height:
                yield frame
            await rest(began, pace, least_s=0.0)
        if not rows:
            raise failed


async def _markets(source: Source, coin: str) -> list[Found]:
    """The coin's spot pair, and its linear perpetual if there is one: that against USDT first."""
    listed = await source.markets.get(source.ask)
    linear = [one for one in perpetuals([listed], coin) if not one.inverse]
    linear.sort(key=lambda one: one.quote != "USDT")
    return [("spot", spot(source.asked, coin)), *(("perp", one) for one in linear[:1])]


async def _coin(
    source: Source, coin: str, listed: list[Found], clock: Clock
) -> tuple[pl.DataFrame, Unanswered | None]:
    """The rows of a coin's books, and the last thing that went wrong."""
    rows, venue = [], source.venue.name
    wrong: Unanswered | None = None
    for kind, market in list(listed):
        try:
            book = await BOOKS[venue](source.ask, market, milliseconds(clock()))
            rows.append((book.ts, venue, kind, coin, *row(reduced(book))))
        except NotListed as error:
            listed.remove((kind, market))
            wrong = error
            log.warning("%s has no %s %s: %s", venue, coin, kind, error)
        except RateLimited:
            raise
        except Unanswered as error:
            wrong = error
            log.warning("%s %s %s: order book: %s", venue, coin, kind, error)
        except ValueError as error:
            wrong = Unreadable(f"{venue} {coin} {kind}: {error}")
            log.warning("%s", wrong)
    return typed(pl.DataFrame(rows, list(DEPTH.schema), orient="row"), DEPTH), wrong


def row(depth: Depth) -> tuple[float | None, ...]:
    """The columns of DEPTH behind `base`. Whole dollars, which SQLite keeps in half the bytes."""
    bids, asks = depth.bids, depth.asks
    usd = (*bids.usd, *asks.usd)
    pairs = zip(asks.costs, bids.costs, strict=True)  # a buy takes from the asks
    costs = tuple(None if value is None else whole(value) for pair in pairs for value in pair)
    return depth.bid, depth.ask, *map(whole, usd), bids.reach, asks.reach, *costs


def whole(usd: float) -> float:
    """Whole dollars."""
    return float(round(usd))
