"""The newest liquidations one by one, with the small ones of a second folded into one line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import AHEAD, instant, moment, ms
from tui.tables import Class, Side

LINES = 500
"""A feed has no more lines: ten screens of the tallest terminal."""

LAG_ROWS = 50
"""A venue's lag is the median over this many of its newest rows."""

HEARD_ROWS = 500
"""Newest rows that tell when a venue last had an event and how late it was told: all 2,000 would
be a tenth of a second's work in a wave."""


class FeedRow(NamedTuple):
    """One liquidation of the feed. A named tuple: a screen makes hundreds a second of them."""

    ts: datetime
    venue: str
    symbol: str
    base: str
    side: Side
    qty: float | None
    price: float | None
    price_kind: str
    usd: float | None
    largest_24h: bool = False


@dataclass(frozen=True)
class Folded:
    """The rows of one second that are below the smallest size shown, in one line.

    `usd` sums the priced ones; `long_share` is None when none of them has a price.
    """

    ts: datetime
    count: int
    usd: float
    long_share: float | None


_SIDES = {side.value: side for side in Side}
_LONG = Side.LONG.value
_COLUMNS = ["ts", "venue", "symbol", "base", "side", "qty", "price", "price_kind", "usd"]

# Plain loops over columns of at most 2,000 rows, not queries: each query takes polars 0.3 to 1 ms,
# and a screen would ask for eight of them every second.


def shown(recent: pl.DataFrame, as_of: datetime, coin: str | None = None) -> pl.DataFrame:
    """The rows of class crypto (and `coin`) that count at `as_of`, newest first."""
    last = recent["ts"].max()
    if isinstance(last, datetime) and last > as_of + AHEAD:
        return _of_coin(recent.filter(pl.col("ts") <= instant(as_of + AHEAD)), coin)
    return _of_coin(recent, coin)


@kept(6)
def _of_coin(recent: pl.DataFrame, coin: str | None) -> pl.DataFrame:
    wanted = recent["class"] == Class.CRYPTO.value
    if coin is not None:
        wanted &= recent["base"] == coin
    rows = recent if wanted.all() else recent.filter(wanted)
    if rows["ts"].is_sorted(descending=True):
        return rows
    return rows.sort("ts", descending=True, maintain_order=True)


@kept(4)
def newest(rows: pl.DataFrame, largest: FeedRow | None, count: int) -> tuple[FeedRow, ...]:
    """The first `count` rows, of any size."""
    return tuple(_marked(row, largest) for row in _rows(rows.head(count)))


@kept(4)
def folded(
    rows: pl.DataFrame, largest: FeedRow | None, smallest: float, lines: int = LINES
) -> tuple[FeedRow | Folded, ...]:
    """Rows from `smallest` USD on, each second followed by one line for what was smaller.

    A row without a price is below every size above zero. At most `lines` lines, the newest.
    """
    lined = _lined(rows, smallest, lines)
    # Of the rows that have a line of their own alone: in a wave one of eight.
    places = [line for line in lined if isinstance(line, int)]
    cells = iter(rows[_COLUMNS][places].rows())
    return tuple(
        line if isinstance(line, Folded) else _marked(_feed_row(*next(cells)), largest)
        for line in lined
    )


def _lined(rows: pl.DataFrame, smallest: float, lines: int) -> list[int | Folded]:
    """The first lines of a feed: the place of a row, or what its second folds."""
    usds, sides = rows["usd"].to_list(), rows["side"].to_list()
    seconds = (rows["ts"].to_physical() // 1000).to_list()
    made: list[int | Folded] = []
    for second, places in groupby(range(len(seconds)), seconds.__getitem__):
        if len(made) >= lines:
            break
        count, small, long = 0, 0.0, 0.0
        for place in places:
            usd = usds[place] or 0.0
            if usd >= smallest:
                made.append(place)
                continue
            count += 1
            small += usd
            if sides[place] == _LONG:
                long += usd
        if count:
            share = long / small if small else None
            made.append(Folded(moment(1000 * second), count, small, share))
    return made[:lines]


def largest_row(rows: pl.DataFrame, as_of: datetime) -> FeedRow | None:
    """The largest priced row of the 24 h before `as_of`, None when there is none."""
    since, times = ms(as_of - timedelta(hours=24)), rows["ts"].to_physical().to_list()
    priced = [
        (usd, -place)
        for place, (ts, usd) in enumerate(zip(times, rows["usd"].to_list(), strict=True))
        if usd is not None and ts > since
    ]
    if not priced:
        return None
    place = -max(priced)[1]
    return next((_marked(row, row) for row in _rows(rows.slice(place, 1))), None)


@kept(4)
def lags(rows: pl.DataFrame) -> dict[str, float]:
    """Seconds from event to receipt per venue: the median of its newest streamed rows."""
    rows = rows.head(HEARD_ROWS)
    took: dict[str, list[int]] = {}
    delays = (rows["received"] - rows["ts"]).to_physical().to_list()
    sources, venues = rows["source"].to_list(), rows["venue"].to_list()
    for venue, source, delay in zip(venues, sources, delays, strict=True):
        listed = took.setdefault(venue, [])
        if source == "stream" and len(listed) < LAG_ROWS:
            listed.append(delay)
    return {venue: median(listed) / 1000 for venue, listed in took.items() if listed}


def _rows(frame: pl.DataFrame) -> Iterator[FeedRow]:
    for row in frame[_COLUMNS].iter_rows():  # `select` is a query: 0.1 ms
        yield _feed_row(*row)


def _feed_row(*row: Any) -> FeedRow:
    ts, venue, symbol, base, side, *rest = row
    return FeedRow(ts, venue, symbol, base, _SIDES[side], *rest)


def _marked(row: FeedRow, largest: FeedRow | None) -> FeedRow:
    if largest is None or row.ts != largest.ts or row.usd != largest.usd:
        return row
    same = (row.venue, row.symbol, row.side) == (largest.venue, largest.symbol, largest.side)
    return row._replace(largest_24h=True) if same else row
