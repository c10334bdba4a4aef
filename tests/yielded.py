"""What a collector yields, in tests: its first frames, or all of its first round."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import datetime

import polars as pl

from tests.loopback_world import world
from tui.metrics.spans import moment
from tui.tables import Table

Frames = AsyncIterator[pl.DataFrame]


def clock() -> datetime:
    """The end of the loopback world."""
    return moment(world().end)


def never(table: Table, where: Mapping[str, str]) -> datetime | None:
    """The newest row of a store that has none."""
    return None


async def firsts(frames: Frames, count: int, seconds: float = 30.0) -> list[pl.DataFrame]:
    """The first `count` frames."""
    taken: list[pl.DataFrame] = []
    async with asyncio.timeout(seconds), aclosing(frames):  # type: ignore[type-var]
        async for frame in frames:
            taken.append(frame)
            if len(taken) == count:
                break
    return taken


async def first_round(frames: Frames) -> pl.DataFrame:
    """What comes before the empty frame that says that the venue answered."""
    taken: list[pl.DataFrame] = []
    async with aclosing(frames):  # type: ignore[type-var]
        async for frame in frames:
            if frame.is_empty():
                break
            taken.append(frame)
    return pl.concat(taken)
