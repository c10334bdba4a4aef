"""Where price stands against its long averages and the round levels around it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import polars as pl
from textual.content import Content

from tui import draw
from tui.draw.charts import framed
from tui.draw.table import Column, choose, heads, row
from tui.metrics import averages as metric
from tui.metrics.averages import Average, Averages
from tui.panels import shared
from tui.panels.base import Age, Form, Panel, View, joined
from tui.snapshot import Snapshot
from tui.tables import CANDLES, QUOTES

QUOTE_LIMIT = timedelta(seconds=60)
LATE = timedelta(minutes=10)
"""A daily close missing this long after midnight UTC is stale."""

BOX = (
    Column("name", "", 5, right=False),
    Column("level", "level", 9),
    Column("distance", "dist", 8),
    Column("state", "state", 7, 1),
    Column("since", "since", 12, 1),
    Column("slope", "slope/d", 9, 2),
    Column("turn", "14d turn", 9, 3),
)
RULES = (
    Column("name", "", 5, right=False),
    Column("level", "level", 8),
    Column("distance", "dist", 8),
    Column("state", "state", 7),
    Column("since", "since", 11, 1),
)


@dataclass(frozen=True)
class AveragesRecord:
    """The averages at a moment; `history` (ts, close, and a column per average) for the detail."""

    as_of: datetime
    averages: Averages
    history: pl.DataFrame | None = None

    @property
    def close_age(self) -> timedelta | None:
        """How long ago the newest daily close was, at 24:00 UTC of its day."""
        last = self.averages.last_close
        if last is None:
            return None
        return self.as_of - datetime.combine(last, time(), UTC) - timedelta(days=1)

    @property
    def close_late(self) -> bool:
        """Whether a daily close that should be there is not."""
        age = self.close_age
        return age is None or age > timedelta(days=1) + LATE


class MovingAveragesPanel(Panel):
    """A row an average, the round levels, and what the next close would change."""

    name, title, number = "moving_averages", "Averages", 3
    tables = (QUOTES, CANDLES)

    def record(self, snapshot: Snapshot, view: View) -> AveragesRecord:
        """The averages of the view's coin at the snapshot's moment."""
        quote = shared.price(snapshot, view.base)
        last, ts = (quote.price, quote.ts) if quote else (None, None)
        made = metric.averages(snapshot.candles, view.base, last, ts, snapshot.as_of)
        return AveragesRecord(snapshot.as_of, made)

    def detail_record(self, snapshot: Snapshot, view: View) -> AveragesRecord:
        """The record with the closes and means of the chart."""
        made = self.record(snapshot, view)
        history: pl.DataFrame | None = None
        for average in made.averages.lines:
            if average.value is None or average.name.endswith("w"):
                continue
            one = metric.line(snapshot.candles, view.base, average.name, snapshot.as_of)
            mean = one.select("ts", "close", pl.col("mean").alias(average.name))
            history = mean if history is None else history.join(
                mean.drop("close"), on="ts", how="left"
            )  # fmt: skip
        return replace(made, history=history)

    def age(self, record: AveragesRecord) -> Age:
        """Age of the quote; stale too when a daily close is missing."""
        age = Age.of(record.averages.price_ts, record.as_of, QUOTE_LIMIT)
        return age.marked(age.stale or record.close_late)

    def heading(self, record: AveragesRecord, view: View, form: Form) -> str:
        """The coin and, in a box, its price."""
        made = record.averages
        if form is not Form.BOX or made.price is None:
            return draw.safe(made.base)
        return f"{draw.safe(made.base)} {draw.whole(made.price)}"

    def closing(self, record: AveragesRecord, form: Form) -> str:
        """How old the last daily close is."""
        age = record.close_age
        if age is None:
            return ""
        late = "!" if record.close_late else ""
        return f" close {draw.age(age.total_seconds())}{late} "

    def natural(self, width: int) -> int:
        """Head, four averages, round levels and the next close."""
        return 9 if width >= 56 else 6 if width >= 36 else 2

    def rows(
        self, record: AveragesRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; the reason alone where there is no price and no candle."""
        made = record.averages
        if made.reason and all(line.value is None for line in made.lines):
            return [draw.line(width, (draw.missing(draw.safe(made.reason)), "$muted"))]
        if form is Form.BARE:
            return _bare(made, width)
        if form is Form.STRIP:
            return _strip(record, view, width)
        lines = _table(made, width, BOX if form is Form.BOX else RULES, form is Form.BOX)
        return [
            *lines,
            *(draw.line(width, text) for text in (rounds(record, width), ahead(record, width))),
        ]

    def detail_rows(
        self, record: AveragesRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """The table, and the closes with their means."""
        lines = self.rows(record, view, width, height, Form.BOX)
        return lines + _chart(record, view, width, height - len(lines))


def lacking(line: Average) -> str:
    """Why an average is not there: `n/a (212 of 365 days)`."""
    unit = "weeks" if line.name.endswith("w") else "days"
    return draw.missing(f"{line.have} of {line.need} {unit}")


def since(line: Average, short: bool = False) -> str:
    """Closes (weeks) since price crossed the line, `≥` where the history ends before that."""
    if line.closes_since_cross is None:
        return draw.missing()
    weeks = line.name.endswith("w")
    unit = "w" if weeks else "c"
    one = line.closes_since_cross == 1
    words = (" week" if weeks else " close") + ("" if one else "s")
    bound = "≥" if line.at_least else ""
    return f"{bound}{line.closes_since_cross}{unit if short else words}"


def _state_style(line: Average) -> str:
    return "$below" if line.state == "below" else "$above"


def _table(made: Averages, width: int, wanted: tuple[Column, ...], headed: bool) -> list[Content]:
    columns = choose(wanted, width, spread=2)
    lines = [heads(columns, width)] if headed else []
    for line in made.lines:
        if line.value is None:
            text = pad_name(line.name, columns[0].width) + lacking(line)
            lines.append(draw.line(width, (text, "$muted")))
            continue
        cells: dict[str, draw.Part] = {
            "name": line.name,
            "level": draw.whole(line.value),
            "distance": (draw.change(line.distance, 1), _state_style(line)),
            "state": (line.state or draw.missing(), _state_style(line)),
            "since": since(line),
            "slope": draw.slope(line.slope),
            "turn": draw.whole(line.turn_mean),
        }
        lines.append(row(columns, cells, width))
    return lines


def pad_name(name: str, width: int) -> str:
    """A row's name in its column."""
    return draw.pad(name, width, right=False)


def rounds(record: AveragesRecord, width: int) -> str:
    """The round levels around the price, with when the last one was crossed if it fits."""
    made = record.averages
    if made.price is None:
        return "price n/a"
    texts: list[str] = []
    brief: list[str] = []
    for level in (made.round_above, made.round_below):
        if level is None or level <= 0:
            continue
        crossed = ""
        if level == made.last_round and made.last_round_at is not None:
            word = "lost" if made.price < level else "won"
            crossed = f" ({word} {moment(made.last_round_at, record.as_of)})"
        brief.append(f"{draw.whole(level)} {draw.change(level / made.price - 1, 1)}")
        texts.append(brief[-1] + crossed)
    full = "round  " + "   ".join(texts)
    return full if len(full) <= width else "round  " + "   ".join(brief)


def moment(ts: datetime, as_of: datetime) -> str:
    """The time of day within a day, else the date."""
    return f"{ts:%H:%M}" if as_of - ts < timedelta(hours=24) else f"{ts:%d %b}"


def ahead(record: AveragesRecord, width: int) -> str:
    """When the next daily close is, and which states a close at this price would change."""
    midnight = datetime.combine(
        record.as_of.date() + timedelta(days=1), time(), record.as_of.tzinfo
    )
    minutes = int((midnight - record.as_of).total_seconds()) // 60
    wait = f"next close in {minutes // 60}h{minutes % 60:02d}m"
    price_now = record.averages.price
    if price_now is None:
        return wait
    turns = [
        f"{line.name} {'above' if price_now > line.value else 'below'}"
        for line in record.averages.lines
        if line.value is not None
        and line.state is not None
        and (price_now > line.value) != (line.state == "above")
    ]
    what = ", ".join(turns) if turns else "no state changes"
    full = f"{wait}; at this price {what}"
    return full if len(full) <= width else draw.pad(f"{wait}; {what}", width, right=False)


def _pairs(made: Averages) -> list[str]:
    return [
        f"{line.name} {draw.change(line.distance, 1) if line.value is not None else draw.missing()}"
        for line in made.lines
    ]


def _bare(made: Averages, width: int) -> list[Content]:
    pairs = _pairs(made)
    return [
        draw.line(width, "  ".join(text.ljust(12) for text in pairs[at : at + 2]).rstrip())
        for at in range(0, len(pairs), 2)
    ]


def _strip(record: AveragesRecord, view: View, width: int) -> list[Content]:
    made = record.averages
    groups: list[list[draw.Part]] = []
    for line in made.lines:
        if line.value is None:
            groups.append([f"{line.name} {lacking(line)}"])
            continue
        distance = (draw.change(line.distance, 1), _state_style(line))
        if groups:
            groups.append([f"{line.name} ", distance])
        else:
            tail = f" {line.state or ''} {since(line, short=True)}"
            groups.append([f"{line.name} {draw.whole(line.value)} ", distance, tail])
    if groups:
        groups[0].insert(0, f"{view.number or 3} ")
    second = joined(width, [rounds(record, width)], [ahead(record, width)])
    return [joined(width, *groups, gap="  "), second]


def _chart(record: AveragesRecord, view: View, width: int, height: int) -> list[Content]:
    history = record.history
    if height < 5:
        return []
    if history is None or history.height < 2:
        return [draw.line(width, ("n/a (no daily closes yet)", "$muted"))]
    days = history.tail(max(60, (width - 10) * 2))
    names = [name for name in history.columns if name not in ("ts", "close")]
    styles = dict(zip(names, ("$warn", "$long", "$short"), strict=False))
    legend: list[draw.Part] = [f"{days.height} daily closes  ", ("── price  ", "$accent")]
    legend += [(f"── {name}  ", styles[name]) for name in names]
    layers = [(days["close"].to_list(), "$accent")]
    layers += [(days[name].to_list(), styles[name]) for name in names]
    chart = framed(layers, width, height - 1, view.symbols, days["ts"][0], days["ts"][-1])
    return [draw.line(width, *legend), *chart]
