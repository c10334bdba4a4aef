"""Going to a typed time: `2026-01-19 21:15`, `21:15`, `-3h`."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui import draw
from tui.errors import UsageError
from tui.screens.typed_line import TypedLine

HINT = "2026-01-19 21:15 or -3h, UTC"


class TimeChoice(ModalScreen[datetime | None]):
    """Answers with a moment, or None when left by `esc`. What was typed is read by `read`, whose
    UsageError says what is wrong with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", id="time_back"),
    ]

    def __init__(self, read: Callable[[str], datetime]) -> None:
        super().__init__()
        self._read = read

    def compose(self) -> ComposeResult:
        with Vertical(id="time-box"):
            yield TypedLine("time", "time-typed")
            yield Static(Content(HINT), id="time-read")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))  # now, for what was typed in one burst with the key

    def on_input_changed(self, event: Input.Changed) -> None:
        self._say(HINT)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            moment = self._read(event.value)
        except UsageError as error:
            self._say(str(error))
        else:
            self.dismiss(moment)

    def _say(self, words: str) -> None:
        self.query_one("#time-read", Static).update(Content(draw.safe(words)))
