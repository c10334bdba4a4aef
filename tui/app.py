"""The monitor: theme, keys, what is looked at, and the thread that reads. Screens do the rest."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar

import polars as pl
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.widgets import Input

from tui import draw, remembered, sparing
from tui.alerts.hearing import Hearing
from tui.clock import Clock, utc_now
from tui.config import Settings
from tui.layouts import every_panel, named
from tui.leaving import Leaving
from tui.lock import holder
from tui.panels import PANELS, Panel
from tui.screens import keys, looks, scopes, this_run
from tui.screens.dashboard import Dashboard
from tui.screens.driver import ThriftyDriver
from tui.screens.help import Help, Section
from tui.screens.live import Drawn, LiveScreen
from tui.screens.notices import Notices
from tui.screens.pace import Pace, takes_bytes
from tui.screens.picture import Picture
from tui.screens.reading import Reading, Supervise
from tui.screens.seeking import Found
from tui.screens.source import Source
from tui.screens.standpoint import Standpoint
from tui.snapshot import Snapshot
from tui.themes import THEMES, fitting
from tui.travel import Travel, known

ALERT_FOR = timedelta(seconds=30)
STARTED_S = 5.0
"""By then every panel was drawn, and drawn again."""


def run(
    settings: Settings,
    clock: Clock = utc_now,
    *,
    mouse: bool = False,
    notice: str | None = None,
    supervise: Supervise | None = None,
    travel: Travel | None = None,
) -> int:
    """Show the monitor on the settings' store until the user quits; the exit code. With `travel`
    it begins in the past."""

    def live() -> Source:
        from tui.snapshot import Live
        from tui.store import Reader, store_path

        return Live(Reader(store_path(settings.data_dir)))

    def about() -> dict[str, str]:
        return {"recorder": this_run.recorder(holder(settings.data_dir))}

    app = LiqtopApp(settings, live, clock=clock, notice=notice, supervise=supervise, about=about)
    app.time.travel = travel
    app.run(mouse=mouse)
    return app.return_code or 0


class LiqtopApp(App[None]):
    """Holds what every screen shares: the look, the hold, the last snapshot, and the notices.

    `source` may be a call that opens one; it runs in the reading thread while Textual starts.
    `panels` are those to choose from, by default all; the settings name which are shown.
    """

    TITLE = "liqtop"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "quit, anywhere", id="quit", priority=True, show=False),
        Binding("T", "next_theme", "next theme", id="theme"),
        Binding("question_mark", "help", "this page", id="help"),
        Binding("ctrl+l", "repaint", "repaint the screen", id="repaint"),
        Binding("ctrl+z", "suspend_process", "suspend", id="suspend"),
    ]

    def __init__(
        self,
        settings: Settings,
        source: Source | Callable[[], Source],
        *,
        clock: Clock = utc_now,
        notice: str | None = None,
        supervise: Supervise | None = None,
        panels: Sequence[Panel] = PANELS,
        about: Callable[[], Mapping[str, str]] = dict,
        takes: Callable[[], bool] = takes_bytes,
    ) -> None:
        # NO_COLOR: else Textual turns our colours into greys, which are colours too.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.pace = Pace(self, takes)
        self.settings, self.clock, self._about = settings, clock, about
        self.look = looks.first_look(settings)
        self.time = Standpoint(clock)
        self.notices = Notices(clock)
        self.say = self.notices.say
        self.snapshot: Snapshot | None = None
        self._shown: Snapshot | None = None
        self.layout = named(settings.layouts, remembered.layout(settings.data_dir))
        by_name = {panel.name: panel for panel in panels}
        self.panels = [by_name[n] for n in every_panel(settings.layouts) if n in by_name]
        self.sorted: dict[str, tuple[str, bool]] = {}  # the column of each panel, rising or not
        self.sentence = ""  # the header's as it was drawn last, to be copied
        self.hearing = Hearing()
        if notice:
            self.say(notice)
        self.reading = Reading(source, self._deliver, supervise, clock)
        self.reading.start()  # opens and reads the store while Textual starts

    def get_driver_class(self) -> type[Driver]:
        """Textual's, thrifty where it is the one for terminals."""
        found = super().get_driver_class()
        return ThriftyDriver if issubclass(ThriftyDriver, found) else found

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        colours = None if self.is_headless else self.console.color_system
        self.theme = fitting(self.settings.theme, colours)
        self.set_keymap(dict(self.settings.keys))
        if words := "; ".join(keys.complaints(scopes.scopes(LiqtopApp), self.settings.keys)):
            self.say(words)
        loop = asyncio.get_running_loop()
        self._leaving = Leaving(lambda code: self._leave_from_anywhere(loop, code))
        self._leaving.watch(is_terminal=not self.is_headless)
        self.push_screen(Dashboard(self.panels))
        self.set_timer(STARTED_S, self._let_go)

    def _let_go(self) -> None:
        """Each minute, when its turn is over: of what piled up, and what only the turn needed."""
        sparing.leftovers()
        sparing.give_back()
        sparing.code_read()
        due = sparing.until_turned(self.clock()).total_seconds()
        self.set_timer(max(due, STARTED_S), self._let_go)  # of a clock that stands, too

    def post_display_hook(self) -> None:
        """After each repaint: what the terminal has not taken yet is not added to."""
        if self.screen_stack:
            self.pace.ask()

    def on_unmount(self) -> None:
        self._leaving.release()
        self.reading.stop()

    # notices

    def _alert(self, alerts: pl.DataFrame) -> None:
        """Say what was told meanwhile, and ring for what is to be heard."""
        for one in self.hearing.new(alerts):
            self.say(draw.minus(draw.safe(one.text)), ALERT_FOR)
            if one.bell and not self.hearing.muted_for(self.clock()):
                self._ring(one.text)

    def _ring(self, text: str) -> None:
        from tui.alerts.delivery import sound  # not for a start: 1 ms

        wanted = self.settings.alerts
        sequence = sound(
            text,
            bell=wanted.bell,
            notify=wanted.notify,
            environment=os.environ,
            is_terminal=not self.is_headless,
        )
        if sequence and self._driver is not None:
            self._driver.write(sequence)  # as Textual's own bell: no frame is cut in two

    def notice(self, now: datetime) -> str:
        """What the header says at this moment."""
        return self.notices.line(now, self.time.held)

    def heard(self, picture: Picture) -> None:
        """Keep of a picture what every screen needs."""
        if picture.found:
            self._go_to_burst(picture.found)
            return
        if self.snapshot is None and picture.snapshot is not None:
            self.snapshot = picture.snapshot
            self._say_unknown_coin()
        self.snapshot = picture.snapshot or self.snapshot
        if picture.snapshot is not None:
            self._alert(picture.snapshot.alerts)
        self._shown = picture.shown or self.snapshot
        self.sentence = picture.sentence or self.sentence
        self.notices.heard(picture)

    def coins(self) -> list[str]:
        """The coins one can choose: the configured, then those liquidated, largest 24 h first."""
        seen = [] if self.snapshot is None else looks.by_size(self.snapshot.minutes)
        return list(dict.fromkeys([*self.settings.coins, *seen]))

    def _say_unknown_coin(self) -> None:
        """A coin of the config that nobody has seen is said, not shown as an empty market."""
        coin = self.settings.coin
        if coin and coin not in (known := self.coins()):
            self.say(f"no coin {coin} in the store; there are {', '.join(known[:6])}; c lists all")

    def feed_rows(self) -> int:
        """The liquidations of the feed that can be selected, at most."""
        return 0 if self._shown is None else self._shown.recent.height

    # time

    def go(self, at: datetime) -> None:
        """Look at a moment of the past, or say why not."""
        if words := self.time.go(at, self.began):
            self.say(words)

    def _go_to_burst(self, found: Found) -> None:
        if found.at is not None:
            self.go(found.at)
        else:
            where = "after" if found.seek.forward else "before"
            self.say(f"no burst {where} {found.seek.at:%Y-%m-%d %H:%MZ}")

    def read_time(self, text: str) -> datetime:
        """A typed moment; a UsageError when it is none, or none that this store knows."""
        return known(text, self.clock(), self.began)

    @property
    def began(self) -> datetime | None:
        """When the store first listened, once it was read."""
        return None if self.snapshot is None else self.snapshot.began

    def _deliver(self, picture: Picture) -> None:
        """From the reading thread to the screen on top; too late is no matter."""
        with suppress(Exception):
            screen = self.screen
            if isinstance(screen, LiveScreen):
                screen.post_message(Drawn(picture))

    # keys

    def on_key(self, event: events.Key) -> None:
        """A letter that no line has taken came in one burst with the key that opened the line, and
        was sent to a panel before: it is for the line."""
        if isinstance(self.focused, Input) and event.character and event.is_printable:
            event.prevent_default()
            self.focused.insert_text_at_cursor(event.character)

    def action_next_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_repaint(self) -> None:
        self.refresh(repaint=True, layout=True)

    def action_help(self) -> None:
        if isinstance(self.screen, LiveScreen):
            bound = self.settings.keys
            absent = {f"panel_{n}" for n in range(len(self.panels) + 1, 10)}
            sections = [
                Section("Keys here", keys.rows(scopes.here(self.screen), bound, absent)),
                Section("Keys everywhere", keys.rows(scopes.everywhere(LiqtopApp), bound)),
                *(
                    Section(t, keys.rows(o, bound, absent))
                    for t, o in scopes.elsewhere(self.screen)
                ),
                Section("Keys of a typed line", [("enter", "take what is typed")]),
                Section("This run", this_run.rows(self.settings, self._about(), self.snapshot)),
            ]
            self.push_screen(Help(sections, self.look.symbols))

    # the end

    def _leave_from_anywhere(self, loop: asyncio.AbstractEventLoop, code: int) -> None:
        loop.call_soon_threadsafe(lambda: self.exit(return_code=code))
