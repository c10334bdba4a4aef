"""The dashboard: every panel at its place, one of them with the focus or alone."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui import remembered
from tui.layouts import following, named
from tui.panels.base import Age, Panel, View
from tui.panels.drill import Drill
from tui.panels.frame import AGE_CELLS, RULES, finish, stamped
from tui.screens.detail import Detail, panel_named
from tui.screens.drawing import Wanted
from tui.screens.hints import hint
from tui.screens.layout import HEADER, HINT, Placement, arrange, edge_place, is_strip, stamp_place
from tui.screens.live import LiveScreen
from tui.screens.panel_view import Edge, PanelView, Rows, Stamp
from tui.screens.picture import Picture

FEED = "liquidations"  # the panel whose rows can be selected, beside those that have moments


class Dashboard(LiveScreen):
    """Places panels and moves among them."""

    AUTO_FOCUS = ""  # the first panel of the layout, not of those there are: `on_resize`
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
        super().__init__()
        self._panels = {panel.name: panel for panel in panels}
        self._numbers = {panel.name: n if n < 10 else 0 for n, panel in enumerate(panels, 1)}
        self._zoomed: str | None = None
        self._selected: dict[str, int] = {}  # the row of a panel
        self._moments: dict[str, tuple[datetime, ...]] = {}  # what rows of a panel stand for
        self._selectable: dict[str, int] = {}  # how many rows of a panel can be selected
        self._opens: dict[str, tuple[int | None, Drill | None]] = {}  # where a row leads
        self._opening = False  # enter was pressed before the row it was pressed on was drawn
        self._scroll: dict[str, int] = {}
        self._ages: dict[str, Age] = {}

    def compose(self) -> ComposeResult:
        yield from super().compose()
        for name in self._panels:
            view = PanelView(name=name, id=f"panel-{name}")
            yield view
            yield Edge(view, id=f"edge-{name}")
            yield Stamp(id=f"age-{name}")
        yield Rows(id="hint")

    # placing

    def place(self) -> list[Placement]:
        placed = arrange(*self.size, self._laid_out(), self._zoomed, self._natural)
        by_name = {placement.name: placement for placement in placed}
        self.sizes.clear()
        self.place_header(by_name[HEADER])
        self.move(self.query_one("#hint"), by_name.get(HINT))
        if HINT in by_name:
            self.sizes[HINT] = (by_name[HINT].width, 1)
        self._say_keys()
        for name, panel in self._panels.items():
            strip = panel.strip
            self.move(self._view(name), by_name.get(name))
            self.move(self.query_one(f"#edge-{name}"), edge_place(by_name.get(name), strip))
            self.move(self._stamp(name), stamp_place(by_name.get(name), strip))
        return placed

    def _laid_out(self) -> list[str]:
        """The panels of the layout, in its order."""
        layout = self.monitor.layout
        names = layout.strip if is_strip(*self.size) else layout.panels
        return [name for name in names if name in self._panels]

    def _natural(self, name: str, width: int) -> int:
        return self._panels[name].natural(width)

    def _say_keys(self) -> None:
        """The last row: the keys, and that alerts are muted."""
        if self.says_mute:
            width, _ = self.sizes[HINT]
            muted = self.monitor.hearing.said(self.monitor.clock())
            keys, symbols = self.monitor.settings.keys, self.monitor.look.symbols
            line = hint(width, self._numbered, keys, symbols, muted)
            self.query_one("#hint", Rows).show([line])

    @property
    def _numbered(self) -> int:
        """The last number that is said: of the panels of the first layout and of the one shown; a
        key has one digit."""
        named = {*self.monitor.settings.layouts[0].panels, *self.monitor.layout.panels}
        return min(
            9, max((n for n, name in enumerate(self._panels, 1) if name in named), default=1)
        )

    @property
    def says_mute(self) -> bool:
        width, _ = self.sizes.get(HINT, (0, 0))
        return width >= RULES

    def _view(self, name: str) -> PanelView:
        return self.query_one(f"#panel-{name}", PanelView)

    def _stamp(self, name: str) -> Stamp:
        return self.query_one(f"#age-{name}", Stamp)

    # drawing

    def wanted(self) -> Iterable[Wanted]:
        for name, panel in self._panels.items():
            if name in self.sizes:
                yield Wanted(panel, *self.sizes[name], self.view_of(name))

    def view_of(self, name: str) -> View:
        """How a panel is looked at: the screen's view with its own focus, row and scroll."""
        sort, rising = self.monitor.sorted.get(name, ("", False))
        return replace(
            self.monitor.look,
            focused=name == self.focus_name,
            number=self._numbers[name],
            selected=self._selected.get(name),
            scroll=self._scroll.get(name, 0),
            feed=self.monitor.layout.feed,
            sort=sort,
            rising=rising,
        )

    @property
    def looked_at(self) -> tuple[Panel | None, bool]:
        return self._panels.get(self.focus_name or ""), False

    @property
    def focus_name(self) -> str | None:
        """The panel that has the focus; before there is one, the first, which will get it: the
        first frame is then drawn once."""
        if isinstance(self.focused, PanelView):
            return self.focused.name
        return next((name for name in self._laid_out() if name in self.sizes), None)

    @property
    def frozen_feed(self) -> bool:
        return FEED in self._selected

    @property
    def feeds_width(self) -> int:
        # Where a header has no room for the feeds their state is worth more than the keys.
        width, _ = self.sizes.get(HINT, (0, 0))
        return width if width < RULES else 0

    def drawn(self, picture: Picture) -> None:
        self._say_keys()
        if HINT in picture.lines:
            self._show(HINT, self.query_one("#hint", Rows), picture.lines[HINT])
        for name in self._panels:
            if name in picture.lines:
                self._follow(name, picture.moments.get(name, ()))
                self._keep_within(name, picture.selectable.get(name))
                self._show(name, self._view(name), picture.lines[name])
                self._stamp(name).show([self._age(name, picture.ages.get(name))])
        self._opens.update(picture.opens)
        if self._opening:
            self.action_open()

    def _keep_within(self, name: str, rows: int | None) -> None:
        """Only the picture knows how many rows a panel has at this size and coin."""
        if rows is not None:
            self._selectable[name] = rows
        if rows is not None and name in self._selected:
            self._selected[name] = min(self._selected[name], rows - 1)
            if rows == 0:
                del self._selected[name]

    def _follow(self, name: str, moments: tuple[datetime, ...]) -> None:
        """A selected row stays the one of its moment when others come above it."""
        before, at = self._moments.get(name, ()), self._selected.get(name)
        self._moments[name] = moments
        if at is None or at >= len(before) or moments == before:
            return
        if before[at] in moments:
            self._selected[name] = moments.index(before[at])
        else:
            del self._selected[name]

    def _age(self, name: str, age: Age | None) -> Content:
        """Right-aligned in the bare cells of the frame."""
        frame = "$accent" if name == self.focus_name else "$frame"
        return finish([stamped(age, frame)], self.monitor.look, AGE_CELLS, 1)[0]

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.focused is None:
            self._focus_first()

    def _focus_first(self) -> None:
        if name := next((name for name in self._laid_out() if name in self.sizes), None):
            self._focus(name)

    def _focus(self, name: str) -> None:
        """At once: a widget's own `focus` comes a message later, and the next key of the same
        burst would still be the other panel's."""
        self.set_focus(self._view(name), scroll_visible=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.redraw()

    # keys

    def action_panel(self, number: int) -> None:
        name = next((n for n, i in self._numbers.items() if i == number), None)
        if name is None:
            return
        if name == self.focus_name:
            self.action_open()
            return
        if self._zoomed and name in self._laid_out():
            self._zoom(name)
        if name in self.sizes:
            self._focus(name)
        else:  # no place in this layout or pane: its own screen has
            self.app.push_screen(Detail(self._panels[name], self.view_of(name)))

    def action_next_panel(self, by: int) -> None:
        """Round the panels that are there, in the order of the layout."""
        there = [name for name in self._laid_out() if name in self.sizes]
        if there and self.focus_name in there:
            self._focus(there[(there.index(self.focus_name) + by) % len(there)])

    def action_open(self) -> None:
        name = self.focus_name or ""
        at = self._selected.get(name)
        if at is not None and at < len(moments := self._moments.get(name, ())):
            self.monitor.go(moments[at])
            self._selected.clear()
            self.redraw()
        elif name:
            row, there = self._opens.get(name, (None, None))
            self._opening = row != at
            if not self._opening and there and there.panel:
                self._open_behind(there.panel)
            elif not self._opening:
                view = self.view_of(name)
                view = replace(view, drill=there) if there else view
                self.app.push_screen(Detail(self._panels[name], view))

    def _open_behind(self, name: str) -> None:
        """Another panel's detail; without a key of its own where no layout has it."""
        if name in self._panels:
            self.app.push_screen(Detail(self._panels[name], self.view_of(name)))
        elif (panel := panel_named(name)) is not None:
            self.app.push_screen(Detail(panel, self.monitor.look))

    def action_zoom(self) -> None:
        self._zoom(None if self._zoomed else self.focus_name)

    def _zoom(self, name: str | None) -> None:
        focused = self.focus_name
        self._zoomed = name
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
        self._selected.clear()
        self._zoom(None)
        self._focus_first()

    def action_back(self) -> None:
        if self._selected:
            self._selected.clear()
            self.redraw()
        elif self._zoomed:
            self._zoom(None)
        elif self.monitor.time.travel:
            self.action_live()

    def action_back_or_quit(self) -> None:
        if self._selected or self._zoomed or self.monitor.time.travel:
            self.action_back()
        else:
            self.app.exit()

    def action_row(self, by: int) -> None:
        if self._rows_of(self.focus_name):
            self._select(self._selected.get(self.focus_name or "", -1) + by)
        elif self.focus_name:
            at = self._scroll.get(self.focus_name, 0)
            self._scroll[self.focus_name] = max(0, at + by)
            self.redraw()

    def _rows_of(self, name: str | None) -> int:
        """The rows of a panel that can be selected."""
        if name == FEED and not self.monitor.layout.feed:
            return 0
        return self.monitor.feed_rows() if name == FEED else self._selectable.get(name or "", 0)

    def _select(self, row: int) -> None:
        name, self._opening = self.focus_name or "", False
        if row >= 0:
            self._selected = {name: min(row, self._rows_of(name) - 1)}
        else:
            self._selected.clear()
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
