"""The one way from a venue's liquidations to rows of the store.

Nothing here knows ccxt: pre-filling, backfill, tests and the live path all come through `rows` and
`frame`, so that a row is the same whichever way it came.
"""

import json
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import polars as pl

from tui.tables import LIQUIDATIONS, Class
from tui.venues.base import DOLLARS, MOST_USD, Market, Rate, Wire

Seen = dict[tuple[Any, ...], int]
"""The number of the newest of each set of equal rows of a message."""

_encode = json.JSONEncoder(separators=(",", ":")).encode  # ASCII: half a surrogate is no UTF-8


def rows(
    wires: Sequence[Wire],
    markets: Mapping[str, Market],
    *,
    venue: str,
    received_ms: int,
    conn: int,
    rate: Rate,
    source: str = "stream",
    seen: Seen | None = None,
) -> list[tuple[Any, ...]]:
    """Rows in the order of LIQUIDATIONS of one message's liquidations.

    `n` counts equal rows within the message; `seen`, empty at first, carries the count from one
    part of a long message to the next. A row of an unknown market keeps the venue's own id as its
    symbol and base, and null coins and USD: a contract size is never taken as 1.
    """
    return [
        (
            wire.ts,
            received_ms,
            venue,
            *_named(wire, markets.get(wire.market_id), rate),
            source,
            conn,
            n,
            _encode(wire.raw),
        )
        for wire, n in zip(wires, _occurrences(wires, seen), strict=True)
    ]


def _occurrences(wires: Sequence[Wire], seen: Seen | None) -> list[int]:
    """How many equal liquidations stand before each of a message: 0, 1, 2, …"""
    if seen is None:
        if len(wires) == 1:
            return [0]
        seen = {}
    out = []
    for wire in wires:
        key = wire[:5]
        seen[key] = seen.get(key, -1) + 1
        out.append(seen[key])
    return out


def _named(wire: Wire, market: Market | None, rate: Rate) -> tuple[Any, ...]:
    """The columns from `symbol` to `usd`."""
    told = wire.side.value
    if market is None:
        name = wire.market_id.encode("utf-8", "replace").decode()
        return name, name, Class.CRYPTO.value, told, None, wire.price, wire.price_kind, None
    qty, usd = _worth(wire, market, rate)
    return (
        market.symbol, market.base, market.cls.value, told, qty, wire.price, wire.price_kind, usd
    )  # fmt: skip


def _worth(wire: Wire, market: Market, rate: Rate) -> tuple[float | None, float | None]:
    """Coins and USD of a liquidation (definitions: linear by price, inverse by contract value)."""
    value = wire.size * market.contract_size
    coins = value / wire.price if market.inverse else value
    quoted = value if market.inverse else value * wire.price
    dollars = 1.0 if market.quote in DOLLARS else rate(market.quote)
    usd = None if dollars is None else quoted * dollars
    return _below(inf, coins * market.multiplier), _below(MOST_USD, usd)


def _below(most: float, value: float | None) -> float | None:
    """One absurd row (1e300 coins) must not make every sum infinite."""
    return value if value is not None and value < most else None


def frame(rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Those rows as a frame of LIQUIDATIONS."""
    if not rows:
        return LIQUIDATIONS.empty()
    columns = zip(*rows, strict=True)
    return pl.DataFrame(
        [
            pl.Series(name, values, dtype=pl.Int64).cast(dtype)
            if isinstance(dtype, pl.Datetime)
            else pl.Series(name, values, dtype=dtype)
            for (name, dtype), values in zip(LIQUIDATIONS.schema.items(), columns, strict=True)
        ]
    )
