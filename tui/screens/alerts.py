"""The history of alerts as a screen; `enter` shows everything as it was when one was told."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panels.alerts import AlertsPanel
from tui.panels.base import View
from tui.screens.moments import Moments


class AlertHistory(Moments):
    """Its rows are moments."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "back", "back", id="alerts"),
    ]

    def __init__(self, view: View) -> None:
        super().__init__(AlertsPanel(), view)
