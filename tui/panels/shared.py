"""What several panels ask of one snapshot, computed once for it.

A price takes 5 ms and the derivatives 6 (a day of rows, one core); three panels and the header ask
for both each second.
"""

from collections.abc import Callable, Hashable
from datetime import date
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

import polars as pl

from tui.metrics import derivatives as metric
from tui.metrics import havens, prices
from tui.metrics.derivatives import Derivatives
from tui.metrics.prices import Price
from tui.snapshot import Snapshot

T = TypeVar("T")
_known: WeakKeyDictionary[Snapshot, dict[Hashable, object]] = WeakKeyDictionary()


def _once(snapshot: Snapshot, key: Hashable, make: Callable[[], T]) -> T:
    kept = _known.setdefault(snapshot, {})
    if key not in kept:
        kept[key] = make()
    return cast(T, kept[key])


def price(snapshot: Snapshot, base: str) -> Price | None:
    """The newest price of a coin at the snapshot's moment."""
    return _once(
        snapshot,
        ("price", base),
        lambda: prices.price(snapshot.quotes, snapshot.candles, base, snapshot.as_of),
    )


def derivatives(snapshot: Snapshot) -> Derivatives:
    """Open interest and funding at the snapshot's moment."""
    return _once(
        snapshot,
        "derivatives",
        lambda: metric.derivatives(snapshot.derivatives, snapshot.as_of),
    )


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
