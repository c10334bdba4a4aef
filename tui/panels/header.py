"""The header: the 5-minute total and side, live prices, feeds and cover; the quotable sentence."""

from dataclasses import dataclass, field
from datetime import datetime

from textual.content import Content

from tui import draw
from tui.metrics.derivatives import Derivatives, derivatives
from tui.metrics.prices import Price, price
from tui.metrics.windows import Liquidations
from tui.panels.base import View, finish
from tui.panels.liquidations import read
from tui.snapshot import Snapshot
from tui.tables import State

OTHERS = ("BTC", "ETH", "SOL")


@dataclass(frozen=True)
class Feed:
    """One collector of one venue, as `health` has it."""

    collector: str
    venue: str
    stream: str
    state: str
    since: datetime
    reason: str | None


@dataclass(frozen=True)
class HeaderRecord:
    """What the header says at a moment."""

    as_of: datetime
    price: Price | None
    others: tuple[Price, ...]
    liquidations: Liquidations
    derivatives: Derivatives
    feeds: tuple[Feed, ...] = ()
    recorder_ts: datetime | None = None
    endpoint: str | None = None
    wanted: tuple[str, ...] = field(default=())


def record(
    snapshot: Snapshot, view: View, liquidations: Liquidations | None = None
) -> HeaderRecord:
    """The header's record; hand in the panel's `liquidations` to spare reading them twice."""
    others = (
        price(snapshot.quotes, snapshot.candles, base, snapshot.as_of)
        for base in OTHERS
        if base != view.base
    )
    feeds = tuple(
        Feed(
            draw.safe(row["collector"]),
            draw.safe(row["venue"]),
            draw.safe(row["stream"] or ""),
            row["state"],
            row["ts"],
            draw.safe(row["reason"]) if row["reason"] else None,
        )
        for row in snapshot.health.iter_rows(named=True)
        if row["state"] != State.OFF
    )
    return HeaderRecord(
        snapshot.as_of,
        price(snapshot.quotes, snapshot.candles, view.base, snapshot.as_of),
        tuple(p for p in others if p),
        liquidations or read(snapshot, view),
        derivatives(snapshot.derivatives, snapshot.as_of),
        feeds,
        snapshot.recorder_ts,
        snapshot.endpoint,
    )


def height_of(width: int, height: int) -> int:
    """The header's rows in a screen of this size: two when wide, three narrow, one in a strip."""
    if width >= 56:
        return 1 if height <= 8 else 2
    return min(3, height)


def clock_cells(width: int) -> tuple[int, int]:
    """Where row 0 stays blank for the clock: first cell and count (below 36 without the Z)."""
    if width < 36:
        return width - 8, 8
    return (width - 10, 9) if width >= 56 else (width - 9, 9)


def sentence(record: HeaderRecord, view: View) -> str:
    """The sentence that can be quoted: what was liquidated in the window, and what moved."""
    total = record.liquidations.windows[view.window]
    bound = "≥ " if total.lower_bound else ""
    amount = total.amount
    share = f" ({draw.share(amount.long_share)} long)" if amount.long_share is not None else ""
    return f"{bound}${draw.usd(amount.total_usd)} liquidated in {view.window}{share}"


def lines(record: HeaderRecord, view: View, width: int, height: int) -> list[Content]:
    """Exactly `height` lines of exactly `width` cells; the clock's cells are left blank."""
    last = f"{record.price.base} {draw.whole(record.price.price)}" if record.price else "n/a"
    return finish(
        [draw.line(width, last), draw.line(width, sentence(record, view))], view, width, height
    )
