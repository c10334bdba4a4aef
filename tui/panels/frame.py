"""The frame of a panel: its form by its width, title and age in its rule, lines of exact size.

Without a frame the age stands at the end of the first row.

The form follows from the width alone: a box from 56 cells, rules from 36, bare rows below; at a
box's width and `STRIP` rows or fewer (a panel may say more) it is bare strip rows. Height only
cuts: what a form has at one height it has, in the same order, at every greater.
"""

import re
from enum import Enum

from textual.content import Content

from tui import draw
from tui.panels.age import Age
from tui.panels.view import View

BOX, RULES, STRIP = 56, 36, 4
AGE_CELLS = 6
"""Blank rule cells left at the right of a panel's first row for the age, before its last cell."""
ROW_AGE = 5
"""The last cells of the first row of a panel without a frame, for its age: ` 59m!`. Strip rows
leave them bare. In a bare row of 28 cells that would cost a number: it has the age where it ends
before them, else nothing while the age is fresh and `STALE` when it is not."""
STALE = " !"


class Form(Enum):
    """How a panel is drawn, by its width (and `STRIP` rows)."""

    BOX = "box"
    RULES = "rules"
    BARE = "bare"
    STRIP = "strip"


def form_of(width: int, height: int, strip: int = STRIP) -> Form:
    """The form for a size."""
    if width >= BOX:
        return Form.STRIP if height <= strip else Form.BOX
    return Form.RULES if width >= RULES else Form.BARE


def has_rule(form: Form, height: int) -> bool:
    """Whether its first row is a rule with a title, rather than the first of its rows."""
    return form is Form.BOX or (form is Form.RULES and height >= 3)


def headmarked(row: Content, form: Form) -> Content:
    """The first row of a focused panel that has no frame: its name in reverse, which is seen
    without colours too and moves nothing. In a strip that is number, if any, and word."""
    name = re.match(r"(\d+ )?\S+" if form is Form.STRIP else r"\S+", row.plain)
    return row.stylize("bold reverse", 0, name.end() if name else 1)


def titled(frame: str) -> str:
    """The style of a title: bold where the frame tells the focus, which no colour may tell."""
    return "bold" if frame == "$accent" else ""


def ruled(
    width: int, title: str, closing: str, style: str, left: str = "─", right: str = ""
) -> Content:
    """A rule with a title at its left; the age's cells at its right stay bare."""
    tail = closing + "─" * (AGE_CELLS + 1) + right
    title = draw.cut(title, width - 1 - len(tail))
    middle = "─" * max(0, width - 1 - len(title) - len(tail))
    return draw.line(width, (left, style), (title, titled(style)), (middle + tail, style))


def boxed(
    body: list[Content],
    width: int,
    height: int,
    title: str,
    closing: str,
    style: str,
    foot: str = "",
) -> list[Content]:
    """`body` (lines of width − 4) in a frame of `height` lines, padded with blank ones."""
    left, right = Content.assemble(("│ ", style)), Content.assemble((" │", style))
    blank = Content.blank(max(0, width - 4))
    inside = [*body, *[blank] * (height - 2 - len(body))]
    foot = f" {foot}" if foot else ""
    bottom = "╰" + foot + "─" * max(0, width - 2 - len(foot)) + "╯"
    return [
        ruled(width, title, closing, style, "╭", "╮"),
        *(left + row + right for row in inside),
        draw.line(width, (bottom, style)),
    ]


def stamped(age: Age | None, frame: str) -> Content:
    """The age, right-aligned in the bare cells of a frame of that style; stale it warns."""
    text = f" {age.text} "[-AGE_CELLS:] if age else ""
    fill = "─" * (AGE_CELLS - len(text))
    if age is None or age.stale:
        return draw.line(AGE_CELLS, (fill, frame), (text, "$warn"))
    # One run of one style: it is sent each second, and a second run would be half of it.
    return draw.line(AGE_CELLS, (fill + text, "$muted"))


def ended(row: Content, age: Age | None) -> Content:
    """The last `ROW_AGE` cells of the first row of a panel without a frame: its age where they are
    blank. Else what stands in them, which a `!` cuts off when it is stale."""
    tail = row[-ROW_AGE:]
    cells = tail.cell_length
    if age is not None and not tail.plain.strip():
        text = f" {age.text}"[-cells:].rjust(cells)
        return draw.line(cells, (text, "$warn" if age.stale else "$muted"))
    if age is None or not age.stale:
        return tail
    left = max(0, cells - len(STALE))
    kept = Content(draw.cut(tail.plain, left), list(tail[:left].spans))
    return kept + draw.line(cells - left, (STALE[left - cells :], "$warn"))


def finish(made: list[Content], view: View, width: int, height: int) -> list[Content]:
    """`made` cut and padded to exactly `height` lines, in the signs that the view says."""
    lines = made[:height]
    lines += [Content.blank(width)] * (height - len(lines))
    if view.symbols in ("ascii", "console"):
        lines = [
            Content(draw.drawn_with(line.plain, view.symbols), list(line.spans)) for line in lines
        ]
    return lines
