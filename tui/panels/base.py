"""What every panel is: the tables it reads, a record, its age, and lines of exact size.

A panel draws itself whole, in the form and with the frame that its size gives it (`frame`).
"""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from textual.content import Content

from tui import draw
from tui.metrics.feed import FeedRow
from tui.panels.age import Age
from tui.panels.drill import Drill
from tui.panels.frame import (
    AGE_CELLS,
    BOX,
    RULES,
    STRIP,
    Form,
    boxed,
    finish,
    form_of,
    has_rule,
    headmarked,
    ruled,
    stamped,
)
from tui.panels.view import View
from tui.snapshot import Snapshot
from tui.tables import Condition, Table

__all__ = ["Age", "Form", "Needs", "Panel", "View"]
"""What a panel is written with."""


class Needs(NamedTuple):
    """What a detail reads of the store beyond the snapshot: what was `around` a liquidation, the
    ratios of a coin `older` than the snapshot's, the `depths` of a coin's books over a `span`, and
    the liquidations of a `span` that meet conditions."""

    around: FeedRow | None = None
    older: str | None = None
    depths: str | None = None
    matching: tuple[Condition, ...] = ()
    span: timedelta = timedelta()


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
    heights: tuple[int, int, int] = (0, 0, 0)
    """The rows of a box, beneath a rule and bare, frame included, beyond which height adds nothing;
    0: it always does."""
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
        `height` are seen by scrolling. The first of a strip leaves the `ROW_AGE` to the age."""

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
        """Of its `heights` that of the width."""
        box, rules, bare = self.heights
        return box if width >= BOX else rules if width >= RULES else bare

    def lines(self, record: Any, view: View, width: int, height: int) -> list[Content]:
        """Exactly `height` lines of exactly `width` cells."""
        view, form = self._numbered(view), form_of(width, height, self.strip)
        made = self._framed(record, view, width, height, form)
        return finish(made, view, width, height)

    def detail(self, record: Any, view: View, width: int, height: int) -> list[Content]:
        """Exactly `height` lines of exactly `width` cells: the full table and one chart."""
        view = self._numbered(view)
        title = " › ".join((self._title(record, view, Form.BOX).rstrip(), *view.drill.words)) + " "
        style = "$accent"
        inner, rows = max(1, width - 4), max(0, height - 2)
        body = self.detail_rows(record, view, inner, rows)[:rows]
        made = boxed(body, width, height, title, "", style, "esc back ")
        if width > AGE_CELLS + 3:
            stamp, corner = stamped(self.age(record), style), Content.assemble(("─╮", style))
            made[0] = made[0][: width - AGE_CELLS - 2] + stamp + corner
        return finish(made, view, width, height)

    def _numbered(self, view: View) -> View:
        """The view with the panel's own number where it says none."""
        return view if view.number is not None else replace(view, number=self.number)

    def _framed(
        self, record: Any, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        title, closing = self._title(record, view, form), self.closing(record, form)
        style = "$accent" if view.focused else "$frame"
        if form is Form.BOX:
            body = self._seen(record, view, width - 4, height - 2, form)
            return boxed(body, width, height, title, closing, style)
        if has_rule(form, height):
            rule = ruled(width, title, closing, style)
            return [rule, *self._seen(record, view, width, height - 1, form)]
        seen = self._seen(record, view, width, height, form)
        if form is Form.STRIP:  # what leaves the age its cells is narrower
            seen = [draw.fit(row, width) for row in seen]
        return [headmarked(seen[0], form), *seen[1:]] if view.focused and seen else seen

    def _seen(self, record: Any, view: View, width: int, height: int, form: Form) -> list[Content]:
        """The rows from the view's scroll on, as far as there is something below to scroll to."""
        every = self.rows(record, view, width, height, form)
        first = min(view.scroll, max(0, len(every) - height))
        return every[first : first + height]

    def _title(self, record: Any, view: View, form: Form) -> str:
        title = f" {view.key}{self.title}"
        heading = self.heading(record, view, form)
        return f"{title}{'  ' if form is Form.BOX else ' '}{heading} " if heading else title + " "
