"""What a person set about alerts; plain values, read by `tui.alerts.rules`.

Named tuples: each frozen dataclass would cost every start of a monitor 0.75 ms.
"""

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

NOTICES = ("off", "osc9", "osc777", "osc99")


class Step(NamedTuple):
    """One step of a path: a name, and the words that choose among what stands under it."""

    name: str
    picks: tuple[str, ...] | None = None


class Quiet(NamedTuple):
    """Hours without bell and command, as minutes of the day by the clocks of `zone`; over
    midnight, too."""

    start: int
    end: int
    zone: str = "UTC"

    def holds(self, moment: datetime) -> bool:
        """Whether the moment is in them."""
        there = moment.astimezone(clocks(self.zone))
        minute = there.hour * 60 + there.minute
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def __str__(self) -> str:
        start, end = (f"{at // 60:02d}:{at % 60:02d}" for at in (self.start, self.end))
        return f"{start}-{end} {self.zone}"


def clocks(zone: str) -> tzinfo:
    """The clocks of a zone by its name in the IANA database; a ValueError when there is none."""
    if zone == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # 4 ms, for those who name one

    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # unknown; no name at all; a folder of names
        raise ValueError(zone) from None


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
