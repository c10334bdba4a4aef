"""One venue's last prices: its sockets kept up, its newest messages kept until they are due."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tui import backoff
from tui.clock import Clock, milliseconds
from tui.collectors.sources import GOLD, Source, find, spot
from tui.venues.base import VENUE_ERRORS, Market, Quote
from tui.venues.connect import short
from tui.venues.errors import NotListed, RateLimited, VenueError
from tui.venues.socket import Socket
from tui.venues.subscribe import subscribe

log = logging.getLogger("liqtop")

STEADY_S = 60.0
"""A socket that has lived this long begins its back-off anew."""
RESTED_S = 120.0
"""A venue that said 429 without a time is left alone for this long: who asks on is banned."""
UNCHANGED_S = 10.0
"""A price that stays the same is written this often, if messages say that it does."""


@dataclass
class Price:
    """A symbol's newest message, and what was written of it last."""

    market: Market
    quote: Quote
    received: int
    written: float | None = None
    written_at: int = -1_000_000_000

    def due(self) -> bool:
        """At most once a second, and only what changed or has stood for ten seconds."""
        since = self.received - self.written_at
        return since >= 1000 and (self.quote.price != self.written or since >= UNCHANGED_S * 1000)


class Feed:
    """One venue's quotes: keeps its sockets up until it is stopped.

    `rests` says by venue until when (`now`) it is to be left alone, also by a feed made anew.
    """

    def __init__(
        self,
        source: Source,
        coins: Sequence[str],
        endpoint: str | None,
        clock: Clock,
        proxy: str | None,
        rests: dict[str, float],
    ) -> None:
        self.name = source.venue.name
        self._source, self._coins, self._endpoint, self._clock = source, coins, endpoint, clock
        self._proxy, self._rests = proxy, rests
        self._prices: dict[str, Price] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.spoke = now()
        self.reason = "no message yet"

    @property
    def runs(self) -> bool:
        """Whether it has been started and not stopped."""
        return bool(self._tasks)

    def start(self) -> None:
        """Begin to listen, on one socket for spot and one for the gold perpetual."""
        self._tasks = [
            asyncio.create_task(self._keep(self._spot)),
            asyncio.create_task(self._keep(self._perpetual)),
        ]

    async def stop(self) -> None:
        """Close the sockets."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def drain(self) -> list[tuple[int, int, str, str, str, float]]:
        """Rows of QUOTES that are due."""
        rows = []
        for price in self._prices.values():
            if price.due():
                price.written, price.written_at = price.quote.price, price.received
                market, quote = price.market, price.quote
                rows.append(
                    (quote.ts, price.received, self.name, market.symbol, market.base, quote.price)
                )
        return rows

    async def _keep(self, markets: Callable[[], Any]) -> None:
        attempts = 0
        while True:
            if (rest := self._rests.get(self.name, 0.0) - now()) > 0:
                self.reason = f"{self.name}: told to wait, {rest:.0f} s more"
                await asyncio.sleep(rest)
            began = now()
            try:
                stream, wanted = await markets()
                if not wanted:
                    return
                await self._listen(stream, wanted)
            except VenueError as error:
                self.reason = f"{self.name}: {short(error)}"
                if isinstance(error, RateLimited):
                    self._rests[self.name] = now() + (error.retry_after or RESTED_S)
            except VENUE_ERRORS as error:
                self.reason = f"{self.name}: {error!r}"[:120]
            log.info("quotes %s", self.reason)
            attempts = 1 if now() - began > STEADY_S else attempts + 1
            await asyncio.sleep(backoff.delay(attempts))

    async def _spot(self) -> tuple[str, list[Market]]:
        bases = [*self._coins, *(base for base, kind in GOLD if kind == "spot")]
        return "spot", [spot(self._source.asked, base) for base in bases]

    async def _perpetual(self) -> tuple[str, list[Market]]:
        wanted = []
        for base, kind in GOLD:
            if kind == "swap":
                with suppress(NotListed):
                    wanted.append(await find(self._source, base, kind))
        return self._source.asked.linear, wanted

    async def _listen(self, stream: str, markets: Sequence[Market]) -> None:
        """One socket until it is lost: raises a VenueError."""
        by_id = {market.id: market for market in markets}
        topics = [self._source.venue.quote_topic(market) for market in markets]
        socket = Socket(
            self._source.venue,
            stream,
            self._endpoint,
            lambda message: self._take(by_id, message),
            lambda: None,
            lambda text: None,
            self._proxy,
        )
        try:
            await socket.open()
            await subscribe(socket, topics, 10, lambda stand, reason: None)
            while (fault := socket.failed()) is None:
                await socket.wait(1.0)
            raise fault
        finally:
            await socket.close()

    def _take(self, by_id: dict[str, Market], message: Any) -> bool:
        """Keep a message's price; it must not raise."""
        try:
            quote = self._source.venue.quote(message)
        except VENUE_ERRORS as error:
            self.reason = f"{self.name}: unreadable quote: {error!r}"[:120]
            return False
        market = by_id.get(quote.market_id) if quote else None
        if quote is None or market is None:
            return False
        if not self._coins or market.base in self._coins:
            self.spoke = now()
        price = self._prices.get(market.symbol)
        received = milliseconds(self._clock())
        if price is None:
            self._prices[market.symbol] = Price(market, quote, received)
        elif quote.ts >= price.quote.ts:
            price.quote, price.received = quote, received
        return True


def now() -> float:
    """The loop's clock, in seconds."""
    return asyncio.get_running_loop().time()
