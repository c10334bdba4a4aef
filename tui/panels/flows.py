"""The flows panel: what of demand exchanges tell, under its own name, and series of the user's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.content import Content

from tui import draw
from tui.draw.framed import LEAST, Series, framed
from tui.draw.table import Column, choose, heads, row
from tui.metrics import flows as metric
from tui.metrics.feeds import limit
from tui.metrics.flows import DAYS, Demand, Own
from tui.panels import shared
from tui.panels.base import Age, Form, Panel, View
from tui.panels.drivers import words
from tui.panels.frame import ROW_AGE
from tui.snapshot import Snapshot
from tui.tables import FLOW, SERIES

SHOWN = ("1h", "4h", "24h")
DEEP = ("5m", "15m", "1h", "4h", "12h", "24h")


@dataclass(frozen=True)
class FlowsRecord:
    """The demand at a moment, and for the detail the stored days of the chosen series."""

    as_of: datetime
    demand: Demand
    days: tuple[datetime, ...] = ()
    values: tuple[float | None, ...] = ()
    chosen: Own | None = None


class FlowsPanel(Panel):
    """Spot CVD by venue, the Coinbase premium, spot ÷ perpetual volume, and the user's series."""

    name, title, number = "flows", "Flows", 0
    tables = (FLOW, SERIES)
    heights = (11, 9, 3)
    """Head and three windows, the premium, and the three series that are asked for."""

    def record(self, snapshot: Snapshot, view: View) -> FlowsRecord:
        """The demand at the snapshot's moment."""
        made = shared.drivers(snapshot, view.base)
        series = metric.own(snapshot.series, snapshot.health, snapshot.as_of)
        found = metric.proxies(made.flows)
        demand = Demand(view.base, found, made.premium, series, made.newest)
        return FlowsRecord(snapshot.as_of, demand)

    def detail_record(self, snapshot: Snapshot, view: View) -> FlowsRecord:
        """The record with the days of the chosen series."""
        record = self.record(snapshot, view)
        stored = [one for one in record.demand.series if one.value is not None]
        if not stored:
            return record
        chosen = stored[min(view.selected or 0, len(stored) - 1)]
        of = snapshot.series["name"] == chosen.name
        rows = metric.known(snapshot.series.filter(of), snapshot.as_of)
        known = dict(zip(rows["ts"].to_list(), rows["value"].to_list(), strict=True))
        days = _every_day(known)
        values = tuple(known.get(day) for day in days)
        return FlowsRecord(snapshot.as_of, record.demand, days, values, chosen)

    def choices(self, record: FlowsRecord, view: View) -> int:
        """The series that have values."""
        return sum(one.value is not None for one in record.demand.series)

    def points(self, record: FlowsRecord) -> int:
        """The days of the chart."""
        return len(record.days)

    def age(self, record: FlowsRecord) -> Age:
        """Age of the newest whole minute of flow; a series has its own date."""
        return Age.of(record.demand.newest, record.as_of, limit("flow"))

    def heading(self, record: FlowsRecord, view: View, form: Form) -> str:
        """The coin."""
        return draw.safe(record.demand.base)

    def rows(
        self, record: FlowsRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form."""
        demand = record.demand
        if form is Form.BARE:
            return _bare(demand, width)
        if form is Form.STRIP:
            return _strip(demand, view, width)
        return [*_proxies(demand, width, SHOWN), *_premium(demand, width), *_series(demand, width)]

    def detail_rows(
        self, record: FlowsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """Every window and series, and the chosen one's history."""
        demand, name = record.demand, record.chosen.name if record.chosen else None
        lines = [*_proxies(demand, width, DEEP), *_premium(demand, width)]
        lines += _series(demand, width, name)
        rest = height - len(lines)
        if record.chosen is None or len(record.days) < 2 or rest < LEAST:
            return lines
        line = Series(draw.safe(record.chosen.name), record.values, "$accent", _number)
        first, last, cursor = record.days[0], record.days[-1], view.drill.cursor
        unit = draw.safe(record.chosen.unit)
        return lines + framed(
            [line], width, rest, view.symbols, first, last, cursor, unit, form=_number
        )


def _every_day(known: dict[datetime, float]) -> tuple[datetime, ...]:
    """All days from the first to the last: one without a value is a gap."""
    if not known:
        return ()
    first, last = min(known), max(known)
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _proxies(demand: Demand, width: int, shown: tuple[str, ...]) -> list[Content]:
    """A row a window: the spot CVD of each venue, and spot ÷ perpetual volume."""
    if demand.newest is None:
        return [draw.unknown(f"no taker flow of {demand.base} in the store", width)]
    venues = list(dict.fromkeys(v for one in demand.proxies.values() for v in one.spot))
    wanted = [Column("name", "spot CVD", 9, right=False)]
    wanted += [Column(venue, draw.safe(venue)[:8], 9, rank) for rank, venue in enumerate(venues, 1)]
    columns = choose([*wanted, Column("ratio", "spot÷perp", 10)], width, spread=2)
    lines = [heads(columns, width)]
    for name in shown:
        one = demand.proxies[name]
        cells: dict[str, draw.Part] = {
            venue: draw.net(one.spot[venue]) if venue in one.spot else draw.missing()
            for venue in venues
        }
        ratio = draw.lacking(draw.ratio(one.ratio))
        lines.append(row(columns, {"name": name, **cells, "ratio": ratio}, width))
    return lines


def _premium(demand: Demand, width: int) -> list[Content]:
    return draw.flowed(width, words.premium(demand.premium), 2)


def _series(demand: Demand, width: int, chosen: str | None = None) -> list[Content]:
    """A line a series; why where there is no value."""
    lines = []
    for one in demand.series:
        style = "reverse" if one.name == chosen else "" if one.value is not None else "$muted"
        lines += draw.wrapped(told(one), width, style)[:2]
    return lines


def told(one: Own) -> str:
    """`fund flows +212M USD 2026-01-19  7d +1.24B  30d +3.40B`, or why there is none."""
    name = draw.safe(one.name)
    if one.value is None or one.day is None:
        return f"{name} {draw.missing(draw.safe(one.reason or ''))}"
    spans = (f"{n}d {draw.lacking(_change(one.spans.get(n)))}" for n in DAYS)
    unit = f" {draw.safe(one.unit)}" if one.unit else ""
    why = f"  ! {draw.safe(one.reason)}" if one.reason else ""
    value = _change(one.value) if one.kind == "flow" else _number(one.value)
    return f"{name} {value}{unit} {one.day:%Y-%m-%d}  {'  '.join(spans)}{why}"


def _number(value: float | None) -> str:
    """Three digits of whatever it counts."""
    if value is None:
        return draw.MISSING
    return draw.usd(value) if abs(value) >= 1000 else draw.minus(f"{value:.4g}")


def _change(value: float | None) -> str:
    if value is None:
        return draw.MISSING
    return ("+" if value >= 0 else "") + _number(value)


def _bare(demand: Demand, width: int) -> list[Content]:
    day = demand.proxies["24h"]
    premium = draw.lacking(draw.change(demand.premium.with_usdt, 3))
    parts = (f"{draw.code(venue)} {draw.net(usd)}" for venue, usd in day.spot.items())
    spot = " ".join(parts) or draw.missing()
    first = next((one for one in demand.series if one.value is not None), None)
    texts = (
        f"24h spot {spot}",
        f"prem {premium} s÷p {draw.lacking(draw.ratio(day.ratio))}",
        told(first) if first else f"series {draw.missing('see config')}",
    )
    return [draw.line(width, text) for text in texts]


def _strip(demand: Demand, view: View, width: int) -> list[Content]:
    day = demand.proxies["24h"]
    parts = (f"{draw.code(venue)} {draw.net(usd)}" for venue, usd in day.spot.items())
    spot = f"{view.key}{draw.safe(demand.base)} 24h spot {' '.join(parts) or 'n/a'}"
    ratio = f"spot÷perp {draw.lacking(draw.ratio(day.ratio))}"
    first = draw.joined(width - ROW_AGE, spot, ratio, *words.premium(demand.premium))
    return [first, draw.joined(width, *map(told, demand.series))]
