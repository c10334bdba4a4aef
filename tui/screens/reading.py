"""Reads the source and draws the panels in a thread, so that the screen never waits for either.

The screen asks (`Ask`), the thread answers with lines ready to show (`Picture`). Only the newest
question counts. A source that fails leaves what was shown and says so in the notice.
"""

import queue
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from textual.content import Content

from tui.clock import Clock, utc_now
from tui.panels.base import Age
from tui.panels.liquidations import read
from tui.screens.beyond import Beyond
from tui.screens.drawing import Kept, Totals, Wanted, drawn, headed, rows_of, said
from tui.screens.picture import Ask, Picture
from tui.screens.seeking import Seek, found
from tui.screens.source import Source
from tui.snapshot import Snapshot

SUPERVISE_EVERY = timedelta(seconds=2)
DETAIL_KEPT = timedelta(milliseconds=900)
"""A detail is counted anew each second, not with each key."""
HEADER_EVERY = timedelta(milliseconds=450)
"""The header is drawn at most this often for a price: looking for one and drawing it cost 5 ms."""


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
        self._asks: queue.SimpleQueue[Ask | Seek | None] = queue.SimpleQueue()
        self._shown: Snapshot | None = None  # the last live one
        self._held: Snapshot | None = None
        self._past: Snapshot | None = None  # the one of a moment that is looked at instead of now
        self._feed: Snapshot | None = None  # the one whose feed is frozen
        self._totals: Totals | None = None  # of the last panels, spared a second reading
        self._kept: dict[str, Kept] = {}
        self._beyond = Beyond()  # what details read of the store by themselves
        self._detail: tuple[Wanted, datetime, Any] | None = None  # the record drawn last
        self._headed: datetime | None = None
        self._words: str | None = None
        self._supervised: datetime | None = None
        # A daemon: a read that hangs must not keep the process after the screen has closed.
        self._thread = threading.Thread(target=self._run, name="liqtop-reading", daemon=True)

    def start(self) -> None:
        """Open the source and wait for questions."""
        self._thread.start()

    def ask(self, ask: Ask) -> None:
        """Have this drawn next; an older question that still waits is forgotten."""
        self._asks.put(ask)

    def seek(self, seek: Seek) -> None:
        """Look for a burst; the picture that has it has nothing else."""
        self._asks.put(seek)

    def stop(self) -> None:
        """End the thread, waiting at most a second for a read that is under way."""
        self._asks.put(None)
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        self.open()
        while (ask := self._newest()) is not None:
            self.answer(ask)

    def open(self) -> str | None:
        """Open the source and read it once, which takes 0.26 s that the first question, asked
        when the screen has its size, need not wait for. What went wrong, or None."""
        try:
            source = self._open() if callable(self._open) else self._open
            source.poll()
            source.at(self._clock())
        except Exception as error:
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
        except Exception as error:
            picture = Picture(None, errors=(said("store", error),), supervised=self._words)
        if picture is not None:
            self._deliver(picture)

    def _found(self, seek: Seek) -> Picture:
        assert self._source is not None
        self._source.poll()
        shown = self._shown
        known = shown.known_cascades if shown is not None and shown.detects(seek.coin) else ()
        detected = [one.known for one in known if one.base == seek.coin]
        made = found(seek, self._source.minutes, detected)
        return Picture(None, supervised=self._words, found=made)

    def _newest(self) -> Ask | Seek | None:
        """The newest question; one for panels is not displaced by one for the header alone, and
        none for a burst by another."""
        ask = self._asks.get()
        while isinstance(ask, Ask) and not self._asks.empty():
            newer = self._asks.get()
            if isinstance(newer, Seek):
                return newer  # what it finds is drawn next
            if newer is None or newer.panels or not ask.panels:
                ask = newer
        return ask

    def picture(self, ask: Ask) -> Picture | None:
        """What the screen asked for; None when only the header was and nothing is new."""
        assert self._source is not None
        words = self._watch(ask.as_of)
        if not ask.panels and self._shown is not None:
            return self._between(ask, self._shown)
        self._source.poll()
        live = self._source.at(ask.as_of)
        before, self._shown = self._shown, live
        if before is not None and not before.judged:
            self._kept = {n: k for n, k in self._kept.items() if not k.judges}
        if before is None:  # nobody should wait for the first frame; the next one judges
            live = self._shown = replace(live, judged=False)
        shown = self._past_of(ask) or self._frozen(live, before, ask)
        lines: dict[str, list[Content]] = {}
        ages: dict[str, Age] = {}
        records: dict[str, Any] = {}
        if not any(wanted.detail for wanted in ask.panels):
            self._beyond = Beyond()
        for wanted in ask.panels:
            record = self._draw(wanted, shown, lines, ages)
            if wanted.detail and wanted.panel is not None and record is not None:
                records[wanted.panel.name] = record
        kept = {name: one for name, one in self._kept.items() if name in lines}
        sentence = ""
        if ask.header is not None:  # the price stays live while held
            head, sentence = self._headed_by(ask, ask.header, live, shown)
            lines |= head
        since = _count_since(live, shown) if ask.held and not ask.at else 0
        return Picture(
            live,
            lines,
            ages,
            supervised=words,
            since_held=since,
            shown=shown,
            moments={name: one.moments for name, one in kept.items()},
            opens={n: (one.wanted.view.selected, one.opens) for n, one in kept.items()},
            selectable={name: one.selectable for name, one in kept.items()},
            records=records,
            sentence=sentence,
        )

    def _between(self, ask: Ask, shown: Snapshot) -> Picture | None:
        """Between two seconds the header alone is drawn, and only for a new price."""
        assert self._source is not None
        if ask.header is None or (self._headed and ask.as_of - self._headed < HEADER_EVERY):
            return None
        live = self._source.quoted(shown, ask.as_of)
        if live is None:
            return None
        lines, sentence = self._headed_by(ask, ask.header, live, live)
        return Picture(live, lines, supervised=self._words, shown=self._past, sentence=sentence)

    def _headed_by(
        self, ask: Ask, wanted: Wanted, live: Snapshot, shown: Snapshot
    ) -> tuple[dict[str, list[Content]], str]:
        """The header: live, while the view is held too; of the past with the live price in it."""
        self._headed = ask.as_of
        told = self._past or live
        known = self._totals
        if known is None or not known.serves(wanted.view.coin, told):
            known = Totals(read(told, wanted.view), rows_of(told))
            if self._past or shown is live:  # what is held is drawn of other rows each second
                self._totals = known
        return headed(wanted, ask.feeds, told, known.made, live if self._past else None)

    def _past_of(self, ask: Ask) -> Snapshot | None:
        """The snapshot of the past moment that is looked at, read once while it stands. A step
        does not wait for the venues to be judged, a fifth of its work: the next picture, at most a
        second later, does that. A replay has no next one of the same moment."""
        assert self._source is not None
        if ask.at is None:
            if self._past is not None:  # nothing drawn from the past may serve the present
                self._past, self._totals = None, None
                self._kept.clear()
            return None
        if self._past is None or self._past.as_of != ask.at:
            found = self._source.at(ask.at)
            self._past = found if ask.plays else replace(found, judged=False)
        elif not self._past.judged:
            self._past = replace(self._past, judged=True)
            self._detail = self._totals = None
            self._kept = {n: k for n, k in self._kept.items() if not k.judges}
        self._feed = None  # a feed of the past is frozen as it is
        return self._past

    def _draw(
        self,
        wanted: Wanted,
        shown: Snapshot,
        lines: dict[str, list[Content]],
        ages: dict[str, Age],
    ) -> Any:
        """Put the panel's lines and age in, from what is kept where that still serves; the record
        they were drawn from, None where that is no longer known."""
        assert wanted.panel is not None
        name = wanted.panel.name
        kept = self._kept.get(name)
        if kept is not None and kept.serves(wanted, shown):
            lines[name], ages[name] = kept.lines, kept.aged(shown.as_of)
            return None
        self._kept.pop(name, None)
        known = self._known_record(wanted, shown)
        close = shown
        if wanted.detail and known is None:
            assert self._source is not None
            needs = wanted.panel.needs(wanted.view)
            close = self._beyond.added(self._source, shown, needs, self._feed is not None)
        lines[name], age, record = drawn(wanted, close, known)
        if wanted.detail and known is None:
            self._detail = (wanted.of_record, shown.as_of, record)
        if not wanted.view.drill.path:  # deeper in, the totals are those of a part
            made = getattr(record, "liquidations", None)
            self._totals = Totals(made, rows_of(shown)) if made else self._totals
        if age is not None:
            ages[name] = age
            origin, rows = weakref.ref(shown), rows_of(shown)
            panel = wanted.panel
            leads = (
                panel.moments(record),
                panel.opens(record, wanted.view),
                panel.selectable(record),
            )
            self._kept[name] = Kept(wanted, shown.as_of, origin, rows, lines[name], age, *leads)
        return record

    def _known_record(self, wanted: Wanted, shown: Snapshot) -> Any:
        """The record a detail was drawn from within this second: a key that moves a cursor or a
        row need not count a day anew (100 ms with a million liquidations)."""
        if not wanted.detail or self._detail is None:
            return None
        what, as_of, record = self._detail
        young = timedelta(0) <= shown.as_of - as_of < DETAIL_KEPT
        return record if young and what == wanted.of_record else None

    def _frozen(self, live: Snapshot, before: Snapshot | None, ask: Ask) -> Snapshot:
        """The snapshot the panels show: held, or live, with its feed frozen while selected."""
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

    def _watch(self, now: datetime) -> str | None:
        due = self._supervised is None or now - self._supervised >= SUPERVISE_EVERY
        if self._supervise is not None and due:
            self._supervised = now
            try:
                self._words = self._supervise()
            except Exception as error:
                self._words = said("recorder", error)
        return self._words


def _count_since(live: Snapshot, held: Snapshot) -> int:
    """Liquidations in the minutes of `live` that were not in those of `held`."""
    since = held.as_of.replace(second=0, microsecond=0)

    def counted(snapshot: Snapshot) -> int:
        return int(snapshot.minutes.filter(snapshot.minutes["minute"] >= since)["count"].sum())

    return max(0, counted(live) - counted(held))
