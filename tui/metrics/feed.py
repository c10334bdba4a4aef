"""The newest liquidations one by one, with the small ones of a second folded into one line."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import AHEAD, instant
from tui.tables import Class, Side

LINES = 500
"""A feed has no more lines: ten screens of the tallest terminal."""

LAG_ROWS = 50
"""A venue's lag is the median over this many of its newest rows."""


@dataclass(frozen=True)
class FeedRow:
    """One liquidation of the feed."""

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
_COLUMNS = ("ts", "venue", "symbol", "base", "side", "qty", "price", "price_kind", "usd")


def shown(recent: pl.DataFrame, as_of: datetime, coin: str | None = None) -> pl.DataFrame:
    """The rows of class crypto (and `coin`) that count at `as_of`, newest first."""
    last = recent["ts"].max()
    if isinstance(last, datetime) and last > as_of + AHEAD:
        return _of_coin(recent.filter(pl.col("ts") <= instant(as_of + AHEAD)), coin)
    return _of_coin(recent, coin)


@kept(6)
def _of_coin(recent: pl.DataFrame, coin: str | None) -> pl.DataFrame:
    wanted = pl.col("class") == Class.CRYPTO.value
    if coin is not None:
        wanted &= pl.col("base") == coin
    return recent.filter(wanted).sort("ts", descending=True, maintain_order=True)


@kept(4)
def newest(rows: pl.DataFrame, largest: FeedRow | None, count: int) -> tuple[FeedRow, ...]:
    """The first `count` rows, of any size."""
    return tuple(_marked(row, largest) for row in _rows(rows.head(count)))


@kept(4)
def folded(
    rows: pl.DataFrame, largest: FeedRow | None, smallest: float
) -> tuple[FeedRow | Folded, ...]:
    """Rows from `smallest` USD on, each second followed by one line for what was smaller.

    A row without a price is below every size. At most `LINES` lines.
    """
    is_shown = (pl.col("usd") >= smallest).fill_null(False)
    lines: list[FeedRow | Folded] = [
        *newest(rows.filter(is_shown), largest, LINES),
        *_folds(rows.filter(~is_shown)),
    ]
    # Stable: within a second the rows keep their order, and their fold, which is cut to the
    # second, follows them.
    lines.sort(key=lambda line: line.ts, reverse=True)
    return tuple(lines[:LINES])


def _folds(rows: pl.DataFrame) -> Iterator[Folded]:
    is_long = pl.col("side") == Side.LONG.value
    seconds = (
        rows.group_by(pl.col("ts").dt.truncate("1s"))
        .agg(
            pl.len(),
            pl.col("usd").sum().alias("usd"),
            pl.col("usd").filter(is_long).sum().alias("long"),
        )
        .sort("ts", descending=True)
        .head(LINES)
    )
    for ts, count, usd, long in seconds.iter_rows():
        yield Folded(ts, count, usd, long / usd if usd else None)


def largest_row(rows: pl.DataFrame, as_of: datetime) -> FeedRow | None:
    """The largest priced row of the 24 h before `as_of`, None when there is none."""
    day = pl.col("ts") > instant(as_of - timedelta(hours=24))
    priced = rows.filter(day & pl.col("usd").is_not_null()).sort("usd", descending=True).head(1)
    return next((_marked(row, row) for row in _rows(priced)), None)


@kept(4)
def lags(rows: pl.DataFrame) -> dict[str, float]:
    """Seconds from event to receipt per venue: the median of its newest streamed rows."""
    lag = (pl.col("received") - pl.col("ts")).dt.total_milliseconds() / 1000
    streamed = rows.filter(pl.col("source") == "stream")
    newest = streamed.group_by("venue", maintain_order=True).head(LAG_ROWS)
    return dict(newest.group_by("venue").agg(lag.median()).iter_rows())


@kept(4)
def lasts(rows: pl.DataFrame) -> dict[str, datetime]:
    """The newest event of each venue."""
    return dict(rows.group_by("venue").agg(pl.col("ts").max()).iter_rows())


def _rows(frame: pl.DataFrame) -> Iterator[FeedRow]:
    for row in frame.select(_COLUMNS).iter_rows():
        yield _feed_row(*row)


def _feed_row(*row: Any) -> FeedRow:
    ts, venue, symbol, base, side, *rest = row
    return FeedRow(ts, venue, symbol, base, _SIDES[side], *rest)


def _marked(row: FeedRow, largest: FeedRow | None) -> FeedRow:
    if largest is None or row.ts != largest.ts or row.usd != largest.usd:
        return row
    same = (row.venue, row.symbol, row.side) == (largest.venue, largest.symbol, largest.side)
    return replace(row, largest_24h=True) if same else row
