"""Last prices of the coins, of gold and of other havens, from the preferred venue that speaks.

A venue that has been silent for 10 s is stood in for by the next, and stops being so as soon as
it speaks again. So is a single coin that never comes from it, or that was quiet there for a minute
while others spoke. Nothing is carried forward: every row is a message that came.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import polars as pl

from tui.clock import Clock
from tui.collectors.base import Trouble, typed
from tui.collectors.feed import Feed, now
from tui.collectors.sources import GOLD, OTHER_HAVENS, Key, Source
from tui.tables import QUOTES
from tui.venues.errors import Lost

SILENT_S = 10.0
QUIET_S = 60.0
"""A symbol that came and is now quiet where others speak: gold tokens trade some times a minute."""
LOST_S = 60.0
TICK_S = 0.25


async def collect(
    sources: Sequence[Source],
    coins: tuple[str, ...],
    endpoint: str | None,
    clock: Clock,
    proxy: str | None = None,
    rests: dict[str, float] | None = None,
    trouble: Trouble | None = None,
) -> AsyncIterator[pl.DataFrame]:
    """Frames of QUOTES: at most one row a second and symbol.

    Raises Lost when no venue has given a coin's price for a minute. `rests` is what outlives that:
    until when (the loop's clock) each venue wants to be left alone; `trouble` is told why the
    preferred one says nothing, and which stands in.
    """
    rests = {} if rests is None else rests
    trouble = trouble or Trouble()
    listed: list[Key] = [*((coin, "spot") for coin in coins), *GOLD, *OTHER_HAVENS]
    keys = list(dict.fromkeys(listed))
    feeds = [Feed(source, keys, coins, endpoint, clock, proxy, rests) for source in sources]
    try:
        while True:
            await _stand_in(feeds, frozenset(keys))
            await asyncio.sleep(TICK_S)
            trouble.words = _words(feeds)
            rows = [row for feed in feeds for row in feed.drain()]
            if rows:
                yield typed(pl.DataFrame(rows, list(QUOTES.schema), orient="row"), QUOTES)
            if all(now() - feed.spoke > LOST_S for feed in feeds):
                raise Lost(feeds[0].reason)
    finally:
        for feed in feeds:
            await feed.stop()


async def _stand_in(feeds: Sequence[Feed], wanted: frozenset[Key]) -> None:
    """Each feed brings what all before it lack, and stops when they speak again."""
    for feed in feeds:
        await feed.bring(wanted)
        wanted = feed.lacks(SILENT_S, QUIET_S)


def _words(feeds: Sequence[Feed]) -> str | None:
    preferred, *others = feeds
    speaking = [feed.name for feed in others if feed.speaks(SILENT_S)]
    if preferred.speaks(SILENT_S) or not speaking:
        return None
    return f"{preferred.reason}; {speaking[0]} stands in"
