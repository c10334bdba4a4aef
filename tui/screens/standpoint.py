"""Where in time the monitor stands: now, held at a moment of now, or at one of the past."""

from datetime import datetime

from tui.clock import Clock
from tui.travel import Travel, unheard


class Standpoint:
    """The app has one for all screens. `held` is since when the view stands still while recording
    goes on; `travel` is the way through the past, None live."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.held: datetime | None = None
        self.travel: Travel | None = None

    def moment(self, now: datetime | None = None) -> datetime | None:
        """The moment of the past that is looked at; None live."""
        return self.travel.moment(now or self._clock()) if self.travel else None

    @property
    def plays(self) -> bool:
        """Whether that moment moves on by itself."""
        return bool(self.travel and self.travel.speed)

    def go(self, at: datetime, began: datetime | None) -> str:
        """Look at a moment of the past; one that has not come is live. Long before the store
        `began` nothing is known, and the words that say so are all that comes of it."""
        now = self._clock()
        if at >= now:
            self.live()
        elif words := unheard(at, began):
            return words
        else:
            self.held = None
            self.travel = (self.travel or Travel(at, now)).moved(at, now)
        return ""

    def live(self) -> None:
        """Look at now again."""
        self.travel = None

    def hold(self) -> None:
        """Freeze the view or a replay, or let it go on. A moment of the past stands anyway."""
        if self.travel:
            self.travel = self.travel.held(self._clock())
        else:
            self.held = None if self.held else self._clock()
