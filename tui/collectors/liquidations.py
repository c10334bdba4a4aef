"""Liquidations of one stream: from the socket's frames to frames of rows, none lost between."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any

import polars as pl

from tui.clock import Clock
from tui.collectors.base import Link
from tui.venues.asked import Ask
from tui.venues.base import Market, Rate, Venue, Wire, WireError, frame, rows
from tui.venues.errors import VenueError
from tui.venues.markets import AGAIN_S, DAY_S, Markets
from tui.venues.socket import Socket
from tui.venues.subscribe import subscribe

log = logging.getLogger("liqtop")

DRAIN_S = 0.1
"""A frame is made this long after its first row: a wave makes few frames, none waits long."""
AT_ONCE = 4_000
"""Messages in one frame: 40 ms of work, after which the sockets are read again."""


class Inbox:
    """Takes every message as it arrives and keeps its liquidations until they are drained.

    `take` never raises. A row that can't be read is counted and told to the link.
    """

    def __init__(self, venue: type[Venue], stream: str, link: Link, clock: Clock) -> None:
        self._venue, self._stream, self._link, self._clock = venue, stream, link, clock
        self._waiting: deque[tuple[list[Wire], int, int]] = deque()
        self.unknown: set[str] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, message: Any) -> bool:
        """Keep the message's liquidations; false when it has none."""
        try:
            wires = self._venue.read(self._stream, message)
        except WireError as error:
            self._link.garbled(error.bad, str(error))
            wires = error.good
        if not wires:
            return False
        conn = self._link.conn if self._link.conn is not None else self._link.opened()
        self._waiting.append((wires, int(self._clock().timestamp() * 1000), conn))
        return True

    def drain(self, markets: Mapping[str, Market], rate: Rate) -> pl.DataFrame:
        """The oldest messages as a frame of LIQUIDATIONS; unknown markets are noted."""
        out: list[tuple[Any, ...]] = []
        for _ in range(min(AT_ONCE, len(self._waiting))):
            wires, received, conn = self._waiting.popleft()
            for wire in wires:
                if wire.market_id not in markets:
                    self.unknown.add(wire.market_id)
            out += rows(
                wires,
                markets,
                venue=self._venue.name,
                received_ms=received,
                conn=conn,
                rate=rate,
            )
        return frame(out)


async def collect(
    venue: type[Venue],
    stream: str,
    markets: Markets,
    ask: Ask,
    link: Link,
    rate: Rate,
    clock: Clock,
    endpoint: str | None,
) -> AsyncIterator[pl.DataFrame]:
    """Frames of LIQUIDATIONS from one subscription, until it is lost or refused.

    Raises Lost, SubscriptionRefused, RateLimited or Unanswered; what had arrived is yielded first.
    """
    known = await markets.get(ask)
    inbox = Inbox(venue, stream, link, clock)
    socket = Socket(venue, stream, endpoint, inbox.take, link.heard, lambda t: link.garbled(1, t))
    try:
        await socket.open()
        subscribing = asyncio.create_task(_subscribe(socket, venue, stream, known, link))
        refreshing = asyncio.create_task(_refresh(socket, venue, stream, markets, ask, inbox, link))
        try:
            while True:
                await socket.wait(1.0)
                if len(inbox) and socket.failed() is None:
                    await asyncio.sleep(DRAIN_S)
                while len(inbox):
                    yield inbox.drain(markets.known, rate)
                for task in (subscribing, refreshing):
                    if task.done():
                        task.result()
                if fault := socket.failed():
                    raise fault
        finally:
            for task in (subscribing, refreshing):
                task.cancel()
            await asyncio.gather(subscribing, refreshing, return_exceptions=True)
    finally:
        await socket.close()


async def _subscribe(
    socket: Socket, venue: type[Venue], stream: str, known: Mapping[str, Market], link: Link
) -> None:
    topics = venue.topics(stream, known.values())

    def progress(stand: int, reason: str | None) -> None:
        if stand and link.conn is None:
            link.opened(len(topics), stand, reason)
        link.topics(len(topics), stand, reason)

    try:
        await subscribe(socket, topics, venue.per_frame, progress)
    finally:
        socket.wake()


async def _refresh(
    socket: Socket,
    venue: type[Venue],
    stream: str,
    markets: Markets,
    ask: Ask,
    inbox: Inbox,
    link: Link,
) -> None:
    """Once a day, and when an unknown market was seen: the list anew, and what is new on it."""
    topics = set(venue.topics(stream, markets.known.values()))
    while True:
        await asyncio.sleep(AGAIN_S)
        known = await markets.get(ask, AGAIN_S if inbox.unknown else DAY_S)
        inbox.unknown.clear()
        new = [topic for topic in venue.topics(stream, known.values()) if topic not in topics]
        if not new:
            continue
        log.info("%s %s: %d new topics", venue.name, stream, len(new))
        before = len(topics)
        topics.update(new)
        try:
            refused = await subscribe(socket, new, venue.per_frame, lambda stand, reason: None)
        except VenueError as error:
            link.topics(len(topics), before, f"new listings: {error}"[:120])
        else:
            link.topics(len(topics), len(topics) - len(refused))
