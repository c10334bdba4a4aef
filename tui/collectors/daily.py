"""The days of a series in the text of its source: a CSV with a head, or a JSON list of objects."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any

from tui.series import Series

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
EPOCH_1990 = 631_152_000

Values = dict[date, float]


class BadSeries(Exception):
    """A source that can't be read: one line that says why."""


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
