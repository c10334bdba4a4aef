"""An exchange's own totals of liquidations, every five minutes: what our tape is checked by."""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import polars as pl

from tui.clock import Clock, milliseconds
from tui.collectors.base import Newest, typed
from tui.collectors.rounds import next_period
from tui.tables import CONTROL
from tui.venues import gate_stats
from tui.venues.asked import INTERVALS
from tui.venues.base import Ask
from tui.venues.errors import NotListed, Unanswered
from tui.venues.gate_stats import Contract, Liquidated

log = logging.getLogger("liqtop")

PERIOD_S = 300.0
AFTER_S = 20.0
"""Totals are asked for this long after the five minutes."""
DEPTH = timedelta(hours=25)
"""How far back at start, if the exchange reaches so far: the day that is compared, and an hour."""
AGAIN = 2 * INTERVALS["5m"]
"""The newest intervals are asked for again: they were open, or may have been corrected."""


async def collect(
    ask: Ask, coins: Sequence[str], newest: Newest, clock: Clock
) -> AsyncIterator[pl.DataFrame]:
    """Frames of CONTROL. An empty one after the first round says that the exchange answered.

    Raises RateLimited or Unanswered, Unreadable when no row of a contract can be read.
    """
    since: dict[Contract, int] = {}
    for contract in gate_stats.contracts(coins):
        since[contract] = _begin(contract, newest, clock)
        try:
            async for frame in _since(ask, contract, since, clock):
                yield frame
        except NotListed as error:  # the other contracts go on
            del since[contract]
            log.warning("gate has no %s: %s", contract.id, error)
    if not since:
        raise Unanswered(f"gate has no perpetual of {', '.join(coins)}")
    yield CONTROL.empty()
    while True:
        await next_period(clock, PERIOD_S, AFTER_S)
        for contract in since:
            async for frame in _since(ask, contract, since, clock):
                yield frame


def _begin(contract: Contract, newest: Newest, clock: Clock) -> int:
    """Only the hole: from the newest stored interval, or from as far back as is compared."""
    stored = newest(CONTROL, {"venue": "gate", "symbol": contract.symbol})
    earliest = milliseconds(clock() - DEPTH)
    return earliest if stored is None else max(earliest, milliseconds(stored) - AGAIN)


async def _since(
    ask: Ask, contract: Contract, since: dict[Contract, int], clock: Clock
) -> AsyncIterator[pl.DataFrame]:
    """What there is from `since[contract]` on, page by page; `since` moves along."""
    while True:
        found = await gate_stats.liquidated(ask, contract, since[contract])
        found = [one for one in found if since[contract] <= one.ts <= milliseconds(clock())]
        if not found:
            return
        yield _frame(contract, found)
        if len(found) < gate_stats.PAGE:
            since[contract] = max(since[contract], found[-1].ts - AGAIN)
            return
        since[contract] = found[-1].ts + INTERVALS["5m"]


def _frame(contract: Contract, found: Sequence[Liquidated]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "ts": [one.ts for one in found],
            "venue": "gate",
            "base": contract.base,
            "symbol": contract.symbol,
            "period": "5m",
            "long_usd": [one.long_usd for one in found],
            "short_usd": [one.short_usd for one in found],
        }
    )
    return typed(frame, CONTROL)
