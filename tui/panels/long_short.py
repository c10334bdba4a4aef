"""How long or short the crowd is, with open interest and funding, per venue."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl
from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.derivatives import Derivatives, Funding, OpenInterest
from tui.metrics.positioning import Ratio, ratios, words
from tui.panels import ratio_history, shared
from tui.panels.base import Age, Form, Panel, View, code, joined
from tui.snapshot import Snapshot
from tui.tables import DERIVATIVES, POSITIONING, QUOTES, Measure

DERIVATIVES_LIMIT = timedelta(seconds=37.5)  # 2.5 periods of 15 s
POSITIONING_LIMIT = timedelta(minutes=12.5)  # 2.5 periods of 5 m
ONLY = {"bybit": (Measure.ACCOUNTS,)}
"""Venues that do not publish every measure; theirs are `—`, not `n/a`."""
ORDER = ("binance", "bybit", "okx")
STILL = 0.0005
"""Below 0.05 % in five minutes, price or open interest is said not to have moved."""

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


@dataclass(frozen=True)
class LongShort:
    """The ratios of the view's coin per venue and measure, its derivatives, and the price change
    of five minutes; the same of the other coins; `history` (ts, venue, measure, ratio) for the
    detail alone."""

    as_of: datetime
    base: str
    ratios: tuple[Ratio, ...]
    interest: tuple[OpenInterest, ...]
    funding: tuple[Funding, ...]
    words: str | None
    move_5m: float | None
    others: tuple["LongShort", ...] = ()
    history: pl.DataFrame | None = None

    @property
    def venues(self) -> list[str]:
        """Every venue that has anything, in the usual order."""
        names = {one.venue for one in self.ratios}
        names |= {one.venue for one in self.interest} | {one.venue for one in self.funding}
        names.discard("all")
        return sorted(names, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))

    def ratio(self, venue: str, measure: Measure) -> Ratio | None:
        """A venue's newest ratio of a measure."""
        return next((r for r in self.ratios if r.venue == venue and r.measure == measure), None)

    def interest_of(self, venue: str) -> OpenInterest | None:
        """A venue's open interest, or that of `all`."""
        return next((o for o in self.interest if o.venue == venue), None)

    def funding_of(self, venue: str) -> Funding | None:
        """A venue's funding, or the weighted one of `all`."""
        return next((f for f in self.funding if f.venue == venue), None)


def _of_coin(
    snapshot: Snapshot, base: str, rows: tuple[Ratio, ...], made: Derivatives
) -> LongShort:
    mine = tuple(r for r in rows if r.base == base)
    quote = shared.price(snapshot, base)
    return LongShort(
        snapshot.as_of,
        base,
        mine,
        tuple(o for o in made.open_interest if o.base == base),
        tuple(f for f in made.funding if f.base == base),
        words(mine, base),
        quote.change_5m if quote else None,
    )


class LongShortPanel(Panel):
    """A row a venue, the sum, the change of a day, the ages, and what it means in words."""

    name, title, number = "long_short", "Long / short", 2
    tables = (POSITIONING, DERIVATIVES, QUOTES)

    def record(self, snapshot: Snapshot, view: View) -> LongShort:
        """The newest of everything at the snapshot's moment."""
        rows = ratios(snapshot.positioning, snapshot.as_of)
        made = shared.derivatives(snapshot)
        bases = {r.base for r in rows} | {o.base for o in made.open_interest}
        others = tuple(
            _of_coin(snapshot, base, rows, made)
            for base in sorted(bases - {view.base}, key=lambda base: (base != "BTC", base))
        )
        return replace(_of_coin(snapshot, view.base, rows, made), others=others)

    def detail_record(self, snapshot: Snapshot, view: View) -> LongShort:
        """The record with the history of its ratios."""
        history = snapshot.positioning.filter(pl.col("base") == view.base).sort("ts")
        return replace(self.record(snapshot, view), history=history)

    def age(self, record: LongShort) -> Age:
        """Age of the newest open interest; stale with either poller."""
        newest = max((o.ts for o in record.interest), default=None)
        ratio = max((r.ts for r in record.ratios), default=None)
        age = Age.of(newest, record.as_of, DERIVATIVES_LIMIT)
        slow = Age.of(ratio, record.as_of, POSITIONING_LIMIT)
        if newest is None:
            return slow
        return Age(
            age.age_s,
            age.stale or slow.stale,
            age.text.rstrip("!") + ("!" if age.stale or slow.stale else ""),
        )

    def heading(self, record: LongShort, view: View, form: Form) -> str:
        """The coin."""
        return draw.safe(record.base)

    def natural(self, width: int) -> int:
        """Head, three venues, all, day, age, two lines of words and two other coins."""
        return 13 if width >= 56 else 6 if width >= 36 else 2

    def rows(
        self, record: LongShort, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; one line that says why where there is nothing."""
        if not record.venues:
            text = f"n/a (no ratios or open interest of {draw.safe(record.base)} in the store)"
            return [draw.line(width, (text, "$muted"))]
        if form is Form.BARE:
            return _bare(record, width)
        if form is Form.STRIP:
            return _strip(record, view, width)
        return _table(record, width, BOX if form is Form.BOX else RULES)

    def detail_rows(self, record: LongShort, view: View, width: int, height: int) -> list[Content]:
        """The table, and the history of one measure over all venues."""
        lines = self.rows(record, view, width, height, Form.BOX)
        return lines + ratio_history.rows(record.history, view, width, height - len(lines))


def cell(record: LongShort, venue: str, measure: Measure) -> str:
    """A ratio, `—` where the venue has no such measure, `n/a` where we lack it."""
    found = record.ratio(venue, measure)
    return draw.ratio(found.ratio) if found else _unknown(venue, measure)


def _unknown(venue: str, measure: Measure) -> str:
    return draw.missing() if measure in ONLY.get(venue, tuple(Measure)) else draw.MISSING


def _table(record: LongShort, width: int, wanted: Iterable[Column]) -> list[Content]:
    columns = choose(list(wanted), width, spread=2)
    lines = [heads(columns, width)]
    lines += [row(columns, _venue(record, venue), width) for venue in record.venues]
    lines.append(row(columns, {"name": "all", **_money(record, "all")}, width))
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
    cells = _venue(record, venue) | _money(record, "all")
    return cells | {"name": f"{draw.safe(record.base)[:4]} {code(venue)}"}


def _venue(record: LongShort, venue: str) -> dict[str, draw.Part]:
    cells: dict[str, draw.Part] = {m.value: cell(record, venue, m) for m in Measure}
    accounts = record.ratio(venue, Measure.ACCOUNTS)
    if accounts:
        cells["accounts"] = f"{draw.ratio(accounts.ratio)} {draw.share(accounts.long_share)}"
    return {"name": draw.safe(venue)[:8], **cells, **_money(record, venue)}


def _money(record: LongShort, venue: str) -> dict[str, draw.Part]:
    interest, funding = record.interest_of(venue), record.funding_of(venue)
    return {
        "usd": draw.usd(interest.usd) if interest else draw.missing(),
        "5m": draw.lacking(draw.change(interest.change_5m if interest else None, 1)),
        "funding": draw.funding(funding.rate_8h) if funding else draw.missing(),
    }


def _day(record: LongShort) -> dict[str, draw.Part]:
    """The change of a day, of the first venue: ratios are never averaged across venues."""
    venue = record.venues[0]
    cells: dict[str, draw.Part] = {"name": f"24h {code(venue)}"}
    for measure in Measure:
        found = record.ratio(venue, measure)
        known = found is not None and found.change_24h is not None
        cells[measure.value] = (
            draw.points(found.change_24h) if found and known else _unknown(venue, measure)
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
    change = interest.change_5m if interest else None
    if change is None or record.move_5m is None or min(abs(change), abs(record.move_5m)) < STILL:
        return ""
    meaning = {
        (True, True): "new longs",
        (True, False): "shorts closing, not new longs",
        (False, True): "new shorts",
        (False, False): "longs closing, not new shorts",
    }[record.move_5m > 0, change > 0]
    price, open_interest = ("▲" if up else "▼" for up in (record.move_5m > 0, change > 0))
    return f"5m: price {price} with OI {open_interest} = {meaning}"


def _bare(record: LongShort, width: int) -> list[Content]:
    accounts = [r for r in record.ratios if r.measure is Measure.ACCOUNTS]
    tops = [r for r in record.ratios if r.measure is Measure.TOP_POSITIONS]
    first = f"L/S accts {draw.share(accounts[0].long_share) if accounts else draw.missing()}"
    first += f"  top pos {draw.share(tops[0].long_share) if tops else draw.missing()}"
    money = _money(record, "all")
    second = f"OI {money['usd']} {money['5m']} f {money['funding']}"
    return [draw.line(width, first), draw.line(width, second)]


def _strip(record: LongShort, view: View, width: int) -> list[Content]:
    accounts: list[str] = []
    tops: list[str] = []
    takers: list[str] = []
    for venue in record.venues:
        for measure, texts in (
            (Measure.ACCOUNTS, accounts),
            (Measure.TOP_POSITIONS, tops),
            (Measure.TAKER, takers),
        ):
            found = record.ratio(venue, measure)
            if found:
                share = f" {draw.share(found.long_share)}" if measure is not Measure.TAKER else ""
                texts.append(f"{code(venue)} {draw.ratio(found.ratio)}{share}")
    money = record.interest_of("all")
    groups: list[list[draw.Part]] = [
        [f"{view.number or 2} L/S {draw.safe(record.base)}  accts " + "  ".join(accounts)]
    ]
    if tops:
        groups.append(["toppos " + "  ".join(tops)])
    if money:
        day = f" 24h {draw.change(money.change_24h, 1)}" if money.change_24h is not None else ""
        groups.append([f"OI {draw.usd(money.usd)} 5m {draw.change(money.change_5m, 1)}{day}"])
    if takers:
        groups.append(["taker " + "  ".join(takers)])
    by_venue: list[list[draw.Part]] = [
        [f"{code(v)} OI {m['usd']} {m['5m']} fund {m['funding']}"]
        for v in record.venues
        for m in (_money(record, v),)
    ]
    return [joined(width, *groups), joined(width, *by_venue)]
