"""The record of the liquidations panel: the totals, and what moved beside them."""

from dataclasses import dataclass

import polars as pl

from tui.metrics import prices
from tui.metrics.cascades.standing import Standing
from tui.metrics.feed import LINES
from tui.metrics.windows import Liquidations
from tui.panels import shared
from tui.panels.base import View
from tui.panels.liquidations.deep import Deep
from tui.snapshot import Snapshot

AHEAD = 128
"""Lines of the feed that are made beyond the one that is looked at: more than a terminal has."""


@dataclass(frozen=True)
class LiquidationsRecord:
    """The liquidations with the price of the view's coin by minute, and per coin the changes of
    price and of open interest over the chosen window (absent where nobody follows it). A bar of
    the timeline is `per` minutes; `deep` is for the detail alone."""

    liquidations: Liquidations
    base: str
    prices: tuple[float | None, ...]
    moves: dict[str, float | None]
    interest: dict[str, float | None]
    per: int = 1
    deep: Deep | None = None
    standing: Standing | None = None


def record(snapshot: Snapshot, view: View) -> LiquidationsRecord:
    """The panel's record at the snapshot's moment."""
    return beside(snapshot, view, read(snapshot, view))


def beside(snapshot: Snapshot, view: View, made: Liquidations) -> LiquidationsRecord:
    """These liquidations with what moved beside them."""
    price = shared.price(snapshot, view.base)
    symbol = price.symbol if price else ""
    return LiquidationsRecord(
        made,
        view.base,
        prices.by_minute(snapshot.quotes, symbol, snapshot.as_of),
        moves(snapshot, made, view),
        interest(snapshot, view),
        standing=None if view.drill.path else shared.standing(snapshot, made, view.coin),
    )


def read(snapshot: Snapshot, view: View) -> Liquidations:
    """The liquidations of a snapshot, of the view's coin, above its smallest size."""
    lines = min(LINES, max(view.scroll, view.selected or 0) + AHEAD)
    return shared.tape(snapshot, tuple(view.coins), view.coin, view.smallest, lines)


def moves(snapshot: Snapshot, made: Liquidations, view: View) -> dict[str, float | None]:
    """The price change of every coin that is followed or quoted over the chosen window."""
    quoted = set(snapshot.quotes.select(pl.col("base").unique()).to_series().to_list())
    wanted = (quoted & made.coins.keys()) | set(view.coins)
    return {coin: shared.move(snapshot, coin, view.window) for coin in wanted}


def interest(snapshot: Snapshot, view: View) -> dict[str, float | None]:
    """The change of open interest per coin over the chosen window; None where it is followed
    and unknown."""
    return dict.fromkeys(view.coins) | shared.interest(snapshot, view.window)
