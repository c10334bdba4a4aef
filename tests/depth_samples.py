"""Rows of order books of one invented wave: what the depth panel's tests and goldens rest on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from math import sin
from typing import Any

import polars as pl

from tests.frames import frame
from tui.metrics.depth import Absorption, Sum, depths
from tui.panels.depth import DepthRecord
from tui.tables import BANDS, DEPTH

NOW = datetime.fromisoformat("2026-01-20T14:06:41+00:00")
BOOKS: dict[tuple[str, str], tuple[float, float]] = {
    ("binance", "spot"): (11.4e6, 0.016),
    ("binance", "perp"): (31.0e6, 0.0013),
    ("bybit", "spot"): (4.2e6, 0.025),
    ("bybit", "perp"): (15.2e6, 0.0045),
    ("okx", "spot"): (5.3e6, 0.022),
    ("okx", "perp"): (11.9e6, 0.02),
}
"""Bids within 1 % if the book went so far, and how far what was received goes."""


def book(
    venue: str = "binance",
    market: str = "spot",
    ts: datetime = NOW,
    scale: float = 1.0,
    base: str = "BTC",
    **other: Any,
) -> dict[str, Any]:
    """One row of DEPTH: a book of `BOOKS`, `scale` times as deep; asks a fifth deeper."""
    usd, reach = BOOKS[venue, market]
    bands = {name: (min(reach, far) / 0.01) ** 0.8 for name, far in BANDS.items()}
    sums = {f"bid_{name}": float(round(usd * scale * part)) for name, part in bands.items()}
    sums |= {name.replace("bid", "ask"): float(round(1.2 * value)) for name, value in sums.items()}
    fits = sums["bid_100"] > 10e6
    costs = {"buy_1m": round(700e6 / usd / scale), "sell_1m": round(820e6 / usd / scale)}
    large = {"buy_10m": round(5e10 / usd / scale), "sell_10m": round(6e10 / usd / scale)}
    return {
        "ts": ts,
        "venue": venue,
        "market": market,
        "base": base,
        "bid": 88_640.0,
        "ask": 88_640.8,
        **sums,
        "bid_reach": reach,
        "ask_reach": reach,
        **{name: float(value) for name, value in costs.items()},
        **{name: float(value) if fits else None for name, value in large.items()},
    } | other


def month(days: int = 30, step: timedelta = timedelta(hours=2)) -> list[dict[str, Any]]:
    """Rows of all books each `step` before NOW, mostly up to two and a half times as deep, oldest
    first."""
    count = timedelta(days=days) // step
    return [
        book(venue, market, NOW - at * step, 1.7 + 0.8 * sin(at / 7 + place))
        for at in range(count, 0, -1)
        for place, (venue, market) in enumerate(BOOKS)
    ]


def newest() -> list[dict[str, Any]]:
    """Every book some seconds before NOW."""
    ages = enumerate(BOOKS, start=4)
    return [book(venue, market, NOW - timedelta(seconds=age)) for age, (venue, market) in ages]


def books(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """The rows as a frame, in order of time."""
    return frame(DEPTH, rows).sort("ts", maintain_order=True)


ABSORBED = Absorption("BTC", "5m", ("binance", "bybit", "okx"), None, None, 6.24e6, 0.0)


def record(days: int = 30) -> DepthRecord:
    """The wave: half as deep as usual, 6.24 million of longs a minute."""
    made = depths(books([*month(days), *newest()]), NOW, 3)
    perp = next(one for one in made if (one.venue, one.market) == ("all", "perp"))
    absorbed = replace(ABSORBED, bids=perp.bids["100"], asks=perp.asks["100"])
    return DepthRecord(NOW, "BTC", made, absorbed, 3)


def detail_record() -> DepthRecord:
    """With the history of a day, in which OKX lacks an hour."""
    quarter = timedelta(minutes=15)
    hole = (NOW - timedelta(hours=9), NOW - timedelta(hours=8))
    rows = [
        row
        for row in [*month(1, quarter), *newest()]
        if row["venue"] != "okx" or not hole[0] < row["ts"] < hole[1]
    ]
    return replace(record(), history=books(rows), span=timedelta(days=1))


def empty_record() -> DepthRecord:
    """No book and no liquidation."""
    return DepthRecord(NOW, "BTC", (), replace(ABSORBED, venues=(), long_per_minute=0.0), 3)


def hostile_record(name: str) -> DepthRecord:
    """Names as no exchange should write them."""
    made = tuple(replace(one, venue=name, base=name) for one in record().books)
    absorbed = replace(ABSORBED, base=name, bids=Sum(1e6, True), asks=Sum(1e6, False))
    return DepthRecord(NOW, name, made, absorbed, 3)
