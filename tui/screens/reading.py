"""Reads the source and draws the panels in a thread, so that the screen never waits for either.

The screen asks (`Ask`), the thread answers with lines ready to show (`Picture`). Only the newest
question counts. A source that fails leaves what was shown and says so in the notice.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from textual.content import Content

from tui.clock import Clock, utc_now
from tui.failures import FAILURES
from tui.screens.drawing import said
from tui.screens.drawings import Drawings
from tui.screens.picture import Ask, Picture
from tui.screens.questions import Questions
from tui.screens.seeking import Seek, found
from tui.screens.snapshots import Snapshots, count_since
from tui.screens.source import Source
from tui.snapshot import Snapshot

SUPERVISE_EVERY = timedelta(seconds=2)


Supervise = Callable[[], str | None]
"""Looks after the recorder; returns what a person should know, or None."""


class Reading:
    """The thread. `source` may be a call that opens one, so that it runs beside Textual's start."""

    def __init__(
        self,
        source: Source | Callable[[], Source],
        deliver: Callable[[Picture], None],
        supervise: Supervise | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._open, self._deliver, self._supervise = source, deliver, supervise
        self._clock = clock
        self._source: Source | None = None
        self._questions = Questions()
        self._drawings = Drawings()
        self._snapshots = Snapshots(self._drawings)
        self._words: str | None = None
        self._supervised: datetime | None = None
        # A daemon: a read that hangs must not keep the process after the screen has closed.
        self._thread = threading.Thread(target=self._run, name="liqtop-reading", daemon=True)

    def start(self) -> None:
        """Open the source and wait for questions."""
        self._thread.start()

    def ask(self, ask: Ask) -> None:
        """Have this drawn next; an older question that still waits is forgotten."""
        self._questions.ask(ask)

    def seek(self, seek: Seek) -> None:
        """Look for a burst; the picture that has it has nothing else."""
        self._questions.seek(seek)

    def stop(self) -> None:
        """End the thread, waiting at most a second for a read that is under way."""
        self._questions.end()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        self.open()
        while (ask := self._questions.next()) is not None:
            self.answer(ask)

    def open(self) -> str | None:
        """Open the source and read it once, which takes 0.26 s that the first question, asked
        when the screen has its size, need not wait for. What went wrong, or None."""
        try:
            source = self._open() if callable(self._open) else self._open
            source.poll()
            source.at(self._clock())
        except FAILURES as error:
            return said("store", error)
        self._source = source
        return None

    def answer(self, ask: Ask | Seek) -> None:
        """Deliver what was asked, or what hinders it."""
        if self._source is None and (failed := self.open()):
            self._deliver(Picture(None, errors=(failed,), supervised=self._watch(self._clock())))
            return
        try:
            picture = self._found(ask) if isinstance(ask, Seek) else self.picture(ask)
        except FAILURES as error:
            picture = Picture(None, errors=(said("store", error),), supervised=self._words)
        if picture is not None:
            self._deliver(picture)

    def _found(self, seek: Seek) -> Picture:
        assert self._source is not None
        self._source.poll()
        live = self._snapshots.live
        known = live.known_cascades if live is not None and live.detects(seek.coin) else ()
        detected = [one.known for one in known if one.base == seek.coin]
        made = found(seek, self._source.minutes, detected)
        return Picture(None, supervised=self._words, found=made)

    def picture(self, ask: Ask) -> Picture | None:
        """What the screen asked for; None between two seconds when no price is new."""
        assert self._source is not None
        words = self._watch(ask.as_of)
        if ask.between and self._snapshots.live is not None:
            return self._between(ask)
        live, shown = self._snapshots.taken(self._source, ask)
        frozen = self._snapshots.is_frozen
        made = self._drawings.panels(ask.panels, shown, self._source, frozen)
        # The price stays live while held; what is held is drawn of other rows each second.
        head, sentence = self._headed_by(ask, live, keeps=shown is live)
        return replace(
            made,
            snapshot=live,
            lines={**made.lines, **head},
            supervised=words,
            since_held=count_since(live, shown) if ask.held and not ask.at else 0,
            shown=shown,
            sentence=sentence,
        )

    def _between(self, ask: Ask) -> Picture | None:
        """Between two seconds the header alone is drawn, and only for a new price."""
        assert self._source is not None
        if ask.header is None:
            return None
        live = self._snapshots.quoted(self._source, ask)
        if live is None:
            return None
        head, sentence = self._headed_by(ask, live, keeps=True)
        past = self._snapshots.past
        return Picture(live, head, supervised=self._words, shown=past, sentence=sentence)

    def _headed_by(
        self, ask: Ask, live: Snapshot, keeps: bool
    ) -> tuple[dict[str, list[Content]], str]:
        """The header: live, while the view is held too; of the past with the live price in it."""
        if ask.header is None:
            return {}, ""
        past = self._snapshots.past
        if past is not None:
            return self._drawings.header(ask.header, ask.feeds, past, live, keeps=True)
        if ask.between:
            return self._drawings.priced(ask.header, ask.feeds, live)
        return self._drawings.header(ask.header, ask.feeds, live, None, keeps)

    def _watch(self, now: datetime) -> str | None:
        due = self._supervised is None or now - self._supervised >= SUPERVISE_EVERY
        if self._supervise is not None and due:
            self._supervised = now
            try:
                self._words = self._supervise()
            except FAILURES as error:
                self._words = said("recorder", error)
        return self._words
