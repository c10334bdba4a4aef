"""Where one stands in a panel's detail: how deep, at which point of its chart, what was typed."""

from dataclasses import dataclass, replace

from tui.metrics.feed import FeedRow

Step = tuple[str, str]
"""A column of `liquidations` and the value chosen in it: `("venue", "bybit")`."""


@dataclass(frozen=True)
class Drill:
    """The state of one detail screen.

    `path` is what was chosen on the way here and `row` the liquidation looked at. `block` is the
    part of the screen whose rows are selected, `cursor` the place in the chart (`draw.framed`),
    `span` the name of the stretch the chart shows where a panel has such. `typed` is the last
    filter that makes sense and `error` what is wrong with what stands in its line now. `panel` is
    the one whose detail is meant, where it is not the panel's own.
    """

    path: tuple[Step, ...] = ()
    row: FeedRow | None = None
    block: int = 0
    cursor: int | None = None
    span: str = ""
    typed: str = ""
    error: str = ""
    panel: str = ""

    def into(self, column: str, value: str) -> "Drill":
        """One level deeper: of this value alone."""
        return replace(self, path=(*self.path, (column, value)), block=0, cursor=None)

    def at(self, row: FeedRow) -> "Drill":
        """One level deeper: this liquidation."""
        return replace(self, row=row, cursor=None)

    def chosen(self, column: str) -> str | None:
        """What was chosen of a column."""
        return dict(self.path).get(column)

    @property
    def words(self) -> tuple[str, ...]:
        """The way in words, for the title."""
        return (*(value for _, value in self.path), *((self.row.symbol,) if self.row else ()))


def moved(cursor: int | None, by: int, steps: int) -> int | None:
    """The cursor a step on; the first key shows it at the newest point, and it stops at the ends.

    Kept from the right end, where new points come, unless it was sent to the left one.
    """
    if steps < 1:
        return None
    if cursor is None:
        return -1
    at = max(0, steps + cursor) if cursor < 0 else cursor
    return max(0, min(steps - 1, at + by)) - steps
