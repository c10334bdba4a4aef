"""Lines made of pieces: groups with bars between them, and words that are wrapped."""

from collections.abc import Sequence
from textwrap import wrap

from textual.content import Content

from tui.draw.numbers import missing
from tui.draw.text import Part, line, pad, safe

Group = Part | list[Part]
"""What stands together or not at all."""

BAR = " │ "


def joined(width: int, *groups: Group, gap: str = BAR) -> Content:
    """Groups with bars (or `gap`) between; a group that has no room is left out."""
    parts: list[Part] = []
    left = width
    for group in map(_parts, groups):
        between = len(gap) if parts else 0
        need = _cells(group) + between
        if need > left or need == between:
            continue
        parts += [(gap, "$frame"), *group] if parts else group
        left -= need
    return line(width, *parts)


def flowed(width: int, groups: Sequence[Group], most: int) -> list[Content]:
    """The groups in at most `most` lines as `joined` makes them; what has no room goes on in the
    next."""
    lines: list[list[Group]] = [[]]
    left = width
    for group in groups:
        cells = _cells(_parts(group))
        need = cells + (len(BAR) if lines[-1] else 0)
        if need > left and lines[-1]:
            if len(lines) == most:
                break
            lines.append([])
            left, need = width, cells
        lines[-1].append(group)
        left -= need
    return [joined(width, *one) for one in lines]


def wrapped(text: str, width: int, style: str = "") -> list[Content]:
    """Words in as many lines as they take; none for an empty text."""
    return [line(width, (piece, style)) for piece in wrap(text, width)]


def unknown(reason: str, width: int) -> Content:
    """The one line of what is not there, and why: `n/a (reason)`."""
    return line(width, (missing(safe(reason)), "$muted"))


def selected(text: str, width: int) -> Content:
    """A row that is selected: in reverse to its end."""
    return line(width, (pad(text, width, right=False), "reverse"))


def _parts(group: Group) -> list[Part]:
    return group if isinstance(group, list) else [group]


def _cells(group: list[Part]) -> int:
    return sum(len(part if isinstance(part, str) else part[0]) for part in group)
