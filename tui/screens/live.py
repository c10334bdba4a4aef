"""A screen that follows the source: the header, the clock, and what a subclass wants drawn.

Twice a second it asks the reading thread: at the whole second for everything, at the half for the
header alone, so that a price is on the screen within half a second of its row. It asks nothing
while another screen covers it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive
from textual.timer import Timer
from textual.widget import Widget

from tui import draw
from tui.metrics import spans
from tui.panels import header
from tui.screens.drawing import Wanted
from tui.screens.layout import Placement
from tui.screens.panel_view import Edge, Rows, Stamp
from tui.screens.picture import Ask, Picture
from tui.screens.view_keys import ViewKeys

BEAT_S = 0.5
UNANSWERED = timedelta(seconds=5)
"""A store that takes longer hangs (a disk that is gone, a locked file)."""


class Drawn(Message):
    """The reading thread has drawn what was asked."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture


class LiveScreen(ViewKeys):
    """Header and clock, and the beat at which they are asked for with what a subclass shows."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual's, without its repaint of the whole screen at each move of the focus: 19 kB, and a
    third of what `tab` took. What shows the focus is drawn with the lines."""

    def __init__(self) -> None:
        super().__init__()
        self._beat: Timer | None = None
        self._second: int | None = None  # the second that was drawn last
        self._drawn_at: datetime | None = None  # when all was asked for last
        self._answered: datetime | None = None  # when the thread last drew
        self.sizes: dict[str, tuple[int, int]] = {}

    def compose(self) -> ComposeResult:
        """The header with the clock over it; a subclass adds its own."""
        yield (rows := Rows(id="header"))
        yield Edge(rows, first=0, id="header-edge")
        yield Stamp(id="clock")

    # what a subclass says

    def wanted(self) -> Iterable[Wanted]:
        """What is to be drawn beside the header."""
        raise NotImplementedError

    def place(self) -> list[Placement]:
        """Put the widgets where they belong for the screen's size."""
        raise NotImplementedError

    def drawn(self, picture: Picture) -> None:
        """Show the lines of a picture that is of the present sizes."""
        raise NotImplementedError

    @property
    def frozen_feed(self) -> bool:
        """Whether a row of the feed is selected."""
        return False

    @property
    def feeds_width(self) -> int:
        """The width of the row that says how the feeds are; 0 where there is none."""
        return 0

    @property
    def says_mute(self) -> bool:
        """Whether the screen says elsewhere than in the header that alerts are muted."""
        return False

    # the beat

    def on_screen_resume(self) -> None:
        self._answered = None  # nothing was asked while it was covered
        self.redraw(self.monitor.clock())
        self._schedule()

    def on_screen_suspend(self) -> None:
        if self._beat:
            self._beat.stop()

    def on_resize(self, event: events.Resize) -> None:
        for placement in self.place():
            self.sizes[placement.name] = (placement.width, placement.height)
        self.redraw(self.monitor.clock())

    def _schedule(self) -> None:
        if self._beat:
            self._beat.stop()
        now = self.monitor.clock().timestamp()
        self._beat = self.set_timer(BEAT_S - now % BEAT_S + 0.002, self._on_beat)

    def _on_beat(self) -> None:
        self._schedule()
        now = self.monitor.clock()
        if not self.monitor.pace.ask():
            # Nothing can be painted, but the recorder is looked after: it must not stay dead for
            # as long as a terminal is stopped (ctrl-s, a stalled ssh).
            self.monitor.reading.ask(Ask(now, None, between=True))
            return
        second = int(now.timestamp())
        if second != self._second:
            self.redraw(now)
        elif self.monitor.time.held is None:
            at = self.monitor.time.moment(now)
            header = self._header_wanted(now)
            ask = Ask(now, header, feeds=self.feeds_width, at=at, between=True)
            self.monitor.reading.ask(ask)

    def redraw(self, now: datetime | None = None) -> None:
        """Ask for everything at this moment, or, without one, for what a key has changed. The clock
        moves with the answer, in one frame, so that a screen which stands still shows it; one that
        waits too long says what for."""
        fresh = now is not None
        now = now or self.monitor.clock()
        if fresh:
            self._second = int(now.timestamp())
        if not self.size:
            return
        self._look_for_answer(now)
        self._drawn_at = now
        self.monitor.reading.ask(
            Ask(
                now,
                self._header_wanted(now),
                tuple(self.wanted()),
                self.monitor.time.held,
                self.frozen_feed,
                self.feeds_width,
                self.monitor.time.moment(now),
                plays=self.monitor.time.plays,
                fresh=fresh,
            )
        )

    def _header_wanted(self, now: datetime) -> Wanted | None:
        if "header" not in self.sizes:
            return None
        # Between two seconds a replay's panels stand still, and so does what it is said to show.
        drawn = self._drawn_at or now
        travel = self.monitor.time.travel.words(drawn) if self.monitor.time.travel else ()
        view = replace(self.monitor.look, notice=self._notice(now), travel=travel)
        return Wanted(None, *self.sizes["header"], view)

    def _notice(self, now: datetime) -> str:
        muted = "" if self.says_mute else self.monitor.hearing.said(now)
        return "  ".join(filter(None, (self.monitor.notice(now), muted)))

    def _tell_time(self, now: datetime) -> None:
        _, cells = header.clock_cells(self.size.width)
        self.query_one("#clock", Stamp).show([Content(f"{now:%H:%M:%SZ}"[:cells])])

    def _look_for_answer(self, now: datetime) -> None:
        """A thread that hangs can't say so itself. One that was not asked as long as that (ctrl-s,
        a stalled ssh, ctrl-z) owes no answer."""
        stood = self._drawn_at is not None and now - self._drawn_at > UNANSWERED
        self._answered = now if stood else self._answered or now
        if now - self._answered > UNANSWERED:
            self._tell_time(now)
            self._complain(f"the store has not answered for {spans.words(now - self._answered)}")

    def _complain(self, what: str) -> None:
        if "header" in self.sizes:
            width, height = self.sizes["header"]
            blank = [Content.blank(width)] * (height - 1)
            line = draw.line(width, (f"! {what}", "$warn"))
            self._show("header", self.query_one("#header", Rows), [line, *blank])

    def on_drawn(self, message: Drawn) -> None:
        picture = message.picture
        self._answered = self.monitor.clock()
        if self._drawn_at:
            self._tell_time(self._drawn_at)
        self.monitor.heard(picture)
        if picture.found:
            self.redraw()
            return
        if "header" in picture.lines:
            self._show("header", self.query_one("#header", Rows), picture.lines["header"])
        elif picture.errors:
            self._complain(picture.errors[0])
        self.drawn(picture)

    def _show(self, name: str, view: Rows, lines: list[Content]) -> None:
        # A picture asked for before a resize is of another size; the next one is under way.
        width, height = self.sizes.get(name, (0, 0))
        if len(lines) == height and all(line.cell_length == width for line in lines[:1]):
            view.show(lines)

    def move(self, widget: Widget, placement: Placement | None) -> None:
        """Show a widget at its place, or hide one that has none."""
        widget.display = placement is not None
        if placement is not None:
            widget.styles.offset = (placement.x, placement.y)
            widget.styles.width, widget.styles.height = placement.width, placement.height

    def place_header(self, placement: Placement) -> None:
        """Put the header and the clock in it."""
        self.move(self.query_one("#header"), placement)
        first = header.cells_before_prices(placement.width)
        edge = Placement("edge", placement.x, placement.y, first, placement.height)
        self.move(self.query_one("#header-edge"), edge if first else None)
        x, cells = header.clock_cells(placement.width)
        fits = x >= 0
        clock = Placement("clock", x, placement.y, cells, 1) if fits else None
        self.move(self.query_one("#clock"), clock)
