"""The past of order books: thirty days of each, and where the present one stands among them."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl

from tui.metrics.memo import Aside, kept
from tui.metrics.spans import between, moment, ms, newest
from tui.tables import BANDS, ORDERS

NEED = 30
"""Days a percentile is of."""
SERIES = ("venue", "market", "base")
"""What tells one book from another."""

_STEP = timedelta(hours=2)
_STEP_MS = _STEP // timedelta(milliseconds=1)
"""A percentile counts one row in so long: the newest are kept more closely and would weigh more."""
_SEEN = timedelta(hours=24)
"""A venue that told of a market within this belongs to its sum."""


@dataclass(frozen=True)
class Standing:
    """Where a value stands among its own of 30 days: the share of those that are no higher, None
    while there are fewer days (`have`) or nothing to compare; `band` of a depth, the widest that
    is whole now. `left_out` of a cost: the rows of the past that it is not compared with, for the
    book received then ended before such an order was filled."""

    percentile: float | None
    have: int
    band: str | None = None
    left_out: int = 0


class _Known(NamedTuple):
    """Values of the past in ascending order, the time of the oldest (ms), 0 of none, and how many
    rows have none."""

    oldest: int
    values: list[float]
    without: int = 0


@dataclass(frozen=True)
class Own:
    """The past of one book: depths by band, of the rows in which it is whole; costs by order, of
    those in which it is filled both ways; when it was last seen (ms)."""

    bands: Mapping[str, _Known]
    costs: Mapping[str, _Known]
    last: int


Past = dict[tuple[str, str, str], Own]
"""By venue, market and coin."""


def pasts(frame: pl.DataFrame, as_of: datetime) -> Past:
    """Of 30 days, a row each two hours, those that are over alone: they no longer change, so that
    what is made of them (10 ms) is kept while new rows come each second or so."""
    rows, of = _over(frame, as_of)
    return _pasts(Aside(rows), *of)


def _over(frame: pl.DataFrame, as_of: datetime) -> tuple[pl.DataFrame, tuple[int, int, int]]:
    """The rows of 30 days of steps that are over, and what tells them from others: where they end,
    how many they are, and their hash."""
    end = ms(as_of) // _STEP_MS * _STEP_MS
    rows = between(frame, end - NEED * 24 * 3_600_000, end - 1)
    return rows, (end, rows.height, int(rows.hash_rows().sum()))


def _last(frame: pl.DataFrame) -> pl.DataFrame:
    """The last row of each book and step."""
    steps = (frame["ts"].to_physical() // _STEP_MS).alias("step")
    return frame.hstack([steps]).unique([*SERIES, "step"], keep="last", maintain_order=True)


@kept(4)
def _pasts(rows: Aside, end: int, height: int, content: int) -> Past:
    """Of the same rows."""
    parts = _last(rows.frame).partition_by(SERIES, as_dict=True)
    return {(str(v), str(m), str(b)): _own(part) for (v, m, b), part in parts.items()}


def _own(rows: pl.DataFrame) -> Own:
    reach = rows.select(pl.min_horizontal("bid_reach", "ask_reach")).to_series()
    bands = {
        name: _known(rows[f"bid_{name}"] + rows[f"ask_{name}"], rows["ts"], reach >= band)
        for name, band in BANDS.items()
    }
    both = {name: rows[f"buy_{name}"] + rows[f"sell_{name}"] for name in ORDERS}
    costs = {name: _known(usd, rows["ts"], usd.is_not_null()) for name, usd in both.items()}
    return Own(bands, costs, ms(rows["ts"][-1]))


def _known(values: pl.Series, times: pl.Series, mask: pl.Series) -> _Known:
    """Those of the rows in the order of time that the mask lets through."""
    kept_times = times.filter(mask).to_physical()
    known = sorted(values.filter(mask).to_list())
    return _Known(kept_times[0] if len(kept_times) else 0, known, len(values) - len(known))


def seen_of(past: Past, market: str, base: str, as_of: datetime) -> list[str]:
    """The venues that told of a market within a day."""
    since = ms(as_of - _SEEN)
    return [
        venue
        for (venue, of, coin), own in past.items()
        if (of, coin) == (market, base) and own.last > since
    ]


class Sums(NamedTuple):
    """Bids and asks of some venues' perpetuals together by time (of the newest of them), in
    USD."""

    times: list[datetime]
    usd: list[float]

    def standing(self, value: float, as_of: datetime, band: str) -> Standing:
        """Where a sum of now stands among them."""
        known = _Known(ms(self.times[0]) if self.times else 0, sorted(self.usd))
        return _standing(value, known, as_of, band)

    def at(self, as_of: datetime) -> float | None:
        """The newest at a moment; None where it is older than two steps."""
        return newest(self.times, self.usd, as_of, 2 * _STEP)


def sums(
    frame: pl.DataFrame, base: str, venues: tuple[str, ...], band: str, as_of: datetime
) -> Sums:
    """What the perpetuals of `venues` held of a coin in the steps of 30 days in which each of them
    told of the whole band: a sum of fewer books, or of a part of one, is another sum."""
    rows, of = _over(frame, as_of)
    return _sums(Aside(rows), *of, base, venues, band)


@kept(4)
def _sums(
    rows: Aside, end: int, height: int, content: int, base: str, venues: tuple[str, ...], band: str
) -> Sums:
    mine = (pl.col("base") == base) & (pl.col("market") == "perp") & pl.col("venue").is_in(venues)
    whole = pl.min_horizontal("bid_reach", "ask_reach") >= BANDS[band]
    both = (pl.col(f"bid_{band}") + pl.col(f"ask_{band}")).sum().alias("usd")
    found = (
        _last(rows.frame.filter(mine))
        .filter(whole)
        .group_by("step")
        .agg(both, pl.len(), pl.col("ts").max())
        .filter(pl.col("len") == len(venues))
        .sort("step")
    )
    return Sums(found["ts"].to_list(), found["usd"].to_list())


def depth_standing(row: Mapping[str, Any], own: Own | None, as_of: datetime) -> Standing:
    """Of bids and asks together in the widest band that is whole now, among those rows of which
    it is whole too."""
    reach = min(row["bid_reach"], row["ask_reach"])
    whole = [name for name, band in BANDS.items() if reach >= band]
    if own is None or not whole:
        return Standing(None, _have(own.bands["10"] if own else None, as_of))
    name = whole[-1]
    return _standing(row[f"bid_{name}"] + row[f"ask_{name}"], own.bands[name], as_of, name)


def cost_standing(row: Mapping[str, Any], own: Own | None, as_of: datetime, order: str) -> Standing:
    """Of what buying and selling for an order of `ORDERS` cost together, among those rows in which
    it was filled both ways."""
    buy, sell = row[f"buy_{order}"], row[f"sell_{order}"]
    known = own.costs[order] if own else None
    if known is None or buy is None or sell is None:
        return Standing(None, _have(known, as_of))
    return replace(_standing(buy + sell, known, as_of), left_out=known.without)


def _standing(value: float, known: _Known, as_of: datetime, band: str | None = None) -> Standing:
    have = _have(known, as_of)
    if have < NEED:
        return Standing(None, have, band)
    return Standing(bisect_right(known.values, value) / len(known.values), have, band)


def _have(known: _Known | None, as_of: datetime) -> int:
    """Days from the oldest row on; the first of 30 may be as much younger as two steps are long."""
    if known is None or not known.values:
        return 0
    span = as_of + 2 * _STEP - moment(known.oldest)
    return min(NEED, max(0, span // timedelta(days=1)))
