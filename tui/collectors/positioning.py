"""Long/short ratios of one venue: a month of hours and a day of five minutes, then the newest."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from tui.clock import Clock, milliseconds
from tui.collectors.base import Newest, typed
from tui.collectors.rounds import next_period
from tui.tables import POSITIONING, Measure
from tui.venues.asked import INTERVALS, Asked, Ratio
from tui.venues.base import VENUE_ERRORS, Ask, Market
from tui.venues.errors import NotListed, Unanswered, Unreadable
from tui.venues.markets import Markets

log = logging.getLogger("liqtop")

PERIOD_S = 300.0
AFTER_S = 20.0
"""Ratios are asked for this long after the five minutes, and missing ones a minute later again."""
AGAIN_S = 60.0
DEPTHS = {"5m": timedelta(days=1), "1h": timedelta(days=30) - timedelta(hours=1)}
"""How far back at start. Binance refuses a start of more than 30 days ago, hence the hour."""


@dataclass(frozen=True)
class Series:
    """One ratio of one coin by one period."""

    market: Market
    measure: Measure
    period: str

    def __str__(self) -> str:
        return f"{self.market.base} {self.measure} {self.period}"


async def collect(
    asked: type[Asked],
    ask: Ask,
    markets: Markets,
    coins: tuple[str, ...],
    newest: Newest,
    clock: Clock,
) -> AsyncIterator[pl.DataFrame]:
    """Frames of POSITIONING. `newest(table, where)` is the newest stored time of a series.

    An empty frame after the first round says that the venue answered, though it may have had
    nothing new. Raises RateLimited or Unanswered, Unreadable when no series could be read.
    """
    contracts = await perpetuals_of(markets, ask, coins)
    last: dict[Series, int] = {}
    unread: dict[Series, str] = {}
    for series in _all(asked, contracts):
        last[series] = _begin(series, asked, newest, clock)
        try:
            async for found in _since(asked, ask, series, last, unread, clock):
                yield found
        except NotListed as error:  # the others of this venue go on
            del last[series]
            log.warning("%s has no %s: %s", asked.name, series, error)
    if not last:
        raise Unanswered(f"{asked.name} has no ratio of {', '.join(coins)}")
    if unread.keys() >= last.keys():
        raise Unreadable(next(iter(unread.values())))
    yield POSITIONING.empty()
    while True:
        await next_period(clock, PERIOD_S, AFTER_S)
        before = dict(last)
        for series in _due(last, clock):
            async for found in _since(asked, ask, series, last, unread, clock):
                yield found
        await asyncio.sleep(AGAIN_S)
        for series in _due(last, clock):
            if last[series] == before[series]:
                async for found in _since(asked, ask, series, last, unread, clock):
                    yield found


async def perpetuals_of(markets: Markets, ask: Ask, coins: Sequence[str]) -> Mapping[str, Market]:
    """The USDT perpetual of each coin; a coin without one is left out."""
    listed = (await markets.get(ask)).values()
    return {
        market.base: market
        for market in listed
        if market.base in coins
        and market.quote == "USDT"
        and (market.kind, market.inverse, market.multiplier) == ("swap", False, 1.0)
    }


def _all(asked: type[Asked], contracts: Mapping[str, Market]) -> Iterator[Series]:
    """The newest numbers first: five minutes of every measure before the month of hours."""
    for period in DEPTHS:
        for market in contracts.values():
            for measure in asked.measures:
                yield Series(market, measure, period)


def _begin(series: Series, asked: type[Asked], newest: Newest, clock: Clock) -> int:
    """Only the hole: from the newest stored row, or from as far back as is kept."""
    where = {
        "venue": asked.name,
        "base": series.market.base,
        "measure": series.measure.value,
        "period": series.period,
    }
    earliest = milliseconds(clock() - DEPTHS[series.period])
    stored = newest(POSITIONING, where)
    return earliest if stored is None else max(earliest, milliseconds(stored))


def _due(last: Mapping[Series, int], clock: Clock) -> list[Series]:
    """The series that may have a row after their last one."""
    now = milliseconds(clock())
    return [series for series, ts in last.items() if now - ts >= INTERVALS[series.period]]


async def _since(
    asked: type[Asked],
    ask: Ask,
    series: Series,
    last: dict[Series, int],
    unread: dict[Series, str],
    clock: Clock,
) -> AsyncIterator[pl.DataFrame]:
    """What is new after `last[series]`, page by page, oldest first; `last` moves along.

    Windows of a page each: a venue that gives the newest of a longer one would leave a hole. A
    page that can't be read is noted in `unread` and left out: the others and what follows count.
    """
    step = asked.ratio_page * INTERVALS[series.period]
    start, now = last[series] + 1, milliseconds(clock())
    while start <= now:
        end = min(start + step - 1, now)
        try:
            found = await asked.ratios(
                ask, series.market, series.measure, series.period, start, end
            )
            unread.pop(series, None)
        except (Unreadable, *VENUE_ERRORS) as error:
            log.warning("%s %s: unreadable ratios: %s", asked.name, series, error)
            found, unread[series] = [], f"{asked.name}: unreadable ratios: {error}"[:120]
        fresh = [ratio for ratio in found if last[series] < ratio.ts <= now]
        if fresh:
            last[series] = fresh[-1].ts
            yield _frame(asked, series, fresh)
        start = end + 1


def _frame(asked: type[Asked], series: Series, ratios: Sequence[Ratio]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "ts": [ratio.ts for ratio in ratios],
            "venue": asked.name,
            "base": series.market.base,
            "measure": series.measure.value,
            "period": series.period,
            "ratio": [ratio.ratio for ratio in ratios],
            "long_share": [ratio.long_share for ratio in ratios],
        }
    )
    return typed(frame, POSITIONING)
