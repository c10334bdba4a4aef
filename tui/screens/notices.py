"""What the header says for a while: that the view is held, what is wrong, and the last words."""

from datetime import datetime, timedelta

from tui.clock import Clock
from tui.screens.picture import Picture

SAID_FOR = timedelta(seconds=8)


class Notices:
    """The words said last, and those of the newest picture."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said: tuple[datetime, str] | None = None
        self._error: str | None = None
        self._supervised: str | None = None
        self._since_held = 0

    def say(self, words: str, span: timedelta = SAID_FOR) -> None:
        """Show a line in the header for some seconds."""
        self._said = (self._clock() + span, words)

    def heard(self, picture: Picture) -> None:
        """Keep what a picture tells of the reading thread."""
        self._supervised = picture.supervised
        self._error = picture.errors[0] if picture.errors else None
        self._since_held = picture.since_held

    def line(self, now: datetime, held: datetime | None) -> str:
        """At this moment: hold, error, supervisor, last words."""
        parts = []
        if held:
            seconds = int((now - held).total_seconds())
            parts.append(f"HELD {seconds // 60}:{seconds % 60:02d} +{self._since_held}")
        if self._error:
            parts.append(f"! {self._error}")
        if self._supervised:
            parts.append(self._supervised)
        if self._said and now < self._said[0]:
            parts.append(self._said[1])
        return "  ".join(dict.fromkeys(parts))
