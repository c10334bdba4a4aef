"""Choosing the coin of the whole screen: type to match, `0` for all."""

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui import draw
from tui.screens.looks import matching, near

SHOWN = 8
BOX_CELLS = 26
"""The width of the box, as the style sheet has it."""


class CoinChoice(ModalScreen[str | None]):
    """Answers with a coin, the empty text for all coins, or None when left by `esc`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", id="coin_back"),
        Binding("down,tab", "move(1)", "next match", id="coin_next"),
        Binding("up,shift+tab", "move(-1)", "previous match", id="coin_previous"),
    ]

    def __init__(self, coins: Sequence[str]) -> None:
        super().__init__()
        self._coins = list(coins)
        self._row = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="coin-box"):
            yield Input(placeholder="coin, 0 = all", id="coin-typed", select_on_focus=False)
            yield Static(id="coin-matches")

    def on_mount(self) -> None:
        # A cursor that blinks would send bytes for ever.
        self.query_one(Input).cursor_blink = False
        self._list()

    def matches(self) -> list[str]:
        """The coins that match what was typed."""
        return matching(self.query_one(Input).value, self._coins)[:SHOWN]

    def _list(self) -> None:
        rows = [
            Content.assemble((f"{draw.safe(coin):<12}", "reverse" if i == self._row else ""))
            for i, coin in enumerate(self.matches())
        ]
        lines = Content("\n").join(rows or self._unknown())
        self.query_one("#coin-matches", Static).update(lines)

    def _unknown(self) -> list[Content]:
        """That it is no coin, and names that are."""
        names = near(self.query_one(Input).value, self._coins)
        words = textwrap.wrap(", ".join(draw.safe(name) for name in names), BOX_CELLS)
        return [Content("no such coin; there are"), *map(Content, words)]

    def on_input_changed(self, event: Input.Changed) -> None:
        self._row = 0
        if event.value == "0":
            self.dismiss("")
        else:
            self._list()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        found = self.matches()
        if found:
            self.dismiss(found[self._row])

    def action_move(self, by: int) -> None:
        self._row = max(0, min(len(self.matches()) - 1, self._row + by))
        self._list()
