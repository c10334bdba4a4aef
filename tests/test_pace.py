"""A link that takes no bytes: nothing is painted meanwhile, and then once, as it is by then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import tui.app
from tests.fake_panels import FakeSource, panels
from tests.test_app import Running
from tui.app import LiqtopApp
from tui.config import load
from tui.screens import reading
from tui.screens.dashboard import Dashboard
from tui.screens.help import Help
from tui.screens.live import LiveScreen
from tui.screens.panel_view import Stamp
from tui.screens.picture import Ask


class Painting(LiqtopApp):
    """Paints on a terminal that takes bytes when the test says so, and notes each repaint."""

    CSS_PATH = str(Path(tui.app.__file__).with_name("app.tcss"))

    def __init__(self, folder: Path) -> None:
        settings = replace(load(), data_dir=folder, symbols="block")
        self.takes, self.painted, self.supervised = True, [""], 0
        super().__init__(
            settings,
            FakeSource(),
            panels=panels(),
            takes=lambda: self.takes,
            supervise=self._supervising,
        )

    def _supervising(self) -> None:
        self.supervised += 1

    def post_display_hook(self) -> None:
        if not self.pace.is_held:
            self.painted.append(type(self.screen).__name__)
        super().post_display_hook()


@asynccontextmanager
async def stopped(folder: Path) -> AsyncIterator[tuple[Painting, Running]]:
    """A monitor whose link takes nothing any more, and that has seen it."""
    app = Painting(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        run = Running(app, pilot, FakeSource(), ())
        await pilot.pause()
        await run.until(lambda: isinstance(app.screen, Dashboard))
        await run.shows("liquidations row 1")
        app.takes = False
        await run.until(lambda: app.pace.is_held)
        app.painted.clear()
        yield app, run


async def test_nothing_is_painted_until_bytes_are_taken_and_then_what_is_there(
    tmp_path: Path,
) -> None:
    async with stopped(tmp_path) as (app, run):
        await run.press("w", "w")
        await run.pilot.pause(0.6)
        assert app.painted == []
        app.takes = True
        await run.until(lambda: "Dashboard" in app.painted)
        await run.shows("window 1h")


async def test_nothing_is_even_asked_for_while_nothing_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stopped(tmp_path) as (app, run):
        asked: list[Ask] = []
        monkeypatch.setattr(app.reading, "ask", asked.append)
        await run.pilot.pause(1.2)
        assert not any(ask.header or ask.panels for ask in asked)
        app.takes = True
        await run.until(lambda: any(ask.panels for ask in asked))


async def test_the_recorder_is_looked_after_while_nothing_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SUPERVISE_EVERY", timedelta(0))
    async with stopped(tmp_path) as (app, run):
        before = app.supervised
        await run.until(lambda: app.supervised > before + 2)
        assert app.pace.is_held


async def test_a_store_that_was_not_asked_meanwhile_is_not_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(LiveScreen, "_complain", lambda self, what: said.append(what))
    async with stopped(tmp_path) as (app, run):
        later = app.clock() + timedelta(minutes=1)
        app.clock = lambda: later
        app.takes = True
        await run.until(lambda: f"{later:%H:%M:%S}" in app.screen.query_one("#clock", Stamp).text)
    assert said == []


async def test_a_screen_opened_meanwhile_is_painted_whole(tmp_path: Path) -> None:
    async with stopped(tmp_path) as (app, run):
        await run.press("question_mark")
        assert isinstance(app.screen, Help)
        assert app.painted == []
        app.takes = True
        await run.until(lambda: "Help" in app.painted)
        assert not app.pace.is_held


async def test_it_can_be_left_while_nothing_is_taken(tmp_path: Path) -> None:
    async with stopped(tmp_path) as (app, run):
        await run.press("q")
        await run.until(lambda: not app.is_running or app._exit)
