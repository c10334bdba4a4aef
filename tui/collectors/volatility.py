"""Deribit's volatility index DVOL: a year by the day and a week by the hour once, then the newest.

Only spans that are over are kept, so that a row never changes. After a downtime the days and hours
that are missing are asked for; of the minutes the newest one alone is kept.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import polars as pl

from tui.clock import Clock, milliseconds
from tui.collectors.base import Newest, typed
from tui.collectors.rounds import in_turn
from tui.tables import VOLATILITY
from tui.venues.base import Ask
from tui.venues.deribit_options import RESOLUTIONS, Dvol, dvol

VENUE = "deribit"
PERIOD_S = 300.0
DEPTHS = {"1d": timedelta(days=398), "1h": timedelta(days=8), "1m": timedelta(minutes=15)}
"""How far back is asked for: a year and a month for the rank, a week, and the newest minute."""

Series = tuple[str, str]
"""A coin and a resolution."""


def collect(
    ask: Ask, coins: Sequence[str], newest: Newest, clock: Clock
) -> AsyncIterator[pl.DataFrame]:
    """Frames of VOLATILITY; an empty one where an answer brought nothing new.

    Raises RateLimited, or the VenueError of the last coin when no coin is answered.
    """
    done: dict[Series, int] = {}

    async def asked(coin: str) -> AsyncIterator[pl.DataFrame]:
        for resolution in DEPTHS:
            yield await _fill(ask, (coin, resolution), done, newest, clock)

    return in_turn("deribit's DVOL", coins, asked, PERIOD_S)


async def _fill(
    ask: Ask, series: Series, done: dict[Series, int], newest: Newest, clock: Clock
) -> pl.DataFrame:
    """What is new of a series; `done` is where its newest span ended. Nothing is asked for while
    the next one goes on."""
    (coin, resolution), now = series, milliseconds(clock())
    length = RESOLUTIONS[resolution][1]
    earliest = (now - DEPTHS[resolution] // timedelta(milliseconds=1)) // length * length
    start = max(earliest, done.get(series) or _stored(series, newest))
    if now < start + length:
        return VOLATILITY.empty()
    found = await dvol(ask, coin, resolution, start, now)
    if not found:
        return VOLATILITY.empty()
    done[series] = found[-1].ts
    return _frame(series, found[-1:] if resolution == "1m" else found)


def _stored(series: Series, newest: Newest) -> int:
    where = dict(zip(("base", "resolution"), series, strict=True))
    stored = newest(VOLATILITY, {"venue": VENUE, **where})
    return 0 if stored is None else milliseconds(stored)


def _frame(series: Series, found: Sequence[Dvol]) -> pl.DataFrame:
    columns = dict(zip(Dvol._fields, zip(*found, strict=True), strict=True))
    coin, resolution = series
    named = {"venue": VENUE, "base": coin, "resolution": resolution}
    return typed(pl.DataFrame({**columns, **named}), VOLATILITY)
