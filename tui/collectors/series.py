"""Daily series that the user brings: a CSV or JSON file, or one behind https, read once a day.

What it says is stored as it is: nothing is converted, filled in or carried forward.
"""

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import polars as pl

from tui.clock import Clock
from tui.collectors.base import Context, Spec, typed
from tui.collectors.daily import MOST_BYTES, BadSeries, Values, values
from tui.config import Settings
from tui.series import Series
from tui.tables import SERIES
from tui.values import masked
from tui.venues.errors import RateLimited

PERIOD_S = 86_400.0
AGAIN_S = 3600.0
"""After a source that could not be read; a file is looked at every minute for a change."""
LOOK_S = 60.0
TIMEOUT_S = 20.0
SECRET = 4
"""Letters from which on what stands in the query of an address is not told: a key has more."""

T = TypeVar("T")

_FILES = ThreadPoolExecutor(1, "series")
"""Not asyncio's own threads, which look up the names of hosts: a disk that never answers would keep
them all. This one it keeps from the other files, whose reason is then the same."""


def specs(settings: Settings, context: Context) -> list[Spec]:
    """One collector a series."""
    return [_spec(one, settings, context) for one in settings.series]


def _spec(one: Series, settings: Settings, context: Context) -> Spec:
    def start() -> AsyncIterator[pl.DataFrame]:
        stored = partial(context.stored, SERIES, {"name": one.name})
        return collect(one, context.clock, settings.endpoint, settings.proxy, stored)

    return Spec("series", one.name, "", SERIES, start, period_s=PERIOD_S)


async def collect(
    one: Series,
    clock: Clock,
    endpoint: str | None = None,
    proxy: str | None = None,
    stored: Callable[[], pl.DataFrame] = SERIES.empty,
) -> AsyncIterator[pl.DataFrame]:
    """Frames of SERIES: the days of the source that are new, or other than `stored` has them.

    A bad source raises RateLimited, whose words are the reason and whose wait is `AGAIN_S`.
    """
    rows = stored().select("ts", "value", "unit", "kind").iter_rows()
    told = {ts.date(): tuple(rest) for ts, *rest in rows}
    while True:
        marked = await _mark(one)
        try:
            found = _read_as(one, await _raw(one, endpoint, proxy), clock())
        except BadSeries as error:
            words = masked(str(error))[:200]
            raise RateLimited(words, AGAIN_S if one.is_url else LOOK_S) from None
        now = {day: (value, one.unit, one.kind) for day, value in found.items()}
        yield _frame(one, {day: found[day] for day in now if told.get(day) != now[day]}, clock())
        told = now
        until = asyncio.get_running_loop().time() + PERIOD_S
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(LOOK_S)
            if await _mark(one) != marked:
                break


def _read_as(one: Series, raw: bytes, now: datetime) -> Values:
    """What the source says. A source that refuses a key may say it again, and what is wrong quotes
    the source: the reason is then that of the same without it."""
    try:
        return values(one, raw, now)
    except BadSeries:
        given = parse_qsl(urlsplit(one.source).query) if one.is_url else []
        for value in sorted((value for _, value in given if len(value) >= SECRET), key=len)[::-1]:
            raw = raw.replace(value.encode(), b"***")
        values(one, raw, now)
        raise BadSeries("can't be read") from None  # why is with what is not told


def _frame(one: Series, found: Values, now: datetime) -> pl.DataFrame:
    days = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in found]
    columns = {"ts": days, "name": one.name, "value": list(found.values()), "received": now}
    words = {"unit": one.unit, "kind": one.kind}
    return typed(pl.DataFrame(columns | words), SERIES) if days else SERIES.empty()


async def _mark(one: Series) -> tuple[float, int] | None:
    """What changes with a file; None of an address, and where it can't be told."""
    if one.is_url:
        return None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await _aside(_stat, one)
    except OSError:  # out of time too
        return None


def _stat(path: Path) -> tuple[float, int]:
    found = path.stat()
    return found.st_mtime, found.st_size


async def _aside(work: Callable[[Path], T], one: Series) -> T:
    """What is done with a file, beside the event loop: a disk of the network may not answer."""
    return await asyncio.get_running_loop().run_in_executor(_FILES, work, Path(one.source))


async def _raw(one: Series, endpoint: str | None, proxy: str | None) -> bytes:
    if one.is_url and endpoint is not None:
        raise BadSeries("an exchange of one's own: nothing is asked of the internet")
    try:
        async with asyncio.timeout(TIMEOUT_S):
            if not one.is_url:
                return await _aside(_read, one)
            from tui.collectors.fetched import fetched  # aiohttp: 0.5 s that only an address needs

            return await fetched(one.source, proxy)
    except TimeoutError:
        raise BadSeries(f"no answer within {TIMEOUT_S:.0f} s") from None
    except (OSError, ValueError) as error:  # unsaid: it may hold the address
        raise BadSeries(f"can't be fetched: {type(error).__name__}") from None


def _read(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would never end
            raise BadSeries(f"{path}: is no file")
        if found.st_size > MOST_BYTES:
            raise BadSeries(f"{path}: {found.st_size:,} bytes; {MOST_BYTES:,} at most")
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise BadSeries(f"{path}: {error.strerror}") from None
