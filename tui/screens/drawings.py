"""What was drawn last of every panel, of a detail and of the header, spared while it serves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from textual.content import Content

from tui.panels import header
from tui.panels.base import Age, View
from tui.panels.header import HeaderRecord
from tui.panels.liquidations import read
from tui.screens.beyond import Beyond
from tui.screens.drawing import Kept, Totals, Wanted, drawn, headed, rows_of
from tui.screens.picture import Picture
from tui.screens.source import Source
from tui.snapshot import Snapshot

DETAIL_KEPT = timedelta(milliseconds=900)
"""A detail is counted anew each second, not with each key."""


class Drawings:
    """Belongs to the reading thread."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}
        self._beyond = Beyond()  # what details read of the store by themselves
        self._detail: tuple[Wanted, datetime, Any] | None = None  # the record drawn last
        self._totals: Totals | None = None  # of the last panels, spared a second reading
        self._header: tuple[View, HeaderRecord] | None = None  # of the present, drawn last

    def forget(self) -> None:
        """Nothing drawn from the past may serve the present."""
        self._kept.clear()
        self.forget_counted()

    def forget_judged(self) -> None:
        """The venues have been judged meanwhile: what tells of that is drawn again."""
        self._kept = {name: one for name, one in self._kept.items() if not one.judges}

    def forget_counted(self) -> None:
        """A moment that stands still has been judged: by age alone its counts would serve on."""
        self._detail = self._totals = self._header = None

    def panels(
        self, every: Sequence[Wanted], shown: Snapshot, source: Source, frozen: bool
    ) -> Picture:
        """The picture of the panels alone. While the feed is `frozen`, what a filter has found
        stays."""
        if not any(wanted.detail for wanted in every):
            self._beyond = Beyond()
        made = {
            wanted.panel.name: self._drawn(wanted, shown, source, frozen)
            for wanted in every
            if wanted.panel is not None
        }
        kept = {name: self._kept[name] for name in made if name in self._kept}
        return Picture(
            None,
            {name: lines for name, (lines, _, _) in made.items()},
            {name: age for name, (_, age, _) in made.items() if age is not None},
            moments={name: one.moments for name, one in kept.items()},
            opens={n: (one.wanted.view.selected, one.opens) for n, one in kept.items()},
            selectable={name: one.selectable for name, one in kept.items()},
            records={n: r for n, (_, age, r) in made.items() if age is None and r is not None},
        )

    def _drawn(
        self, wanted: Wanted, shown: Snapshot, source: Source, frozen: bool
    ) -> tuple[list[Content], Age | None, Any]:
        """The panel's lines with its age; with no age those of a detail, and the record they are
        of. What can serve again is kept."""
        assert wanted.panel is not None
        kept = self._kept.pop(wanted.panel.name, None)
        if kept is not None and not kept.serves(wanted, shown):
            kept = kept.refocused(wanted, shown)
        if kept is not None:
            self._kept[wanted.panel.name] = kept
            return kept.lines, kept.aged(shown.as_of), None
        known = self._known_record(wanted, shown)
        close = shown
        if wanted.detail and known is None:
            needs = wanted.panel.needs(wanted.view)
            close = self._beyond.added(source, shown, needs, frozen)
        lines, age, record = drawn(wanted, close, known)
        if wanted.detail and known is None:
            self._detail = (wanted.of_record, shown.as_of, record)
        made = getattr(record, "liquidations", None)
        if made and not wanted.view.drill.path:  # deeper in, the totals are those of a part
            self._totals = Totals(made, rows_of(shown))
        if age is not None:
            self._kept[wanted.panel.name] = Kept.of(wanted, shown, lines, age, record)
        return lines, age, record

    def _known_record(self, wanted: Wanted, shown: Snapshot) -> Any:
        """The record a detail was drawn from within this second: a key that moves a cursor or a
        row need not count a day anew (100 ms with a million liquidations)."""
        if not wanted.detail or self._detail is None:
            return None
        what, as_of, record = self._detail
        young = timedelta(0) <= shown.as_of - as_of < DETAIL_KEPT
        return record if young and what == wanted.of_record else None

    def header(
        self, wanted: Wanted, feeds: int, told: Snapshot, live: Snapshot | None, keeps: bool
    ) -> tuple[dict[str, list[Content]], str]:
        """The header of `told`, with the price of `live` where it is of the past, and its sentence.
        What is counted for it serves the next one where it `keeps`."""
        known = self._totals
        if known is None or not known.serves(wanted.view.coin, told):
            known = Totals(read(told, wanted.view), rows_of(told))
            self._totals = known if keeps else self._totals

        def record() -> HeaderRecord:
            return header.record(told, wanted.view, known.made, live)

        lines, sentence, made = headed(wanted, feeds, record)
        self._header = (wanted.look, made) if made and not live else None
        return lines, sentence

    def priced(
        self, wanted: Wanted, feeds: int, live: Snapshot
    ) -> tuple[dict[str, list[Content]], str]:
        """The header of the second that was drawn last, with the prices that `live` has by now."""
        if self._header is None or self._header[0] != wanted.look:
            return self.header(wanted, feeds, live, None, keeps=True)
        _, last = self._header
        lines, sentence, _ = headed(wanted, feeds, lambda: header.priced(last, live, wanted.view))
        return lines, sentence
