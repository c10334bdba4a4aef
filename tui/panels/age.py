"""How old what a panel shows is, and whether that is too old."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tui import draw


@dataclass(frozen=True)
class Age:
    """The age of a panel's fastest table, whether it is stale, and both as the frame says them."""

    age_s: float | None
    stale: bool
    text: str

    @classmethod
    def of(cls, ts: datetime | None, as_of: datetime, limit: timedelta) -> "Age":
        """Age of the newest event `ts`; stale beyond `limit`, and when there is none."""
        if ts is None:
            return cls(None, True, "n/a")
        seconds = max(0.0, (as_of - ts).total_seconds())
        stale = seconds > limit.total_seconds()
        return cls(seconds, stale, draw.age(seconds) + ("!" if stale else ""))

    def marked(self, stale: bool) -> "Age":
        """The same age, stale or not for another reason."""
        mark = "!" if stale and self.age_s is not None else ""
        return Age(self.age_s, stale, self.text.rstrip("!") + mark)
