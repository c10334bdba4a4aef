"""Taker flow of the followed coins by minute: from trades as they come, or from candles afterwards.

Spot is a coin's pairs against USDT, USDC and (Binance) FDUSD, on Coinbase against USD; perp is all
its perpetuals against a dollar, linear and inverse, as in open interest.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from tui.clock import Clock, from_milliseconds, milliseconds
from tui.collectors import flow_past
from tui.collectors.base import Newest, typed
from tui.collectors.rounds import next_period
from tui.collectors.tally import MINUTE, Row, Tally, group
from tui.tables import FLOW
from tui.venues import binance_flow
from tui.venues.base import VENUE_ERRORS, Ask, Market, Traded
from tui.venues.errors import NotListed, RateLimited, Unanswered, VenueError
from tui.venues.socket import Socket
from tui.venues.subscribe import subscribe

log = logging.getLogger("liqtop")

PERIOD_S = 60.0
AFTER_S = 3.0
"""Candles are asked for this long after their minute."""
DEPTH = timedelta(hours=25)
"""How far back at start: the longest window, and the hour before it."""
AGAIN = 2 * MINUTE
"""The newest minutes are asked for again: with a clock ahead of the venue's they were open."""
PER_FRAME = 10
"""Topics in one subscription: Bybit's spot socket takes no more."""
KLINES = "klines"
"""The stream of rows that were not heard but asked for."""
_OURS = {"venue": "binance", "stream": KLINES}

Wanted = Callable[[], Awaitable[list[Market]]]
"""The markets to sum, those that give a coin's price first."""


@dataclass(frozen=True)
class Trades:
    """One socket of a venue's trades, and what its collector is lent."""

    venue: type[Traded]
    stream: str
    wanted: Wanted
    tally: Tally
    clock: Clock
    endpoint: str | None
    proxy: str | None = None

    def now(self) -> int:
        return milliseconds(self.clock())

    def take(self, message: Any) -> bool:
        """Count a message's trades; it must not raise."""
        try:
            found = self.venue.trades(message)
        except VENUE_ERRORS as error:
            self.garbled(repr(error))
            return False
        now = self.now() if found else 0
        for trade in found:
            self.tally.add(trade, now)
        return False  # nobody waits for it: minutes are told by the clock

    def garbled(self, text: str) -> None:
        """What can't be read costs its minute."""
        if self.tally.garbled(self.now()):
            log.warning("%s %s: unreadable: %s", self.venue.name, self.stream, text[:120])


async def streamed(trades: Trades) -> AsyncIterator[pl.DataFrame]:
    """Frames of FLOW from one subscription, until it is lost or refused; empty ones say it lives.

    Raises Lost, SubscriptionRefused, RateLimited or Unanswered; what was heard is yielded first.
    """
    markets = await trades.wanted()
    topics = {trades.venue.trade_topic(market): market for market in markets}
    trades.tally.follow(markets)
    socket = Socket(
        trades.venue,
        trades.stream,
        trades.endpoint,
        trades.take,
        lambda: trades.tally.heard(trades.now()),
        trades.garbled,
        trades.proxy,
    )
    try:
        await socket.open()
        refused = await subscribe(socket, list(topics), PER_FRAME, lambda stand, reason: None)
        if refused:  # a pair that the venue does not have is none of its flow
            log.info("%s %s: no %s", trades.venue.name, trades.stream, ", ".join(refused))
            trades.tally.follow([m for topic, m in topics.items() if topic not in refused])
        trades.tally.opened(trades.now())
        while (fault := socket.failed()) is None:
            yield frame(trades.tally.due(trades.now()))
            await asyncio.sleep(1.0)
        trades.tally.lost()
        yield frame(trades.tally.rest(trades.now()))
        raise fault
    finally:
        trades.tally.lost()
        await socket.close()


async def polled(
    ask: Ask, wanted: Wanted, newest: Newest, oldest: Newest, clock: Clock
) -> AsyncIterator[pl.DataFrame]:
    """Frames of FLOW from Binance's candles: the hole before the start first, then each minute, and
    between minutes what of a week is not stored.

    Raises RateLimited or Unanswered. A minute is whole when every market of its coin answered.
    """
    coins: dict[flow_past.Of, list[Market]] = {}
    for market in await wanted():
        coins.setdefault(group(market), []).append(market)
    since = {of: _begin(of, newest, clock) for of in coins}
    holes = flow_past.missing(since, _OURS, newest, oldest, clock())
    older = flow_past.pages(holes, binance_flow.PAGE * MINUTE)
    told: dict[flow_past.Of, dict[int, Row]] = {of: {} for of in coins}
    while True:
        end = milliseconds(clock()) // MINUTE * MINUTE
        for of, markets in coins.items():
            while since[of] < end:
                until = min(end, since[of] + binance_flow.PAGE * MINUTE)
                found = await _minutes(ask, of, markets, since[of], until)
                fresh = [row for ts, row in found.items() if told[of].get(ts) != row]
                told[of] = {ts: row for ts, row in found.items() if ts >= end - 2 * AGAIN}
                if fresh:
                    yield frame(fresh)
                since[of] = until
            since[of] = end - AGAIN
        if not any(coins.values()):
            raise Unanswered("binance has none of the coins")
        yield FLOW.empty()
        async for page in _older(ask, coins, older, clock):
            yield page
        await next_period(clock, PERIOD_S, AFTER_S)


async def _older(
    ask: Ask, coins: Mapping[flow_past.Of, list[Market]], pages: list[flow_past.Page], clock: Clock
) -> AsyncIterator[pl.DataFrame]:
    """Pages from the end of `pages`, as many as this minute has room for. One that is not answered
    comes last, and the others wait for the next minute: what is live needs none of them."""
    while pages and PERIOD_S - clock().timestamp() % PERIOD_S > flow_past.ROOM_S:
        page = pages.pop()
        try:
            found = await _minutes(ask, page.of, coins[page.of], page.start, page.end)
        except RateLimited:
            raise
        except VenueError as error:
            log.info("binance taker flow before %s: %s", from_milliseconds(page.end), error)
            pages.insert(0, page)
            return
        if found:
            yield frame(list(found.values()))
        await asyncio.sleep(flow_past.PAUSE_S)


def _begin(of: tuple[str, str], newest: Newest, clock: Clock) -> int:
    """Only the hole: from the newest stored minute, or from as far back as a window reaches."""
    earliest = milliseconds(clock() - DEPTH) // MINUTE * MINUTE
    stored = newest(FLOW, {**_OURS, "market": of[0], "base": of[1]})
    return earliest if stored is None else max(earliest, milliseconds(stored) - AGAIN)


async def _minutes(
    ask: Ask, of: tuple[str, str], markets: list[Market], start: int, end: int
) -> dict[int, Row]:
    """The rows of a coin's minutes in [start, end). A market that Binance does not have leaves
    `markets`; a minute that one of them has no candle of saw no trade there."""
    parts = []
    for market in list(markets):
        try:
            parts.append(await binance_flow.taken(ask, market, start, end))
        except NotListed as error:
            log.info("binance has no %s: %s", market.id, error)
            markets.remove(market)
    first, *rest = parts or [[]]
    others = [{minute.ts: minute for minute in part} for part in rest]
    return {
        one.ts: _row(of, one.ts, [one, *(other[one.ts] for other in others if one.ts in other)])
        for one in first
        if start <= one.ts < end
    }


def _row(of: tuple[str, str], ts: int, found: Sequence[binance_flow.Taken]) -> Row:
    """The price is that of the first."""
    usd = (round(sum(one[at] for one in found), 2) for at in (1, 2))
    trades = sum(one.trades for one in found)
    return ts, "binance", KLINES, *of, *usd, trades, found[0].price, 1.0


def frame(rows: Sequence[Row]) -> pl.DataFrame:
    """Rows as a frame of FLOW."""
    if not rows:
        return FLOW.empty()
    return typed(
        pl.DataFrame(rows, list(FLOW.schema), orient="row", infer_schema_length=None), FLOW
    )
