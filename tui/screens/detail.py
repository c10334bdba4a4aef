"""One panel with its full table and chart, under the header; `enter` opens a deeper one."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.draw.framed import AXIS
from tui.panels import BY_NAME
from tui.panels.base import Panel, View
from tui.panels.drill import Drill, moved
from tui.panels.header import height_of
from tui.screens.drawing import Wanted
from tui.screens.layout import HEADER, Placement
from tui.screens.live import LiveScreen
from tui.screens.panel_view import PanelView
from tui.screens.picture import Picture
from tui.screens.typed_line import TypedLine

PLACEHOLDER = "usd>100k venue=bybit side=long base=BTC"


class Detail(LiveScreen):
    """A panel's own screen. Window, coin, size and hold work here as on the dashboard."""

    AUTO_FOCUS = "PanelView"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "deeper", "deeper", id="open"),
        Binding("escape", "back", "back", id="back"),
        Binding("q", "back", "back", id="back_or_quit"),
        Binding("j,down", "row(1)", "next row", id="row_next"),
        Binding("k,up", "row(-1)", "previous row", id="row_previous"),
        Binding("g", "row_first", "first row", id="row_first"),
        Binding("G", "row_last", "last row", id="row_last"),
        Binding("tab", "block", "select in the next part", id="panel_next"),
        Binding("slash", "filter", "filter the tape", id="filter"),
        Binding("left", "cursor(-1)", "read the chart: one step back", id="cursor_back"),
        Binding("right", "cursor(1)", "read the chart: one step on", id="cursor_on"),
        Binding("home", "cursor_first", "read the chart: its first step", id="cursor_first"),
        Binding("end", "cursor_last", "read the chart: its last step", id="cursor_last"),
    ]

    def __init__(self, panel: Panel, view: View) -> None:
        super().__init__()
        self._panel, self._number, self._scroll = panel, view.number, 0
        self._drill = view.drill
        self._selected: int | None = None
        self._record: Any = None  # the one that was drawn last
        self._typing = False

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield PanelView(name=self._panel.name, id="detail")
        yield TypedLine(PLACEHOLDER, "detail-filter")

    def place(self) -> list[Placement]:
        width, height = self.size
        head = min(height_of(width, height), height)
        placed = [Placement(HEADER, 0, 0, width, head)]
        if height > head:
            placed.append(Placement(self._panel.name, 0, head, width, height - head))
        self.sizes.clear()
        self.place_header(placed[0])
        self.move(self.query_one("#detail"), placed[1] if len(placed) > 1 else None)
        self._place_filter()
        return placed

    def _place_filter(self) -> None:
        """The line in which a filter is typed: over the lower frame, while it has the focus."""
        width, height = self.size
        line = Placement("filter", 0, height - 1, width, 1) if self._typing else None
        self.move(self.query_one(Input), line)

    def wanted(self) -> Iterable[Wanted]:
        if self._panel.name in self.sizes:
            size = self.sizes[self._panel.name]
            yield Wanted(self._panel, *size, self.view, detail=True)

    @property
    def view(self) -> View:
        """How the detail is looked at: the screen's view with its own place in it."""
        sort, rising = self.monitor.sorted.get(self._panel.name, ("", False))
        return replace(
            self.monitor.look,
            focused=True,
            number=self._number,
            scroll=self._scroll,
            selected=self._selected,
            drill=self._drill,
            sort=sort,
            rising=rising,
        )

    @property
    def looked_at(self) -> tuple[Panel | None, bool]:
        return self._panel, True

    def drawn(self, picture: Picture) -> None:
        if self._panel.name in picture.lines:
            view = self.query_one("#detail", PanelView)
            self._show(self._panel.name, view, picture.lines[self._panel.name])
        self._record = picture.records.get(self._panel.name, self._record)

    # keys

    def action_back(self) -> None:
        if self._typing:
            self._leave_filter()
        elif self._drill.cursor is not None:
            self._stand(replace(self._drill, cursor=None))
        elif self._selected is not None:
            self._select(None)
        else:
            self.dismiss()

    def action_deeper(self) -> None:
        if self._record is None:
            return
        there = self._panel.deeper(self._record, self.view)
        if there is None:
            return
        if not there.panel:
            self.app.push_screen(Detail(self._panel, replace(self.view, drill=there)))
        elif (panel := BY_NAME.get(there.panel)) is not None:
            self.app.push_screen(Detail(panel, self.monitor.look))

    def _stand(self, drill: Drill) -> None:
        self._drill = drill
        self.redraw()

    # the filter

    def action_filter(self) -> None:
        if self._panel.explained("") is not None:
            self._type(True)
            self.set_focus(self.query_one(Input), scroll_visible=False)

    def _type(self, typing: bool) -> None:
        self._typing = typing
        self._place_filter()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What makes sense is let through at once; a slip is said, and the last sense stays."""
        wrong = self._panel.explained(event.value) or ""
        typed = self._drill.typed if wrong else event.value.strip()
        if (wrong, typed) != (self._drill.error, self._drill.typed):
            self._selected = None
            self._stand(replace(self._drill, typed=typed, error=wrong))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._leave_filter()

    def _leave_filter(self) -> None:
        """Back to the rows, which are those of the tape; a slip is forgotten."""
        self._type(False)
        self.query_one(Input).value = self._drill.typed
        self.set_focus(self.query_one("#detail"), scroll_visible=False)
        last = self._panel.blocks - 1
        self._stand(replace(self._drill, error="", block=last))

    # the chart

    def _steps(self) -> int:
        """The steps of the chart's cursor: its points, or its columns where those are fewer."""
        width, _ = self.sizes.get(self._panel.name, (0, 0))
        points = 0 if self._record is None else self._panel.points(self._record)
        return min(points, max(0, self._panel.chart_width(width - 4) - AXIS))

    def action_cursor(self, by: int) -> None:
        self._stand(replace(self._drill, cursor=moved(self._drill.cursor, by, self._steps())))

    def action_cursor_first(self) -> None:
        self._stand(replace(self._drill, cursor=-self._steps() or None))

    def action_cursor_last(self) -> None:
        self._stand(replace(self._drill, cursor=-1 if self._steps() else None))

    def action_window(self, by: int) -> None:
        """The chart's own stretch, where the panel has such."""
        spans = self._panel.spans
        if not spans:
            super().action_window(by)
            return
        at = spans.index(self._panel.span(self.view)) + by
        span = spans[max(0, min(len(spans) - 1, at))]
        self._stand(replace(self._drill, span=span, cursor=None))

    # rows

    @property
    def frozen_feed(self) -> bool:
        return self._selected is not None and self._drill.block == self._panel.blocks - 1

    def action_block(self) -> None:
        self._selected = None
        self._stand(replace(self._drill, block=(self._drill.block + 1) % self._panel.blocks))

    def action_row(self, by: int) -> None:
        if self._choices():
            self._select((-1 if self._selected is None else self._selected) + by)
        else:
            self._scroll = max(0, self._scroll + by)
            self.redraw()

    def action_row_first(self) -> None:
        self._scroll = 0
        self._select(0 if self._choices() else None)

    def action_row_last(self) -> None:
        if self._choices():
            self._select(self._choices() - 1)

    def _choices(self) -> int:
        return 0 if self._record is None else self._panel.choices(self._record, self.view)

    def _select(self, row: int | None) -> None:
        last = self._choices() - 1
        self._selected = None if row is None or row < 0 or last < 0 else min(row, last)
        self.redraw()
