"""Liquidations of one stream: from the socket's frames to frames of rows, none lost between."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import polars as pl

from tui.collectors import backfill
from tui.collectors.backfill import Mended
from tui.collectors.inbox import Inbox
from tui.collectors.stream import Stream
from tui.venues.errors import VenueError
from tui.venues.markets import AGAIN_S, DAY_S
from tui.venues.socket import Socket
from tui.venues.subscribe import subscribe

log = logging.getLogger("liqtop")

DRAIN_S = 0.1
"""A frame is made this long after its first row: a wave makes few frames, none waits long."""


async def collect(stream: Stream) -> AsyncIterator[pl.DataFrame]:
    """Frames of LIQUIDATIONS from one subscription, until it is lost or refused.

    Raises Lost, SubscriptionRefused, RateLimited or Unanswered; what had arrived is yielded first.
    Beside them frames of what was published while nobody listened, where the venue tells it.
    """
    await stream.markets.get(stream.ask)
    inbox, link = Inbox(stream), stream.link
    mended: deque[Mended] = deque()
    backfill.remember(link, stream.newest)
    socket = _socket(stream, inbox)
    try:
        await socket.open()
        async with _beside(_subscribed(stream, socket, inbox, mended)) as subscription:
            while True:
                fault = await _fault(socket, inbox)
                left = len(inbox)  # what comes meanwhile is for the next round, or none would end
                while left > 0:
                    made = inbox.drain()
                    left -= made.height
                    yield made
                    await asyncio.sleep(0)  # a yield alone lets nobody else have the loop
                while mended:
                    told = mended.popleft()
                    yield told.frame
                    told.tell()
                if subscription.done():
                    subscription.result()
                if fault:
                    raise fault
    finally:
        if unread := inbox.oldest():
            link.lost("ended with rows unread", unread)
        await socket.close()


def _socket(stream: Stream, inbox: Inbox) -> Socket:
    link = stream.link
    return Socket(
        stream.venue,
        stream.name,
        stream.endpoint,
        inbox.take,
        link.heard,
        lambda text: link.garbled(1, text),
        stream.proxy,
    )


async def _fault(socket: Socket, inbox: Inbox) -> VenueError | None:
    """Why the socket fails, after a message or a second; while it lives, after more have come."""
    await socket.wait(1.0)
    fault = socket.failed()
    if len(inbox) and fault is None:
        await asyncio.sleep(DRAIN_S)
    return fault


@asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[asyncio.Task[None]]:
    """A task that ends with the block."""
    task: asyncio.Task[None] = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _subscribed(stream: Stream, socket: Socket, inbox: Inbox, mended: deque[Mended]) -> None:
    """Subscribe to everything and ask for what was missed; then every ten minutes to what lacks.

    New listings lack (the list is new once a day, or sooner when a row of an unknown market was
    seen), and what was refused: a refusal may have been for a moment.
    """

    def put(told: Mended) -> None:
        mended.append(told)
        socket.wake()

    try:
        standing = await _all(stream, socket, stream.topics(stream.markets.known))
    finally:
        socket.wake()
    async with _beside(_filled(stream, put)):
        while True:
            await asyncio.sleep(AGAIN_S)
            await stream.markets.get(stream.ask, AGAIN_S if inbox.unknown else DAY_S)
            inbox.unknown.clear()
            await _new(stream, socket, standing)


async def _filled(stream: Stream, put: Callable[[Mended], None]) -> None:
    """Ask for what was missed before this connection, and for each hole that it lives through."""
    while True:
        stream.link.holed.clear()
        await stream.fill(put)
        await stream.link.holed.wait()


async def _all(stream: Stream, socket: Socket, topics: list[str]) -> set[str]:
    """The topics that stand. The link is told with each answer."""

    def progress(stand: int, reason: str | None) -> None:
        if stand and stream.link.conn is None:
            stream.link.opened(len(topics), stand, reason)
        stream.link.topics(len(topics), stand, reason)

    venue = stream.venue
    refused = await subscribe(socket, topics, venue.per_frame, progress, venue.pause_s)
    return set(topics) - set(refused)


async def _new(stream: Stream, socket: Socket, standing: set[str]) -> None:
    """Subscribe to what does not stand yet; what is refused costs coverage, not the stream."""
    venue, topics = stream.venue, stream.topics(stream.markets.known)
    new = [topic for topic in topics if topic not in standing]
    reason = None
    if new:
        log.info("%s %s: %d new topics", venue.name, stream.name, len(new))
        try:
            refused = await subscribe(
                socket, new, venue.per_frame, lambda *told: None, venue.pause_s
            )
            standing.update(set(new) - set(refused))
            reason = f"{len(refused)} refused" if refused else None
        except VenueError as error:
            reason = f"new listings: {error}"[:120]
    stream.link.topics(len(topics), len(standing & set(topics)), reason)
