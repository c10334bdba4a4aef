"""Sends the terminal each change of style, not each style: half the bytes of a second.

Textual writes every run of text between a whole style and a reset, 41 bytes in true colour for an
age of four cells. What a terminal shows is the same when only what differs from the run before is
said, as curses has always done.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_PIECES = re.compile(r"\x1b\[([0-9;]*)m|\n?(\x1b\[\d+;\d+H)")
"""A style, or a move of the cursor to a cell. The line feed Textual writes before one does nothing:
there is none below the last row."""


class _Style(NamedTuple):
    """Colours and attributes as the numbers of a style sequence; empty is the terminal's own."""

    foreground: str = ""
    background: str = ""
    attributes: frozenset[str] = frozenset()


_PLAIN = _Style()


def thrifty(text: str) -> str:
    """What shows the same on a terminal whose style is plain before, and leaves it plain."""
    sent: list[str] = []
    wanted = now = _PLAIN
    end = 0
    for piece in _PIECES.finditer(text):
        if piece.start() > end:  # letters, or a sequence of another kind: the style counts
            sent += (_change(now, wanted), text[end : piece.start()])
            now = wanted
        end = piece.end()
        if piece[2]:
            sent.append(piece[2])  # a move paints nothing, in whatever style
        else:
            wanted = _styled(wanted, piece[1])
    if end < len(text):
        sent += (_change(now, wanted), text[end:])
        now = wanted
    sent.append(_change(now, wanted))  # Textual's frames end plain
    return "".join(sent)


@lru_cache(256)
def _change(now: _Style, wanted: _Style) -> str:
    """The shortest sequence from one style to the other."""
    if now == wanted:
        return ""
    if wanted == _PLAIN:
        return "\x1b[0m"
    gone = now.attributes - wanted.attributes
    bared = (now.foreground and not wanted.foreground) or (now.background and not wanted.background)
    if gone or bared:  # a reset is shorter than naming what ends
        return "\x1b[0;" + ";".join(_numbers(_PLAIN, wanted)) + "m"
    return "\x1b[" + ";".join(_numbers(now, wanted)) + "m"


def _numbers(now: _Style, wanted: _Style) -> list[str]:
    changed = sorted(wanted.attributes - now.attributes)
    if wanted.foreground != now.foreground:
        changed.append(wanted.foreground)
    if wanted.background != now.background:
        changed.append(wanted.background)
    return changed


@lru_cache(256)
def _styled(before: _Style, numbers: str) -> _Style:
    """The style after a sequence with these numbers."""
    style, left = before, (numbers or "0").split(";")
    while left:
        first = left.pop(0) or "0"
        if first in ("38", "48"):  # 5;n or 2;r;g;b
            size = 2 if left[:1] == ["5"] else 4
            colour, left = ";".join((first, *left[:size])), left[size:]
            style = _coloured(style, first == "38", colour)
        elif first == "0":
            style = _PLAIN
        elif first in _ENDS:
            style = style._replace(attributes=style.attributes - set(_ENDS[first]))
        elif len(first) == 1 or first == "21" or first[0] == "5":
            style = style._replace(attributes=style.attributes | {first})
        else:
            is_front = first[0] in "39"
            style = _coloured(style, is_front, "" if first in ("39", "49") else first)
    return style


_ENDS = {
    "22": ("1", "2"),
    "23": ("3",),
    "24": ("4", "21"),
    "25": ("5", "6"),
    "27": ("7",),
    "28": ("8",),
    "29": ("9",),
}
"""What the sequences that end an attribute end."""


def _coloured(style: _Style, is_front: bool, colour: str) -> _Style:
    return style._replace(foreground=colour) if is_front else style._replace(background=colour)
