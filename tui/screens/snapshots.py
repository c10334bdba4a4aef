"""Which snapshot the panels show: the newest, one that is held, or one of the past."""

from dataclasses import replace
from datetime import timedelta

from tui.screens.drawings import Drawings
from tui.screens.picture import Ask
from tui.screens.source import Source
from tui.snapshot import Snapshot

SECOND = timedelta(seconds=1)


class Snapshots:
    """Belongs to the reading thread. What was drawn from one snapshot and may not serve another
    is forgotten by the `drawings`."""

    def __init__(self, drawings: Drawings) -> None:
        self._drawings = drawings
        self.live: Snapshot | None = None
        self.past: Snapshot | None = None  # of a moment that is looked at instead of now
        self._held: Snapshot | None = None
        self._feed: Snapshot | None = None  # the one whose feed is frozen

    @property
    def is_frozen(self) -> bool:
        """Whether the feed is frozen."""
        return self._feed is not None

    def taken(self, source: Source, ask: Ask) -> tuple[Snapshot, Snapshot]:
        """The newest, and the one the panels show."""
        before = self.live
        live = self._live(source, ask)
        if before is None:  # nobody should wait for the first frame; the next one judges
            live = replace(live, judged=False)
        elif not before.judged:
            self._drawings.forget_judged()
        self.live = live
        return live, self._past_of(source, ask) or self._frozen(live, before, ask)

    def quoted(self, source: Source, ask: Ask) -> Snapshot | None:
        """The newest with the prices that came since; None when none did."""
        assert self.live is not None
        found = source.quoted(self.live, ask.as_of)
        self.live = found or self.live
        return found

    def _live(self, source: Source, ask: Ask) -> Snapshot:
        """The newest there is; a key waits for no reading (half of what it took, in a wave)."""
        known = self.live
        if known and known.judged and not ask.fresh and ask.as_of - known.as_of < SECOND:
            return known
        source.poll()
        return source.at(ask.as_of)

    def _past_of(self, source: Source, ask: Ask) -> Snapshot | None:
        """The snapshot of the past moment that is looked at, read once while it stands. A step
        does not wait for the venues to be judged, a fifth of its work: the next picture, at most a
        second later, does that. A replay has no next one of the same moment."""
        if ask.at is None:
            if self.past is not None:
                self.past = None
                self._drawings.forget()
            return None
        if self.past is None or self.past.as_of != ask.at:
            found = source.at(ask.at)
            self.past = found if ask.plays else replace(found, judged=False)
        elif not self.past.judged:
            self.past = replace(self.past, judged=True)
            self._drawings.forget_judged()
            self._drawings.forget_counted()
        self._feed = None  # a feed of the past is frozen as it is
        return self.past

    def _frozen(self, live: Snapshot, before: Snapshot | None, ask: Ask) -> Snapshot:
        """The held one or the live one, with its feed frozen while a row is selected."""
        if ask.held is None:
            self._held = None
        elif self._held is None:
            self._held = before or live
        shown = self._held or live
        if not ask.frozen_feed:
            self._feed = None
            return shown
        self._feed = self._feed or shown
        return replace(shown, recent=self._feed.recent)


def count_since(live: Snapshot, held: Snapshot) -> int:
    """Liquidations in the minutes of `live` that were not in those of `held`."""
    since = held.as_of.replace(second=0, microsecond=0)

    def counted(snapshot: Snapshot) -> int:
        return int(snapshot.minutes.filter(snapshot.minutes["minute"] >= since)["count"].sum())

    return max(0, counted(live) - counted(held))
