"""The long/short panel where it has a row or two: bare rows and the strip."""

from textual.content import Content

from tui import draw
from tui.panels.base import View
from tui.panels.frame import ROW_AGE
from tui.panels.long_short.record import LongShort
from tui.panels.long_short.table import money, total
from tui.tables import Measure


def bare(record: LongShort, width: int) -> list[Content]:
    """Two rows: the crowd of the first venue that has it, and the money of all."""
    accounts, tops = (_first(record, m) for m in (Measure.ACCOUNTS, Measure.TOP_POSITIONS))
    every = money(record, "all")
    texts = (
        f"L/S accts {accounts}  top pos {tops}",
        f"OI {every['usd']} {every['5m']} f {every['funding']}",
    )
    return [draw.line(width, text) for text in texts]


def _first(record: LongShort, measure: Measure) -> str:
    shares = [r.long_share for r in record.ratios if r.measure is measure]
    return draw.share(shares[0]) if shares else draw.missing()


def strip(record: LongShort, view: View, width: int) -> list[Content]:
    """One row of ratios and the sum, one of each venue's open interest and funding."""
    head = f"{view.key}L/S {draw.safe(record.base)}  accts "
    groups = [head + (_ratios(record, Measure.ACCOUNTS) or draw.missing())]
    if tops := _ratios(record, Measure.TOP_POSITIONS):
        groups.append("toppos " + tops)
    if interest := record.interest_of("all"):
        day = draw.lacking(draw.change(interest.change_24h, 1))
        now = draw.lacking(draw.change(interest.change_5m, 1))
        groups.append(f"OI {total(interest)} 5m {now} 24h {day}")
    if takers := _ratios(record, Measure.TAKER):
        groups.append("taker " + takers)
    by_venue = [
        f"{draw.code(venue)} OI {cells['usd']} {cells['5m']} fund {cells['funding']}"
        for venue in record.venues
        for cells in (money(record, venue),)
    ]
    return [draw.joined(width - ROW_AGE, *groups), draw.joined(width, *by_venue)]


def _ratios(record: LongShort, measure: Measure) -> str:
    """Every venue's ratio with its long share; taker is flow and has none."""
    found = (record.ratio(venue, measure) for venue in record.venues)
    return "  ".join(
        f"{draw.code(one.venue)} {draw.ratio(one.ratio)}"
        + ("" if measure is Measure.TAKER else f" {draw.share(one.long_share)}")
        for one in found
        if one
    )
