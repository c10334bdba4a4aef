"""The drivers panel: its forms, its age, its detail."""

from dataclasses import replace

from textual.content import Content

from tui import draw
from tui.draw.framed import LEAST, Chart, Series, stacked
from tui.metrics.feeds import limit
from tui.panels.base import Age, Form, Panel, View
from tui.panels.drivers import record as made
from tui.panels.drivers import table, words
from tui.panels.drivers.record import SPANS, Charts, DriversRecord
from tui.panels.frame import ROW_AGE
from tui.snapshot import Snapshot
from tui.tables import DERIVATIVES, FLOW, LIQUIDATION_MINUTES

ROOMY = 52
"""Columns of a detail in which the table of a box has room."""


class DriversPanel(Panel):
    """One sentence, a row a window, and funding, basis and premium below."""

    name, title, number = "drivers", "Drivers", 7
    tables = (FLOW, DERIVATIVES, LIQUIDATION_MINUTES)
    spans = tuple(SPANS)
    heights = (14, 13, 3)
    """The sentence, head and six windows, money, premium and what lacks."""

    def record(self, snapshot: Snapshot, view: View) -> DriversRecord:
        """The drivers at the snapshot's moment."""
        return made.record(snapshot, view)

    def detail_record(self, snapshot: Snapshot, view: View) -> DriversRecord:
        """The record with the curves of the chosen span."""
        found = made.record(snapshot, view)
        return replace(found, charts=made.charts(snapshot, found.made, self.span(view)))

    def age(self, record: DriversRecord) -> Age:
        """Age of the newest whole minute of flow."""
        return Age.of(record.made.newest, record.as_of, limit("flow"))

    def points(self, record: DriversRecord) -> int:
        """The minutes of the charts."""
        return 0 if record.charts is None else len(record.charts.price)

    def heading(self, record: DriversRecord, view: View, form: Form) -> str:
        """The coin."""
        return draw.safe(record.made.base)

    def rows(
        self, record: DriversRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; one line that says why where there is nothing."""
        if record.made.newest is None:
            return [draw.unknown(f"no taker flow of {record.made.base} in the store", width)]
        if form is Form.BARE:
            return _bare(record, width)
        if form is Form.STRIP:
            return _strip(record, view, width)
        lines = _sentence(record, width)
        lines += table.windows(record, width, table.BOX if form is Form.BOX else table.RULES)
        return lines + _below(record, width)

    def detail_rows(
        self, record: DriversRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """The same, the CVD by venue, and the charts."""
        if record.made.newest is None:
            return self.rows(record, view, width, height, Form.BOX)
        wanted = table.BOX if width >= ROOMY else table.RULES
        lines = _sentence(record, width) + table.windows(record, width, wanted)
        lines += _below(record, width) + _by_venue(record, width)
        by_venue = table.venues(record, width)
        if record.charts is None:
            return lines + by_venue
        rest = height - len(lines)
        if rest - len(by_venue) >= LEAST:
            return lines + by_venue + _charts(record.charts, view, width, rest - len(by_venue))
        # In a low pane the charts go before the table by venue: it can be scrolled to.
        return lines + _charts(record.charts, view, width, max(2 * LEAST, rest)) + by_venue


def _sentence(record: DriversRecord, width: int) -> list[Content]:
    return draw.wrapped(words.sentence(record.move), width, "bold")


def _below(record: DriversRecord, width: int) -> list[Content]:
    money, premium = words.money(record), words.premium(record.made.premium)
    lines = draw.flowed(width, money, 2) + draw.flowed(width, premium, 2)
    return lines + draw.wrapped(words.left_out(record.move.flow), width, "$muted")


def _by_venue(record: DriversRecord, width: int) -> list[Content]:
    """Funding and basis of each venue."""
    basis = record.made.basis.venues
    groups = [
        f"{draw.safe(one.venue)} fund {draw.funding(one.rate_8h)}"
        f" basis {draw.change(basis[one.venue], 3)}"
        for one in record.funding
        if one.venue in basis
    ]
    return draw.flowed(width, groups, 3) if groups else []


def _bare(record: DriversRecord, width: int) -> list[Content]:
    move = record.move
    price = draw.lacking(draw.change(move.price))
    texts = (
        f"{move.flow.name} {price} {words.leader(move)}",
        move.quadrant or f"OI {draw.lacking(draw.change(move.interest))}",
        f"prem {draw.lacking(draw.change(record.made.premium.with_usdt, 3))}",
    )
    return [draw.line(width, text) for text in texts]


def _strip(record: DriversRecord, view: View, width: int) -> list[Content]:
    first = f"{view.key}{draw.safe(record.made.base)} {words.sentence(record.move)}"
    groups = (*words.money(record), *words.premium(record.made.premium))
    return [draw.line(width - ROW_AGE, first), draw.joined(width, *groups)]


def _charts(charts: Charts, view: View, width: int, height: int) -> list[Content]:
    """CVD, the price, and with room the premium, over the same minutes."""
    if not any(value is not None for value in (*charts.spot, *charts.perp)):
        return [draw.unknown("too little of the span was heard", width)]
    cvd = [
        Series("spot", charts.spot, "$gold", draw.net),
        Series("perp", charts.perp, "$accent", draw.net),
    ]
    of = ", ".join(draw.safe(venue) for venue in charts.venues)
    premium = Series("Coinbase premium", charts.premium, "$gold", _premium)
    parts = [
        Chart(cvd, f"CVD of {of}", draw.net),
        Chart([Series("price", charts.price, "$above", draw.whole)], form=draw.whole),
        Chart([premium], form=_premium),
    ]
    first, last, cursor = charts.since, charts.end, view.drill.cursor
    return stacked(parts, width, height, view.symbols, first, last, cursor)


def _premium(value: float | None) -> str:
    return draw.change(value, 3)
