"""Open interest, funding, mark and index of the configured coins at one venue, every 10 s."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence

import polars as pl

from tui.clock import Clock, milliseconds
from tui.collectors.base import Trouble, typed
from tui.collectors.rounds import now, rest
from tui.tables import DERIVATIVES
from tui.venues.asked import Asked, Perpetual, Unread
from tui.venues.base import DOLLARS, VENUE_ERRORS, Ask, Market
from tui.venues.errors import Unanswered, Unreadable
from tui.venues.markets import Markets

log = logging.getLogger("liqtop")

PERIOD_S = 10.0
INTERVALS_KEPT_MS = 3_600_000
"""A contract's funding interval changes some times a year; it is asked for once an hour."""


async def collect(
    asked: type[Asked],
    ask: Ask,
    markets: Sequence[Markets],
    coins: tuple[str, ...],
    clock: Clock,
    trouble: Trouble | None = None,
) -> AsyncIterator[pl.DataFrame]:
    """Frames of DERIVATIVES, one row a coin. Raises RateLimited or Unanswered.

    `trouble` is told of the coins of which the venue lists no perpetual.

    Open interest is one side, in USD, all perpetuals of the coin together; funding, mark and
    index are those of the largest, funding scaled to 8 h before anything is averaged. A coin of
    which one perpetual can't be read has no row: a part of its sum would look like a fall.
    """
    intervals: dict[str, tuple[int, float]] = {}
    while True:
        began = now()
        contracts = [await each.get(ask) for each in markets]
        rows = []
        wanted = {coin: perpetuals(contracts, coin) for coin in coins}
        if trouble is not None:
            trouble.unlisted([coin for coin, of_coin in wanted.items() if not of_coin])
        found = await asked.perpetuals(ask, [m for of_coin in wanted.values() for m in of_coin])
        unread = {one.market.base: one for one in found if isinstance(one, Unread)}
        for bad in unread.values():
            log.warning("%s %s: open interest: %s", asked.name, bad.market.id, bad.why)
        for coin in coins:
            ours = [p for p in found if isinstance(p, Perpetual) and p.market.base == coin]
            if ours and coin not in unread:
                rows.append(await _row(asked, ask, coin, ours, intervals, milliseconds(clock())))
        if not rows and unread:
            raise Unreadable(f"{asked.name}: open interest: {next(iter(unread.values())).why}")
        if not rows:
            raise Unanswered(f"{asked.name} has no perpetual of {', '.join(coins)}")
        yield typed(pl.DataFrame(rows, list(DERIVATIVES.schema), orient="row"), DERIVATIVES)
        await rest(began, PERIOD_S)


def perpetuals(contracts: Sequence[Mapping[str, Market]], coin: str) -> list[Market]:
    """The perpetuals of a coin against any dollar, linear and inverse."""
    return [
        market
        for listed in contracts
        for market in listed.values()
        if market.base == coin and market.kind == "swap" and market.quote in DOLLARS
    ]


async def _row(
    asked: type[Asked],
    ask: Ask,
    coin: str,
    ours: Sequence[Perpetual],
    intervals: dict[str, tuple[int, float]],
    now: int,
) -> tuple[int, str, str, float, float | None, float, float | None]:
    largest = await _completed(asked, ask, max(ours, key=lambda perpetual: perpetual.usd))
    kept_at, hours = intervals.get(largest.market.id, (0, 0.0))
    if now - kept_at > INTERVALS_KEPT_MS:
        hours = await _interval_h(asked, ask, largest)
        intervals[largest.market.id] = (now, hours)
    funding = None if largest.rate is None or not hours else largest.rate * 8.0 / hours
    total = sum(perpetual.usd for perpetual in ours)
    newest = max(perpetual.ts for perpetual in ours)
    return newest, asked.name, coin, total, funding, largest.mark, largest.index_price


async def _completed(asked: type[Asked], ask: Ask, perpetual: Perpetual) -> Perpetual:
    """With its index and funding, or without where they can't be read."""
    try:
        return await asked.completed(ask, perpetual)
    except VENUE_ERRORS as error:
        log.warning("%s %s: index or funding: %r", asked.name, perpetual.market.id, error)
        return perpetual


async def _interval_h(asked: type[Asked], ask: Ask, perpetual: Perpetual) -> float:
    """Hours between fundings; 0 when the answer can't be read: funding is then unknown, not 8 h."""
    try:
        return await asked.interval_h(ask, perpetual)
    except VENUE_ERRORS as error:
        log.warning("%s %s: funding interval: %r", asked.name, perpetual.market.id, error)
        return 0.0
