"""Rounds of polling: one coin after the other, and when the next round is due."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence

import polars as pl

from tui.clock import Clock
from tui.venues.errors import RateLimited, VenueError

log = logging.getLogger("liqtop")


async def in_turn(
    what: str,
    coins: Sequence[str],
    asked: Callable[[str], AsyncIterator[pl.DataFrame]],
    period_s: float,
) -> AsyncIterator[pl.DataFrame]:
    """What is asked of each coin, round after round; a coin that is not answered is passed over.

    Raises RateLimited, or the VenueError of the last coin when no coin is answered.
    """
    while True:
        began, failed, answered = now(), None, False
        for coin in coins:
            try:
                async for frame in asked(coin):
                    yield frame
                answered = True
            except RateLimited:
                raise
            except VenueError as error:
                log.warning("%s of %s: %s", what, coin, error)
                failed = error
        if failed is not None and not answered:
            raise failed
        await rest(began, period_s)


def now() -> float:
    """Seconds of the loop's own clock, which nobody sets."""
    return asyncio.get_running_loop().time()


async def rest(began: float, period_s: float, least_s: float = 1.0) -> None:
    """Wait for what is left of the period since `began`."""
    await asyncio.sleep(max(least_s, period_s - (now() - began)))


async def next_period(clock: Clock, period_s: float, after_s: float) -> None:
    """Wait until so long after the next whole period of the day: until venues have its numbers."""
    await asyncio.sleep(period_s - clock().timestamp() % period_s + after_s)
