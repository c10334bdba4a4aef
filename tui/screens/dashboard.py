"""The dashboard: the keys that lead from panel to panel, row to row, and into a detail."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui import remembered
from tui.layouts import following, named
from tui.panels import BY_NAME
from tui.panels.base import Panel
from tui.panels.drill import Drill
from tui.screens.detail import Detail
from tui.screens.picture import Picture
from tui.screens.placed import FEED, PlacedPanels


class Dashboard(PlacedPanels):
    """Moves among the panels, selects their rows and opens them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(n), f"panel({n})", f"panel {n}; again: open it", id=f"panel_{n}")
            for n in range(1, 10)
        ),
        Binding("tab", "next_panel(1)", "next panel", id="panel_next"),
        Binding("shift+tab", "next_panel(-1)", "previous panel", id="panel_previous"),
        Binding("j,down", "row(1)", "next row", id="row_next"),
        Binding("k,up", "row(-1)", "previous row", id="row_previous"),
        Binding("g,home", "row_first", "first row", id="row_first"),
        Binding("G,end", "row_last", "last row", id="row_last"),
        Binding("z", "zoom", "zoom the panel", id="zoom"),
        Binding("p", "layout", "next layout", id="layout"),
        Binding("enter", "open", "open the panel", id="open"),
        Binding("escape", "back", "back: row, zoom, live", id="back"),
        Binding("q", "back_or_quit", "back, or quit", id="back_or_quit"),
    ]

    def __init__(self, panels: Sequence[Panel]) -> None:
        super().__init__(panels)
        self._opening = False  # enter was pressed before the row it was pressed on was drawn

    def drawn(self, picture: Picture) -> None:
        super().drawn(picture)
        if self._opening:
            self.action_open()

    # keys

    def action_panel(self, number: int) -> None:
        name = self._panes.numbered(number)
        if name is None:
            return
        if name == self.focus_name:
            self.action_open()
            return
        if self._panes.zoomed and name in self._panes.laid_out(self.monitor.layout, *self.size):
            self._zoom(name)
        if name in self.sizes:
            self._focus(name)
        else:  # no place in this layout or pane: its own screen has
            self._open(name)

    def action_next_panel(self, by: int) -> None:
        """Round the panels that are there."""
        there = self._there
        if there and self.focus_name in there:
            self._focus(there[(there.index(self.focus_name) + by) % len(there)])

    def action_open(self) -> None:
        name = self.focus_name or ""
        if (moment := self._selection.moment(name)) is not None:
            self.monitor.go(moment)
            self._selection.clear()
            self.redraw()
        elif name:
            self._opening = not self._selection.is_drawn(name)
            if not self._opening:
                self._open(name, self._selection.opens(name))

    def _open(self, name: str, there: Drill | None = None) -> None:
        """The detail of a panel, deep in it where a row leads `there`, or of another behind it."""
        if there and there.panel:
            self._open_behind(there.panel)
        else:
            view = self.view_of(name)
            view = replace(view, drill=there) if there else view
            self.app.push_screen(Detail(self._panes[name].panel, view))

    def _open_behind(self, name: str) -> None:
        """Another panel's detail; without a key of its own where no layout has it."""
        if name in self._panes:
            self._open(name)
        elif (panel := BY_NAME.get(name)) is not None:
            self.app.push_screen(Detail(panel, self.monitor.look))

    def action_zoom(self) -> None:
        self._zoom(None if self._panes.zoomed else self.focus_name)

    def _zoom(self, name: str | None) -> None:
        focused = self.focus_name
        self._panes.zoomed = name
        self.on_resize(events.Resize(self.size, self.size))
        if focused and not name:
            self._focus(focused)

    def action_layout(self) -> None:
        layouts, before = self.monitor.settings.layouts, self.monitor.layout
        after = following(layouts, before.name)
        if after == before:
            self.monitor.say("no other layout: [layout] in the config makes them")
            self.redraw()
            return
        self.lay_out(after.name)

    def layouts(self) -> tuple[str, ...]:
        return tuple(layout.name for layout in self.monitor.settings.layouts)

    def lay_out(self, name: str) -> None:
        monitor = self.monitor
        monitor.layout = named(monitor.settings.layouts, name)
        failed = remembered.keep(monitor.settings.data_dir, "layout", monitor.layout.name)
        monitor.say(failed or f"layout {monitor.layout.name}")
        self._selection.clear()
        self._zoom(None)
        self._focus_first()

    def action_back(self) -> None:
        if self._selection.panel:
            self._selection.clear()
            self.redraw()
        elif self._panes.zoomed:
            self._zoom(None)
        elif self.monitor.time.travel:
            self.action_live()

    def action_back_or_quit(self) -> None:
        if self._selection.panel or self._panes.zoomed or self.monitor.time.travel:
            self.action_back()
        else:
            self.app.exit()

    def action_row(self, by: int) -> None:
        if self._rows_of(self.focus_name):
            before = self._selection.row(self.focus_name)
            self._select((-1 if before is None else before) + by)
        elif self.focus_name:
            at = self._scroll.get(self.focus_name, 0)
            self._scroll[self.focus_name] = max(0, at + by)
            self.redraw()

    def _rows_of(self, name: str | None) -> int:
        """The rows of a panel that can be selected."""
        if name == FEED:
            return self.monitor.feed_rows() if self.monitor.layout.feed else 0
        return self._selection.rows(name)

    def _select(self, row: int) -> None:
        name, self._opening = self.focus_name or "", False
        self._selection.select(name, min(row, self._rows_of(name) - 1))
        self.redraw()

    def action_row_first(self) -> None:
        if self._rows_of(self.focus_name):
            self._select(0)
        elif self.focus_name:
            self._scroll.pop(self.focus_name, None)
            self.redraw()

    def action_row_last(self) -> None:
        if rows := self._rows_of(self.focus_name):
            self._select(rows - 1)
