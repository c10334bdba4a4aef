"""A screen that follows the source: the header, the clock, and what a subclass wants drawn.

Four times a second it asks the reading thread: at each whole second for everything, between for
the header alone, so that a price is on the screen within half a second of its row. It asks nothing
while another screen covers it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui import draw, remembered
from tui.metrics import spans
from tui.panels import header, sorting
from tui.panels.base import Panel, View
from tui.screens import looks
from tui.screens.coin import CoinChoice
from tui.screens.drawing import Wanted
from tui.screens.layout import Placement
from tui.screens.panel_view import PanelView, Rows, Stamp
from tui.screens.picture import Ask, Picture
from tui.screens.time_keys import TimeKeys

BEAT_S = 0.25
UNANSWERED = timedelta(seconds=5)
"""A store that takes longer hangs (a disk that is gone, a locked file)."""


class Drawn(Message):
    """The reading thread has drawn what was asked."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture


class LiveScreen(TimeKeys):
    """Header and clock, the beat, and the keys that change what is looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "coin", "coin of the whole screen", id="coin"),
        Binding("0", "all_coins", "all coins", id="all_coins"),
        Binding("right_square_bracket,w", "window(1)", "longer window", id="window_longer"),
        Binding("left_square_bracket,W", "window(-1)", "shorter window", id="window_shorter"),
        Binding("plus,equals_sign", "smallest(1)", "larger smallest size", id="size_larger"),
        Binding("minus", "smallest(-1)", "smaller smallest size", id="size_smaller"),
        Binding("y", "copy", "copy the selected row, else the sentence (OSC 52)", id="copy"),
        Binding("Y", "copy_panel", "copy the panel as text (OSC 52)", id="copy_panel"),
        Binding("b", "group", "group by coin, venue, side", id="group"),
        Binding("s", "sort", "sort by the next column", id="sort_next"),
        Binding("S", "sort_reverse", "sort the other way round", id="sort_reverse"),
        Binding("a", "alerts", "history of alerts", id="alerts"),
        Binding("colon", "palette", "commands: time, coin, window, theme, layout", id="palette"),
        Binding("C", "cascades", "past cascades", id="cascades"),
        Binding("m", "mute", "mute alerts for 15 minutes, or no longer", id="mute"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._beat: Timer | None = None
        self._second: int | None = None  # the second that was drawn last
        self._drawn_at: datetime | None = None
        self._answered: datetime | None = None  # when the thread last drew
        self.sizes: dict[str, tuple[int, int]] = {}

    def compose(self) -> ComposeResult:
        """The header with the clock over it; a subclass adds its own."""
        yield Rows(id="header")
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
    def looked_at(self) -> tuple[Panel | None, bool]:
        """The panel that keys are for, and whether it is seen by its detail."""
        return None, False

    def layouts(self) -> tuple[str, ...]:
        """The layouts the screen can be given."""
        return ()

    def lay_out(self, name: str) -> None:
        """Give it one of them."""

    @property
    def says_mute(self) -> bool:
        """Whether the screen says elsewhere than in the header that alerts are muted."""
        return False

    # the beat

    def on_screen_resume(self) -> None:
        self._answered = None  # nothing was asked while it was covered
        self.redraw()
        self._schedule()

    def on_screen_suspend(self) -> None:
        if self._beat:
            self._beat.stop()

    def on_resize(self, event: events.Resize) -> None:
        for placement in self.place():
            self.sizes[placement.name] = (placement.width, placement.height)
        self.redraw()

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
            self.monitor.reading.ask(Ask(now, None))
            return
        second = int(now.timestamp())
        if second != self._second:
            self.redraw(now)
        elif self.monitor.held is None:
            at = self.monitor.moment(now)
            header = self._header_wanted(now)
            self.monitor.reading.ask(Ask(now, header, feeds=self.feeds_width, at=at))

    def redraw(self, now: datetime | None = None) -> None:
        """Ask for everything at this moment. The clock moves with the answer, in one frame, so
        that a screen which stands still shows it; one that waits too long says what for."""
        now = now or self.monitor.clock()
        self._second, self._drawn_at = int(now.timestamp()), now
        if not self.size:
            return
        self._look_for_answer(now)
        self.monitor.reading.ask(
            Ask(
                now,
                self._header_wanted(now),
                tuple(self.wanted()),
                self.monitor.held,
                self.frozen_feed,
                self.feeds_width,
                self.monitor.moment(now),
                plays=bool(self.monitor.travel and self.monitor.travel.speed),
            )
        )

    def _header_wanted(self, now: datetime) -> Wanted | None:
        if "header" not in self.sizes:
            return None
        # Between two seconds a replay's panels stand still, and so does what it is said to show.
        drawn = self._drawn_at or now
        travel = self.monitor.travel.words(drawn) if self.monitor.travel else ()
        view = replace(self.monitor.look, notice=self._notice(now), travel=travel)
        return Wanted(None, *self.sizes["header"], view)

    def _notice(self, now: datetime) -> str:
        muted = "" if self.says_mute else self.monitor.hearing.said(now)
        return "  ".join(filter(None, (self.monitor.notice(now), muted)))

    def _tell_time(self, now: datetime) -> None:
        _, cells = header.clock_cells(self.size.width)
        self.query_one("#clock", Stamp).show([Content(f"{now:%H:%M:%SZ}"[:cells])])

    def _look_for_answer(self, now: datetime) -> None:
        """A thread that hangs can't say so itself."""
        self._answered = self._answered or now
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
        x, cells = header.clock_cells(placement.width)
        fits = x >= 0
        clock = Placement("clock", x, placement.y, cells, 1) if fits else None
        self.move(self.query_one("#clock"), clock)

    # keys

    def _look(self, look: View) -> None:
        self.monitor.look = look
        self.redraw()

    def action_window(self, by: int) -> None:
        self._look(looks.window(self.monitor.look, by))

    def action_smallest(self, by: int) -> None:
        look = looks.smallest(self.monitor.look, by)
        if words := remembered.keep(self.monitor.settings.data_dir, "smallest", look.smallest):
            self.monitor.say(words)
        self._look(look)

    def action_group(self) -> None:
        self._look(looks.group(self.monitor.look))

    def action_sort(self) -> None:
        panel, detail = self.looked_at
        if panel is not None:
            sort, rising = self.monitor.sorted.get(panel.name, ("", False))
            self._sort(panel, sorting.following(panel.sorts(detail), sort), rising)

    def action_sort_reverse(self) -> None:
        panel, detail = self.looked_at
        if panel is not None:
            sort, rising = self.monitor.sorted.get(panel.name, ("", False))
            first = next(iter(panel.sorts(detail)), "")
            self._sort(panel, sort or first, not rising)

    def _sort(self, panel: Panel, sort: str, rising: bool) -> None:
        self.monitor.sorted[panel.name] = (sort, rising)
        order = f"sorted by {sort}" if sort else "sorted as usual"
        none = f"{panel.title}: no table to sort"
        self.monitor.say(order if panel.sorts(self.looked_at[1]) else none)
        self.redraw()

    def action_all_coins(self) -> None:
        self._look(looks.coin(self.monitor.look, None))

    def action_alerts(self) -> None:
        from tui.screens.alerts import AlertHistory  # not for a start: 1 ms

        self.app.push_screen(AlertHistory(replace(self.monitor.look, number=0)))

    def action_cascades(self) -> None:
        from tui.screens.cascades import CascadeHistory  # not for a start: 1 ms

        self.app.push_screen(CascadeHistory(replace(self.monitor.look, number=0)))

    def action_mute(self) -> None:
        self.monitor.hearing.mute(self.monitor.clock())
        self.redraw()

    async def action_palette(self) -> None:
        from tui.screens import palette  # not for a start

        await palette.opened(self)

    async def action_coin(self) -> None:
        def chosen(answer: str | None) -> None:
            if answer is not None:  # empty: all coins; None: left by esc
                self._look(looks.coin(self.monitor.look, answer or None))

        await self.app.push_screen(CoinChoice(self.monitor.coins()), chosen)

    def action_copy(self) -> None:
        row = self.focused.selected if isinstance(self.focused, PanelView) else None
        self._copy(row or self.monitor.sentence, "the row" if row else "the sentence")

    def action_copy_panel(self) -> None:
        if isinstance(self.focused, PanelView):
            rows = self.focused.text.split("\n")
            self._copy("\n".join(row.rstrip() for row in rows) + "\n", "the panel")

    def _copy(self, text: str, what: str) -> None:
        """To the clipboard, and say so: no terminal answers whether it took it."""
        if text:
            self.app.copy_to_clipboard(draw.copied(text))
            first = text.split("\n")[0].strip(" ╭─╮+-")
            self.monitor.say(f"copied {what}: {draw.cut(first, 40)}")
            self.redraw()
