"""What a line of the scorecard is, and what it reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from tui.metrics import derivatives as derivatives_metric
from tui.metrics import prices
from tui.metrics.derivatives import Derivatives
from tui.metrics.drivers import Drivers
from tui.metrics.percentile import Percentile
from tui.metrics.prices import Price
from tui.metrics.windows import Liquidations
from tui.snapshot import Snapshot

FRESH = timedelta(minutes=15)
"""What rests on something older is stale: the slowest line is asked for every five minutes."""


@dataclass(frozen=True)
class Reading:
    """A line's number at a moment, in the unit its `Line` says. `ts` is of the newest event it
    rests on, `change` against 24 h before in the same unit, `standing` its own where the line
    has a past of its own: its change is of that too. `is_low`: a lower bound. `what`: more closely
    than its `Line` what the number is. `reason` says why there is none."""

    value: float | None = None
    ts: datetime | None = None
    change: float | None = None
    standing: Percentile | None = None
    is_low: bool = False
    reason: str | None = None
    what: str | None = None


class Given(NamedTuple):
    """What somebody makes of the same snapshot anyway: the price of the coin, open interest and
    funding, the liquidations of all coins, what moves the coin."""

    price: Callable[[], Price | None] | None = None
    interest: Callable[[], Derivatives] | None = None
    tape: Callable[[], Liquidations] | None = None
    drivers: Callable[[], Drivers] | None = None


NOTHING = Given()


@dataclass
class Sight:
    """A snapshot and a coin, and what several lines ask of them, made once."""

    snapshot: Snapshot
    base: str
    coins: Sequence[str]
    given: Given = NOTHING

    @cached_property
    def price(self) -> Price | None:
        """The live price of the coin."""
        if self.given.price:
            return self.given.price()
        shot = self.snapshot
        return prices.price(shot.quotes, shot.candles, self.base, shot.as_of)

    @cached_property
    def before(self) -> float | None:
        """The price 24 h before; None where none is stored near."""
        if self.price is None or self.price.change_24h is None:
            return None
        return self.price.price / (1 + self.price.change_24h)

    @cached_property
    def interest(self) -> Derivatives:
        """Open interest and funding of every coin."""
        if self.given.interest:
            return self.given.interest()
        return derivatives_metric.derivatives(self.snapshot.derivatives, self.snapshot.as_of)

    @cached_property
    def tape(self) -> Liquidations:
        """The liquidations of all coins."""
        if self.given.tape:
            return self.given.tape()
        return self.snapshot.tape(self.coins, lines=0, listed=0)

    @cached_property
    def drivers(self) -> Drivers:
        """What moves the coin."""
        return self.given.drivers() if self.given.drivers else self.snapshot.drivers(self.base)


@dataclass(frozen=True)
class Line:
    """One line: its name (`_` for a blank), the panel behind it, what its number is in words, and
    how it is said.

    `form` is change (a fraction, signed), funding (per 8 h), share, usd or number. `is_of_all`: of
    all coins, whichever is looked at.
    """

    name: str
    panel: str
    what: str
    form: str
    read: Callable[[Sight], Reading]
    is_of_all: bool = False


@dataclass(frozen=True)
class Score:
    """A line with its reading and where that stands."""

    line: Line
    reading: Reading
    standing: Percentile
    stale: bool

    @property
    def what(self) -> str:
        """What the number is, in words."""
        return self.reading.what or self.line.what


@dataclass(frozen=True)
class Scorecard:
    """Every line at a moment, in their order."""

    as_of: datetime
    base: str
    scores: tuple[Score, ...]

    @property
    def newest(self) -> datetime | None:
        """The newest event that any line rests on."""
        times = (one.reading.ts for one in self.scores)
        return max((ts for ts in times if ts is not None), default=None)
