"""How a command line is read: errors in one line, an example below the help, number types, and
the options that several commands take."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui.errors import UsageError

FASTEST = 3600
"""Seconds of a replay in one second: an hour is as much as a screen of minutes can still show."""


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


def speed(text: str) -> float:
    """The type of a replay's speed; 0 is all at once, of a recording alone."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0 <= value <= FASTEST:
        return value
    raise argparse.ArgumentTypeError(f"{text!r} is no speed; write one up to {FASTEST}")


def at(command: argparse.ArgumentParser, default: str | None = None) -> None:
    """--at, a moment of the past."""
    command.add_argument(
        "--at", metavar="TIME", default=default, help="as it was: 2026-01-19 21:15, 21:15, -3h"
    )


def common(command: argparse.ArgumentParser, suppress: bool) -> None:
    """--config and --data-dir, before or after the command's name."""
    default = argparse.SUPPRESS if suppress else None
    command.add_argument(
        "--config", type=Path, metavar="FILE", default=default, help="read this config file"
    )
    command.add_argument(
        "--data-dir", type=Path, metavar="DIR", default=default, help="keep the store here"
    )


def view(command: argparse.ArgumentParser, suppress: bool) -> None:
    """--panel and --mouse, of what opens a monitor."""
    default = argparse.SUPPRESS if suppress else None
    command.add_argument(
        "--panel", action="append", metavar="NAME", default=default, help="only this (repeatable)"
    )
    command.add_argument(
        "--mouse",
        action="store_true",
        default=argparse.SUPPRESS if suppress else False,
        help="let the terminal send the mouse",
    )


def endpoint(command: argparse.ArgumentParser, suppress: bool) -> None:
    """--endpoint, of what may start a recorder."""
    command.add_argument(
        "--endpoint",
        metavar="URL",
        default=argparse.SUPPRESS if suppress else None,
        help="an exchange of your own on this machine, http://127.0.0.1:PORT",
    )
