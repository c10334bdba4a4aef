"""One thing that happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tui.tables import Side


class Kind(StrEnum):
    """What kind of event it is."""

    BURST = "burst"
    BURST_END = "burst_end"
    CASCADE = "cascade"
    MARKET_WIDE = "market_wide"
    CASCADE_END = "cascade_end"
    LARGEST = "largest"
    LOST = "lost"
    BACK = "back"
    SILENT = "silent"
    ROUND = "round"
    AVERAGE = "average"
    CLOSE = "close"
    ALERT = "alert"


@dataclass(frozen=True)
class Event:
    """One event at `ts`; `look` is the moment at which the screen shows it. None is what its kind
    does not have.

    - BURST: side, share (of longs) and times (of a normal minute) of its first minute; where the
      week tells what is normal it, CASCADE and MARKET_WIDE (it grew worse) have base (whose price),
      sigmas (its move) and venue (which led), MARKET_WIDE names (the coins that followed)
    - BURST_END, CASCADE_END: side, usd of that side, is_low (whether that is a lower bound),
      duration, move of `base`'s price (None where unknown)
    - LARGEST: base, side, usd, venue, price
    - LOST, SILENT: names of the feeds, reason; BACK: names, duration, filled, and `silent` as its
      reason where the feeds were connected all the time; of liquidation feeds that were lost, `of`:
      how many, of how many wanted
    - ROUND: base, level, is_above; AVERAGE: base, names (the line), level, price, is_above
    - ALERT: reason (what was told)
    - CLOSE: base, price, reason (where it stands)
    """

    ts: datetime
    kind: Kind
    look: datetime
    base: str | None = None
    side: Side | None = None
    usd: float | None = None
    share: float | None = None
    times: float | None = None
    duration: timedelta | None = None
    move: float | None = None
    venue: str | None = None
    price: float | None = None
    level: float | None = None
    is_above: bool | None = None
    names: tuple[str, ...] = ()
    of: tuple[int, int] | None = None
    reason: str | None = None
    filled: timedelta | None = None
    is_low: bool | None = None
    sigmas: float | None = None
