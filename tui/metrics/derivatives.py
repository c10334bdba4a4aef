"""Open interest in USD, one-sided, its changes, and funding per 8 h weighted by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import polars as pl

from tui.metrics.feeds import limit
from tui.metrics.memo import kept
from tui.metrics.series import place
from tui.metrics.spans import AHEAD, MINUTE_MS, between, in_time, ms

FRESH = limit("derivatives")
"""An older row is stale and no part of `all`."""

KEPT = timedelta(hours=1)
"""An older row says nothing of now and is left out."""

SEEN = timedelta(hours=24)
"""A venue that told of a base within this belongs to its `all`."""

_COMPARED = (
    (timedelta(minutes=5), timedelta(seconds=60)),
    (timedelta(minutes=15), timedelta(seconds=90)),
    (timedelta(hours=24), timedelta(minutes=15)),
)
"""Spans, and how much older than its span the other row may be."""

ALL = "all"

FLAT = 0.0005
"""A move of less than 0.05 % is no direction."""


@dataclass(frozen=True)
class OpenInterest:
    """A venue's open interest of a base in USD; changes are fractions, None when unknown.

    Of `all`: `venues` are those in the sum, `missing` those that had a value within 24 h and are
    not in it, which makes the sum a lower bound.
    """

    venue: str  # "all" for the sum over venues
    base: str
    usd: float
    change_5m: float | None
    change_24h: float | None
    ts: datetime
    venues: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    change_15m: float | None = None


@dataclass(frozen=True)
class Funding:
    """A venue's funding as a fraction per 8 h; `all` is weighted by open interest.

    `change_24h` is in the same unit, None when unknown. `venues` and `missing` as of open interest.
    """

    venue: str
    base: str
    rate_8h: float
    change_24h: float | None
    ts: datetime
    venues: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


Row = TypeVar("Row", OpenInterest, Funding)


def of_all(rows: Iterable[Row], base: str) -> Row | None:
    """The row of all venues of a coin."""
    return next((row for row in rows if (row.venue, row.base) == (ALL, base)), None)


@dataclass(frozen=True)
class Derivatives:
    """Rows per venue, and one row `all` per base (only of the venues that are not stale)."""

    open_interest: tuple[OpenInterest, ...]
    funding: tuple[Funding, ...]


@dataclass(frozen=True)
class _Then:
    """Open interest and funding of one moment; either may be unknown."""

    usd: float | None
    rate: float | None


@dataclass(frozen=True)
class _Now:
    """The newest row of a venue and base, and what it was 5 m, 15 m and 24 h before."""

    venue: str
    base: str
    ts: datetime
    now: _Then
    minutes: _Then
    quarter: _Then
    day: _Then


def derivatives(frame: pl.DataFrame, as_of: datetime) -> Derivatives:
    """The newest row per venue and base at `as_of`, compared with 5 m, 15 m and 24 h before.

    What a venue's row lacks gives no row here. A comparison takes the newest row at most 60 s
    (for 15 m: 90 s, for 24 h: 15 minutes) older than the span; the change of `all` is over the
    venues that have both. A row older than an hour is left out.
    """
    rows = _newest(frame, as_of)
    seen = _seen(frame, ms(as_of - SEEN) // MINUTE_MS)
    bases: dict[str, list[_Now]] = {}
    for row in rows:
        bases.setdefault(row.base, []).append(row)
    interest: list[OpenInterest] = []
    funding: list[Funding] = []
    for base, listed in bases.items():
        fresh = [row for row in listed if row.ts > as_of - FRESH]
        interest += [*_each_interest(listed), *_all_interest(base, fresh, seen[0])]
        funding += [*_each_funding(listed), *_all_funding(base, fresh, seen[1])]
    return Derivatives(tuple(interest), tuple(funding))


def changes(frame: pl.DataFrame, as_of: datetime, span: timedelta) -> dict[str, float | None]:
    """The change of open interest of every base over `span`, as `all` has it for 5 m and 24 h.

    Over the venues that are not stale and have both; None where none has. The older row is the
    newest at most a tenth of the span older than that, but between 30 s (two polls) and 15 m.
    """
    near = min(timedelta(minutes=15), max(timedelta(seconds=30), span / 10))
    now = _last(frame, as_of + AHEAD, FRESH + AHEAD)
    then = _last(frame, as_of - span, near)
    pairs: dict[str, list[tuple[_Then, _Then]]] = {}
    for (venue, base), (_, found) in now.items():
        before = then.get((venue, base), _UNKNOWN)[1]
        pairs.setdefault(base, []).append((found, before))
    return {base: _summed_change(both) for base, both in pairs.items()}


def quadrant(price_change: float | None, oi_change: float | None) -> str | None:
    """What price and open interest moving together mean; None when either is unknown or flat."""
    if price_change is None or oi_change is None:
        return None
    if abs(price_change) < FLAT or abs(oi_change) < FLAT:
        return None
    meaning = {
        (True, True): "new longs",
        (True, False): "shorts closing, not new longs",
        (False, True): "new shorts",
        (False, False): "longs closing, not new shorts",
    }[price_change > 0, oi_change > 0]
    marks = ("▲" if price_change > 0 else "▼", "▲" if oi_change > 0 else "▼")
    return f"price {marks[0]} with OI {marks[1]} = {meaning}"


def _newest(frame: pl.DataFrame, as_of: datetime) -> list[_Now]:
    now = _last(frame, as_of + AHEAD, KEPT)
    then = [_last(frame, as_of - span, near) for span, near in _COMPARED]
    rows = [
        _Now(*key, ts, found, *(known.get(key, _UNKNOWN)[1] for known in then))
        for key, (ts, found) in now.items()
    ]
    return sorted(rows, key=lambda row: (row.base, place(row.venue), row.venue))


_Known = tuple[datetime, _Then]
_UNKNOWN: tuple[None, _Then] = (None, _Then(None, None))


def _last(frame: pl.DataFrame, at: datetime, near: timedelta) -> dict[tuple[str, str], _Known]:
    """The newest row of each venue and base at `at`, at most `near` older.

    In Python: the rows of an hour are few hundred, and a query over them takes 1 ms.
    """
    rows = in_time(between(frame, ms(at - near), ms(at)))
    # In order of time: the last row of each stays.
    keys = zip(rows["venue"].to_list(), rows["base"].to_list(), strict=True)
    places = {key: at for at, key in enumerate(keys)}
    ts, usd, rate = (rows[name] for name in ("ts", "open_interest_usd", "funding_8h"))
    return {key: (ts[at], _Then(usd[at], rate[at])) for key, at in places.items()}


_Seen = dict[str, list[str]]
"""The venues of every base, in the usual order."""


@kept(2)
def _seen(frame: pl.DataFrame, since: int) -> tuple[_Seen, _Seen]:
    """Who told of open interest and who of funding since a minute of the clock (since 1970)."""
    start = since * MINUTE_MS
    rows = between(frame, start + 1, start + SEEN // timedelta(milliseconds=1) + MINUTE_MS)
    values = (pl.col(name).is_not_null().any() for name in ("open_interest_usd", "funding_8h"))
    pairs = rows.group_by("venue", "base").agg(*values).rows()
    pairs.sort(key=lambda pair: (place(pair[0]), pair[0]))
    interest: _Seen = {}
    funding: _Seen = {}
    for venue, base, *told in pairs:
        for seen, has in zip((interest, funding), told, strict=True):
            if has:
                seen.setdefault(base, []).append(venue)
    return interest, funding


def _parts(known: Iterable[_Now], seen: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The venues of a sum, and those it lacks."""
    venues = tuple(row.venue for row in known)
    return venues, tuple(venue for venue in seen if venue not in venues)


def _each_interest(rows: Sequence[_Now]) -> Iterable[OpenInterest]:
    for row in rows:
        if row.now.usd is not None:
            minutes, quarter, day = _changed([row])
            changes = (minutes, day, row.ts, (), (), quarter)
            yield OpenInterest(row.venue, row.base, row.now.usd, *changes)


def _all_interest(base: str, fresh: Sequence[_Now], seen: _Seen) -> Iterable[OpenInterest]:
    known = [(row, row.now.usd) for row in fresh if row.now.usd is not None]
    if known:
        usd = sum(value for _, value in known)
        minutes, quarter, day = _changed([row for row, _ in known])
        ts = max(row.ts for row, _ in known)
        parts = _parts((row for row, _ in known), seen.get(base, ()))
        yield OpenInterest(ALL, base, usd, minutes, day, ts, *parts, quarter)


def _changed(rows: Sequence[_Now]) -> tuple[float | None, float | None, float | None]:
    """Over 5 m, 15 m and 24 h, each of the rows that have both."""
    return (
        _summed_change((row.now, row.minutes) for row in rows),
        _summed_change((row.now, row.quarter) for row in rows),
        _summed_change((row.now, row.day) for row in rows),
    )


def _each_funding(rows: Sequence[_Now]) -> Iterable[Funding]:
    for row in rows:
        if row.now.rate is not None:
            then = row.day.rate
            change = None if then is None else row.now.rate - then
            yield Funding(row.venue, row.base, row.now.rate, change, row.ts)


def _all_funding(base: str, fresh: Sequence[_Now], seen: _Seen) -> Iterable[Funding]:
    known = [row for row in fresh if _weighted([row.now]) is not None]
    rate = _weighted(row.now for row in known)
    if rate is not None:
        both = [row for row in known if _weighted([row.day]) is not None]
        before, after = _weighted(row.day for row in both), _weighted(row.now for row in both)
        change = None if before is None or after is None else after - before
        parts = _parts(known, seen.get(base, ()))
        yield Funding(ALL, base, rate, change, max(row.ts for row in known), *parts)


def _summed_change(pairs: Iterable[tuple[_Then, _Then]]) -> float | None:
    known = [(now.usd, then.usd) for now, then in pairs if now.usd is not None and then.usd]
    before = sum(then for _, then in known)
    return sum(now for now, _ in known) / before - 1 if before else None


def _weighted(rows: Iterable[_Then]) -> float | None:
    known = [(row.rate, row.usd) for row in rows if row.rate is not None and row.usd]
    weight = sum(usd for _, usd in known)
    return sum(rate * usd for rate, usd in known) / weight if weight else None
