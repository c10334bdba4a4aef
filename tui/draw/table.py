"""Tables of text: which columns fit, and rows of cells under their heads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from tui.draw.text import Part, line, pad


@dataclass(frozen=True)
class Column:
    """A column: its key, head, least width (its gap included) and rank; rank 0 goes last."""

    key: str
    head: str
    width: int
    rank: int = 0
    right: bool = True


def choose(columns: Sequence[Column], width: int, spread: int = 4) -> tuple[Column, ...]:
    """The columns that fit into `width`, those of high rank dropped first, then widened evenly by
    at most `spread` cells each."""
    kept = list(columns)
    while len(kept) > 1 and sum(c.width for c in kept) > width:
        kept.remove(max(reversed(kept), key=lambda c: c.rank))
    spare = max(0, width - sum(c.width for c in kept))
    grow = min(spread, spare // len(kept))
    return tuple(replace(c, width=c.width + grow) for c in kept)


def heads(columns: Sequence[Column], width: int, style: str = "$muted") -> Content:
    """The row of heads."""
    return line(width, ("".join(pad(c.head, c.width, c.right) for c in columns), style))


def row(
    columns: Sequence[Column], cells: Mapping[str, Part], width: int, style: str = ""
) -> Content:
    """A row of cells by key; what has no cell stays blank. Neighbours of one style make one run."""
    parts: list[tuple[str, str]] = []
    for column in columns:
        cell = cells.get(column.key, "")
        text, own = (cell, style) if isinstance(cell, str) else cell
        text = pad(text, column.width, column.right)
        if parts and parts[-1][1] == own:
            parts[-1] = (parts[-1][0] + text, own)
        else:
            parts.append((text, own))
    return line(width, *(text if not own else (text, own) for text, own in parts))
