"""The past of the scenario's market: open interest, books, quotes and options, as polled."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from tui.clock import from_milliseconds
from tui.collectors import options as polls
from tui.collectors.depth import row
from tui.config import default_venues
from tui.loopback.books import Books
from tui.loopback.encoders import ENCODERS
from tui.loopback.listing import Instrument
from tui.loopback.mood import Mood
from tui.loopback.options import Options
from tui.loopback.path import DAY, HOUR, MINUTE, SECOND
from tui.loopback.scenario import Scenario
from tui.loopback.server import LAG_MS
from tui.metrics.smile import Surface, tenor
from tui.tables import OPTIONS, TENORS, VOLATILITY, Table
from tui.venues import PRICED
from tui.venues.base import DOLLARS
from tui.venues.books import Book, levels
from tui.venues.depth import reduced
from tui.venues.deribit_options import COINS

PRICES = tuple(name for name in PRICED if name in default_venues())
"""The venues that are asked for open interest."""

PRE = HOUR
"""Derivatives and quotes reach this much further back than the 24 hours, for their changes."""

GOLD_SPOT = ("PAXGUSDT", "XAUTUSDT")


class PastMarket:
    """The rows of what is asked for, table by table, of the 24 hours before the end."""

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        self._scenario, self._mood = scenario, mood

    def derivatives(self, coins: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """DERIVATIVES per venue: a row a minute of the first coin, whose drivers want one, and in
        two of the others; two a minute in the hours of the falls, whose cascades want them; six a
        minute in the last ten."""
        end = self._scenario.end
        falls = range(end - DAY + 9 * HOUR, end - DAY + 13 * HOUR + 30 * MINUTE, 30 * SECOND)
        for venue in PRICES:
            for place, coin in enumerate(coins):
                early = range(end - DAY - PRE, end - 10 * MINUTE, (2 if place else 1) * MINUTE)
                times = {*early, *falls, *_until(end, 10 * MINUTE, 10)}
                perpetuals = self._perpetuals(venue, coin)
                for ts in sorted(times):
                    yield ts, venue, coin, *self._interest(perpetuals, ts)

    def _perpetuals(self, venue: str, coin: str) -> list[Instrument]:
        return [
            market
            for stream in ENCODERS[venue].shares
            for market in self._scenario.lists[venue, stream].values()
            if market.path == coin and market.kind == "swap" and market.quote in DOLLARS
        ]

    def _interest(self, perpetuals: Sequence[Instrument], ts: int) -> tuple[float, ...]:
        """Open interest in USD, and funding, mark and index of the largest perpetual."""
        worth = []
        for market in perpetuals:
            price = 1.0 if market.inverse else self._mood.mark(market, ts)
            worth.append(self._mood.open_interest(market, ts) * market.contract * price)
        largest = perpetuals[worth.index(max(worth))]
        mark, index = self._mood.mark(largest, ts), self._mood.index(largest, ts)
        return sum(worth), self._mood.funding(largest, ts), mark, index

    def depth(self, coins: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """DEPTH per venue, market and coin: a row in a quarter of an hour (for all but the first
        coin in an hour), one a minute in the last ten; each from a book as the venue writes it."""
        end, books = self._scenario.end, Books(self._scenario, self._mood)
        for venue, priced in PRICED.items():
            for coin in coins if venue in PRICES else ():
                spot = self._scenario.lists[venue, "spot"][priced.asked.spot_id(coin)]
                step = 15 * MINUTE if coin == coins[0] else HOUR
                times = [*range(end - DAY, end - 10 * MINUTE, step), *_until(end, 10 * MINUTE, 60)]
                perps = [one for one in self._perpetuals(venue, coin) if one.quote == "USDT"]
                for kind, market in (("spot", spot), *(("perp", one) for one in perps)):
                    for ts in times:
                        rungs = books.of(market, ts, 5_000)
                        bids, asks = (levels(side, market.contract) for side in rungs)
                        yield ts, venue, kind, coin, *row(reduced(Book(ts, bids, asks)))

    def quotes(self, coins: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """QUOTES: a coin's in 10 s, gold's and silver's in 30, one a second in the last three
        minutes."""
        spot, end = self._scenario.lists["binance", "spot"], self._scenario.end
        markets = [spot[f"{coin}USDT"] for coin in coins] + [spot[name] for name in GOLD_SPOT]
        usdm = self._scenario.lists["binance", "usdm"]
        markets += [usdm["XAUUSDT"], usdm["XAGUSDT"]]
        early, late = end - DAY - PRE, end - 3 * MINUTE
        for market in markets:
            symbol = f"{market.base}/{market.quote}"
            symbol += f":{market.settle}" if market.settle else ""
            step = (30 if market.path in ("GOLD", "XAG") else 10) * SECOND
            for ts in (*range(early, late, step), *_until(end, 3 * MINUTE, 1)):
                price = round(self._scenario.price(market, ts) / market.tick) * market.tick
                yield ts, ts + LAG_MS, "binance", symbol, market.base, float(f"{price:.10g}")

    def options(self, coins: Sequence[str]) -> Iterator[tuple[Table, pl.DataFrame]]:
        """VOLATILITY in five minutes, and OPTIONS in ten, whose chains are of no
        interest any more: their points are taken as the scenario makes them."""
        made, end = Options(self._scenario), self._scenario.end
        for coin in (coin for coin in coins if coin in COINS):
            index = ((ts, made.dvol(coin, ts)) for ts in range(end - DAY - PRE, end, 5 * MINUTE))
            rows = ((ts, "deribit", coin, "1m", *(value,) * 4) for ts, value in index)
            yield VOLATILITY, framed(VOLATILITY, rows)
            found = []
            for ts in range(end - DAY - PRE, end, 10 * MINUTE):
                smiles, at = made.smiles(coin, ts), from_milliseconds(ts)
                tenors = tuple(tenor(smiles, name, days, at) for name, days in TENORS.items())
                found += polls.rows(coin, ts, Surface(tuple(smiles), tenors, None, None))
            yield OPTIONS, polls.framed(found)


def _until(end: int, span: int, seconds: int) -> range:
    """Times from `span` ms before `end` up to it."""
    return range(end - span, end + 1, seconds * SECOND)


def framed(table: Table, tuples: Iterator[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows in the order of the table's columns, times in ms, as its frame."""
    columns = list(zip(*tuples, strict=True))
    return pl.DataFrame(
        [
            pl.Series(name, values, pl.Int64).cast(dtype)
            if isinstance(dtype, pl.Datetime)
            else pl.Series(name, values, dtype)
            for (name, dtype), values in zip(table.schema.items(), columns, strict=True)
        ]
    )
