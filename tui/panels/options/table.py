"""DVOL and the tenors as rows: a table of three rows a coin, or what is left of it in less room."""

from collections.abc import Sequence

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.options import CoinOptions
from tui.panels.base import View
from tui.panels.frame import ROW_AGE
from tui.tables import TENORS

BOX = (
    Column("name", "", 4, right=False),
    Column("dvol", "DVOL", 6),
    Column("change", "24h", 6, 2),
    Column("rank", "rank", 6),
    Column("percentile", "pctl", 6, 3),
    Column("what", "", 5, 1),
    *(Column(name, f"{days} d", 7) for name, days in TENORS.items()),
)


def vol(value: float | None) -> str:
    """A volatility in % a year, to a tenth: `39.4`."""
    return draw.missing() if value is None else f"{value * 100:.1f}"


def points(value: float | None) -> str:
    """A difference of volatilities in points, signed: `−3.1`."""
    return draw.missing() if value is None else draw.change(value, 1).rstrip("%")


def share(value: float | None) -> str:
    """A rank or percentile."""
    return draw.lacking(draw.share(value))


def said(coin: CoinOptions, width: int) -> list[str]:
    """The sentence; why there is no DVOL or no rank behind it, or below it where it is too long."""
    why = coin.reason or coin.rank.reason
    texts = [draw.safe(coin.words)]
    if why:
        texts.append(f"{'DVOL' if coin.reason else 'rank'} {draw.missing(draw.safe(why))}")
    whole = "   ".join(texts)
    return [whole] if len(whole) <= width else texts


def box(coins: Sequence[CoinOptions], width: int) -> list[Content]:
    """ATM and the 25Δ risk reversal of each coin, and both in words."""
    columns = choose(BOX, width, spread=1)
    lines = [heads(columns, width)]
    for coin in coins:
        atm: dict[str, draw.Part] = {tenor.name: vol(tenor.atm) for tenor in coin.tenors}
        skew: dict[str, draw.Part] = {t.name: points(t.risk_reversal) for t in coin.tenors}
        lines.append(row(columns, atm | _index(coin) | {"what": "ATM"}, width))
        lines.append(row(columns, skew | {"what": "RR"}, width))
        lines += [draw.line(width, "    " + text) for text in said(coin, width - 4)]
    return lines


def _index(coin: CoinOptions) -> dict[str, draw.Part]:
    return {
        "name": draw.safe(coin.base),
        "dvol": vol(coin.dvol),
        "change": points(coin.dvol_change),
        "rank": share(coin.rank.rank),
        "percentile": share(coin.rank.percentile),
    }


def ruled(coins: Sequence[CoinOptions], width: int) -> list[Content]:
    """Two rows a coin; then the tenors, where there is height for them."""
    lines: list[Content] = []
    for coin in coins:
        first = f"{draw.safe(coin.base):<4} DVOL {vol(coin.dvol)}  24h {points(coin.dvol_change)}"
        lines.append(draw.line(width, f"{first}  rank {share(coin.rank.rank)}"))
        lines.append(draw.line(width, draw.safe(coin.words)))
    for coin in coins:
        for what, form in (("ATM", vol), ("RR", points)):
            values = (tenor.atm if form is vol else tenor.risk_reversal for tenor in coin.tenors)
            cells = "".join(f"{form(value):>7}" for value in values)
            lines.append(draw.line(width, f"{draw.safe(coin.base):<4}{what:<3}{cells}"))
    return lines


def bare(coins: Sequence[CoinOptions], width: int) -> list[Content]:
    """A row a coin: DVOL, its rank, and the far risk reversal."""
    return [
        draw.line(
            width,
            f"{draw.safe(coin.base):<4}{vol(coin.dvol)} rank {share(coin.rank.rank)}"
            f" RR {points(coin.tenors[-1].risk_reversal)}",
        )
        for coin in coins
    ]


def strip(coins: Sequence[CoinOptions], view: View, width: int) -> list[Content]:
    """DVOL, rank and the sentence of each coin; below, the tenors."""
    first: list[str] = []
    below: list[str] = []
    for coin in coins:
        name = draw.safe(coin.base)
        head = f"{name} DVOL {vol(coin.dvol)}  24h {points(coin.dvol_change)}"
        first.append(f"{head}  rank {share(coin.rank.rank)}  {draw.safe(coin.words)}")
        pairs = (f"{t.name} {vol(t.atm)} {points(t.risk_reversal)}" for t in coin.tenors)
        below.append(f"{name} ATM RR  " + "  ".join(pairs))
    first[0] = view.key + first[0]
    return [draw.joined(width - ROW_AGE, *first), draw.joined(width, *below)]
