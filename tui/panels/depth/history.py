"""The past of one book or of a market's sum: what stood within ±1 % of the price, both sides."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from textual.content import Content

from tui import draw
from tui.clock import from_milliseconds, milliseconds
from tui.draw.framed import LEAST, Series, framed
from tui.metrics.depth import ALL, MarketDepth
from tui.panels.base import View
from tui.panels.depth.record import DepthRecord
from tui.panels.depth.table import named
from tui.tables import BANDS

POINTS = 96
"""Of a chart, as many as the store reads steps for it."""
WIDE = "100"


@dataclass(frozen=True)
class Past:
    """USD within ±1 % at each step; None where a venue of the sum has no row. `low` is whether
    any book ended inside."""

    bids: list[float | None]
    asks: list[float | None]
    low: bool


def chosen(record: DepthRecord, view: View) -> MarketDepth | None:
    """The book that is selected; without one the sum of the perpetuals, else the first."""
    if view.selected is not None and record.books:
        return record.books[min(view.selected, len(record.books) - 1)]
    return record.sum_of("perp") or next(iter(record.books), None)


def ends(record: DepthRecord) -> tuple[datetime, datetime, timedelta]:
    """First and last step of the chart, and a step: they begin on multiples of it, as the rows
    were chosen."""
    step = record.span / POINTS
    size = max(1, step // timedelta(milliseconds=1))
    last = milliseconds(record.as_of) // size * size
    return from_milliseconds(last - POINTS * size), from_milliseconds(last), step


def past(record: DepthRecord, book: MarketDepth) -> Past | None:
    """The history of a book, or of a market over the venues that it has any rows of."""
    if record.history is None or not record.span:
        return None
    of_it = pl.col("market") == book.market
    if book.venue != ALL:
        of_it &= pl.col("venue") == book.venue
    rows = record.history.filter(of_it)
    if rows.is_empty():
        return None
    first, _, step = ends(record)
    sums: dict[int, dict[str, tuple[float, float]]] = defaultdict(dict)
    columns = ("ts", "venue", f"bid_{WIDE}", f"ask_{WIDE}")
    for ts, venue, bid, ask in rows.select(columns).iter_rows():
        sums[(ts - first) // step][venue] = (bid, ask)
    venues = set(rows["venue"])
    steps = [sums[at] if set(sums[at]) == venues else None for at in range(POINTS + 1)]
    bids, asks = (
        [None if one is None else sum(pair[side] for pair in one.values()) / 1e6 for one in steps]
        for side in (0, 1)
    )
    reach = [rows["bid_reach"].min(), rows["ask_reach"].min()]
    low = any(isinstance(one, float) and one < BANDS[WIDE] for one in reach)
    return Past(bids, asks, low)


def chart(record: DepthRecord, view: View, width: int, height: int) -> list[Content]:
    """Both sides over the span; fewer than five rows draw nothing."""
    book = chosen(record, view)
    if height < LEAST or book is None:
        return []
    found = past(record, book)
    if found is None or sum(value is not None for value in found.bids) < 2:
        return [draw.unknown("no history of it yet", width)]
    mark = "≥" if found.low else ""
    series = [
        Series(f"bids ±1% {mark}", found.bids, "$above", _millions),
        Series(f"asks ±1% {mark}", found.asks, "$below", _millions),
    ]
    first, last, _ = ends(record)
    title = f"{named(book)}, million USD"
    return framed(series, width, height, view.symbols, first, last, view.drill.cursor, title)


def _millions(value: float | None) -> str:
    return draw.missing() if value is None else draw.usd(value * 1e6)
