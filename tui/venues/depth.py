"""An order book reduced to a row: how much stands how near, and what a large order costs.

By definitions of the field: depth is the sum of price × size within a band of the mid price, per
side. A book is received down to some level; a band that goes further is summed as far as it came.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from tui.tables import BANDS, ORDERS
from tui.venues.books import Book, Level

_EDGE, _DIGITS = 1e-12, 12
"""99.5 is 0.5 % from 100, and 0.0050000000000000044 in floating point: what stands on the edge of a
band belongs to it."""


class SideDepth(NamedTuple):
    """One side of a book: USD within each of `BANDS`, how far from the mid price its last level
    is (a fraction), and the cost in USD of a market order of each of `ORDERS` that takes from it,
    None where it ends first."""

    usd: tuple[float, ...]
    reach: float
    costs: tuple[float | None, ...]


class Depth(NamedTuple):
    """A book in few numbers. A market sell takes from the bids, a market buy from the asks."""

    bid: float
    ask: float
    bids: SideDepth
    asks: SideDepth


def reduced(book: Book) -> Depth:
    """The book in few numbers, whatever the order of its levels.

    ValueError where a side is empty or the best prices cross: such a book has no mid price.
    """
    if not book.bids or not book.asks:
        raise ValueError("a side of the book is empty")
    bids = sorted(book.bids, key=itemgetter(0), reverse=True)
    asks = sorted(book.asks, key=itemgetter(0))
    bid, ask = bids[0].price, asks[0].price
    if bid >= ask:
        raise ValueError(f"best bid {bid} is not below best ask {ask}")
    mid = (bid + ask) / 2
    return Depth(bid, ask, _side(bids, mid), _side(asks, mid))


def _side(levels: Sequence[Level], mid: float) -> SideDepth:
    """Levels from the best on."""
    away = [abs(level.price / mid - 1) for level in levels]
    sums = tuple(
        sum(level.usd for level, far in zip(levels, away, strict=True) if far <= band + _EDGE)
        for band in BANDS.values()
    )
    return SideDepth(
        sums, round(away[-1], _DIGITS), tuple(cost(levels, mid, usd) for usd in ORDERS.values())
    )


def cost(levels: Sequence[Level], mid: float, usd: float) -> float | None:
    """What an order that trades `usd` costs against trading as many coins at the mid price, USD.

    `levels` are those it takes, from the best on; None where they end before it is filled.
    """
    left, lost = usd, 0.0
    for level in levels:
        taken = min(left, level.usd)
        lost += taken * abs(mid / level.price - 1)
        left -= taken
        if left <= 0:
            return lost
    return None
