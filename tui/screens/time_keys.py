"""The keys that move a screen in time: steps, a typed time, live again, hold."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.screens.seeking import Seek
from tui.screens.when import TimeChoice
from tui.travel import stepped

if TYPE_CHECKING:
    from tui.app import LiqtopApp


class TimeKeys(Screen[None]):
    """A screen of a moment: now, or one of the past that the app holds for all screens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "hold", "hold the view or the replay; recording goes on", id="hold"),
        Binding("comma", "step(-1)", "one step back in time", id="time_earlier"),
        Binding("full_stop", "step(1)", "one step forward in time", id="time_later"),
        Binding("less_than_sign", "step(-10)", "ten steps back", id="time_earlier_ten"),
        Binding("greater_than_sign", "step(10)", "ten steps forward", id="time_later_ten"),
        Binding("at", "go", "go to a time: 2026-01-19 21:15, -3h", id="time_go"),
        Binding("n,right_curly_bracket", "burst(True)", "next burst", id="burst_next"),
        Binding("N,left_curly_bracket", "burst(False)", "previous burst", id="burst_previous"),
        Binding("L", "live", "live again", id="time_live"),
    ]

    @property
    def monitor(self) -> "LiqtopApp":
        """The app, by its own type."""
        return cast("LiqtopApp", self.app)

    def redraw(self, now: datetime | None = None) -> None:
        """Ask for everything at this moment."""
        raise NotImplementedError

    def action_step(self, count: int) -> None:
        monitor = self.monitor
        at = monitor.time.moment() or monitor.clock()
        monitor.go(stepped(at, monitor.look.window, count))
        self.redraw()

    async def action_go(self) -> None:
        def chosen(moment: datetime | None) -> None:
            if moment is not None:
                self.monitor.go(moment)
                self.redraw()

        await self.app.push_screen(TimeChoice(self.monitor.read_time), chosen)

    def action_burst(self, forward: bool) -> None:
        monitor = self.monitor
        now = monitor.clock()
        at = monitor.time.moment(now) or now
        monitor.reading.seek(Seek(at, now, monitor.began, forward, monitor.look.coin))

    def action_live(self) -> None:
        self.monitor.time.live()
        self.redraw()

    def action_hold(self) -> None:
        self.monitor.time.hold()
        self.redraw()
