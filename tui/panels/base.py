"""What every panel is: the tables it reads, a record, its age, and lines of exact size.

A panel draws itself whole, frame included. Its form follows from its width alone: a box from 56
cells, rules from 36, bare rows below; at a box's width and `STRIP` rows or fewer (a panel may say
more) it is bare strip rows. Height only cuts: what a form has at one height it has, in the same
order, at every greater.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from textual.content import Content

from tui import draw
from tui.config import Settings
from tui.metrics.feed import FeedRow
from tui.panels.drill import Drill
from tui.snapshot import Snapshot
from tui.tables import Condition, Side, Table

BOX, RULES, STRIP = 56, 36, 4
AGE_CELLS = 6
"""Blank rule cells left at the right of a panel's first row for the age, before its last cell."""


class Form(Enum):
    """How a panel is drawn, by its width (and `STRIP` rows)."""

    BOX = "box"
    RULES = "rules"
    BARE = "bare"
    STRIP = "strip"


@dataclass(frozen=True)
class View:
    """What a person chose to look at. `coins` are those followed, the first of which is shown when
    none is chosen, and `coin` the chosen one; `notice` is the header's message (hold, young store,
    dead recorder); `number` the key of the panel; `selected` the row of the feed, frozen while set,
    `feed` whether there is one; `drill` where one stands in a detail; `sort` the column that the
    panel's table is sorted by (empty: its own order), `rising` from the smallest on.
    """

    coin: str | None = None
    coins: tuple[str, ...] = ("BTC", "ETH", "SOL")
    window: str = "5m"
    smallest: float = 10_000.0
    group: str = "coin"
    symbols: str = "block"
    flow_colours: bool = True
    feed: bool = True
    selected: int | None = None
    scroll: int = 0
    focused: bool = False
    number: int | None = None
    """The key that leads to the panel, 0 where none does; None for the panel's own."""
    notice: str = ""
    travel: tuple[str, ...] = ()  # of the header: where in the past it is, longest words first
    drill: Drill = field(default_factory=Drill)
    sort: str = ""
    rising: bool = False

    def key(self, own: int) -> str:
        """`6 ` before a title or a strip, of a panel whose own number is `own`; else nothing."""
        number = own if self.number is None else self.number
        return f"{number} " if number else ""

    @classmethod
    def of(cls, settings: Settings) -> "View":
        """The view of the settings, its symbols those this locale can show."""
        return cls(
            coin=settings.coin,
            coins=settings.coins,
            window=settings.window,
            smallest=settings.smallest,
            symbols=draw.symbols(settings.symbols),
            flow_colours=settings.side_colour == "flow",
        )

    @property
    def base(self) -> str:
        """The coin that panels of one coin show: the chosen one, else the first followed."""
        return self.coin or next(iter(self.coins), "BTC")

    def side_style(self, side: Side) -> str:
        """By flow a liquidated long is a sell; by position the colours change places."""
        return "$long" if (side is Side.LONG) == self.flow_colours else "$short"


class Needs(NamedTuple):
    """What a detail reads of the store beyond the snapshot: what was `around` a liquidation, the
    ratios of a coin `older` than the snapshot's, the `depths` of a coin's books over a `span`, and
    the liquidations of a `span` that meet conditions."""

    around: FeedRow | None = None
    older: str | None = None
    depths: str | None = None
    matching: tuple[Condition, ...] = ()
    span: timedelta = timedelta()


@dataclass(frozen=True)
class Age:
    """The age of a panel's fastest table, whether it is stale, and both as the frame says them."""

    age_s: float | None
    stale: bool
    text: str

    @classmethod
    def of(cls, ts: datetime | None, as_of: datetime, limit: timedelta) -> "Age":
        """Age of the newest event `ts`; stale beyond `limit`, and when there is none."""
        if ts is None:
            return cls(None, True, "n/a")
        seconds = max(0.0, (as_of - ts).total_seconds())
        stale = seconds > limit.total_seconds()
        return cls(seconds, stale, draw.age(seconds) + ("!" if stale else ""))

    def marked(self, stale: bool) -> "Age":
        """The same age, stale or not for another reason."""
        mark = "!" if stale and self.age_s is not None else ""
        return Age(self.age_s, stale, self.text.rstrip("!") + mark)


class Panel(ABC):
    """One panel. Records are plain and small; `lines` and `detail` are pure."""

    name: str
    title: str
    number: int
    tables: tuple[Table, ...]
    spans: tuple[str, ...] = ()
    """What the detail's chart can show, shortest first; none: the window of the whole screen."""
    strip: int = STRIP
    """The rows up to which it is strip rows where it has the width of a box."""
    blocks: int = 1
    """The parts of the detail whose rows are selected in turn."""

    @abstractmethod
    def record(self, snapshot: Snapshot, view: View) -> Any:
        """What `lines` draws, at the snapshot's moment."""

    @abstractmethod
    def age(self, record: Any) -> Age:
        """Age and staleness at the record's moment."""

    @abstractmethod
    def rows(self, record: Any, view: View, width: int, height: int, form: Form) -> list[Content]:
        """The lines inside the frame, each of `width` cells, most wanted first; those beyond
        `height` are seen by scrolling."""

    def heading(self, record: Any, view: View, form: Form) -> str:
        """What stands in the frame behind number and title."""
        return ""

    def closing(self, record: Any, form: Form) -> str:
        """What stands at the right of the frame, before the age."""
        return ""

    def detail_record(self, snapshot: Snapshot, view: View) -> Any:
        """The record for `detail`; more than `record` where a history is drawn."""
        return self.record(snapshot, view)

    def needs(self, view: View) -> Needs:
        """What `detail_record` wants to have read beside the snapshot."""
        return Needs(around=view.drill.row)

    @abstractmethod
    def detail_rows(self, record: Any, view: View, width: int, height: int) -> list[Content]:
        """The full table and one chart, inside a box."""

    def moments(self, record: Any) -> tuple[datetime, ...]:
        """The moments its rows stand for, where a row can be selected and the screen shown as it
        was then."""
        return ()

    def selectable(self, record: Any) -> int:
        """The rows of the panel that can be selected."""
        return len(self.moments(record))

    def sorts(self, detail: bool) -> tuple[str, ...]:
        """The keys of the columns that its table, or that of its detail, can be sorted by."""
        return ()

    def opens(self, record: Any, view: View) -> Drill | None:
        """Where `enter` leads from the selected row of the panel; None: to the whole detail."""
        return None

    def points(self, record: Any) -> int:
        """The points of the detail's chart, which its cursor can read."""
        return 0

    def chart_width(self, width: int) -> int:
        """The cells that the detail's chart has of the `width` inside its box."""
        return width

    def choices(self, record: Any, view: View) -> int:
        """The rows of the detail that can be selected; 0: it scrolls instead."""
        return 0

    def deeper(self, record: Any, view: View) -> Drill | None:
        """Where `enter` leads from the selected row of the detail."""
        return None

    def explained(self, typed: str) -> str | None:
        """What is wrong with a filter line, empty when nothing is; None: there is no filter."""
        return None

    def span(self, view: View) -> str:
        """What the detail's chart shows: the chosen of `spans`, else the last but one."""
        if view.drill.span in self.spans:
            return view.drill.span
        return self.spans[max(0, len(self.spans) - 2)] if self.spans else ""

    def natural(self, width: int) -> int:
        """The rows, frame included, beyond which height adds nothing; 0: it always does."""
        return 0

    def lines(self, record: Any, view: View, width: int, height: int) -> list[Content]:
        """Exactly `height` lines of exactly `width` cells."""
        form = form_of(width, height, self.strip)
        made = self._framed(record, view, width, height, form)
        return finish(made, view, width, height)

    def detail(self, record: Any, view: View, width: int, height: int) -> list[Content]:
        """Exactly `height` lines of exactly `width` cells: the full table and one chart."""
        title = " › ".join((self._title(record, view, Form.BOX).rstrip(), *view.drill.words)) + " "
        style = "$accent"
        inner, rows = max(1, width - 4), max(0, height - 2)
        body = self.detail_rows(record, view, inner, rows)[:rows]
        made = boxed(body, width, height, title, "", style, "esc back ")
        if width > AGE_CELLS + 3:
            stamp, corner = stamped(self.age(record), style), Content.assemble(("─╮", style))
            made[0] = made[0][: width - AGE_CELLS - 2] + stamp + corner
        return finish(made, view, width, height)

    def _framed(
        self, record: Any, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        title, closing = self._title(record, view, form), self.closing(record, form)
        style = "$accent" if view.focused else "$frame"
        if form is Form.BOX:
            body = self._seen(record, view, width - 4, height - 2, form)
            return boxed(body, width, height, title, closing, style)
        if form is Form.RULES and height >= 3:
            rule = ruled(width, title, closing, style)
            return [rule, *self._seen(record, view, width, height - 1, form)]
        seen = self._seen(record, view, width, height, form)
        return [headmarked(seen[0], form), *seen[1:]] if view.focused and seen else seen

    def _seen(self, record: Any, view: View, width: int, height: int, form: Form) -> list[Content]:
        """The rows from the view's scroll on, as far as there is something below to scroll to."""
        every = self.rows(record, view, width, height, form)
        first = min(view.scroll, max(0, len(every) - height))
        return every[first : first + height]

    def _title(self, record: Any, view: View, form: Form) -> str:
        title = f" {view.key(self.number)}{self.title}"
        heading = self.heading(record, view, form)
        return f"{title}{'  ' if form is Form.BOX else ' '}{heading} " if heading else title + " "


def form_of(width: int, height: int, strip: int = STRIP) -> Form:
    """The form for a size."""
    if width >= BOX:
        return Form.STRIP if height <= strip else Form.BOX
    return Form.RULES if width >= RULES else Form.BARE


def headmarked(row: Content, form: Form) -> Content:
    """The first row of a focused panel that has no frame: its name in reverse, which is seen
    without colours too and moves nothing. In a strip that is number, if any, and word."""
    name = re.match(r"(\d+ )?\S+" if form is Form.STRIP else r"\S+", row.plain)
    return row.stylize("bold reverse", 0, name.end() if name else 1)


def titled(frame: str) -> str:
    """The style of a title: bold where the frame tells the focus, which no colour may tell."""
    return "bold" if frame == "$accent" else ""


def ruled(width: int, title: str, closing: str = "", style: str = "$frame") -> Content:
    """A rule with a title at its left; the age's cells at its right stay bare."""
    tail = closing + "─" * (AGE_CELLS + 1)
    title = draw.cut(title, width - 1 - len(tail))
    middle = "─" * max(0, width - 1 - len(title) - len(tail))
    return draw.line(width, ("─", style), (title, titled(style)), (middle + tail, style))


def boxed(
    body: list[Content],
    width: int,
    height: int,
    title: str,
    closing: str,
    style: str,
    foot: str = "",
) -> list[Content]:
    """`body` (lines of width − 4) in a frame of `height` lines, padded with blank ones."""
    tail = closing + "─" * (AGE_CELLS + 1) + "╮"
    title = draw.cut(title, width - 1 - len(tail))
    middle = "─" * max(0, width - 1 - len(title) - len(tail))
    left, right = Content.assemble(("│ ", style)), Content.assemble((" │", style))
    blank = Content.blank(max(0, width - 4))
    top = draw.line(width, ("╭", style), (title, titled(style)), (middle + tail, style))
    inside = [*body, *[blank] * (height - 2 - len(body))]
    foot = f" {foot}" if foot else ""
    bottom = "╰" + foot + "─" * max(0, width - 2 - len(foot)) + "╯"
    return [
        top,
        *(left + row + right for row in inside),
        draw.line(width, (bottom, style)),
    ]


def stamped(age: Age | None, frame: str) -> Content:
    """The age, right-aligned in the bare cells of a frame of that style; stale it warns."""
    text = f" {age.text} "[-AGE_CELLS:] if age else ""
    fill = "─" * (AGE_CELLS - len(text))
    if age is None or age.stale:
        return draw.line(AGE_CELLS, (fill, frame), (text, "$warn"))
    # One run of one style: it is sent each second, and a second run would be half of it.
    return draw.line(AGE_CELLS, (fill + text, "$muted"))


def finish(made: list[Content], view: View, width: int, height: int) -> list[Content]:
    """`made` cut and padded to exactly `height` lines, in the signs that the view says."""
    lines = made[:height]
    lines += [Content.blank(width)] * (height - len(lines))
    if view.symbols in ("ascii", "console"):
        lines = [
            Content(draw.drawn_with(line.plain, view.symbols), list(line.spans)) for line in lines
        ]
    return lines
