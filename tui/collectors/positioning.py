"""Long/short ratios of one venue: a month of hours and a day of five minutes, then the newest."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from tui.clock import Clock, milliseconds
from tui.collectors.base import Newest, Trouble, typed
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


class Rounds:
    """The ratios of one venue; `last` is the newest that is known of each series, ms."""

    def __init__(self, asked: type[Asked], ask: Ask, newest: Newest, clock: Clock) -> None:
        self._asked, self._ask, self._newest, self._clock = asked, ask, newest, clock
        self.last: dict[Series, int] = {}
        self._unread: dict[Series, str] = {}

    async def begin(self, series: Series) -> AsyncIterator[pl.DataFrame]:
        """The hole alone: from the newest stored row, or from as far back as is kept. NotListed
        where the venue lacks the series, which is then none of its own."""
        where = {
            "venue": self._asked.name,
            "base": series.market.base,
            "measure": series.measure.value,
            "period": series.period,
        }
        earliest = milliseconds(self._clock() - DEPTHS[series.period])
        stored = self._newest(POSITIONING, where)
        self.last[series] = earliest if stored is None else max(earliest, milliseconds(stored))
        try:
            async for found in self.since(series):
                yield found
        except NotListed:
            del self.last[series]
            raise

    def check(self, coins: Sequence[str]) -> None:
        """Unanswered where the venue has none of the series, Unreadable where it can read none."""
        if not self.last:
            raise Unanswered(f"{self._asked.name} has no ratio of {', '.join(coins)}")
        if self._unread.keys() >= self.last.keys():
            raise Unreadable(next(iter(self._unread.values())))

    def due(self) -> list[Series]:
        """The series that may have a row after their last one."""
        now = milliseconds(self._clock())
        return [series for series, ts in self.last.items() if now - ts >= INTERVALS[series.period]]

    async def since(self, series: Series) -> AsyncIterator[pl.DataFrame]:
        """What is new after `last[series]`, page by page, oldest first; `last` moves along.

        Windows of a page each: a venue that gives the newest of a longer one would leave a hole. A
        page that can't be read is left out: the others and what follows count.
        """
        step = self._asked.ratio_page * INTERVALS[series.period]
        start, now = self.last[series] + 1, milliseconds(self._clock())
        while start <= now:
            end = min(start + step - 1, now)
            found = await self._page(series, start, end)
            fresh = [ratio for ratio in found if self.last[series] < ratio.ts <= now]
            if fresh:
                self.last[series] = fresh[-1].ts
                yield _frame(self._asked, series, fresh)
            start = end + 1

    async def _page(self, series: Series, start: int, end: int) -> Sequence[Ratio]:
        name, of = self._asked.name, (series.market, series.measure, series.period)
        try:
            found = await self._asked.ratios(self._ask, *of, start, end)
        except (Unreadable, *VENUE_ERRORS) as error:
            log.warning("%s %s: unreadable ratios: %s", name, series, error)
            self._unread[series] = f"{name}: unreadable ratios: {error}"[:120]
            return []
        self._unread.pop(series, None)
        return found


async def collect(
    asked: type[Asked],
    ask: Ask,
    markets: Markets,
    coins: tuple[str, ...],
    newest: Newest,
    clock: Clock,
    trouble: Trouble | None = None,
) -> AsyncIterator[pl.DataFrame]:
    """Frames of POSITIONING. `newest(table, where)` is the newest stored time of a series.
    `trouble` is told of the coins of which the venue lists no USDT perpetual.

    An empty frame after the first round says that the venue answered, though it may have had
    nothing new. Raises RateLimited or Unanswered, Unreadable when no series could be read.
    """
    rounds = Rounds(asked, ask, newest, clock)
    contracts = await perpetuals_of(markets, ask, coins)
    if trouble is not None:
        trouble.unlisted([coin for coin in coins if coin not in contracts])
    for series in _all(asked, contracts):
        try:
            async for found in rounds.begin(series):
                yield found
        except NotListed as error:  # the others of this venue go on
            log.warning("%s has no %s: %s", asked.name, series, error)
    rounds.check(coins)
    yield POSITIONING.empty()
    while True:
        await next_period(clock, PERIOD_S, AFTER_S)
        before = dict(rounds.last)
        for series in rounds.due():
            async for found in rounds.since(series):
                yield found
        await asyncio.sleep(AGAIN_S)
        for series in rounds.due():
            if rounds.last[series] == before[series]:
                async for found in rounds.since(series):
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
