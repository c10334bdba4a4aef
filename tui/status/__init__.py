"""`liqtop status`: one line for a status bar from the one row of `latest`; stdlib sqlite3 only.

It never starts a recorder and never reads another row, so it costs the same at any store's size.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from tui import flags
from tui.config import Settings
from tui.status.latest import Latest, read
from tui.status.pieces import Piece, fitted, plain, printable, tmux, wide
from tui.status.words import words
from tui.values import STORE

__all__ = ["line", "status"]

WIDTH = 40
"""The line is at most this wide and padded to it, so that a status bar does not jump."""


def status(args: argparse.Namespace) -> int:
    """Print the line; 0 also when there is nothing to say, since a bar shows what it is given."""
    settings = flags.settings(args)
    template = None if args.format is None else _template(args.format)
    latest = read(settings.data_dir / STORE, time.time())
    pieces = words(latest) if template is None else template(latest)
    width, padding = _width(args.max_width, template is None)
    coloured = settings if args.tmux else None
    encoding = "ascii" if args.ascii else sys.stdout.encoding or "ascii"
    print(printable(line(pieces, width, padding, coloured), encoding))
    return 0


def _template(text: str) -> Callable[[Latest], list[Piece]]:
    from tui.status.template import parse  # six modules that the plain line does without

    return parse(text)


def line(
    pieces: Sequence[Piece],
    width: int | None = WIDTH,
    padding: int = WIDTH,
    coloured: Settings | None = None,
) -> str:
    """The pieces as one line of at most `width` columns and at least `padding`.

    With settings, in tmux's colours as the theme has them.
    """
    shown = pieces if width is None else fitted(pieces, width)
    text = tmux(shown, coloured) if coloured else plain(shown)
    return text + " " * (padding - wide(shown))


def _width(wanted: int | None, own: bool) -> tuple[int | None, int]:
    """The most and the least columns. A template of the user's is padded and cut only when asked;
    a line of ours is not padded past what it may ever fill."""
    if own:
        return wanted or WIDTH, min(wanted or WIDTH, WIDTH)
    return wanted, wanted or 0
