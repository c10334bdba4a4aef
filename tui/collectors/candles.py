"""Daily and hourly candles of the coins and of gold: spot where there is spot, one venue each.

Other havens are drawn by the day, so that these are asked for no hours.

Every round asks for the hole since the newest stored candle, that one included: the open candle
is so renewed each minute, and a venue that has to stand in brings its whole history along. What
lies before the oldest stored one is asked for once, newest first, so that what a stop leaves is
again before the oldest.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import polars as pl

from tui.clock import Clock, milliseconds
from tui.collectors.base import Newest, typed
from tui.collectors.sources import GOLD, OTHER_HAVENS, Source, find
from tui.tables import CANDLES
from tui.venues.asked import INTERVALS, Candle
from tui.venues.base import VENUE_ERRORS, Market
from tui.venues.errors import NotListed, RateLimited, Unanswered, VenueError

log = logging.getLogger("liqtop")

PERIOD_S = 60.0
MIDNIGHT_S = 5.0
"""A round begins this long after midnight UTC, for the daily candle that has just closed."""
RESTED_S = 120.0
"""A venue that said 429 without a time is left alone for this long; the next one stands in."""
DEPTHS = {"1d": timedelta(days=2_700), "1h": timedelta(days=366)}
"""A year of hours for the volume profile, and a day more for moments that are looked at later."""
SHALLOW = {"1h": timedelta(days=90)}
"""Of gold, which has no profile: as far back as a snapshot reaches."""


class Rounds:
    """One collector's memory: how far each series is, and which venue is to be left alone."""

    def __init__(
        self, sources: Sequence[Source], newest: Newest, oldest: Newest, clock: Clock
    ) -> None:
        self._sources, self._clock = sources, clock
        self._newest, self._oldest = newest, oldest
        self._deep: set[tuple[str, str, str]] = set()  # asked for as far back as they reach
        self._last: dict[tuple[str, str, str], int] = {}
        self._rest_until: dict[str, float] = {}
        self._absent: set[tuple[str, str, str]] = set()
        self._found: set[tuple[str, str, str]] = set()

    async def fill(
        self, base: str, kind: str, interval: str, depth: timedelta
    ) -> AsyncIterator[pl.DataFrame]:
        """The hole of one series from the first venue that can; the last error when none can."""
        failed: VenueError | None = None
        for source in self._sources:
            name = source.asked.name
            if self._now() < self._rest_until.get(name, 0.0) or (name, base, kind) in self._absent:
                continue
            try:
                market = await find(source, base, kind)
                earliest = self._earliest(interval, depth)
                async for frame in self._since(source, market, interval, earliest):
                    yield frame
                async for frame in self._before(source, market, interval, earliest):
                    yield frame
                self._found.add((name, base, kind))
                return
            except NotListed as error:
                if (name, base, kind) in self._found:
                    failed = error
                    continue
                log.info("%s has no %s %s: %s", name, base, kind, error)
                self._absent.add((name, base, kind))
            except RateLimited as error:
                self._rest_until[name] = self._now() + (error.retry_after or RESTED_S)
                failed = error
            except VenueError as error:
                failed = error
            except VENUE_ERRORS as error:
                failed = Unanswered(f"{name}: unreadable candles: {error!r}"[:120])
        if failed is not None:
            raise failed

    def forget(self) -> None:
        """Look again for what was not listed: once a day, for new listings."""
        self._absent.clear()

    async def _since(
        self, source: Source, market: Market, interval: str, earliest: int
    ) -> AsyncIterator[pl.DataFrame]:
        key = (source.asked.name, market.symbol, interval)
        now = milliseconds(self._clock())
        start = self._last.get(key) or self._begin(key, earliest)
        any_yet = key in self._last
        while start <= now:
            end = min(start + source.asked.page * INTERVALS[interval], now + 1)
            found = await source.asked.candles(source.ask, market, interval, start, end, now)
            if found:
                self._last[key] = found[-1].ts
                any_yet = True
                yield _frame(source.asked.name, market, interval, found, now)
            start = end
        if not any_yet:
            raise NotListed(f"no candles of {market.symbol}")

    async def _before(
        self, source: Source, market: Market, interval: str, earliest: int
    ) -> AsyncIterator[pl.DataFrame]:
        """What is older than the oldest stored candle: a store of a version that kept less."""
        key = (source.asked.name, market.symbol, interval)
        if key in self._deep:
            return
        now, page = milliseconds(self._clock()), source.asked.page * INTERVALS[interval]
        end = self._oldest_of(key)
        while end > earliest:
            start = max(earliest, end - page)
            found = await source.asked.candles(source.ask, market, interval, start, end, now)
            if not found:  # not listed then
                break
            yield _frame(source.asked.name, market, interval, found, now)
            end = start
        self._deep.add(key)

    def _begin(self, key: tuple[str, str, str], earliest: int) -> int:
        """Where the hole begins: at the newest stored candle, which may still have been open."""
        stored = self._newest(CANDLES, _where(key))
        if stored is None:
            self._deep.add(key)  # it is asked for from its earliest on
            return earliest
        self._last[key] = max(earliest, milliseconds(stored))
        return self._last[key]

    def _oldest_of(self, key: tuple[str, str, str]) -> int:
        stored = self._oldest(CANDLES, _where(key))
        return 0 if stored is None else milliseconds(stored)

    def _earliest(self, interval: str, depth: timedelta) -> int:
        length = INTERVALS[interval]
        return milliseconds(self._clock() - depth) // length * length

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _where(key: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("venue", "symbol", "interval"), key, strict=True))


async def collect(
    sources: Sequence[Source],
    coins: tuple[str, ...],
    newest: Newest,
    oldest: Newest,
    clock: Clock,
) -> AsyncIterator[pl.DataFrame]:
    """Frames of CANDLES. Raises a VenueError when no venue can give a coin's candles."""
    rounds = Rounds(sources, newest, oldest, clock)
    today = clock().date()
    gold = [key for key in GOLD if key not in {(coin, "spot") for coin in coins}]
    while True:
        for interval, depth in DEPTHS.items():
            shallow = SHALLOW.get(interval, depth)
            series = [
                *((coin, "spot", depth) for coin in coins),
                *((*key, shallow) for key in gold),
                *((*key, depth) for key in OTHER_HAVENS if interval == "1d"),
            ]
            for base, kind, reach in series:
                async for frame in rounds.fill(base, kind, interval, reach):
                    yield frame
        if clock().date() != today:
            today = clock().date()
            rounds.forget()
        await asyncio.sleep(_pause(clock))


def _pause(clock: Clock) -> float:
    """Seconds to the next round: a minute, or until just after midnight UTC."""
    past = clock().timestamp() % 86_400.0
    return min(PERIOD_S, 86_400.0 - past + MIDNIGHT_S)


def _frame(
    venue: str, market: Market, interval: str, candles: Sequence[Candle], now: int
) -> pl.DataFrame:
    """Closed is what has ended by our clock; the venues' own flags differ or are absent."""
    columns = dict(zip(Candle._fields, zip(*candles, strict=True), strict=True))
    length = INTERVALS[interval]
    frame = pl.DataFrame(
        {
            **columns,
            "venue": venue,
            "symbol": market.symbol,
            "base": market.base,
            "interval": interval,
            "closed": [candle.ts + length <= now for candle in candles],
        }
    )
    return typed(frame, CANDLES)
