"""Tables sorted by a column of a person's choice: `s` the next one, `S` the other way round.

Numbers begin with the largest and names with A. What is not known stands last either way.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from tui.draw.table import Column
from tui.panels.base import View

Row = TypeVar("Row")
Value = float | str | None
Values = Mapping[str, Callable[[Row], Value]]
"""What a row is sorted by, by the key of its column."""

FALLS, RISES = "↓", "↑"


def ordered(rows: Iterable[Row], values: Values[Row], view: View) -> list[Row]:
    """The rows by the view's column; as they are where this table has no such column."""
    value, every = values.get(view.sort), list(rows)
    if value is None:
        return every
    known = [row for row in every if value(row) is not None]
    named = any(isinstance(value(row), str) for row in known)
    # What is equal stays in the order it has: `reverse` of a sort keeps that, too.
    known.sort(key=lambda row: value(row) or 0, reverse=named == view.rising)
    return known + [row for row in every if value(row) is None]


def marked(columns: Sequence[Column], view: View) -> tuple[Column, ...]:
    """The columns, the one that is sorted by with its arrow: down from the largest."""
    arrow = RISES if view.rising else FALLS
    return tuple(
        replace(one, head=f"{arrow}{one.head}"[: one.width])
        if view.sort and one.key == view.sort
        else one
        for one in columns
    )


def following(keys: Sequence[str], sort: str) -> str:
    """The column after that one; after the last the table's own order, the empty key."""
    every = ["", *keys]
    at = every.index(sort) if sort in every else 0
    return every[(at + 1) % len(every)]
