"""What the costs of a million and of ten are worth among those of their own month, in words."""

from collections.abc import Iterator

from textual.content import Content

from tui import draw
from tui.metrics.depth import MarketDepth
from tui.metrics.depth_past import NEED
from tui.panels.depth.record import DepthRecord
from tui.panels.depth.table import named
from tui.tables import ORDERS

ENDS = "the book ends first"


def costly(record: DepthRecord, width: int) -> list[Content]:
    """A text for each order: `10M costs percentile of 30d: binance spot 84, okx perp 84; n/a (the
    book ends first) bybit spot`. Nothing where no percentile is known of any book."""
    if not any(_known(book, order) for book in record.books for order in ORDERS):
        return []  # how many days there are is said already
    return [line for order in ORDERS for line in draw.wrapped(_said(record, order), width)]


def _said(record: DepthRecord, order: str) -> str:
    places: list[str] = []
    without: dict[str, list[str]] = {}
    for book in record.books:
        if book.costs is None:  # a sum has no costs
            continue
        if why := _lacking(book, order):
            without.setdefault(why, []).append(named(book))
        else:
            places.append(f"{named(book)} {_place(book, order)}")
    parts = [", ".join(places), *_missing(without)]
    found = "; ".join(part for part in parts if part)
    return f"{order.upper()} costs percentile of {NEED}d: {found}"


def _missing(without: dict[str, list[str]]) -> Iterator[str]:
    for why, names in without.items():
        yield f"{draw.missing(why)} {', '.join(names)}"


def _known(book: MarketDepth, order: str) -> bool:
    return book.costs is not None and book.costs[order].percentile is not None


def _lacking(book: MarketDepth, order: str) -> str:
    """Why there is no percentile; empty where there is one."""
    if book.costs is None or _known(book, order):
        return ""
    if book.buy is None or book.sell is None or None in (book.buy[order], book.sell[order]):
        return ENDS
    return f"{book.costs[order].have} of {NEED} days"


def _place(book: MarketDepth, order: str) -> str:
    """`84`, and how many rows are not compared, where there are such: `84 (12 not filled)`."""
    one = (book.costs or {})[order]
    assert one.percentile is not None
    out = f" ({one.left_out} not filled)" if one.left_out else ""
    return f"{one.percentile * 100:.0f}{out}"
