"""Every panel at its place, one of them with the focus or alone, and the row of the keys."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual import events
from textual.app import ComposeResult

from tui.panels.base import Panel, View
from tui.panels.frame import RULES
from tui.screens.drawing import Wanted
from tui.screens.hints import hint
from tui.screens.layout import HEADER, HINT, Placement
from tui.screens.live import LiveScreen
from tui.screens.pane import Panes
from tui.screens.panel_view import PanelView, Rows
from tui.screens.picture import Picture
from tui.screens.selection import Selection

FEED = "liquidations"  # the panel whose rows can be selected, beside those that have moments


class PlacedPanels(LiveScreen):
    """Places panels, and draws them as they are looked at."""

    AUTO_FOCUS = ""  # the first panel of the layout, not of those there are: `on_resize`

    def __init__(self, panels: Sequence[Panel]) -> None:
        super().__init__()
        self._panes = Panes(panels)
        self._selection = Selection()
        self._scroll: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        yield from super().compose()
        for _, pane in self._panes:
            yield from pane
        yield Rows(id="hint")

    # placing

    def place(self) -> list[Placement]:
        placed = self._panes.arranged(self.monitor.layout, *self.size)
        by_name = {placement.name: placement for placement in placed}
        self.sizes.clear()
        self.place_header(by_name[HEADER])
        self.move(self.query_one("#hint"), by_name.get(HINT))
        if HINT in by_name:
            self.sizes[HINT] = (by_name[HINT].width, 1)
        self._say_keys()
        for name, pane in self._panes:
            pane.place(by_name.get(name), self.move)
        return placed

    def _say_keys(self) -> None:
        """The last row: the keys, and that alerts are muted."""
        if self.says_mute:
            width, _ = self.sizes[HINT]
            muted = self.monitor.hearing.said(self.monitor.clock())
            keys, symbols = self.monitor.settings.keys, self.monitor.look.symbols
            # The panels of the first layout are always a key away.
            layouts = (self.monitor.settings.layouts[0], self.monitor.layout)
            last = self._panes.last([name for layout in layouts for name in layout.panels])
            line = hint(width, last, keys, symbols, muted)
            self.query_one("#hint", Rows).show([line])

    @property
    def says_mute(self) -> bool:
        width, _ = self.sizes.get(HINT, (0, 0))
        return width >= RULES

    # drawing

    def wanted(self) -> Iterable[Wanted]:
        for name, pane in self._panes:
            if name in self.sizes:
                yield Wanted(pane.panel, *self.sizes[name], self.view_of(name))

    def view_of(self, name: str) -> View:
        """How a panel is looked at: the screen's view with its own focus, row and scroll."""
        sort, rising = self.monitor.sorted.get(name, ("", False))
        return replace(
            self.monitor.look,
            focused=name == self.focus_name,
            number=self._panes.number(name),
            selected=self._selection.row(name),
            scroll=self._scroll.get(name, 0),
            feed=self.monitor.layout.feed,
            sort=sort,
            rising=rising,
        )

    @property
    def looked_at(self) -> tuple[Panel | None, bool]:
        name = self.focus_name
        return (self._panes[name].panel if name else None), False

    @property
    def focus_name(self) -> str | None:
        """The panel that has the focus; before there is one, the first, which will get it: the
        first frame is then drawn once."""
        if isinstance(self.focused, PanelView):
            return self.focused.name
        return next(iter(self._there), None)

    @property
    def _there(self) -> list[str]:
        """The panels that have a place, in the order of the layout."""
        names = self._panes.laid_out(self.monitor.layout, *self.size)
        return [name for name in names if name in self.sizes]

    @property
    def frozen_feed(self) -> bool:
        return self._selection.panel == FEED

    @property
    def feeds_width(self) -> int:
        # Where a header has no room for the feeds their state is worth more than the keys.
        width, _ = self.sizes.get(HINT, (0, 0))
        return width if width < RULES else 0

    def drawn(self, picture: Picture) -> None:
        self._say_keys()
        if HINT in picture.lines:
            self._show(HINT, self.query_one("#hint", Rows), picture.lines[HINT])
        for name, pane in self._panes:
            if name in picture.lines:
                self._selection.told(name, picture)
                self._show(name, pane.rows, picture.lines[name])
                is_focused = name == self.focus_name
                pane.stamp(picture.ages.get(name), self.monitor.look, is_focused)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.focused is None:
            self._focus_first()

    def _focus_first(self) -> None:
        if there := self._there:
            self._focus(there[0])

    def _focus(self, name: str) -> None:
        """At once: a widget's own `focus` comes a message later, and the next key of the same
        burst would still be the other panel's."""
        self.set_focus(self._panes[name].rows, scroll_visible=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.redraw()
