"""How deep the order books are, per venue and market: sums, spread, costs, and their own past."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl

from tui.metrics.amounts import Amount
from tui.metrics.feeds import limit
from tui.metrics.memo import kept
from tui.metrics.series import place
from tui.metrics.spans import AHEAD, between, moment, ms
from tui.tables import BANDS, ORDERS, WINDOWS

ALL = "all"
MARKETS = ("spot", "perp")
NEED = 30
"""Days a percentile is of."""

_STEP = timedelta(hours=2)
"""A percentile counts one row in so long: the newest are kept more closely and would weigh more."""
_KEPT = timedelta(hours=1)
"""An older row says nothing of now and is left out."""
_SEEN = timedelta(hours=24)
"""A venue that told of a market within this belongs to its sum."""
_PACED = 3
"""A venue is asked for a coin each 10 s: more coins than this come less often than each 30 s."""
_SERIES = ("venue", "market", "base")
_WIDE = max(BANDS, key=lambda name: BANDS[name])


class Sum(NamedTuple):
    """USD of orders within a band; `low` where the book received ends inside it, or, of all
    venues, where one of them is missing."""

    usd: float
    low: bool


@dataclass(frozen=True)
class Standing:
    """Where a value stands among its own of 30 days: the share of them that are no higher, None
    while there are fewer days (`have`) or nothing to compare; `band` of a depth, the widest that
    is whole now."""

    percentile: float | None
    have: int
    band: str | None = None


@dataclass(frozen=True)
class MarketDepth:
    """A coin's book at one venue, or the sum over `venues`, of which `missing` have no fresh one.

    `bids` and `asks` are by the names of `BANDS`, `buy` and `sell` by those of `ORDERS`: the cost
    of such a market order as a fraction of it, None where the book received ends first. `spread`
    is a fraction of the mid price. `all` has no prices, costs and standings of its own.
    """

    venue: str
    market: str  # spot or perp
    base: str
    ts: datetime
    stale: bool
    bids: Mapping[str, Sum]
    asks: Mapping[str, Sum]
    mid: float | None = None
    spread: float | None = None
    reach: tuple[float, float] | None = None  # of bids and asks
    buy: Mapping[str, float | None] | None = None
    sell: Mapping[str, float | None] | None = None
    depth: Standing | None = None
    cost: Standing | None = None  # of the mean of buying and selling for a million
    venues: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absorption:
    """How long what stands within ±1 % would take what is liquidated, over the perpetuals of
    `venues`: bids ÷ long liquidations a minute, asks ÷ short ones, in minutes.

    Liquidations are a lower bound always, so minutes are at most that; where the depth is one too
    (`low`), they are no bound of anything. None where nothing was liquidated or no book is fresh.
    """

    base: str
    window: str
    venues: tuple[str, ...]
    bids: Sum | None
    asks: Sum | None
    long_per_minute: float
    short_per_minute: float

    @property
    def long_minutes(self) -> float | None:
        return _quotient(self.bids, self.long_per_minute)

    @property
    def short_minutes(self) -> float | None:
        return _quotient(self.asks, self.short_per_minute)


def _quotient(of: Sum | None, per_minute: float) -> float | None:
    return of.usd / per_minute if of is not None and per_minute > 0 else None


def fresh_within(coins: int) -> timedelta:
    """How old a coin's book may be, of a recorder that follows so many."""
    return limit("depth") * max(1.0, coins / _PACED)


def depths(frame: pl.DataFrame, as_of: datetime, coins: int) -> tuple[MarketDepth, ...]:
    """The newest book per coin, market and venue, each market with a row `all` behind its venues.

    `frame` has the columns of DEPTH, in order of time; `coins` is how many are followed. A row
    older than an hour is left out, a stale one is in no sum.
    """
    rows = between(frame, ms(as_of - _KEPT), ms(as_of + AHEAD))
    newest = rows.unique(_SERIES, keep="last").rows(named=True)
    past = _past(frame, ms(as_of) // ms_of(_STEP))
    oldest = as_of - fresh_within(coins)
    found = [_market(row, row["ts"] <= oldest, past, as_of) for row in newest]
    made: list[MarketDepth] = []
    for base in sorted({one.base for one in found}):
        for market in MARKETS:
            ours = [one for one in found if (one.base, one.market) == (base, market)]
            ours.sort(key=lambda one: (place(one.venue), one.venue))
            seen = _seen(past, market, base, as_of)
            made += [*ours, *_summed(ours, seen)]
    return tuple(made)


def absorption(
    made: Iterable[MarketDepth],
    base: str,
    by_venue: Mapping[str, Mapping[str, Amount]],
    window: str,
    have: timedelta,
) -> Absorption:
    """The absorption of a coin: `by_venue` are its liquidations per venue and window, `have` how
    long there was a recorder."""
    ours = next((o for o in made if (o.venue, o.market, o.base) == (ALL, "perp", base)), None)
    venues = ours.venues if ours else ()
    amounts = [by_venue[venue][window] for venue in venues if venue in by_venue]
    minutes = max(1.0, min(WINDOWS[window], have) / timedelta(minutes=1))
    return Absorption(
        base,
        window,
        venues,
        ours.bids[_WIDE] if ours else None,
        ours.asks[_WIDE] if ours else None,
        sum(one.long_usd for one in amounts) / minutes,
        sum(one.short_usd for one in amounts) / minutes,
    )


def _market(row: Mapping[str, Any], stale: bool, past: "_Past", as_of: datetime) -> MarketDepth:
    mid = (row["bid"] + row["ask"]) / 2
    rows = past.get((row["venue"], row["market"], row["base"]))
    return MarketDepth(
        row["venue"],
        row["market"],
        row["base"],
        row["ts"],
        stale,
        _sums(row, "bid"),
        _sums(row, "ask"),
        mid,
        (row["ask"] - row["bid"]) / mid,
        (row["bid_reach"], row["ask_reach"]),
        _costs(row, "buy"),
        _costs(row, "sell"),
        _depth_standing(row, rows, as_of),
        _cost_standing(row, rows, as_of),
    )


def _sums(row: Mapping[str, Any], side: str) -> dict[str, Sum]:
    reach = row[f"{side}_reach"]
    return {name: Sum(row[f"{side}_{name}"], reach < band) for name, band in BANDS.items()}


def _costs(row: Mapping[str, Any], side: str) -> dict[str, float | None]:
    costs = {name: row[f"{side}_{name}"] for name in ORDERS}
    return {name: None if usd is None else usd / ORDERS[name] for name, usd in costs.items()}


def _summed(ours: Sequence[MarketDepth], seen: Sequence[str]) -> Iterable[MarketDepth]:
    """The sum of the fresh ones; none where there is none."""
    fresh = [one for one in ours if not one.stale]
    if not fresh:
        return
    first, venues = fresh[0], tuple(one.venue for one in fresh)
    missing = tuple(venue for venue in seen if venue not in venues)
    bids, asks = (
        {name: _total([side[name] for side in each], bool(missing)) for name in BANDS}
        for each in ([one.bids for one in fresh], [one.asks for one in fresh])
    )
    newest = max(one.ts for one in fresh)
    who = (ALL, first.market, first.base)
    yield MarketDepth(*who, newest, False, bids, asks, venues=venues, missing=missing)


def _total(sums: Sequence[Sum], lacks: bool) -> Sum:
    return Sum(sum(one.usd for one in sums), lacks or any(one.low for one in sums))


_Past = dict[tuple[str, str, str], pl.DataFrame]
"""The rows of 30 days of each venue, market and coin, the last of each two hours."""


@kept(4)
def _past(frame: pl.DataFrame, step: int) -> _Past:
    """Up to the end of a step (its number since 1970)."""
    end = (step + 1) * ms_of(_STEP)
    rows = between(frame, end - ms_of(timedelta(days=NEED) + _STEP), end - 1)
    starts = (rows["ts"].to_physical() // ms_of(_STEP)).alias("step")
    last = rows.hstack([starts]).unique([*_SERIES, "step"], keep="last", maintain_order=True)
    return last.partition_by(_SERIES, as_dict=True)


def _seen(past: _Past, market: str, base: str, as_of: datetime) -> list[str]:
    """The venues that told of a market within a day, in the usual order."""
    since = as_of - _SEEN
    told = [
        venue
        for (venue, of, coin), rows in past.items()
        if (of, coin) == (market, base) and rows["ts"][-1] > since
    ]
    return sorted(told, key=lambda venue: (place(venue), venue))


def _depth_standing(row: Mapping[str, Any], rows: pl.DataFrame | None, as_of: datetime) -> Standing:
    """Of bids and asks together in the widest band that is whole now, among those rows of which
    it is whole too."""
    reach = min(row["bid_reach"], row["ask_reach"])
    whole = [name for name, band in BANDS.items() if reach >= band]
    if not whole or rows is None:
        return Standing(None, 0 if rows is None else _have(rows["ts"], as_of))
    name = whole[-1]
    same = rows.filter((pl.col("bid_reach") >= BANDS[name]) & (pl.col("ask_reach") >= BANDS[name]))
    values = same[f"bid_{name}"] + same[f"ask_{name}"]
    return _standing(row[f"bid_{name}"] + row[f"ask_{name}"], values, same["ts"], as_of, name)


def _cost_standing(row: Mapping[str, Any], rows: pl.DataFrame | None, as_of: datetime) -> Standing:
    now = [row["buy_1m"], row["sell_1m"]]
    if rows is None or None in now:
        return Standing(None, 0 if rows is None else _have(rows["ts"], as_of))
    known = rows.filter(pl.col("buy_1m").is_not_null() & pl.col("sell_1m").is_not_null())
    return _standing(sum(now), known["buy_1m"] + known["sell_1m"], known["ts"], as_of)


def _standing(
    value: float, values: pl.Series, times: pl.Series, as_of: datetime, band: str | None = None
) -> Standing:
    have = _have(times, as_of)
    if have < NEED:
        return Standing(None, have, band)
    listed = sorted(values.to_list())
    return Standing(bisect_right(listed, value) / len(listed), have, band)


def _have(times: pl.Series, as_of: datetime) -> int:
    """Days from the oldest row on; the first of 30 may be as much younger as a step is long."""
    if times.is_empty():
        return 0
    oldest = moment(int(times.to_physical()[0]))
    return min(NEED, max(0, (as_of - oldest + _STEP) // timedelta(days=1)))


def ms_of(span: timedelta) -> int:
    """A span in ms."""
    return span // timedelta(milliseconds=1)
