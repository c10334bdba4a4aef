"""How a command line is read: errors in one line, an example below the help, number types."""

import argparse
import re
from collections.abc import Callable
from typing import Any

from tui.errors import UsageError


class Parser(argparse.ArgumentParser):
    """A command's arguments. `more` gives the end of its help, made only when it is asked for."""

    def __init__(
        self, *, example: str, more: Callable[[], str] | None = None, **options: Any
    ) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)
        self.example = example
        self._more = more
        # What argparse takes for a value although it begins with a dash: -3h too, not only -3.
        self._negative_number_matcher = re.compile(r"-\d")

    def error(self, message: str) -> None:  # type: ignore[override]
        """A UsageError, printed as every other error."""
        raise UsageError(f"{message}; see `{self.prog} --help`")

    def format_help(self) -> str:
        """The help, its last line an example that runs as it stands."""
        more = f"{self._more()}\n\n" if self._more else ""
        self.epilog = f"{more}Example:\n  {self.example}"
        return super().format_help()


def whole(least: int, most: int, what: str) -> Callable[[str], int]:
    """The type of an argument that is a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"{text!r} is no {what}; write one from {least} to {most:,}"
        )

    return read


def seconds(text: str) -> float:
    """The type of a pause: from a second to a day."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if 1.0 <= value <= 86_400.0:
        return value
    raise argparse.ArgumentTypeError(f"{text!r} is no pause; write seconds from 1 to 86,400")
