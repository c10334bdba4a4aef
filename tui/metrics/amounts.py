"""What was liquidated per window, venue and coin, in one pass over minutes and edges.

A window's left edge lies inside a minute. That minute and the newest, still open one are counted
from raw rows, every minute between them from its row in `liquidation_minutes`. Windows are nested,
so a contribution belongs to a run of them: a whole minute to the first window that holds it and
all wider ones, a raw row of a left edge to that one window (the wider ones have its whole minute).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.minutes import BY_SIDE
from tui.metrics.spans import AHEAD, MINUTE_MS, between, ms
from tui.tables import WINDOWS, Class

MANY = 100_000
"""Minute rows from which the streaming engine is worth its memory."""


@dataclass(frozen=True)
class Amount:
    """What was liquidated in one window: USD by side, rows, rows without a price, largest row."""

    long_usd: float = 0.0
    short_usd: float = 0.0
    count: int = 0
    unpriced: int = 0
    largest_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        return self.long_usd + self.short_usd

    @property
    def long_share(self) -> float | None:
        """Long ÷ total; `None` when nothing was liquidated."""
        return self.long_usd / self.total_usd if self.total_usd else None


NOTHING = Amount()
"""Shared by every empty cell: most coins have nothing in the short windows."""


def together(amounts: Iterable[Amount]) -> Amount:
    """All of them in one."""
    long, short, count, unpriced, largest = 0.0, 0.0, 0, 0, 0.0
    # One plain loop: a second asks for thousands of these, and five sums take three times as long.
    for amount in amounts:
        if amount is NOTHING:
            continue
        long += amount.long_usd
        short += amount.short_usd
        count += amount.count
        unpriced += amount.unpriced
        if amount.largest_usd > largest:
            largest = amount.largest_usd
    return Amount(long, short, count, unpriced, largest) if count else NOTHING


Windows = dict[str, Amount]
"""An amount for every window, by its name."""

_VALUES = ("long", "short", "count", "unpriced", "largest")
_RUN = ("first", "last")  # the narrowest and the widest window a contribution belongs to
_SPANS = tuple(span // timedelta(milliseconds=1) for span in WINDOWS.values())
_WIDEST = len(WINDOWS) - 1


def summed(
    venues: pl.DataFrame,
    coins: pl.DataFrame,
    edges: pl.DataFrame,
    as_of: datetime,
    coin: str | None = None,
) -> tuple[dict[str, Windows], dict[str, Windows]]:
    """Class crypto summed by venue (of `coin` alone, if given), and by base: of
    whole minutes by venue, and by base unless of one coin, and raw rows of the rest.

    The largest of 24 h comes first. The minutes are summed once while they are the same frame, in
    a minute of the clock: every window's left edge passes into its next minute at its turn.
    """
    newest = ms(as_of) // MINUTE_MS * MINUTE_MS
    by_base = _of_minutes(coins, newest, "base", None)
    of_venue = _of_minutes(venues, newest, "venue", coin)
    raw = _of_edges(edges, as_of, newest)
    mine = raw if coin is None else raw.filter(pl.col("base") == coin)
    # Both at once: what they share is worked out once, and the way to polars and back is one.
    rows = pl.collect_all([_per_run(mine, "venue"), _per_run(raw, "base")])
    return _merged(of_venue, rows[0]), _merged(by_base, rows[1])


@kept(32)  # by venue, by base, and by venue of each coin that was looked at
def _of_minutes(
    minutes: pl.DataFrame, newest: int, name: str, coin: str | None
) -> dict[str, Windows]:
    """Whole minutes before `newest` (ms) by venue or base, of a coin alone if given."""
    whole = _whole(minutes.lazy(), [newest - span for span in _SPANS], newest)
    rows = whole if coin is None else whole.filter(pl.col("base") == coin)
    # Below that the other engine is as fast and keeps 4 MB less; above, it takes half as long
    # again (half a million minute rows by base: 15 ms).
    (done,) = pl.collect_all(
        [_per_run(rows, name)], engine="streaming" if minutes.height > MANY else "in-memory"
    )
    return _by(done, name)


def _whole(minutes: pl.LazyFrame, lefts: list[int], newest: int) -> pl.LazyFrame:
    start = pl.col("minute").to_physical()
    first = pl.sum_horizontal((start <= left).cast(pl.UInt8) for left in lefts)
    inside = (start > lefts[-1]) & (start < newest) & (pl.col("class") == Class.CRYPTO.value)
    last = pl.lit(_WIDEST, pl.UInt8)
    return minutes.filter(inside).with_columns(*BY_SIDE, first=first.cast(pl.UInt8), last=last)


def _of_edges(edges: pl.DataFrame, as_of: datetime, newest: int) -> pl.LazyFrame:
    """The raw rows of class crypto, as minutes, with the run of windows each belongs to."""
    runs = list(_runs(edges[_COLUMNS], as_of, newest))
    raw = pl.concat([rows for _, _, rows in runs], rechunk=False)
    first, last = (
        pl.Series(name, [run[at] for run in runs for _ in range(run[2].height)], pl.UInt8)
        for at, name in enumerate(_RUN)
    )
    crypto = pl.col("class") == Class.CRYPTO.value
    return raw.hstack([first, last]).lazy().filter(crypto).with_columns(_AS_MINUTES)


def _runs(
    edges: pl.DataFrame, as_of: datetime, newest: int
) -> Iterator[tuple[int, int, pl.DataFrame]]:
    """First and last window of the rows of each left edge, and of the open minute's.

    Slices of rows in order of time, where the windows as conditions took 3 ms to write down.
    """
    for place, span in enumerate(_SPANS):
        left = ms(as_of) - span
        yield place, place, between(edges, left + 1, left // MINUTE_MS * MINUTE_MS + MINUTE_MS - 1)
    yield 0, _WIDEST, between(edges, newest, ms(as_of + AHEAD))


_COLUMNS = ["ts", "venue", "base", "class", "side", "usd"]
_AS_MINUTES = (
    *BY_SIDE,
    pl.lit(1, pl.Int64).alias("count"),
    pl.col("usd").is_null().cast(pl.Int64).alias("unpriced"),
    pl.col("usd").alias("largest"),
)
"""What a raw row has of a minute's row."""


def _per_run(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    sums = pl.col("long", "short", "count", "unpriced").sum()
    return (
        rows.group_by(name, *_RUN)
        .agg(sums, pl.col("largest").max().fill_null(0.0))
        .select(name, *_RUN, *_VALUES)
    )


def _by(parts: pl.DataFrame, name: str) -> dict[str, Windows]:
    """Every window's amount per venue or base."""
    cells = parts.select(name, *_CELLS).group_by(name).agg(*_OVER)
    return {key: _windows(values) for key, *values in cells.iter_rows()}


def _merged(whole: Mapping[str, Windows], raw: pl.DataFrame) -> dict[str, Windows]:
    """The whole minutes with the raw rows of the rest, summed by run, largest of 24 h first."""
    added: dict[str, list[_Sum | None]] = {}
    for name, first, last, *values in raw.rows():
        sums = added.get(name) or added.setdefault(name, [None] * len(WINDOWS))
        for place in range(first, last + 1):
            old = sums[place]
            sums[place] = values if old is None else _plus(old, values)
    empty = dict.fromkeys(WINDOWS, NOTHING)
    merged = dict(whole)
    for name, sums in added.items():
        old_windows = whole.get(name, empty)
        merged[name] = {
            window: _with(old_windows[window], more) if more else old_windows[window]
            for window, more in zip(WINDOWS, sums, strict=True)
        }
    widest = list(WINDOWS)[-1]
    return dict(sorted(merged.items(), key=lambda of: (-of[1][widest].total_usd, of[0])))


_Sum = list[Any]
"""The values of an amount: a second makes thousands, and an object each takes twice as long."""


def _plus(one: _Sum, other: _Sum) -> _Sum:
    long, short, count, unpriced, largest = one
    more_long, more_short, more, more_unpriced, larger = other
    both = max(largest, larger)
    return [long + more_long, short + more_short, count + more, unpriced + more_unpriced, both]


def _with(amount: Amount, more: _Sum) -> Amount:
    long, short, count, unpriced, largest = more
    return Amount(
        amount.long_usd + long,
        amount.short_usd + short,
        amount.count + count,
        amount.unpriced + unpriced,
        max(amount.largest_usd, largest),
    )


def totals(listed: Collection[Mapping[str, Amount]]) -> dict[str, Amount]:
    """Every window's amount over all of the listed venues or coins."""
    return {window: together(amounts[window] for amounts in listed) for window in WINDOWS}


def _cell(value: str, place: int) -> pl.Expr:
    """A value of a row in one window, zero where the row is no part of it.

    Zeros that are summed take a third of the time of a filter inside each group.
    """
    inside = (pl.col("first") <= place) & (pl.col("last") >= place)
    return pl.when(inside).then(pl.col(value)).otherwise(0).alias(f"{value}{place}")


def _over(value: str, place: int) -> pl.Expr:
    cell = pl.col(f"{value}{place}")
    return cell.max().fill_null(0.0) if value == "largest" else cell.sum()


# Made once: thirty-five of each take 3 ms to write down.
_PLACED = [(value, place) for place in range(len(WINDOWS)) for value in _VALUES]
_CELLS = [_cell(value, place) for value, place in _PLACED]
_OVER = [_over(value, place) for value, place in _PLACED]


def _windows(values: Iterable[float]) -> dict[str, Amount]:
    cells = list(values)
    size = len(_VALUES)
    return {
        name: Amount(*cells[at : at + size]) if cells[at + 2] else NOTHING  # type: ignore[arg-type]
        for name, at in zip(WINDOWS, range(0, len(cells), size), strict=True)
    }
