"""Where every panel stands: one pure function of the screen's size.

Three arrangements share one order of importance. *Strip* (100 columns or more, fewer than 14 rows):
the header, liquidations, then a row each. *Columns* (100 or more): liquidations at the left in full
height, the others beneath each other at the right. *Stack* (narrower): beneath each other. There
is no smallest size: less height truncates from the bottom, and the header goes last.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.panels.base import Form
from tui.panels.frame import AGE_CELLS, BOX, ROW_AGE, STRIP, form_of, has_rule
from tui.panels.header import height_of

HEADER, HINT = "header", "hint"
COLUMNS_FROM = 100  # below, two columns would leave the right one no room for its numbers
COLUMNS_HEIGHT = 14  # below, boxes hold too little: strip rows hold more
LEFT_SHARE = 0.6  # 96 of 160
LEFT_WIDE, WIDE_FROM = 156, 240  # there a minute of the timeline has two cells
FIRST_ROWS = 13  # what the first panel gets before the others get more than one row
FIRST_MIN = 23  # its totals, timeline, split and four rows of feed in the side form
EDGE_CELLS = 2  # the side of a box and the blank beside it: some 45 bytes a row
BETWEEN = 2  # blank cells between two panels of one row: an age is not read as the next one's
HINT_FROM = 14  # rows from which the last one may say the keys

Natural = Callable[[str, int], int]
"""Rows beyond which a panel of that name and width gains nothing; 0 when it always does."""


@dataclass(frozen=True)
class Placement:
    """A rectangle of the screen, in cells, and the form a panel takes in it."""

    name: str
    x: int
    y: int
    width: int
    height: int

    @property
    def form(self) -> Form:
        """How a panel of this size is drawn."""
        return form_of(self.width, self.height)


def is_strip(width: int, height: int) -> bool:
    """Whether a screen of that size has rows instead of boxes."""
    return width >= COLUMNS_FROM and height < COLUMNS_HEIGHT


def arrange(
    width: int,
    height: int,
    names: Sequence[str],
    zoomed: str | None = None,
    natural: Natural = lambda name, width: 0,
) -> list[Placement]:
    """Header, panels and hint row for a screen of that size; a panel without room is left out.

    `zoomed` alone takes the room of all panels.
    """
    if width < 1 or height < 1:
        return []
    shown = [zoomed] if zoomed in names and zoomed is not None else list(names)
    strip = is_strip(width, height)
    head = min(height_of(width, height), height)
    hint = int(height >= HINT_FROM and not strip)
    placed = [Placement(HEADER, 0, 0, width, head)]
    room = height - head - hint
    if room and shown:
        if strip:
            placed += _strip(width, head, room, shown)
        elif width >= COLUMNS_FROM and len(shown) > 1:
            placed += _columns(width, head, room, shown, natural)
        else:
            placed += _stack(0, head, width, room, shown, natural)
    if hint:
        placed.append(Placement(HINT, 0, height - 1, width, 1))
    return placed


def _strip(width: int, y: int, room: int, names: list[str]) -> list[Placement]:
    """The first panel gets what is left after a row for each other; the third and the fourth share
    one, in which the fourth has the width of a strip where that is left."""
    first, *others = names
    rows = [others[i : i + 1] for i in range(len(others))]
    if len(others) > 2:
        rows = [rows[0], others[1:3], *rows[3:]]
    kept = rows[: max(0, room - 3)]
    placed = [Placement(first, 0, y, width, room - len(kept))]
    for i, row in enumerate(kept, start=y + room - len(kept)):
        x = max(BOX + BETWEEN, width - max(BOX, width * 17 // 40))
        left = width if len(row) == 1 else x - BETWEEN
        placed.append(Placement(row[0], 0, i, left, 1))
        placed += [Placement(name, x, i, width - x, 1) for name in row[1:]]
    return placed


def _columns(width: int, y: int, room: int, names: list[str], natural: Natural) -> list[Placement]:
    """The first panel at the left in full height, the others at the right. One that would leave
    rows of it blank has others beneath it, in columns of one width."""
    left, count = round(width * LEFT_SHARE), 1
    left = max(left, LEFT_WIDE) if width >= WIDE_FROM else left
    if len(names) > 2 and natural(names[0], left):
        left, count = width // 2, (len(names) + 1) // 2
    placed = _column(0, y, left, room, names[:count], natural)
    return placed + _column(left, y, width - left, room, names[count:], natural)


def _column(
    x: int, y: int, width: int, room: int, names: list[str], natural: Natural
) -> list[Placement]:
    placed = []
    for name, rows in _share(width, room, names, natural):
        placed.append(Placement(name, x, y, width, rows))
        y += rows
    return placed


def _share(width: int, room: int, names: list[str], natural: Natural) -> list[tuple[str, int]]:
    """Rows of a column: a fair least for each, then each up to its natural height in order, and
    what is left to the last."""
    names = names[: max(1, room // 3)]
    wants = [natural(name, width) or room for name in names]
    rows = [min(want, 5, room // len(names)) for want in wants]
    for i, want in enumerate(wants):
        rows[i] += min(want - rows[i], room - sum(rows))
    rows[-1] += room - sum(rows)
    return list(zip(names, rows, strict=True))


def _stack(
    x: int, y: int, width: int, room: int, names: list[str], natural: Natural
) -> list[Placement]:
    """The first panel up to 13 rows, a row for each other, then the first up to 23, the others up
    to their natural height from the top, and what is left to the first."""
    rows = dict.fromkeys(names, 0)
    first, *others = names

    def grow(name: str, to: int) -> None:
        rows[name] += max(0, min(to - rows[name], room - sum(rows.values())))

    grow(first, FIRST_ROWS)
    for name in others:
        grow(name, 1)
    grow(first, FIRST_MIN)
    for name in others:
        want = natural(name, width) or 5
        # A frame with fewer than two rows inside says less than the one row it replaces.
        if room - sum(rows.values()) >= min(want, 4) - 1:
            grow(name, want)
    grow(first, room)
    placed = []
    for name in names:
        if rows[name]:
            placed.append(Placement(name, x, y, width, rows[name]))
            y += rows[name]
    return placed


def stamp_place(placement: Placement | None, strip: int = STRIP) -> Placement | None:
    """Where the age stands: in a panel's frame, without one in the last cells of its first row."""
    if placement is None:
        return None
    form = form_of(placement.width, placement.height, strip)
    if has_rule(form, placement.height):
        cells, after = AGE_CELLS, 2 if form is Form.BOX else 1
    else:
        cells, after = min(ROW_AGE, placement.width), 0
    x = placement.x + placement.width - after - cells
    return Placement(f"age-{placement.name}", x, placement.y, cells, 1)


def edge_place(placement: Placement | None, strip: int = STRIP) -> Placement | None:
    """Where the left side of a panel's box stands; None where it has none."""
    if placement is None or placement.height < 3:
        return None
    if form_of(placement.width, placement.height, strip) is not Form.BOX:
        return None
    x, y, rows = placement.x, placement.y + 1, placement.height - 2
    return Placement(f"edge-{placement.name}", x, y, EDGE_CELLS, rows)
