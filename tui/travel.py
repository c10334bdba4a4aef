"""Where in the past the screen is: a moment that stands, or one that runs at a speed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tui import times
from tui.clock import Clock
from tui.errors import UsageError

STEPS: dict[str, timedelta] = {
    "1m": timedelta(seconds=15),
    "5m": timedelta(minutes=1),
    "15m": timedelta(minutes=5),
    "1h": timedelta(minutes=15),
    "4h": timedelta(hours=1),
    "12h": timedelta(hours=3),
    "24h": timedelta(hours=6),
}
"""One step in time by the chosen window: about a quarter of it, so that what a step shows still
overlaps what the last one did."""

BEFORE = timedelta(days=8)
"""Of the time before a recorder first ran this much at least is asked for: candles, ratios, and
Binance's taker flow. What was liquidated then nobody can be asked, and is `n/a`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Travel:
    """The past as it is looked at: `at` when the clock said `since`; from then on `speed` seconds
    of it pass in each second (0: it stands), up to `until`. `pace` is the speed of a replay, also
    while that is held; 0 when nothing is replayed."""

    at: datetime
    since: datetime
    speed: float = 0.0
    pace: float = 0.0
    until: datetime | None = None

    def moment(self, now: datetime) -> datetime:
        """The moment shown when the clock says `now`."""
        reached = self.at + (now - self.since) * self.speed
        return reached if self.until is None else min(reached, max(self.until, self.at))

    def moved(self, at: datetime, now: datetime) -> "Travel":
        """The same at another moment, running on from there if it ran."""
        return replace(self, at=at, since=now)

    def held(self, now: datetime) -> "Travel":
        """Stopped where it is; or, when it stood, running on."""
        speed = 0.0 if self.speed else self.pace
        return replace(self, at=self.moment(now), since=now, speed=speed)

    def words(self, now: datetime) -> tuple[str, ...]:
        """What the header says, longest first: `AT 2026-01-19 21:15Z`, `REPLAY ×60 …`."""
        at = self.moment(now)
        clock = f"{at:%H:%M}Z" if at.second == 0 and not self.speed else f"{at:%H:%M:%S}Z"
        played = "" if not self.pace else self._played(at)
        first = f"REPLAY {played}" if self.pace else "AT "
        last = played or "AT "
        long, short = f"{first}{at:%Y-%m-%d} {clock}", f"{first}{at:%m-%d} {clock}"
        return long, short, f"{last}{at:%m-%d %H:%M}Z", f"{last}{at:%H:%M}Z"

    def _played(self, at: datetime) -> str:
        if at == self.until:
            return "END "
        return f"×{self.pace:g} " if self.speed else "HELD "


def replay(since: datetime, until: datetime, speed: float, clock: Clock) -> Travel:
    """A replay of `(since, until]` that begins when the clock says now."""
    return Travel(since, clock(), speed, speed, until)


def stepped(at: datetime, window: str, count: int) -> datetime:
    """`count` whole steps of the window's from `at`, back when negative: from 14:03:20 one step of
    a minute back is 14:03:00, the next 14:02:00."""
    step = STEPS[window]
    whole = (at - _EPOCH) // step
    if count < 0 and (at - _EPOCH) % step:
        whole += 1
    return _EPOCH + (whole + count) * step


def known(text: str, now: datetime, began: datetime | None) -> datetime:
    """The moment that `text` names, if a store that first listened at `began` knows anything of it;
    else a UsageError that says why not."""
    moment = times.parse(text, now)
    if moment > now:
        raise UsageError(f"{moment:%Y-%m-%d %H:%MZ} has not come yet")
    if words := unheard(moment, began):
        raise UsageError(words)
    return moment


def unheard(moment: datetime, began: datetime | None) -> str | None:
    """That a store which first listened at `began` knows nothing of a moment; None when it does."""
    if began is None or moment >= began - BEFORE:
        return None
    return f"{moment:%Y-%m-%d %H:%MZ}: the store begins {began:%Y-%m-%d %H:%MZ}"
