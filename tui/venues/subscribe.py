"""Subscribing to many topics, when a venue may refuse some of them."""

from collections.abc import Callable, Sequence

from tui.venues.errors import SubscriptionRefused
from tui.venues.socket import Socket

Progress = Callable[[int, str | None], None]
"""Told after each answer how many topics stand, and why some don't."""


async def subscribe(
    socket: Socket, topics: Sequence[str], per_frame: int, progress: Progress
) -> list[str]:
    """The topics that were refused. Raises SubscriptionRefused when all were, Lost otherwise.

    A refused frame is asked for again in halves: one delisted contract must not cost the others.
    """
    waiting = [list(topics[i : i + per_frame]) for i in range(0, len(topics), per_frame)]
    refused: list[str] = []
    stand, reason = 0, None
    while waiting:
        batch = waiting.pop(0)
        said = await socket.subscribe(batch)
        if said is None:
            stand += len(batch)
        elif len(batch) == 1 or (not stand and len(refused) > _HOPELESS):
            refused += batch
            reason = f"{len(refused)} refused: {said}"[:120]
        else:
            half = len(batch) // 2
            waiting[:0] = [batch[:half], batch[half:]]
        progress(stand, reason)
    if not stand:
        raise SubscriptionRefused(reason or "no topic to subscribe to")
    return refused


_HOPELESS = 8
"""After so many single refusals and no success the rest is not halved any more."""
