"""Forced orders: what the crowd loses in an act of the scenario, as single orders on the venues."""

import math
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from tui.loopback.coins import decimals
from tui.loopback.listing import Instrument
from tui.loopback.path import MINUTE, Path
from tui.tables import Side

SKEW = 1.7
"""Spread of the orders' log sizes: the largest of a thousand is a good tenth of the sum."""

KINDS = {"USDT": 1.0, "USDC": 0.04, "USD": 1.0, "BTC": 0.01}
"""Weight of a contract within its list, by quote; dated ones and inverse swaps count a tenth."""


class Order(NamedTuple):
    """One forced order before it is sized in lots: `usd` in the scenario's raw measure."""

    ts: int
    market: Instrument
    side: Side
    usd: float
    mark: float  # the market's price at `ts`


class Forced(NamedTuple):
    """One forced order as a venue has it: `size` in contracts, `side` is the position's."""

    ts: int
    market: Instrument
    side: Side
    size: float
    price: float
    usd: float


def by_market(rows: Iterable[Forced]) -> dict[str, list[Forced]]:
    """The rows of each market by its id, in the order in which markets and rows come."""
    grouped: dict[str, list[Forced]] = defaultdict(list)
    for row in rows:
        grouped[row.market.id].append(row)
    return grouped


@dataclass(frozen=True, slots=True)
class Act:
    """A stretch of the scenario with the USD its published rows sum to, and its number of orders.

    `since` and `until` are whole minutes (ms). In an `even` act the orders come one by one, as
    many in each minute; in the others they go with what the crowd loses, and come in clusters.
    """

    since: int
    until: int
    long_usd: float
    short_usd: float
    rows: int
    even: bool = False


Flow = tuple[int, float, float]
"""(minute, long mass, short mass) of one coin."""


def contracts_of(
    markets: Iterable[Instrument], shares: Mapping[tuple[str, str], float]
) -> tuple[list[Instrument], list[float]]:
    """A coin's contracts with their cumulative weights, for drawing one.

    `shares` are the weights of the lists, by (venue, stream).
    """
    chosen, weights = [], []
    for market in markets:
        weight = shares.get((market.venue, market.stream), 0.0) * KINDS.get(market.quote, 0.0)
        if weight and market.kind != "spot":
            chosen.append(market)
            weights.append(weight * (0.1 if market.expires else 1.0))
    return chosen, list(accumulate(weights))


def orders(
    act: Act,
    flows: Mapping[str, Sequence[Flow]],
    shares: Mapping[str, float],
    contracts: Mapping[str, tuple[list[Instrument], list[float]]],
    price: Callable[[Instrument, int], float],
    rng: random.Random,
) -> list[Order]:
    """The orders of an act in time order; each coin's flow is scaled to its share of the whole."""
    cells = list(_cells(flows, shares))
    totals: dict[int, float] = defaultdict(float)
    for minute, *_, usd in cells:
        totals[minute] += usd**0.65
    each, whole_act = act.rows / len(totals) if totals else 0.0, sum(totals.values())
    out: list[Order] = []
    for minute, name, side, usd in cells:
        share = each / totals[minute] if act.even else act.rows / whole_act
        count = int(share * usd**0.65 + rng.random())
        markets, weights = contracts[name]
        if not count or not markets:
            continue
        sizes = [math.exp(rng.gauss(0.0, SKEW)) for _ in range(count)]
        whole = sum(sizes)
        times = _times(minute, count, act.even, rng)
        for ts, size in zip(times, sizes, strict=True):
            market = markets[min(bisect(weights, rng.random() * weights[-1]), len(markets) - 1)]
            out.append(Order(ts, market, side, usd * size / whole, price(market, ts)))
    out.sort(key=lambda order: order.ts)
    return out


def _cells(
    flows: Mapping[str, Sequence[Flow]], shares: Mapping[str, float]
) -> Iterable[tuple[int, str, Side, float]]:
    for name, flow in flows.items():
        longs = sum(long for _, long, _ in flow) or 1.0
        shorts = sum(short for *_, short in flow) or 1.0
        for minute, long, short in flow:
            yield minute, name, Side.LONG, 0.9 * shares[name] * long / longs
            yield minute, name, Side.SHORT, 0.1 * shares[name] * short / shorts


def _times(minute: int, count: int, even: bool, rng: random.Random) -> list[int]:
    """Forced orders come in clusters: a first one, then the rest within a few seconds of it."""
    if even:
        return [minute + int(rng.random() * MINUTE) for _ in range(count)]
    centres = [rng.random() * MINUTE for _ in range(1 + count // 25)]
    return [
        minute + int(min(rng.choice(centres) + rng.expovariate(1 / 4000), MINUTE - 1))
        for _ in range(count)
    ]


def sized(
    order: Order, factor: float, slip: float, dollars: Callable[[Instrument, int], float]
) -> Forced:
    """The order in lots and ticks, at a price that is off the mark by `slip`."""
    market, usd = order.market, order.usd * factor
    tick, lot = market.tick, market.lot
    raw = order.mark * (1 - slip if order.side is Side.LONG else 1 + slip)
    price = round(max(1.0, round(raw / tick)) * tick, decimals(tick))
    worth = market.contract if market.inverse else market.contract * price
    worth *= dollars(market, order.ts)
    size = round(max(1, round(usd / worth / lot)) * lot, decimals(lot))
    return Forced(order.ts, market, order.side, size, price, size * worth)


def price_of(paths: Mapping[str, Path], market: Instrument, ts: int) -> float:
    """The price of a contract on a path, in its quote."""
    price = paths[market.path].at(ts) * market.unit
    return price / paths["BTC"].at(ts) if market.quote == "BTC" else price
