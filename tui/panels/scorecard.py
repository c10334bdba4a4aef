"""The evidence lined up: each line's number, where it stands in its own past, its change, its age.

No score over all of them and no forecast: what they add up to is for who reads them.
"""

from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.feeds import SILENT
from tui.metrics.spans import age_s
from tui.panels import shared
from tui.panels.base import Age, Form, Panel, View
from tui.panels.drill import Drill
from tui.panels.frame import ROW_AGE
from tui.panels.liquidations.record import read
from tui.scores import LINES, Given, Percentile, Score, Scorecard, scorecard
from tui.snapshot import Snapshot
from tui.tables import (
    CANDLES,
    DEPTH,
    DERIVATIVES,
    FLOW,
    LIQUIDATION_MINUTES,
    POSITIONING,
    QUOTES,
    VOLATILITY,
)

NAME = 13
BOX = (
    Column("name", "", NAME, right=False),
    Column("value", "", 10),
    Column("standing", "in its past", 18, 1),
    Column("change", "24h", 13, 2),
    Column("age", "age", 6, 3),
    Column("what", "  ", 26, 4, right=False),
)
RULES = (
    Column("name", "", 11, right=False),
    Column("value", "", 9),
    Column("standing", "", 5),
    Column("change", "", 11),
)


WORDS = (
    "p62 365d: 62% of its own values of 365 days were no higher. No score over all.",
    "enter on a line opens the panel behind it",
)


class ScorecardPanel(Panel):
    """A row a line; `enter` on one opens the panel behind it."""

    name, title, number = "scorecard", "Scorecard", 6
    tables = (
        *(QUOTES, CANDLES, DERIVATIVES, POSITIONING, LIQUIDATION_MINUTES),
        *(FLOW, VOLATILITY, DEPTH),
    )
    heights = (len(LINES) + 3, len(LINES) + 1, len(LINES))
    """Head and lines in a box, lines beneath a rule."""

    def record(self, snapshot: Snapshot, view: View) -> Scorecard:
        """Every line of the view's coin at the snapshot's moment."""
        every = replace(view, coin=None, scroll=0, selected=None)
        given = Given(
            lambda: shared.price(snapshot, view.base),
            lambda: shared.derivatives(snapshot),
            lambda: read(snapshot, every),
            lambda: shared.drivers(snapshot, view.base),
        )
        return scorecard(snapshot, view.base, view.coins, given)

    def age(self, record: Scorecard) -> Age:
        """Of the newest that any line rests on; each line has its own."""
        return Age.of(record.newest, record.as_of, SILENT)

    def heading(self, record: Scorecard, view: View, form: Form) -> str:
        """The coin of the lines that are of one."""
        return draw.safe(record.base)

    def selectable(self, record: Scorecard) -> int:
        """Every line."""
        return len(record.scores)

    def opens(self, record: Scorecard, view: View) -> Drill | None:
        """The panel behind the selected line."""
        if view.selected is None or view.selected >= len(record.scores):
            return None
        return Drill(panel=record.scores[view.selected].line.panel)

    def choices(self, record: Scorecard, view: View) -> int:
        """Every line."""
        return len(record.scores)

    def deeper(self, record: Scorecard, view: View) -> Drill | None:
        """The same from the detail."""
        return self.opens(record, view)

    def rows(
        self, record: Scorecard, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """By form; a selected line below the last row is scrolled to."""
        if form is Form.STRIP:
            first, *others = map(brief, record.scores)
            return [draw.joined(width - ROW_AGE, f"{view.key}{first}", *others)]
        if form is Form.BARE:
            lines = [_selected(brief(one), width, n, view) for n, one in enumerate(record.scores)]
        else:
            lines = _table(record, view, width, BOX if form is Form.BOX else RULES)
        head = [heads(choose(BOX, width, spread=2), width)] if form is Form.BOX else []
        below = 0 if view.selected is None else max(0, view.selected - height + 1 + len(head))
        return [*head, *lines[below:]]

    def detail_rows(self, record: Scorecard, view: View, width: int, height: int) -> list[Content]:
        """The lines, and which panel is behind each."""
        words = [line for sentence in WORDS for line in draw.wrapped(sentence, width, "$muted")]
        form = Form.BOX if width >= NAME + 40 else Form.RULES
        room = max(1, height - len(words) - 1)
        lines = self.rows(record, view, width, room, form)[:room]
        return [*lines, draw.line(width), *words]


def _table(record: Scorecard, view: View, width: int, wanted: tuple[Column, ...]) -> list[Content]:
    columns = choose(wanted, width, spread=2)
    name = max(columns[0].width, NAME - 1)
    lines = []
    for n, one in enumerate(record.scores):
        if one.reading.value is None:
            text = draw.pad(called(one), name, right=False) + _lacking(one, width - name)
            lines.append(_selected(text, width, n, view, "$muted"))
            continue
        made = row(columns, _cells(one, record, wanted is BOX), width)
        lines.append(_selected(made.plain, width, n, view) if n == view.selected else made)
    return lines


def _cells(one: Score, record: Scorecard, is_box: bool) -> dict[str, draw.Part]:
    seconds = age_s(record.as_of, one.reading.ts)
    stale: draw.Part = (draw.age(seconds) + "!", "$warn") if one.stale else draw.age(seconds)
    return {
        "name": called(one),
        "value": value(one),
        "standing": stands(one.standing) if is_box else short(one.standing),
        "change": changed(one),
        "age": stale,
        "what": ("  " + one.what, "$muted"),
    }


def _selected(text: str, width: int, n: int, view: View, style: str = "") -> Content:
    """A row; the selected one in reverse."""
    if n == view.selected:
        return draw.selected(text, width)
    return draw.line(width, (text, style) if style else text)


def _lacking(one: Score, width: int) -> str:
    """The reason, cut inside its brackets where there is no room."""
    reason = draw.minus(draw.safe(one.reading.reason or "unknown"))
    return draw.missing(draw.cut(reason, max(1, width - 6)))


def called(one: Score) -> str:
    """The name of a line."""
    return one.line.name.replace("_", " ")


def value(one: Score) -> str:
    """The number in the line's own form; `≥` before a lower bound."""
    number = one.reading.value
    forms = {
        "change": lambda v: draw.change(v, 1),
        "funding": draw.funding,
        "share": draw.share,
        "usd": draw.usd,
        "number": draw.ratio,
    }
    return ("≥ " if one.reading.is_low else "") + forms[one.line.form](number)


def changed(one: Score) -> str:
    """An arrow and the difference to 24 h before: `▲ +0.3%`; `=` where that is too small to say."""
    by = one.reading.change
    if by is None:
        return draw.missing()
    forms = {
        "change": lambda v: draw.change(v, 1),
        "funding": draw.funding,
        "share": lambda v: draw.change(v, 1),
        "usd": lambda v: ("+" if v >= 0 else "") + draw.usd(v),
        "number": draw.points,
    }
    said = forms[one.line.form](by)
    if not said.strip("+−0.,%"):
        return "="
    return f"{'▲' if by > 0 else '▼'} {said}"


def stands(standing: Percentile) -> str:
    """`p62 365d`; `n/a (3 of 7d)` while there are too few."""
    if standing.percentile is None:
        return draw.missing(f"{standing.have} of {standing.need}d")
    return f"p{standing.percentile * 100:.0f} {max(standing.have, standing.need)}d"


def short(standing: Percentile) -> str:
    """The same without the days."""
    return draw.missing() if standing.percentile is None else stands(standing).split()[0]


def brief(one: Score) -> str:
    """`trend −11.0% p4 ▲`, of what is known."""
    if one.reading.value is None:
        return f"{called(one)} {draw.missing()}"
    arrow = changed(one).split()[0] if one.reading.change is not None else ""
    parts: Sequence[str] = (called(one), value(one), short(one.standing), arrow)
    return " ".join(part for part in parts if part)
