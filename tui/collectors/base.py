"""What every collector is: its specification, and what the recorder lends it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from tui.clock import Clock, utc_now
from tui.tables import Table

if TYPE_CHECKING:
    from tui.collectors.link import Link

Newest = Callable[[Table, Mapping[str, str]], datetime | None]
"""Newest (or oldest) stored time of the rows of a table that match, so that only the hole is
fetched."""
Stored = Callable[[Table, Mapping[str, str]], pl.DataFrame]
"""The stored rows of a table that match."""


def typed(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """A frame with times as ms and columns in any order, as a frame of `table`."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in table.schema.items())


UNREAD = timedelta(seconds=1)
"""What a venue sent and we had not read goes with a connection that is reset: the system throws
its buffers away. A recorder short of time was 0.4 s behind when that cost it 118 rows."""


@dataclass(frozen=True)
class Context:
    """What the recorder lends its collectors; none of it is a store or a screen."""

    next_conn: Callable[[], int]
    newest: Newest
    rate: Callable[[str], float | None]
    """USD per unit of a quote currency, None when its newest price is older than 60 s."""
    clock: Clock = utc_now
    oldest: Newest = lambda table, where: None
    """Without it nothing is fetched that is older than what is stored."""
    stored: Stored = lambda table, where: table.empty()


@dataclass
class Trouble:
    """What a person should know of a collector whose rows come; None when that is nothing. The
    collector keeps it."""

    words: str | None = None

    def unlisted(self, coins: Sequence[str]) -> None:
        """The venue lists no perpetual of these."""
        self.words = f"no perpetual of {', '.join(coins)}" if coins else None


@dataclass(frozen=True)
class Spec:
    """One collector as the recorder supervises it: `start()` again makes everything anew."""

    collector: str  # the table's name in `health`
    venue: str
    stream: str  # empty for pollers
    table: Table
    start: Callable[[], AsyncIterator[pl.DataFrame]]
    link: "Link | None" = None
    period_s: float | None = None  # of a poller: stale beyond 2.5 of it
    trouble: Trouble = field(default_factory=Trouble)
