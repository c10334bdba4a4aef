"""What several panels ask of one snapshot, computed once for it.

A tape takes 11 ms, the derivatives 0.7 and a price 0.3 (in a live monitor in a wave); three panels
and the header ask for them each second.
"""

from collections.abc import Callable, Hashable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import polars as pl

from tui.metrics import derivatives as metric
from tui.metrics import havens, prices
from tui.metrics.cascades.standing import Standing
from tui.metrics.derivatives import Derivatives
from tui.metrics.drivers import Drivers
from tui.metrics.feeds import Feed
from tui.metrics.prices import Price
from tui.metrics.windows import Liquidations
from tui.snapshot import Snapshot
from tui.tables import WINDOWS

P = ParamSpec("P")
T = TypeVar("T")


def once(
    make: Callable[Concatenate[Snapshot, P], T],
) -> Callable[Concatenate[Snapshot, P], T]:
    """Keep what was made of a snapshot by the other arguments, as long as the snapshot is there. A
    tape is the snapshot's own and tells nothing apart."""
    known: WeakKeyDictionary[Snapshot, dict[Hashable, T]] = WeakKeyDictionary()

    @wraps(make)
    def call(snapshot: Snapshot, /, *args: P.args, **kwargs: P.kwargs) -> T:
        assert not kwargs
        kept = known.setdefault(snapshot, {})
        key = tuple(arg for arg in args if not isinstance(arg, Liquidations))
        if key not in kept:
            kept[key] = make(snapshot, *args, **kwargs)
        return kept[key]

    return call


@once
def price(snapshot: Snapshot, base: str) -> Price | None:
    """The newest price of a coin at the snapshot's moment."""
    return prices.price(snapshot.quotes, snapshot.candles, base, snapshot.as_of)


@once
def derivatives(snapshot: Snapshot) -> Derivatives:
    """Open interest and funding at the snapshot's moment."""
    return metric.derivatives(snapshot.derivatives, snapshot.as_of)


@once
def drivers(snapshot: Snapshot, base: str) -> Drivers:
    """What moves a coin at the snapshot's moment."""
    return snapshot.drivers(base)


@once
def tape(
    snapshot: Snapshot, coins: tuple[str, ...], coin: str | None, smallest: float, lines: int
) -> Liquidations:
    """The liquidations of the snapshot: header, panel and scorecard ask for the same."""
    return snapshot.tape(coins, coin=coin, smallest=smallest, lines=lines)


@once
def standing(snapshot: Snapshot, tape: Liquidations, coin: str | None) -> Standing:
    """The state at the snapshot's moment, of a coin or of all; `tape` is of the same."""
    return snapshot.standing(tape, feeds(snapshot, tape), coin)


@once
def feeds(snapshot: Snapshot, tape: Liquidations) -> tuple[Feed, ...]:
    """Every feed at the snapshot's moment."""
    return snapshot.feeds(tape)


@once
def move(snapshot: Snapshot, base: str, window: str) -> float | None:
    """The change of a coin's price over a window; None where no stored price is near."""
    one = price(snapshot, base)
    if one is None:
        return None
    if window in ("5m", "24h"):
        return one.change_5m if window == "5m" else one.change_24h
    quotes, candles, span = snapshot.quotes, snapshot.candles, WINDOWS[window]
    return prices.change(
        quotes, candles, one.symbol, one.price, snapshot.as_of, span, venue=one.venue
    )


@once
def interest(snapshot: Snapshot, window: str) -> dict[str, float | None]:
    """The change of open interest over a window of every coin that anybody asks for, over all
    venues."""
    if window not in ("5m", "24h"):
        return metric.changes(snapshot.derivatives, snapshot.as_of, WINDOWS[window])
    rows = (row for row in derivatives(snapshot).open_interest if row.venue == metric.ALL)
    return {row.base: row.change_5m if window == "5m" else row.change_24h for row in rows}


_paths: dict[int, tuple[pl.DataFrame, date, pl.DataFrame]] = {}


def paths(snapshot: Snapshot, days: int) -> pl.DataFrame:
    """BTC and gold from a common start. Kept while the candles are the same: a chart of days
    gains nothing from a second's quote, and takes 8 ms."""
    candles, today = snapshot.candles, snapshot.as_of.date()
    kept = _paths.get(days)
    if kept is None or kept[0] is not candles or kept[1] != today:
        made = havens.paths(candles, snapshot.quotes, snapshot.as_of, days)
        kept = _paths[days] = (candles, today, made)
    return kept[2]
