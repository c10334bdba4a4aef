"""`enter` on an event shows the whole screen as it was then."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests import panel_samples as samples
from tests.fake_panels import FakeSource
from tests.frames import NOW, frame, liquidation, snapshot
from tui.app import LiqtopApp
from tui.config import load
from tui.panels import View
from tui.panels.events import EventsPanel
from tui.screens.dashboard import Dashboard
from tui.tables import LIQUIDATIONS

ROWS = [
    liquidation(NOW - timedelta(minutes=90), 3e6, venue="bybit"),
    liquidation(NOW - timedelta(minutes=5), 9e6, venue="bybit"),
]


def test_every_event_has_the_moment_to_look_at_in_the_order_of_the_rows() -> None:
    record = samples.events()
    assert EventsPanel().moments(record) == tuple(one.look for one in record.events)
    assert len(set(EventsPanel().moments(record))) > 5


async def test_enter_on_an_event_goes_to_its_moment(tmp_path: Path) -> None:
    made = snapshot(liquidations=frame(LIQUIDATIONS, ROWS))
    moments = EventsPanel().moments(EventsPanel().record(made, View()))
    assert len(moments) > 1
    settings = replace(load(), data_dir=tmp_path, symbols="block")
    app = LiqtopApp(settings, FakeSource(made), clock=lambda: NOW)
    async with app.run_test(size=(160, 45)) as pilot:
        for _ in range(250):
            await pilot.pause(0.02)
            screen = app.screen
            if isinstance(screen, Dashboard) and screen._selection.rows("events") > 1:
                break
        await pilot.press("5", "j", "j", "enter")
        await pilot.pause()
        assert app.time.moment() == moments[1]
