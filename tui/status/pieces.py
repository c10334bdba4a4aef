"""A status line in pieces: what may be left out, what has a colour, and how it is printed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui.config import Settings


class Ink(StrEnum):
    """What a piece's colour means."""

    PLAIN = "plain"
    LONG = "long"  # more longs were liquidated than shorts
    SHORT = "short"
    RISE = "rise"
    FALL = "fall"
    WARN = "warn"


@dataclass(frozen=True)
class Piece:
    """A few words of one meaning. An `optional` one is the first to go when room is short."""

    text: str
    ink: Ink = Ink.PLAIN
    optional: bool = False
    style: bool = False  # tmux's own `#[…]` in a user's template: takes no room


_FLOW = {Ink.LONG: "red", Ink.SHORT: "green", Ink.RISE: "green", Ink.FALL: "red"}
_BLIND = {Ink.LONG: "colour215", Ink.SHORT: "colour75", Ink.RISE: "colour75", Ink.FALL: "colour215"}
"""Orange against blue, as the theme colour-blind has them on the screen."""
_SWAPPED = {Ink.LONG: Ink.SHORT, Ink.SHORT: Ink.LONG}

_ASCII = str.maketrans({"≥": ">", "−": "-", "…": "~", "▼": "v", "▲": "^"})


def plain(pieces: Sequence[Piece]) -> str:
    """The words alone."""
    return "".join(piece.text for piece in pieces)


def wide(pieces: Sequence[Piece]) -> int:
    """The columns they take."""
    return sum(len(piece.text) for piece in pieces if not piece.style)


def fitted(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """As many as fit: optional ones go first, from the right; then the end, and `…` says so.

    A piece is never cut: half a number is a wrong one.
    """
    left = list(pieces)
    for piece in [piece for piece in reversed(pieces) if piece.optional]:
        if wide(left) > width:
            left.remove(piece)
    if wide(left) <= width:
        return left
    while left and wide(left) > width - 1:
        left.pop()
    return [*left, Piece("…")]


def tmux(pieces: Sequence[Piece], settings: Settings) -> str:
    """With tmux's styles, in the colours of [theme]; a `#` of the data stays one."""
    return "".join(_styled(piece, settings) for piece in pieces)


def _styled(piece: Piece, settings: Settings) -> str:
    if piece.style:
        return piece.text
    text = piece.text.replace("#", "##")
    colour = _colour(piece.ink, settings)
    return f"#[fg={colour}]{text}#[default]" if colour and text.strip() else text


def _colour(ink: Ink, settings: Settings) -> str | None:
    if ink is Ink.WARN:
        return "yellow"
    if settings.side_colour == "position":
        ink = _SWAPPED.get(ink, ink)
    return (_BLIND if settings.theme == "colour-blind" else _FLOW).get(ink)


def printable(text: str, encoding: str) -> str:
    """The text as `encoding` has it: with ASCII signs where it lacks one, else `?`."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    return text


STYLE = re.compile(r"(#\[[^\]]*\])")
"""A style of tmux in a template."""
