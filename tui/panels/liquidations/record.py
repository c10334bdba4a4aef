"""The record of the liquidations panel: the totals, and what moved beside them."""

from dataclasses import dataclass

import polars as pl

from tui.metrics import prices, windows
from tui.metrics.prices import Price
from tui.metrics.windows import Liquidations
from tui.panels import shared
from tui.panels.base import View
from tui.snapshot import Snapshot


@dataclass(frozen=True)
class LiquidationsRecord:
    """The liquidations with the price of the view's coin by minute, and per coin the changes of
    price and of open interest over the chosen window (absent where nobody quotes it). A bar of
    the timeline is `per` minutes."""

    liquidations: Liquidations
    base: str
    prices: tuple[float | None, ...]
    moves: dict[str, float | None]
    interest: dict[str, float | None]
    per: int = 1


def record(snapshot: Snapshot, view: View) -> LiquidationsRecord:
    """The panel's record at the snapshot's moment."""
    made = read(snapshot, view)
    price = shared.price(snapshot, view.base)
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
    quoted = set(snapshot.quotes.select(pl.col("base").unique()).to_series().to_list())
    found = ((coin, shared.price(snapshot, coin)) for coin in quoted & made.coins.keys())
    return {coin: moved(snapshot, one, view.window) for coin, one in found if one}


def moved(snapshot: Snapshot, one: Price, window: str) -> float | None:
    """A price's change over a window."""
    if window in ("5m", "24h"):
        return one.change_5m if window == "5m" else one.change_24h
    span = windows.WINDOWS[window]
    quotes, candles = snapshot.quotes, snapshot.candles
    return prices.change(
        quotes, candles, one.symbol, one.price, snapshot.as_of, span, venue=one.venue
    )


def interest(snapshot: Snapshot, view: View) -> dict[str, float | None]:
    """The change of open interest per coin, over 5 m or 24 h where that is the window."""
    if view.window not in ("5m", "24h"):
        return {}
    rows = shared.derivatives(snapshot).open_interest
    day = view.window == "24h"
    return {
        row.base: row.change_24h if day else row.change_5m for row in rows if row.venue == "all"
    }
