"""The numbers of the rule by which a cascade is told (definitions §6), and its few words.

`drift`, `burst`, `cascade` and the two σ were chosen by `python -m
tests.benchmarks.bench_cascades`, whose table stands beside it.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from tui.tables import Side

BUCKET_MS = 5_000
WAIT_MS = 2_000
"""A row counts in its bucket when it was received this long after the bucket's end: they come
within two seconds. Later ones, and those of a backfill, are in the totals alone."""
CLOSE_MS = WAIT_MS + 1_000
"""So long after its end a bucket is looked at: what was received in time is in the store by then
(a batch is written within 250 ms)."""
DAYS, LEAST_DAYS = 7, 3
"""Days that are normal, and from how many on there is a state."""
END_MS = 60_000
"""Without a bucket above HOT times the baseline for so long an event is over."""
HOT = 2.0
REACH_MS = 600_000
"""How far back the beginning of an event may lie from the moment it is known."""
LONGEST_MS = 4 * 3_600_000
"""A louder market is no cascade: after so long it counts as normal again, and is learnt."""
FOLLOWERS = 3
"""So many coins besides BTC make a cascade market-wide."""
LEAST_BUCKET_USD = 1_000.0
"""A bucket's baseline is never below this,"""
LARGE, LARGE_PART = 0.95, 10.0
"""nor below a tenth of the 95th percentile of the coin's buckets that are not empty."""


class Grade(IntEnum):
    """How bad an event became."""

    BURST = 1
    CASCADE = 2
    MARKET_WIDE = 3

    @property
    def word(self) -> str:
        """As the screen and the document say it."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True)
class Rule:
    """The CUSUM of score = log1p(bucket ÷ baseline): it grows by score − `drift`, never below 0.

    An event begins when it is over `burst` while `one_sided` of the USD since it left 0 is of one
    side and the price moved that way by more than `burst_sigma`; it is a cascade from `cascade`
    and `cascade_sigma` on. A coin that nobody quotes begins none: it follows by its CUSUM and side.
    """

    drift: float = 1.0
    burst: float = 6.0
    cascade: float = 12.0
    most: float = 40.0  # the CUSUM grows no further, so that it comes down within two minutes
    one_sided: float = 0.65
    burst_sigma: float = 1.5
    cascade_sigma: float = 2.5


RULE = Rule()


class Cell(NamedTuple):
    """What a venue published of one coin and side in a bucket: USD, and when it began (ms)."""

    base: str
    venue: str
    side: Side
    usd: float
    first: int


class Bucket(NamedTuple):
    """Five seconds from `start` (ms): what was published in them, the price of every coin that is
    quoted at their end, and the venues that were listened to."""

    start: int
    cells: tuple[Cell, ...]
    prices: dict[str, float]
    venues: frozenset[str]

    @property
    def end(self) -> int:
        """Its last moment is the one before this."""
        return self.start + BUCKET_MS

    @property
    def known(self) -> int:
        """When it is looked at."""
        return self.end + CLOSE_MS

    def heard(self) -> "Bucket":
        """Without what came of venues that were not listened to, as before a venue has confirmed
        a topic: no baseline has a part for them, and their usual flow would be an event."""
        if all(cell.venue in self.venues for cell in self.cells):
            return self
        cells = tuple(cell for cell in self.cells if cell.venue in self.venues)
        return self._replace(cells=cells)
