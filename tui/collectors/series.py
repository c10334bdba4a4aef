"""Daily series that the user brings: a CSV or JSON file, or one behind https, read once a day.

What it says is stored as it is: nothing is converted, filled in or carried forward.
"""

import asyncio
import csv
import io
import json
import stat
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import polars as pl
from yarl import URL  # aiohttp's own

from tui.clock import Clock
from tui.collectors.base import Context, Spec, typed
from tui.config import Settings
from tui.series import Series
from tui.tables import SERIES
from tui.venues.errors import RateLimited

PERIOD_S = 86_400.0
AGAIN_S = 3600.0
"""After a source that could not be read; a file is looked at every minute for a change."""
LOOK_S = 60.0
MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
TIMEOUT_S = 20.0
EPOCH_1990 = 631_152_000
HOPS = 3
"""Redirects that are followed, to https alone."""

Values = dict[date, float]
T = TypeVar("T")

_FILES = ThreadPoolExecutor(1, "series")
"""Not asyncio's own threads, which look up the names of hosts: a disk that never answers would keep
them all. This one it keeps from the other files, whose reason is then the same."""


class BadSeries(Exception):
    """A source that can't be read: one line that says why."""


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
            raw = await _raw(one, endpoint, proxy)
            found = values(one, raw, clock())
        except BadSeries as error:
            raise RateLimited(str(error)[:200], AGAIN_S if one.is_url else LOOK_S) from None
        now = {day: (value, one.unit, one.kind) for day, value in found.items()}
        yield _frame(one, {day: found[day] for day in now if told.get(day) != now[day]}, clock())
        told = now
        until = asyncio.get_running_loop().time() + PERIOD_S
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(LOOK_S)
            if await _mark(one) != marked:
                break


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
            return await (_fetched(one.source, proxy) if one.is_url else _aside(_read, one))
    except TimeoutError:
        raise BadSeries(f"no answer within {TIMEOUT_S:.0f} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:  # unsaid: it may hold the address
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


async def _fetched(url: str, proxy: str | None) -> bytes:
    """The answer's body, of 200 alone, no longer than `MOST_BYTES`."""
    async with aiohttp.ClientSession() as session:
        for _ in range(HOPS + 1):
            async with session.get(url, proxy=proxy, allow_redirects=False) as answer:
                if answer.status in (301, 302, 303, 307, 308):
                    if "Location" not in answer.headers:
                        raise BadSeries("redirected nowhere")
                    url = str(answer.url.join(URL(answer.headers["Location"])))
                    if not url.startswith("https://"):
                        raise BadSeries("redirected away from https")
                    continue
                if answer.status != 200:
                    raise BadSeries(f"HTTP {answer.status}")
                return await _whole(answer)
    raise BadSeries(f"redirected more than {HOPS} times")


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        body += piece
        if len(body) > MOST_BYTES:
            raise BadSeries(f"more than {MOST_BYTES:,} bytes")
    return bytes(body)


def values(one: Series, raw: bytes, now: datetime) -> Values:
    """The value of each day of a CSV with a head, or of a JSON list of objects; a day that stands
    there twice has the last one. BadSeries names the first row that can't be read; one without a
    value is passed over."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadSeries("is not UTF-8") from None
    rows = _objects(text) if text.lstrip()[:1] in ("[", "{") else _lines(text)
    found: Values = {}
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise BadSeries(f"more than {MOST_ROWS:,} rows")
        try:
            day, value = _day(row[one.date]), _value(row[one.value])
        except KeyError as error:
            raise BadSeries(f"row {number}: no column {error}; it has {_names(row)}") from None
        except (TypeError, ValueError, OverflowError, OSError) as error:
            raise BadSeries(f"row {number}: {error}") from None
        if day > (now + timedelta(days=1)).date():
            raise BadSeries(f"row {number}: {day} is yet to come")
        if value is not None:
            found[day] = value
    if not found:
        raise BadSeries("no row with a value")
    return dict(sorted(found.items()))


def _names(row: Mapping[str, Any]) -> str:
    return ", ".join(str(name)[:20] for name in list(row)[:6])


def _lines(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        yield from csv.DictReader(io.StringIO(text), strict=True)
    except csv.Error as error:
        raise BadSeries(f"no CSV: {error}") from None


def _objects(text: str) -> Iterable[Mapping[str, Any]]:
    """A list of objects, or the one list in an object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadSeries("no JSON") from None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise BadSeries("is no list of objects")
    return found


def _day(told: Any) -> date:
    """`2026-01-20`, `20260120`, a time of ISO-8601, or seconds or milliseconds since 1970, from
    1990 on: a smaller number is a mistake. The day in UTC."""
    if isinstance(told, bool) or told is None:
        raise ValueError(f"{told!r} is no date")
    text = str(told).strip()
    try:
        number = None if len(text) == 8 and text.isdecimal() else float(text)
    except ValueError:
        number = None
    if number is not None:
        seconds = number / (1000 if number > 1e11 else 1)
        if not seconds >= EPOCH_1990:  # of a NaN too
            raise ValueError(f"{text[:30]!r} is no date after 1990; write 2026-01-20")
        return datetime.fromtimestamp(seconds, UTC).date()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:30]!r} is no date; write 2026-01-20") from None
    return (at.astimezone(UTC) if at.tzinfo else at).date()


def _value(told: Any) -> float | None:
    if told is None or (isinstance(told, str) and not told.strip()):
        return None
    if isinstance(told, bool) or not isinstance(told, (int, float, str)):
        raise ValueError(f"{str(told)[:30]!r} is no number")
    try:
        value = float(told)
    except ValueError:
        raise ValueError(f"{told[:30]!r} is no number") from None  # type: ignore[index]
    if not isfinite(value):
        raise ValueError(f"{told!r} is no number")
    return value
