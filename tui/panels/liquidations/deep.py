"""What the detail of the liquidations holds beside the panel's own record."""

from dataclasses import dataclass

import polars as pl

from tui.metrics.around import Then
from tui.metrics.feed import FeedRow
from tui.metrics.groups import Group, Sizes
from tui.metrics.memo import kept
from tui.panels.base import View
from tui.panels.drill import Drill, Step
from tui.snapshot import Snapshot

COLUMNS = {"coin": "base", "venue": "venue", "side": "side"}
"""What can be grouped by, and its column."""


@dataclass(frozen=True)
class Near:
    """A liquidation looked at: its raw row, all others ten seconds around it with their seconds
    from it, and the price then; None where the store does not have them."""

    row: FeedRow
    raw: str | None
    events: tuple[tuple[float, FeedRow], ...]
    then: Then | None


@dataclass(frozen=True)
class Deep:
    """The groups of the chosen window, its rows by size, and the rows of the tape from the smallest
    size on, of the `searched` newest. With a filter all three are of what it lets through, and the
    tape has the newest of `matched` rows. `near` when one of them is looked at."""

    groups: tuple[Group, ...]
    sizes: Sizes
    tape: tuple[FeedRow, ...]
    searched: int
    matched: int | None = None
    near: Near | None = None


def by(view: View) -> str | None:
    """What the detail groups by: the view's choice, else what is left; None when nothing is."""
    left = [name for name, column in COLUMNS.items() if not view.drill.chosen(column)]
    return view.group if view.group in left else next(iter(left), None)


@dataclass(frozen=True, eq=False)
class Part:
    """A snapshot's frames of liquidations, of what was chosen on the way alone."""

    minutes: pl.DataFrame
    edges: pl.DataFrame
    recent: pl.DataFrame
    largest: pl.DataFrame


def narrowed(snapshot: Snapshot, drill: Drill) -> Part:
    """The part that a path leads to."""
    frames = (snapshot.whole_minutes, snapshot.edges, snapshot.recent, snapshot.largest)
    return Part(*(only(frame, drill.path) for frame in frames))


def only(frame: pl.DataFrame, path: tuple[Step, ...]) -> pl.DataFrame:
    """The rows that have every value of the path."""
    return _only(frame, path) if path else frame


@kept(8)
def _only(frame: pl.DataFrame, path: tuple[Step, ...]) -> pl.DataFrame:
    """Kept, so that what is made of the minutes is made once a minute here, too."""
    return frame.filter(*(pl.col(column) == value for column, value in path))
