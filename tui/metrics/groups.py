"""A window split by one column, and its rows by size: what the detail of liquidations counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.minutes import USD_BY_SIDE, counted
from tui.metrics.spans import AHEAD, MINUTE_MS, between, ms
from tui.tables import WINDOWS

SIZES = (0.0, 1e3, 1e4, 1e5, 1e6, 1e7)
"""Lower ends of the histogram's bars, USD: a decade each, the last without an end."""


@dataclass(frozen=True)
class Group:
    """One value of a column in a window: USD by side, rows, the largest one, and how much of the
    USD comes from venues that publish a sample, which may hide more than they show."""

    name: str
    long_usd: float = 0.0
    short_usd: float = 0.0
    count: int = 0
    largest_usd: float = 0.0
    sampled_usd: float = 0.0

    @property
    def usd(self) -> float:
        return self.long_usd + self.short_usd


@dataclass(frozen=True)
class Sizes:
    """Rows and USD by size (`SIZES`). `counted` of the window's `rows` are in it: those among the
    newest that a screen holds, from `since` on. Rows without a price are in no bar."""

    counts: tuple[int, ...]
    usd: tuple[float, ...]
    counted: int
    since: datetime | None


Sum = tuple[str, str, float, float, int, float]
"""Name, venue, long USD, short USD, rows, the largest."""


def groups(
    minutes: pl.DataFrame,
    edges: pl.DataFrame,
    as_of: datetime,
    window: str,
    column: str,
    gives: Mapping[str, str],
    coin: str | None = None,
) -> tuple[Group, ...]:
    """The window's liquidations of class crypto, of `coin` alone if given, by `column` (venue, base
    or side), largest first.

    `minutes` and `edges` as a snapshot has them: whole minutes, and the raw rows of the rest.
    """
    newest = ms(as_of) // MINUTE_MS * MINUTE_MS
    left = ms(as_of - WINDOWS[window])
    first = left // MINUTE_MS * MINUTE_MS + MINUTE_MS
    ends = (between(edges, left + 1, first - 1), between(edges, newest, ms(as_of + AHEAD)))
    raw = _as_minutes(pl.concat(ends))
    parts = [_whole(minutes, first, newest, column, coin), _summed(raw, column, coin)]
    return _grouped(parts, gives)


def groups_of(rows: pl.DataFrame, column: str, gives: Mapping[str, str]) -> tuple[Group, ...]:
    """These liquidations of class crypto (venue, base, class, side, usd) by `column`, largest
    first. A million take 30 ms; the same rows are not counted again."""
    return _grouped([_all(rows, column)], gives)


@kept(2)
def _all(rows: pl.DataFrame, column: str) -> list[Sum]:
    return _summed(_as_minutes(rows), column)


def _grouped(parts: Iterable[Iterable[Sum]], gives: Mapping[str, str]) -> tuple[Group, ...]:
    made: dict[str, Group] = {}
    for name, venue, long, short, n, most in (row for part in parts for row in part):
        sampled, known = gives.get(venue, "?") != "all", made.get(name, Group(name))
        made[name] = _added(known, sampled, long, short, n, most)
    return tuple(sorted(made.values(), key=lambda group: (-group.usd, group.name)))


def _added(group: Group, sampled: bool, long: float, short: float, n: int, most: float) -> Group:
    return Group(
        group.name,
        group.long_usd + long,
        group.short_usd + short,
        group.count + n,
        max(group.largest_usd, most),
        group.sampled_usd + (long + short if sampled else 0.0),
    )


@kept(32)  # of a detail, and of each coin that is followed
def _whole(
    minutes: pl.DataFrame, first: int, newest: int, column: str, coin: str | None
) -> list[Sum]:
    """Kept for the minute: at half a million minute rows this takes 30 ms."""
    return _summed(between(minutes, first, newest - 1, "minute"), column, coin)


def _as_minutes(rows: pl.DataFrame) -> pl.DataFrame:
    columns = ("class", "venue", "base", "side", "usd")
    return rows.select(*columns, count=pl.lit(1, pl.Int64), largest="usd")


def _summed(rows: pl.DataFrame, column: str, coin: str | None = None) -> list[Sum]:
    sums = (
        rows.lazy()
        .filter(counted(coin))
        .group_by(pl.col(column).alias("name"), pl.col("venue").alias("of"))
        .agg(
            *USD_BY_SIDE,
            pl.col("count").sum().alias("n"),
            pl.col("largest").max().fill_null(0.0).alias("most"),
        )
        .collect()
    )
    return sums.rows()


@kept(2)
def sizes_of(rows: pl.DataFrame) -> Sizes:
    """The histogram of all these liquidations (ts, usd), however many."""
    place = pl.sum_horizontal((pl.col("usd") >= least).cast(pl.Int8) for least in SIZES[1:])
    priced = rows.lazy().filter(pl.col("usd").is_not_null())
    found = priced.group_by(place.alias("at")).agg(pl.len(), pl.col("usd").sum()).collect()
    counts, usd = [0] * len(SIZES), [0.0] * len(SIZES)
    for at, count, sum_usd in found.iter_rows():
        counts[at], usd[at] = count, sum_usd
    oldest = rows["ts"].min()
    since = oldest if isinstance(oldest, datetime) else None
    return Sizes(tuple(counts), tuple(usd), rows.height, since)


def sizes(rows: Iterable[tuple[datetime, float | None]], since: datetime) -> Sizes:
    """The histogram of rows (time, USD) later than `since`."""
    counts, usd = [0] * len(SIZES), [0.0] * len(SIZES)
    oldest: datetime | None = None
    counted = 0
    for ts, size in rows:
        if ts <= since:
            continue
        counted += 1
        oldest = ts if oldest is None else min(oldest, ts)
        if size is not None:
            place = sum(size >= least for least in SIZES[1:])
            counts[place] += 1
            usd[place] += size
    return Sizes(tuple(counts), tuple(usd), counted, oldest)
