"""The past cascades as a screen; `enter` shows everything as it was when one was at its worst."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panels.base import View
from tui.panels.cascades import CascadesPanel
from tui.screens.moments import Moments


class CascadeHistory(Moments):
    """Its rows are moments."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("C", "back", "back", id="cascades"),
    ]

    def __init__(self, view: View) -> None:
        super().__init__(CascadesPanel(), view)
