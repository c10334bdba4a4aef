"""A line to type in with what matches below it: coins, and commands."""

import textwrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui import draw
from tui.screens.typed_line import TypedLine

SHOWN = 8


class Choice(ModalScreen[str | None]):
    """Answers with the row that was chosen, or None when left by `esc`."""

    PLACEHOLDER: ClassVar[str] = ""
    CELLS: ClassVar[int] = 26
    """The width of the box, as the style sheet has it."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", id="choice_back"),
        Binding("down,tab", "move(1)", "next match", id="choice_next"),
        Binding("up,shift+tab", "move(-1)", "previous match", id="choice_previous"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._row = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="choice-box"):
            yield TypedLine(self.PLACEHOLDER, "choice-typed")
            yield Static(id="choice-matches")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))  # now, for what was typed in one burst with the key
        self._list()

    @property
    def typed(self) -> str:
        """What was typed."""
        return self.query_one(Input).value

    def matches(self) -> list[str]:
        """The rows that match what was typed, the best first."""
        raise NotImplementedError

    def unknown(self) -> list[Content]:
        """What is said where nothing matches."""
        return [Content("nothing like it")]

    def chosen(self, row: str) -> None:
        """`enter` was pressed on a row."""
        self.dismiss(row)

    def wrapped(self, text: str) -> list[Content]:
        """Words in as many lines of the box as they take."""
        return [Content(piece) for piece in textwrap.wrap(draw.safe(text), self.CELLS)]

    def say(self, lines: list[Content]) -> None:
        """Show these lines instead of the matches."""
        self.query_one("#choice-matches", Static).update(Content("\n").join(lines))

    def _list(self) -> None:
        rows = [
            Content.assemble((f"{draw.safe(one):<12}", "reverse" if at == self._row else ""))
            for at, one in enumerate(self.matches()[:SHOWN])
        ]
        self.say(rows or self.unknown())

    def on_input_changed(self, event: Input.Changed) -> None:
        self._row = 0
        self._list()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if found := self.matches():
            self.chosen(found[self._row])

    def action_move(self, by: int) -> None:
        self._row = max(0, min(len(self.matches()[:SHOWN]) - 1, self._row + by))
        self._list()
