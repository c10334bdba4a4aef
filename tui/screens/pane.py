"""The panels on the dashboard: the widgets of each, its key, and its place in a layout."""

from collections.abc import Callable, Collection, Iterator, Sequence

from textual.widget import Widget

from tui.layouts import Layout
from tui.panels.base import Age, Panel, View
from tui.panels.frame import ended, finish, form_of, has_rule, stamped
from tui.screens.layout import Placement, arrange, edge_place, is_strip, stamp_place
from tui.screens.panel_view import Edge, PanelView, Stamp


class Pane:
    """The widgets of one panel: its rows, the left side of its box, its age."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.rows = PanelView(name=panel.name, id=f"panel-{panel.name}")
        self._edge = Edge(self.rows, id=f"edge-{panel.name}")
        self._stamp = Stamp(id=f"age-{panel.name}")
        self._has_rule = False

    def __iter__(self) -> Iterator[Widget]:
        """Each over those before it."""
        return iter((self.rows, self._edge, self._stamp))

    def place(
        self, placement: Placement | None, move: Callable[[Widget, Placement | None], None]
    ) -> None:
        """Put all of them there; none has a place where the panel has not."""
        move(self.rows, placement)
        move(self._edge, edge_place(placement, self.panel.strip))
        move(self._stamp, stamp_place(placement, self.panel.strip))
        if placement is not None:
            form = form_of(placement.width, placement.height, self.panel.strip)
            self._has_rule = has_rule(form, placement.height)

    def stamp(self, age: Age | None, look: View, focused: bool) -> None:
        """Show the age, right-aligned in the bare cells of the frame or of the first row."""
        if self._has_rule:
            made = stamped(age, "$accent" if focused else "$frame")
        else:
            made = ended(self.rows.first, age)
        self._stamp.show(finish([made], look, made.cell_length, 1))


class Panes:
    """Those of all panels there are, in the order of their keys; `zoomed` is the one that is alone
    on the screen."""

    def __init__(self, panels: Sequence[Panel]) -> None:
        self._by_name = {panel.name: Pane(panel) for panel in panels}
        self._numbers = {panel.name: n if n < 10 else 0 for n, panel in enumerate(panels, 1)}
        self.zoomed: str | None = None

    def __iter__(self) -> Iterator[tuple[str, Pane]]:
        return iter(self._by_name.items())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Pane:
        return self._by_name[name]

    def number(self, name: str) -> int:
        """The key of a panel; 0 where none leads to it, for a key has one digit."""
        return self._numbers[name]

    def numbered(self, number: int) -> str | None:
        """The panel of a key."""
        return next((name for name, one in self._numbers.items() if one == number), None)

    def last(self, names: Collection[str]) -> int:
        """Of the panels of these names, how far down the last one is."""
        return max((n for n, name in enumerate(self._by_name, 1) if name in names), default=1)

    def laid_out(self, layout: Layout, width: int, height: int) -> list[str]:
        """The panels of a layout, in its order."""
        names = layout.strip if is_strip(width, height) else layout.panels
        return [name for name in names if name in self]

    def arranged(self, layout: Layout, width: int, height: int) -> list[Placement]:
        """Where they go on a screen of that size."""
        names = self.laid_out(layout, width, height)
        return arrange(width, height, names, self.zoomed, self._natural)

    def _natural(self, name: str, width: int) -> int:
        return self[name].panel.natural(width)
