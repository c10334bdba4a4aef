"""Whether money flees to gold: returns, ounces, correlation and the flight rule."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl
from textual.content import Content

from tui import draw
from tui.draw.framed import Series, framed
from tui.draw.table import Column, choose, heads, row
from tui.metrics import havens as metric
from tui.metrics.feeds import limit
from tui.metrics.havens import SPANS, Correlation, Havens
from tui.panels import haven_history, shared
from tui.panels.base import Age, Form, Panel, View
from tui.panels.frame import ROW_AGE
from tui.panels.haven_history import HavenHistory
from tui.snapshot import Snapshot
from tui.tables import CANDLES, QUOTES

SHORT = 90
SPAN_DAYS = {"30d": 30, "90d": 90, "1y": 365, "all": 36_500}
COLUMNS = (
    Column("name", "", 5, right=False),
    Column("24h", "24h", 8),
    Column("7d", "7d", 8),
    Column("30d", "30d", 8, 1),
    Column("1y", "1y", 9, 1),
    Column("30", "corr 30d", 12, 2),
    Column("90", "90d", 10, 3),
)


@dataclass(frozen=True)
class HavensRecord:
    """The safe-haven record at a moment, and `paths` (ts, btc, gold; 1 = start); `deep` is for the
    detail alone."""

    as_of: datetime
    havens: Havens
    paths: pl.DataFrame | None = None
    deep: HavenHistory | None = None


class SafeHavenPanel(Panel):
    """BTC's and gold's returns beside one another, the ounces, and the rule in words."""

    name, title, number = "safe_haven", "Safe haven", 4
    tables = (QUOTES, CANDLES)
    spans = tuple(SPAN_DAYS)
    heights = (8, 4, 2)
    """Head, two returns, prices, the rule, and where the numbers come from."""

    def record(self, snapshot: Snapshot, view: View) -> HavensRecord:
        """The record at the snapshot's moment."""
        made = metric.havens(snapshot.quotes, snapshot.candles, snapshot.as_of)
        return HavensRecord(snapshot.as_of, made, shared.paths(snapshot, SHORT))

    def detail_record(self, snapshot: Snapshot, view: View) -> HavensRecord:
        """The record with the history of both over the chosen span."""
        made = metric.havens(snapshot.quotes, snapshot.candles, snapshot.as_of)
        deep = haven_history.history(snapshot, SPAN_DAYS[self.span(view)])
        return HavensRecord(snapshot.as_of, made, deep=deep)

    def age(self, record: HavensRecord) -> Age:
        """Age of the older of the two quotes."""
        return Age.of(record.havens.quoted_at, record.as_of, limit("quotes"))

    def points(self, record: HavensRecord) -> int:
        """The sessions of the charts."""
        return 0 if record.deep is None else record.deep.shown.height

    def rows(
        self, record: HavensRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; the reason alone where there is no gold."""
        made = record.havens
        if (
            made.reason
            and made.gold_price is None
            and not any(made.returns.get("gold", {}).values())
        ):
            return [draw.unknown(made.reason, width)]
        if form is Form.BARE:
            return _bare(made, width)
        if form is Form.STRIP:
            return _strip(made, view, width)
        if form is Form.RULES:
            return _ruled(made, width)
        lines = _box(made, width)
        if record.paths is None:
            return lines
        # With room to spare, the three months that the σ of the rule come from.
        return lines + _chart(record, view, width, height - len(lines))

    def detail_rows(
        self, record: HavensRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """The table, the haven test, and the history of both."""
        lines = _box(record.havens, width)
        if record.deep is None:
            return lines
        lines += haven_history.words(record.havens, record.deep, width)
        return lines + haven_history.charts(record.deep, view, width, height - len(lines))


def coin_of(symbol: str | None) -> str:
    """`PAXG/USDT` as PAXG."""
    return draw.safe(symbol.split("/")[0]) if symbol else ""


def correlated(one: Correlation | None) -> str:
    """r, `ns` inside its band; how many sessions there are while too few."""
    if one is None:
        return draw.missing()
    if one.r is None:
        return f"{one.n} of {one.need}"
    return f"{draw.points(one.r)}{'   ' if one.significant else ' ns'}"


def flight(made: Havens) -> str:
    """The rule in words, with both numbers: BTC below −1σ and gold above +1σ over seven days."""
    sigma = {who: made.sigma_7d.get(who) for who in ("BTC", "gold")}
    if made.flight is None:
        return draw.missing(draw.safe(metric.flight_lacks(made)))
    texts = []
    for who, needs, met in (
        ("BTC", "−1σ", (sigma["BTC"] or 0.0) < -1),
        ("gold", "+1σ", (sigma["gold"] or 0.0) > 1),
    ):
        value = sigma[who]
        number = draw.missing() if value is None else f"{draw.change(value / 100, 1)[:-1]}σ"
        texts.append(f"{who} {number}" + ("" if met else f" (needs {needs})"))
    return ("yes: " if made.flight else "no: ") + ", ".join(texts)


def _returns(made: Havens, who: str) -> dict[str, draw.Part]:
    spans = made.returns.get(who, {})
    return {"name": who, **{span: draw.lacking(draw.change(spans.get(span), 1)) for span in SPANS}}


def prices(made: Havens) -> str:
    """Gold by the market used, the others in brackets: the honesty band."""
    if made.gold_price is None:
        return "gold n/a"
    used = coin_of(made.gold_quote)
    others = [
        f"{coin_of(symbol)} {draw.whole(value)}"
        for symbol, value in made.gold_prices.items()
        if symbol != made.gold_quote
    ]
    band = f" ({', '.join(others)})" if others else ""
    return f"gold {draw.whole(made.gold_price)} {used}{band}"


def ounces(made: Havens) -> str:
    """One bitcoin in ounces of gold."""
    if made.btc_in_ounces is None:
        return "1 BTC = n/a oz"
    return f"1 BTC = {made.btc_in_ounces:.2f} oz  24h {draw.change(made.ounces_change_24h, 1)}"


def _box(made: Havens, width: int) -> list[Content]:
    columns = choose(COLUMNS, width, spread=1)
    gold = _returns(made, "gold")
    gold |= {str(n): correlated(made.correlations.get(n)) for n in (30, 90)}
    both = f"{prices(made)}   {ounces(made)}"
    style = "$warn" if made.flight else ""
    hours = ", off-hours: index frozen" if made.index_frozen else ""
    source = f"history {draw.safe(made.gold_history or 'n/a')}{hours}"
    lines = [heads(columns, width), row(columns, _returns(made, "BTC"), width)]
    lines.append(row(columns, gold, width))
    if len(both) <= width:
        lines.append(draw.line(width, both))
    else:
        lines += [draw.line(width, prices(made)), draw.line(width, ounces(made))]
    lines.append(draw.line(width, ("flight  " + flight(made), style)))
    lines.append(draw.line(width, (source, "$muted")))
    return lines


def _ruled(made: Havens, width: int) -> list[Content]:
    spans = made.returns.get("gold", {})
    day, week = (draw.lacking(draw.change(spans.get(span), 1)) for span in ("24h", "7d"))
    first = f"gold {draw.whole(made.gold_price)}  24h {day}  7d {week}"
    short = {True: "YES", False: "no", None: "n/a"}[made.flight]
    second = f"BTC {_oz(made)} oz {draw.change(made.ounces_change_24h, 1)}   flight {short}"
    third = f"corr 30d {correlated(made.correlations.get(30)).strip()}  {coin_of(made.gold_quote)}"
    return [draw.line(width, text) for text in (first, second, third)]


def _oz(made: Havens) -> str:
    return draw.missing() if made.btc_in_ounces is None else f"{made.btc_in_ounces:.2f}"


def _bare(made: Havens, width: int) -> list[Content]:
    day = draw.lacking(draw.change(made.returns.get("gold", {}).get("24h"), 1))
    first = f"gold {day}  {_oz(made)}oz {draw.change(made.ounces_change_24h, 1)}"
    short = {True: "YES", False: "no", None: "n/a"}[made.flight]
    return [draw.line(width, first), draw.line(width, f"flight {short}")]


def _strip(made: Havens, view: View, width: int) -> list[Content]:
    spans = made.returns.get("gold", {})
    day, week = (draw.lacking(draw.change(spans.get(span), 1)) for span in ("24h", "7d"))
    short = {True: "YES", False: "no", None: "n/a"}[made.flight]
    groups = [
        f"{view.key}gold {draw.whole(made.gold_price)} {day}",
        f"7d {week}",
        f"BTC {_oz(made)} oz {draw.change(made.ounces_change_24h, 1)}",
        f"flight {short}",
    ]
    if len("  ".join(groups)) > width - ROW_AGE:
        groups.pop(1)  # the rule has looked at the week: its answer is worth more
    return [draw.joined(width - ROW_AGE, *groups, gap="  "), draw.line(width, prices(made))]


def _chart(record: HavensRecord, view: View, width: int, height: int) -> list[Content]:
    paths = record.paths
    if height < 6:
        return []
    if paths is None or paths.height < 2:
        return [draw.unknown("no common days of BTC and gold yet", width)]
    series = [
        Series("BTC", paths["btc"].to_list(), "$accent", draw.ratio),
        Series("gold", paths["gold"].to_list(), "$gold", draw.ratio),
    ]
    title, cursor = f"{paths.height} days, 1 = start", view.drill.cursor
    first, last = paths["ts"][0], paths["ts"][-1]
    return framed(series, width, height, view.symbols, first, last, cursor, title)
