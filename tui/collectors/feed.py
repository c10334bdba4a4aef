"""One venue's last prices: its sockets kept up, its newest messages kept until they are due."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tui import backoff
from tui.clock import Clock, milliseconds
from tui.collectors.sources import Key, Source, find
from tui.venues.base import VENUE_ERRORS, Market, Quote
from tui.venues.connect import short
from tui.venues.errors import NotListed, RateLimited, SubscriptionRefused, VenueError
from tui.venues.socket import Socket
from tui.venues.subscribe import subscribe

log = logging.getLogger("liqtop")

STEADY_S = 60.0
"""A socket that has lived this long begins its back-off anew."""
RESTED_S = 120.0
"""A venue that said 429 without a time is left alone for this long: who asks on is banned."""
AGAIN_S = 600.0
"""What a venue refused is asked of it again after this long: it may have been listed since."""
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
    """One venue's quotes of `keys`, or of some of them: keeps its sockets up until it is stopped.

    `rests` says by venue until when (`now`) it is to be left alone, also by a feed made anew.
    """

    def __init__(
        self,
        source: Source,
        keys: Sequence[Key],
        coins: Sequence[str],
        endpoint: str | None,
        clock: Clock,
        proxy: str | None,
        rests: dict[str, float],
    ) -> None:
        self.name = source.venue.name
        self._source, self._endpoint, self._clock = source, endpoint, clock
        self._keys, self._coins = keys, coins
        self._proxy, self._rests = proxy, rests
        self._prices: dict[str, Price] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._sought: frozenset[Key] = frozenset()  # what it should bring
        self._asked: frozenset[Key] = frozenset()  # what its sockets subscribe to
        self._absent: dict[Key, float] = {}  # what it has not, and until when to believe that
        self._heard: dict[Key, float] = {}  # since it was started
        self.spoke = self._began = now()
        self.reason, self._silent = f"{self.name}: no message yet", f"{self.name}: silent"

    async def bring(self, sought: frozenset[Key]) -> None:
        """Have it bring these and no others. What its sockets have already asked for stays asked
        for: a symbol that is quiet now and then must not cost a dial each time."""
        self._sought = sought
        has = frozenset(key for key in sought if self._absent.get(key, 0.0) < now())
        if not has:
            await self.stop()
        elif not has <= self._asked:
            await self.stop()
            self._start(has)

    def lacks(self, silent_s: float, quiet_s: float) -> frozenset[Key]:
        """What it should bring and does not: all when no coin has come for `silent_s`; else what
        never came within that, and what has been quiet for `quiet_s`."""
        moment, sought = now(), self._sought
        has_coin = not self._coins or any(base in self._coins for base, _ in sought)
        if has_coin and not self.speaks(silent_s):
            return sought
        heard = self._heard
        return frozenset(
            key
            for key in sought
            if self._absent.get(key, 0.0) >= moment
            or moment - heard.get(key, self._began) > (quiet_s if key in heard else silent_s)
        )

    def speaks(self, silent_s: float) -> bool:
        """Whether a coin's price came within that, or it was started within that."""
        return now() - self.spoke <= silent_s

    def _start(self, asked: frozenset[Key]) -> None:
        """Begin to listen, on one socket for spot and one for the gold perpetual."""
        self._asked, self._heard = asked, {}
        self.spoke = self._began = now()  # it has 10 s to speak before the next one starts
        self._tasks = [
            asyncio.create_task(self._keep(self._spot)),
            asyncio.create_task(self._keep(self._perpetual)),
        ]

    async def stop(self) -> None:
        """Close the sockets."""
        tasks, self._tasks, self._asked = self._tasks, [], frozenset()
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
            began, wanted = now(), list[Market]()
            try:
                stream, wanted = await markets()
                if not wanted:
                    return
                await self._listen(stream, wanted)
            except VenueError as error:
                self.reason = f"{self.name}: {short(error)}"
                if isinstance(error, RateLimited):
                    self._rests[self.name] = now() + (error.retry_after or RESTED_S)
                if isinstance(error, SubscriptionRefused) and len(self._asked) < len(self._keys):
                    self._missing(wanted)  # the few that another venue lacks, this one lacks too
            except VENUE_ERRORS as error:
                self.reason = f"{self.name}: {error!r}"[:120]
            log.info("quotes %s", self.reason)
            attempts = 1 if now() - began > STEADY_S else attempts + 1
            await asyncio.sleep(backoff.delay(attempts))

    async def _spot(self) -> tuple[str, list[Market]]:
        return "spot", await self._wanted("spot")

    async def _perpetual(self) -> tuple[str, list[Market]]:
        return self._source.asked.linear, await self._wanted("swap")

    async def _wanted(self, of: str) -> list[Market]:
        wanted = []
        for base, kind in self._keys:
            if kind == of and (base, kind) in self._asked:
                try:
                    wanted.append(await find(self._source, base, kind))
                except NotListed:
                    self._absent[base, kind] = now() + AGAIN_S
        return wanted

    async def _listen(self, stream: str, markets: Sequence[Market]) -> None:
        """One socket until it is lost: raises a VenueError."""
        by_id = {market.id: market for market in markets}
        topics = {self._source.venue.quote_topic(market): market for market in markets}
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
            refused = await subscribe(socket, list(topics), 10, lambda stand, reason: None)
            self._missing([topics[topic] for topic in refused])
            while (fault := socket.failed()) is None:
                await socket.wait(1.0)
            raise fault
        finally:
            await socket.close()

    def _missing(self, markets: Sequence[Market]) -> None:
        self._absent |= {(market.base, market.kind): now() + AGAIN_S for market in markets}

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
        key = (market.base, market.kind)
        self._heard[key] = now()
        if key not in self._sought:
            return True
        if not self._coins or market.base in self._coins:
            self.spoke, self.reason = now(), self._silent
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
