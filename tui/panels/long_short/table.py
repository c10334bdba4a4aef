"""The table of the long/short panel, a row a venue, and what it says in words."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics import derivatives as metric
from tui.metrics.derivatives import OpenInterest
from tui.metrics.positioning import Ratio
from tui.panels.base import View
from tui.panels.long_short.record import LongShort
from tui.panels.sorting import Value, Values, marked, ordered
from tui.tables import Measure

BOX = (
    Column("name", "", 9, right=False),
    Column("accounts", "accounts", 8, 1),
    Column("top_accounts", "topacc", 7, 5),
    Column("top_positions", "toppos", 7, 2),
    Column("taker", "taker", 6, 3),
    Column("usd", "OI", 7, 1),
    Column("5m", "5m", 7, 1),
    Column("funding", "fund 8h", 9, 2),
)
RULES = (
    Column("name", "", 8, right=False),
    Column("accounts", "accts", 9),
    Column("top_positions", "toppos", 7, 2),
    Column("taker", "taker", 7, 3),
    Column("5m", "OI 5m", 8, 1),
    Column("funding", "fund 8h", 10, 4),
)


def _values(record: LongShort) -> Values[str]:
    """What venues are sorted by."""

    def by(measure: Measure) -> Callable[[str], Value]:
        return lambda venue: one.ratio if (one := record.ratio(venue, measure)) else None

    def interest(venue: str) -> OpenInterest | None:
        return record.interest_of(venue)

    return {
        **{measure.value: by(measure) for measure in Measure},
        "usd": lambda venue: one.usd if (one := interest(venue)) else None,
        "5m": lambda venue: one.change_5m if (one := interest(venue)) else None,
        "funding": lambda venue: one.rate_8h if (one := record.funding_of(venue)) else None,
        "name": lambda venue: venue,
    }


SORTS = (*(measure.value for measure in Measure), "usd", "5m", "funding", "name")


def arranged(record: LongShort, view: View) -> LongShort:
    """The record with venues, and so the cells that are gone through, by the chosen column."""
    order = tuple(ordered(record.venues, _values(record), view))
    ratios = sorted(record.ratios, key=lambda one: order.index(one.venue))
    return replace(record, order=order, ratios=tuple(ratios)) if view.sort else record


def cell(record: LongShort, venue: str, measure: Measure) -> str:
    """A ratio, `—` where the venue has no such measure, `n/a` where we lack it."""
    found = record.ratio(venue, measure)
    return draw.ratio(found.ratio) if found else _unknown(record, venue, measure)


def _unknown(record: LongShort, venue: str, measure: Measure) -> str:
    published = record.measures.get(venue, tuple(Measure))
    return draw.missing() if measure in published else draw.MISSING


def table(
    record: LongShort,
    view: View,
    width: int,
    wanted: Iterable[Column],
    chosen: Ratio | None = None,
) -> list[Content]:
    """A row a venue, the sum, the change of a day, the ages, the words, other coins; the chosen
    cell in reverse."""
    columns = marked(choose(list(wanted), width, spread=2), view)
    lines = [heads(columns, width)]
    lines += [row(columns, _venue(record, venue, chosen), width) for venue in record.venues]
    lines.append(row(columns, {"name": f"all {record.among}", **money(record, "all")}, width))
    lines.append(row(columns, _day(record), width, "$muted"))
    lines.append(row(columns, _ages(record), width, "$muted"))
    said = record.words or ("" if record.ratios else "ratios n/a (none received yet)")
    for text in (draw.safe(said), quadrant(record)):
        lines.append(draw.line(width, draw.pad(text, width, right=False)))
    lines += [row(columns, _coin(other), width) for other in record.others if other.venues]
    return lines


def _coin(record: LongShort) -> dict[str, draw.Part]:
    """Another coin in one row: the ratios of its first venue, open interest and funding of all."""
    venue = record.venues[0]
    cells = _venue(record, venue) | money(record, "all")
    return cells | {"name": f"{draw.safe(record.base)[:4]} {draw.code(venue)}"}


def _venue(record: LongShort, venue: str, chosen: Ratio | None = None) -> dict[str, draw.Part]:
    cells: dict[str, draw.Part] = {m.value: cell(record, venue, m) for m in Measure}
    accounts = record.ratio(venue, Measure.ACCOUNTS)
    if accounts:
        cells["accounts"] = f"{draw.ratio(accounts.ratio)} {draw.share(accounts.long_share)}"
    if chosen is not None and chosen.venue == venue:
        cells[chosen.measure.value] = str(cells[chosen.measure.value]), "reverse"
    return {"name": draw.safe(venue)[:8], **cells, **money(record, venue)}


def money(record: LongShort, venue: str) -> dict[str, draw.Part]:
    interest, funding = record.interest_of(venue), record.funding_of(venue)
    return {
        "usd": total(interest) if interest else draw.missing(),
        "5m": draw.lacking(draw.change(interest.change_5m if interest else None, 1)),
        "funding": draw.funding(funding.rate_8h) if funding else draw.missing(),
    }


def total(interest: OpenInterest) -> str:
    """Open interest, `≥` where a venue is missing from the sum."""
    return f"{'≥' if interest.missing else ''}{draw.usd(interest.usd)}"


def _day(record: LongShort) -> dict[str, draw.Part]:
    """The change of a day, of the first venue: ratios are never averaged across venues."""
    venue = record.venues[0]
    cells: dict[str, draw.Part] = {"name": f"24h {draw.code(venue)}"}
    for measure in Measure:
        found = record.ratio(venue, measure)
        known = found is not None and found.change_24h is not None
        cells[measure.value] = (
            draw.points(found.change_24h) if found and known else _unknown(record, venue, measure)
        )
    interest, funding = record.interest_of(venue), record.funding_of(venue)
    cells["5m"] = draw.lacking(draw.change(interest.change_24h if interest else None, 1))
    cells["funding"] = draw.lacking(draw.funding(funding.change_24h if funding else None))
    return cells


def _ages(record: LongShort) -> dict[str, draw.Part]:
    """How old the newest value of each column is."""
    cells: dict[str, draw.Part] = {"name": "age"}
    for measure in Measure:
        cells[measure.value] = _age(record, [r.ts for r in record.ratios if r.measure == measure])
    cells["usd"] = cells["5m"] = _age(record, [o.ts for o in record.interest])
    cells["funding"] = _age(record, [f.ts for f in record.funding])
    return cells


def _age(record: LongShort, times: list[datetime]) -> str:
    if not times:
        return draw.MISSING
    seconds = (record.as_of - max(times)).total_seconds()
    # The seconds are in the frame: here they would send the row again each second.
    return draw.age(seconds) if seconds >= 60 else "<1m"


def quadrant(record: LongShort) -> str:
    """What price and open interest together say of five minutes; empty where either stood still."""
    interest = record.interest_of("all")
    said = metric.quadrant(record.move_5m, interest.change_5m if interest else None)
    return f"5m: {said}" if said else ""
