"""A detail whose rows are moments: `enter` shows everything as it was then."""

from tui.screens.detail import Detail


class Moments(Detail):
    """Of a panel that has no place on the dashboard."""

    def action_deeper(self) -> None:
        if self._record is None or self._selected is None:
            return
        moments = self._panel.moments(self._record)
        if self._selected < len(moments):
            self.monitor.go(moments[self._selected])
            self.dismiss()
