"""One panel with its full table and chart, under the header."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.panels.base import Panel, View
from tui.panels.header import height_of
from tui.screens.layout import HEADER, Placement
from tui.screens.live import LiveScreen
from tui.screens.panel_view import PanelView
from tui.screens.reading import Picture, Wanted


class Detail(LiveScreen):
    """A panel's own screen. Window, coin, size and hold work here as on the dashboard."""

    AUTO_FOCUS = "PanelView"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="back"),
        Binding("q", "back", "back", id="back_or_quit"),
        Binding("j,down", "scroll_rows(1)", "next row", id="row_next"),
        Binding("k,up", "scroll_rows(-1)", "previous row", id="row_previous"),
        Binding("g,home", "scroll_first", "first row", id="row_first"),
    ]

    def __init__(self, panel: Panel, view: View) -> None:
        super().__init__()
        self._panel, self._number, self._scroll = panel, view.number, 0

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield PanelView(name=self._panel.name, id="detail")

    def place(self) -> list[Placement]:
        width, height = self.size
        head = min(height_of(width, height), height)
        placed = [Placement(HEADER, 0, 0, width, head)]
        if height > head:
            placed.append(Placement(self._panel.name, 0, head, width, height - head))
        self.sizes.clear()
        self.place_header(placed[0])
        self.move(self.query_one("#detail"), placed[1] if len(placed) > 1 else None)
        return placed

    def wanted(self) -> Iterable[Wanted]:
        if self._panel.name in self.sizes:
            look = self.monitor.look
            view = replace(look, focused=True, number=self._number, scroll=self._scroll)
            yield Wanted(self._panel, *self.sizes[self._panel.name], view, detail=True)

    def drawn(self, picture: Picture) -> None:
        if self._panel.name in picture.lines:
            view = self.query_one("#detail", PanelView)
            self._show(self._panel.name, view, picture.lines[self._panel.name])

    def action_back(self) -> None:
        self.dismiss()

    def action_scroll_rows(self, by: int) -> None:
        self._scroll = max(0, self._scroll + by)
        self.redraw()

    def action_scroll_first(self) -> None:
        self._scroll = 0
        self.redraw()
