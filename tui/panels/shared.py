"""What several panels ask of one snapshot, computed once for it.

A price takes 5 ms and the derivatives 6 (a day of rows, one core); three panels and the header ask
for both each second.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from tui.metrics import derivatives as metric
from tui.metrics import prices
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
