"""The next and the previous burst from a moment, however far they are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.metrics.bursts import bursts
from tui.snapshot import Snapshot

DAY = timedelta(hours=24)
FURTHEST = 40
"""Days looked at for one key: 0.2 s each of a day with a million liquidations."""


@dataclass(frozen=True)
class Seek:
    """Which burst is looked for: the first that is known after `at`, or the last before it. What
    lies after `now` has not come."""

    at: datetime
    now: datetime
    forward: bool
    coin: str | None = None


@dataclass(frozen=True)
class Found:
    """The moment at which the burst is known; None when there is none."""

    seek: Seek
    at: datetime | None


def found(seek: Seek, at: Callable[[datetime], Snapshot]) -> Found:
    """The burst looked for; `at` gives the snapshot of a moment."""
    end = min(seek.at + DAY, seek.now) if seek.forward else seek.at
    for _ in range(FURTHEST):
        snapshot = at(end)
        if known := _known(seek, snapshot):
            return Found(seek, min(known) if seek.forward else max(known))
        began = snapshot.began or end
        if end >= seek.now if seek.forward else end - DAY <= began:
            break
        end = min(end + DAY, seek.now) if seek.forward else end - DAY
    return Found(seek, None)


def _known(seek: Seek, snapshot: Snapshot) -> list[datetime]:
    """When the bursts of the snapshot's day on that side of the moment were known."""
    made = bursts(
        snapshot.minutes, snapshot.whole_minutes, snapshot.began, snapshot.as_of, seek.coin
    )
    moments = [one.known_at for one in made if one.known_at <= seek.now]
    return [at for at in moments if (at > seek.at if seek.forward else at < seek.at)]
