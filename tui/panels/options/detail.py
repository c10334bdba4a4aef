"""The term structure in full, what its numbers rest on, and DVOL over a year."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from textual.content import Content

from tui import draw
from tui.draw.framed import LEAST, Series, framed
from tui.draw.table import Column, choose, heads, row
from tui.metrics.options import CoinOptions, TenorIv, dearer
from tui.panels.base import View
from tui.panels.options.record import OptionsRecord
from tui.panels.options.table import points, share, vol

COLUMNS = (
    Column("name", "", 4, right=False),
    Column("tenor", "tenor", 6),
    Column("atm", "ATM", 6),
    Column("atm_change", "24h", 6, 4),
    Column("call", "25Δ call", 9, 2),
    Column("put", "25Δ put", 9, 2),
    Column("reversal", "RR", 6),
    Column("change", "24h", 6, 3),
    Column("dearer", "dearer", 15),
    Column("between", "between", 20, 5),
    Column("strikes", "strikes", 9, 6),
)
STYLES = ("$accent", "$gold", "$long")
HOW = (
    "IV of Deribit's mark prices by own Black-76, no interest; forward delta; total variance"
    " straight between strikes and expiries, never beyond them. RR = 25Δ call less put: negative,"
    " puts dearer."
)
ROOM = 12
"""Rows that a chart is left before the notes have a place."""


def term_structure(coins: Sequence[CoinOptions], width: int) -> list[Content]:
    """A row a coin and tenor; the reason where one lacks."""
    columns = choose(COLUMNS, width, spread=1)
    lines = [heads(columns, width)]
    for coin in coins:
        for place, tenor in enumerate(coin.tenors):
            name = draw.safe(coin.base) if place == 0 else ""
            if tenor.atm is None:
                head = draw.pad(name, columns[0].width, right=False)
                head += draw.pad(tenor.name, columns[1].width)
                why = draw.missing(draw.safe(tenor.reason or ""))
                lines.append(draw.line(width, (f"{head}   {why}", "$muted")))
            else:
                lines.append(row(columns, _cells(tenor) | {"name": name}, width))
    return lines


def _cells(tenor: TenorIv) -> dict[str, draw.Part]:
    return {
        "tenor": tenor.name,
        "atm": vol(tenor.atm),
        "atm_change": points(tenor.atm_change),
        "call": vol(tenor.call25),
        "put": vol(tenor.put25),
        "reversal": points(tenor.risk_reversal),
        "change": points(tenor.reversal_change),
        "dearer": dearer(tenor.risk_reversal),
        "between": f"{_day(tenor.near)} to {_day(tenor.far)}",
        "strikes": str(tenor.strikes),
    }


def _day(expiry: datetime | None) -> str:
    return draw.missing() if expiry is None else f"{expiry.day}{expiry:%b%y}"


def sentences(coins: Sequence[CoinOptions], width: int) -> list[Content]:
    """DVOL in its year, and the term structure in words."""
    return [line for coin in coins for text in (index(coin), f"{coin.base}: {coin.words}")
            for line in draw.wrapped(draw.safe(text), width)]  # fmt: skip


def notes(coins: Sequence[CoinOptions], width: int) -> list[Content]:
    """How well the marks agree, and how all of it is made."""
    texts = (*map(checked, coins), HOW)
    return [line for text in texts for line in draw.wrapped(draw.safe(text), width, "$muted")]


def index(coin: CoinOptions) -> str:
    """`BTC DVOL 39.4, 24h −0.6; IV rank 13% of 34.9 to 61.8, percentile 9%, n 365 daily closes`."""
    if coin.dvol is None:
        return f"{coin.base} DVOL {draw.missing(coin.reason or '')}"
    head, rank = f"{coin.base} DVOL {vol(coin.dvol)}, 24h {points(coin.dvol_change)}", coin.rank
    if rank.rank is None:
        return f"{head}; IV rank {draw.missing(rank.reason or '')}"
    span = f"{share(rank.rank)} of {vol(rank.low)} to {vol(rank.high)}"
    return f"{head}; IV rank {span}, percentile {share(rank.percentile)}, n {rank.n} daily closes"


def checked(coin: CoinOptions) -> str:
    """How far the marks are off put–call parity, and own volatilities off the venue's."""
    off = draw.missing() if coin.parity is None else f"{coin.parity:.4%} of the forward"
    own = draw.missing() if coin.iv_gap is None else f"{coin.iv_gap * 100:.2f}"
    return (
        f"{coin.base} medians: marks off put-call parity {off}; own IV off Deribit's mark IV {own}"
    )


def chart(record: OptionsRecord, view: View, width: int, height: int) -> list[Content]:
    """The daily closes of DVOL; exactly `height` lines, or none where they would say nothing."""
    if height < LEAST:
        return []
    days = max(map(len, record.closes.values()), default=0)
    if not any(value is not None for closes in record.closes.values() for value in closes):
        return [draw.unknown("no daily closes of DVOL yet", width)]
    series = [
        Series(draw.safe(base), [v and v * 100 for v in closes], style, lambda v: f"{v:.1f}")
        for (base, closes), style in zip(record.closes.items(), STYLES, strict=False)
    ]
    last = record.as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    first, title = last - timedelta(days=days - 1), f"DVOL, {days} daily closes"
    return framed(series, width, height, view.symbols, first, last, view.drill.cursor, title)
