"""The record of the liquidations panel: the totals, and what moved beside them."""

from dataclasses import dataclass

import polars as pl

from tui.metrics import prices, windows
from tui.metrics.derivatives import derivatives
from tui.metrics.windows import Liquidations
from tui.panels.base import View
from tui.snapshot import Snapshot


@dataclass(frozen=True)
class LiquidationsRecord:
    """The liquidations with the price of the view's coin by minute, and per coin the changes of
    price and of open interest over the chosen window (absent where nobody quotes it)."""

    liquidations: Liquidations
    base: str
    prices: tuple[float | None, ...]
    moves: dict[str, float | None]
    interest: dict[str, float | None]


def record(snapshot: Snapshot, view: View) -> LiquidationsRecord:
    """The panel's record at the snapshot's moment."""
    made = read(snapshot, view)
    price = prices.price(snapshot.quotes, snapshot.candles, view.base, snapshot.as_of)
    symbol = price.symbol if price else ""
    return LiquidationsRecord(
        made,
        view.base,
        prices.by_minute(snapshot.quotes, symbol, snapshot.as_of),
        moves(snapshot, made, view),
        interest(snapshot, view),
    )


def read(snapshot: Snapshot, view: View) -> Liquidations:
    """The liquidations of a snapshot, of the view's coin, above its smallest size."""
    return windows.liquidations(
        snapshot.minutes,
        snapshot.edges,
        snapshot.recent,
        snapshot.largest,
        snapshot.coverage,
        snapshot.as_of,
        wanted=snapshot.streams,
        gives=snapshot.gives,
        began=snapshot.began,
        coin=view.coin,
        smallest=view.smallest,
    )


def moves(snapshot: Snapshot, made: Liquidations, view: View) -> dict[str, float | None]:
    """The price change of every quoted coin over the chosen window."""
    quotes, candles, as_of = snapshot.quotes, snapshot.candles, snapshot.as_of
    found: dict[str, float | None] = {}
    quoted = set(quotes.select(pl.col("base").unique()).to_series().to_list())
    for base in quoted & made.coins.keys():
        price = prices.price(quotes, candles, base, as_of)
        if price:
            span = windows.WINDOWS[view.window]
            found[base] = prices.change(quotes, candles, price.symbol, price.price, as_of, span)
    return found


def interest(snapshot: Snapshot, view: View) -> dict[str, float | None]:
    """The change of open interest per coin, over 5 m or 24 h where that is the window."""
    if view.window not in ("5m", "24h"):
        return {}
    rows = derivatives(snapshot.derivatives, snapshot.as_of).open_interest
    day = view.window == "24h"
    return {
        row.base: row.change_24h if day else row.change_5m for row in rows if row.venue == "all"
    }
