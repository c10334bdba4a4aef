"""Choosing the coin of the whole screen: type to match, `0` for all."""

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.widgets import Input

from tui.screens.choice import Choice
from tui.screens.looks import matching, near


class CoinChoice(Choice):
    """Answers with a coin, the empty text for all coins, or None when left by `esc`."""

    PLACEHOLDER: ClassVar[str] = "coin, 0 = all"

    def __init__(self, coins: Sequence[str]) -> None:
        super().__init__()
        self._coins = list(coins)

    def matches(self) -> list[str]:
        """The coins that match what was typed."""
        return matching(self.typed, self._coins)

    def unknown(self) -> list[Content]:
        """That it is no coin, and names that are."""
        names = near(self.typed, self._coins)
        return [Content("no such coin; there are"), *self.wrapped(", ".join(names))]

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value == "0":
            event.prevent_default()  # nothing to list any more
            self.dismiss("")
