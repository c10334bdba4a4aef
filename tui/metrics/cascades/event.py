"""One event: a burst, and what it may become; of one coin, or of all of them together."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.metrics.cascades.coin import Spent
from tui.metrics.cascades.rule import BUCKET_MS, HOT, Grade
from tui.metrics.spans import MINUTE_MS
from tui.tables import Side


class Step(NamedTuple):
    """It began or became worse at `at` (ms), known then, with the three numbers behind it: the
    minute until then ÷ a normal one, the side's share, the move in σ (signed)."""

    at: int
    grade: Grade
    times: float
    share: float
    sigmas: float


@dataclass
class Event:
    """Times in ms. `since` is where the CUSUM left 0, `until` the end of the last bucket above
    2 × baseline, `ended` when it was known to be over. The USD are of all that the venues that were
    listened to published from `since` to `until`, `peak_usd` those of the fullest minute, both
    sides; `normal` is the baseline as it was at the beginning, USD per bucket.

    `priced` is the coin whose price tells the move: of an event of all coins the one that began
    it. `coins` are those in it and since when, of an event of all coins.
    """

    since: int
    base: str
    side: Side
    normal: float
    priced: str
    before: float  # its price at `since`
    sigma: float  # of a minute, as it was then
    lead: str | None
    steps: list[Step] = field(default_factory=list)
    coins: dict[str, int] = field(default_factory=dict)
    until: int = 0
    ended: int | None = None
    price: float = 0.0  # at `until`
    long_usd: float = 0.0
    short_usd: float = 0.0
    peak: int = 0
    peak_usd: float = 0.0
    waiting: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, 0.0))
    minute: deque[tuple[int, float]] = field(default_factory=deque)

    @property
    def grade(self) -> Grade:
        """How bad it became so far."""
        return self.steps[-1].grade

    @property
    def times(self) -> float:
        """Its fullest minute ÷ a normal one."""
        return self.peak_usd * BUCKET_MS / MINUTE_MS / self.normal

    @property
    def move(self) -> float:
        """The change of the price from `since` to `until`."""
        return self.price / self.before - 1

    @property
    def share(self) -> float:
        """The part of its USD that is its side's, of what came after `until` too."""
        long = self.long_usd + self.waiting[Side.LONG]
        short = self.short_usd + self.waiting[Side.SHORT]
        part = long if self.side is Side.LONG else short
        return part / (long + short) if long + short else 0.0

    def add(self, spent: Spent | None, start: int, price: float | None, is_hot: bool) -> None:
        """A bucket of its coins. What comes after the last hot one waits for the next."""
        if spent is not None:
            for side in Side:
                self.waiting[side] += spent.usd(side)
            self._fill(start, spent.usd())
        if is_hot:
            self.until = start + BUCKET_MS
            self.long_usd += self.waiting[Side.LONG]
            self.short_usd += self.waiting[Side.SHORT]
            self.waiting = dict.fromkeys(Side, 0.0)
            self.price = price or self.price

    def _fill(self, start: int, usd: float) -> None:
        self.minute.append((start, usd))
        total = self.last_minute(start)
        if total > self.peak_usd:
            self.peak, self.peak_usd = max(self.since, start + BUCKET_MS - MINUTE_MS), total

    def last_minute(self, start: int) -> float:
        """USD of the minute that ends with the bucket at `start`."""
        while self.minute and self.minute[0][0] <= start - MINUTE_MS:
            self.minute.popleft()
        return sum(usd for _, usd in self.minute)

    def now(self, start: int) -> float:
        """That minute ÷ a normal one."""
        return self.last_minute(start) * BUCKET_MS / MINUTE_MS / self.normal

    def is_hot(self, usd: float) -> bool:
        """Whether a bucket with so much of the side keeps it going."""
        return usd > HOT * self.normal

    def begun(self, trail: Iterable[Spent], start: int, price: float) -> "Event":
        """With what was published since it began, up to the bucket at `start`."""
        self.price = price
        for spent in trail:
            if spent.start >= self.since:
                self.add(spent, spent.start, price, is_hot=True)
        self.until = start + BUCKET_MS
        return self
