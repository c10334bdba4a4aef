"""What a person set about alerts; plain values, read by `tui.alerts.rules`.

Named tuples: each frozen dataclass would cost every start of a monitor 0.75 ms.
"""

from datetime import UTC, datetime
from typing import NamedTuple

NOTICES = ("off", "osc9", "osc777", "osc99")


class Step(NamedTuple):
    """One step of a path: a name, and the words that choose among what stands under it."""

    name: str
    picks: tuple[str, ...] | None = None


class Quiet(NamedTuple):
    """Hours without bell and command, as minutes of the day in UTC; over midnight, too."""

    start: int
    end: int

    def holds(self, moment: datetime) -> bool:
        """Whether the moment is in them."""
        utc = moment.astimezone(UTC)
        minute = utc.hour * 60 + utc.minute
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def __str__(self) -> str:
        start, end = (f"{at // 60:02d}:{at % 60:02d}" for at in self)
        return f"{start}-{end}"


class Rule(NamedTuple):
    """`when` a number of the snapshot stands so against `threshold`, and how patient that is.

    `hysteresis` is in the number's unit; at each of `grades` the event is worse by one.
    """

    name: str
    when: str
    path: tuple[Step, ...]
    operator: str
    threshold: float
    form: str
    hold_s: float = 0.0
    hysteresis: float = 0.0
    cool_down_s: float = 300.0
    grades: tuple[float, ...] = ()
    quiet: Quiet | None = None


class Alerts(NamedTuple):
    """All settings of alerts; `feeds_s` 0 tells of no feed, an empty `on_alert` runs nothing."""

    rules: tuple[Rule, ...] = ()
    bursts: bool = True
    feeds_s: float = 60.0
    bell: bool = True
    notify: str = "off"
    quiet: Quiet | None = None
    on_alert: tuple[str, ...] = ()
    limit_s: float = 10.0
