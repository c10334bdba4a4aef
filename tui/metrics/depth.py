"""How deep the order books are, per venue and market: sums, spread, costs, and their own past."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl

from tui.metrics.depth_past import (
    SERIES,
    Past,
    Standing,
    cost_standing,
    depth_standing,
    pasts,
    seen_of,
)
from tui.metrics.feeds import limit
from tui.metrics.groups import Group
from tui.metrics.series import place
from tui.metrics.spans import AHEAD, between, ms
from tui.tables import BANDS, ORDERS, WINDOWS

ALL = "all"
MARKETS = ("spot", "perp")
_KEPT = timedelta(hours=1)
"""An older row says nothing of now and is left out."""
_PACED = 3
"""A venue is asked for a coin each 10 s: more coins than this come less often than each 30 s."""
_WIDE = max(BANDS, key=lambda name: BANDS[name])


class Sum(NamedTuple):
    """USD of orders within a band; `low` where the book received ends inside it, or, of all
    venues, where one of them is missing."""

    usd: float
    low: bool


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
    costs: Mapping[str, Standing] | None = None  # of buying and selling together, by `ORDERS`
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
    newest = rows.unique(SERIES, keep="last").rows(named=True)
    past = pasts(frame, as_of)
    oldest = as_of - fresh_within(coins)
    found = [_market(row, row["ts"] <= oldest, past, as_of) for row in newest]
    made: list[MarketDepth] = []
    for base in sorted({one.base for one in found}):
        for market in MARKETS:
            ours = [one for one in found if (one.base, one.market) == (base, market)]
            ours.sort(key=lambda one: (place(one.venue), one.venue))
            seen = {one.venue for one in ours} | set(seen_of(past, market, base, as_of))
            made += [*ours, *_summed(ours, sorted(seen, key=lambda name: (place(name), name)))]
    return tuple(made)


def absorption(
    made: Iterable[MarketDepth],
    base: str,
    gone: Iterable[Group],
    window: str,
    have: timedelta,
) -> Absorption:
    """The absorption of a coin: `gone` are its liquidations in the window by venue, `have` how long
    there was a recorder."""
    ours = next((o for o in made if (o.venue, o.market, o.base) == (ALL, "perp", base)), None)
    venues = ours.venues if ours else ()
    taken = [group for group in gone if group.name in venues]
    minutes = max(1.0, min(WINDOWS[window], have) / timedelta(minutes=1))
    return Absorption(
        base,
        window,
        venues,
        ours.bids[_WIDE] if ours else None,
        ours.asks[_WIDE] if ours else None,
        sum(one.long_usd for one in taken) / minutes,
        sum(one.short_usd for one in taken) / minutes,
    )


def _market(row: Mapping[str, Any], stale: bool, past: Past, as_of: datetime) -> MarketDepth:
    mid = (row["bid"] + row["ask"]) / 2
    own = past.get((row["venue"], row["market"], row["base"]))
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
        depth_standing(row, own, as_of),
        {name: cost_standing(row, own, as_of, name) for name in ORDERS},
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
