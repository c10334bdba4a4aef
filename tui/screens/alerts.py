"""The history of alerts as a screen; `enter` shows everything as it was when one was told."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panels.alerts import AlertsPanel
from tui.panels.base import View
from tui.screens.detail import Detail


class AlertHistory(Detail):
    """A detail whose rows are moments."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "back", "back", id="alerts"),
    ]

    def __init__(self, view: View) -> None:
        super().__init__(AlertsPanel(), view)

    def action_deeper(self) -> None:
        if self._record is None or self._selected is None:
            return
        moments = self._panel.moments(self._record)
        if self._selected < len(moments):
            self.monitor.go(moments[self._selected])
            self.dismiss()
