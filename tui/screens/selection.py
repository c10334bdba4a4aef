"""The row that is selected on the dashboard, in one panel at a time, and what rows lead to."""

from datetime import datetime

from tui.panels.drill import Drill
from tui.screens.picture import Picture


class Selection:
    """How many rows a panel has at this size and coin, and what they stand for, only the pictures
    know: `told` takes it from each."""

    def __init__(self) -> None:
        self.panel: str | None = None  # the one that has the selected row
        self._row = 0
        self._moments: dict[str, tuple[datetime, ...]] = {}
        self._rows: dict[str, int] = {}
        self._opens: dict[str, tuple[int | None, Drill | None]] = {}

    def row(self, name: str | None) -> int | None:
        """The selected row of a panel."""
        return self._row if self.panel is not None and name == self.panel else None

    def rows(self, name: str | None) -> int:
        """The rows of a panel that can be selected."""
        return self._rows.get(name or "", 0)

    def select(self, name: str, row: int) -> None:
        """This row; above the first one lies none."""
        self.panel, self._row = (name if row >= 0 else None), row

    def clear(self) -> None:
        """Select nothing."""
        self.panel = None

    def moment(self, name: str) -> datetime | None:
        """The moment that a panel's selected row stands for, where its rows are moments."""
        at, moments = self.row(name), self._moments.get(name, ())
        return moments[at] if at is not None and at < len(moments) else None

    def is_drawn(self, name: str) -> bool:
        """Whether the last picture was of the row that is selected now."""
        drawn, _ = self._opens.get(name, (None, None))
        return drawn == self.row(name)

    def opens(self, name: str) -> Drill | None:
        """Where the row that was drawn leads; None: to the whole detail."""
        return self._opens.get(name, (None, None))[1]

    def told(self, name: str, picture: Picture) -> None:
        """What a picture tells of a panel's rows."""
        self._follow(name, picture.moments.get(name, ()))
        if name in picture.selectable:
            self._keep_within(name, picture.selectable[name])
        if name in picture.opens:
            self._opens[name] = picture.opens[name]

    def _follow(self, name: str, moments: tuple[datetime, ...]) -> None:
        """A selected row stays the one of its moment when others come above it."""
        before, at = self._moments.get(name, ()), self.row(name)
        self._moments[name] = moments
        if at is None or at >= len(before) or moments == before:
            return
        if before[at] in moments:
            self._row = moments.index(before[at])
        else:
            self.clear()

    def _keep_within(self, name: str, rows: int) -> None:
        self._rows[name] = rows
        if self.row(name) is not None:
            self.select(name, min(self._row, rows - 1))
