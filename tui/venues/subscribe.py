"""Subscribing to many topics, when a venue may refuse some of them."""

import asyncio
from collections.abc import Callable, Sequence

from tui.venues.errors import SubscriptionRefused
from tui.venues.socket import Socket

Progress = Callable[[int, str | None], None]
"""Told after each answer how many topics stand, and why some don't."""


async def subscribe(
    socket: Socket,
    topics: Sequence[str],
    per_frame: int,
    progress: Progress,
    pause_s: float = 0.0,
) -> list[str]:
    """The topics that were refused. Raises SubscriptionRefused when all were, Lost otherwise.

    A refused frame is asked for again in halves: one delisted contract must not cost the others.
    What was refused before anything stood is asked for once more: the venue may have refused
    everything for a while. Between two frames it waits `pause_s` seconds.
    """
    waiting = _frames(topics, per_frame)
    refused: list[str] = []
    stand, reason = 0, None
    while waiting:
        batch = waiting.pop(0)
        said = await socket.subscribe(batch)
        if said is None:
            if refused and not stand:
                waiting += _frames(refused, per_frame)
                refused, reason = [], None
            stand += len(batch)
        elif len(batch) == 1 or (not stand and len(refused) > _HOPELESS):
            refused += batch
            reason = f"{len(refused)} refused: {said}"[:120]
        else:
            half = len(batch) // 2
            waiting[:0] = [batch[:half], batch[half:]]
        progress(stand, reason)
        if waiting and pause_s:
            await asyncio.sleep(pause_s)
    if not stand:
        raise SubscriptionRefused(reason or "no topic to subscribe to")
    return refused


def _frames(topics: Sequence[str], size: int) -> list[list[str]]:
    return [list(topics[i : i + size]) for i in range(0, len(topics), size)]


_HOPELESS = 8
"""After so many single refusals and no success the rest is not halved any more."""
