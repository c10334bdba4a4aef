"""`enter` on a line of the scorecard opens the panel behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from tests.fake_panels import FakeSource
from tests.test_scores import market
from tui.app import LiqtopApp
from tui.config import load
from tui.layouts import alone
from tui.screens.dashboard import Dashboard
from tui.screens.detail import Detail
from tui.screens.panel_view import PanelView


class Running:
    """A monitor under test, with the panels that there are."""

    def __init__(self, app: LiqtopApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def text(self) -> str:
        screen = self.app.screen
        view = "#detail" if isinstance(screen, Detail) else "#panel-scorecard"
        return screen.query_one(view, PanelView).text

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        for _ in range(500):
            if true():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"never so; shown is\n{self.text}")

    async def shows(self, words: str) -> None:
        await self.until(lambda: words in self.text)


@asynccontextmanager
async def running(folder: Path, *panels: str) -> AsyncIterator[Running]:
    chosen = replace(load(), data_dir=folder, symbols="block", layouts=alone(panels))
    app = LiqtopApp(chosen, FakeSource(market()))
    async with app.run_test(size=(100, 40)) as pilot:
        run = Running(app, pilot)
        await run.shows("forced flow")
        yield run
        app.exit()


async def test_a_line_leads_to_its_panel_and_back(tmp_path: Path) -> None:
    async with running(tmp_path, "scorecard", "supply") as run:
        await run.press(*"jjjjjj")
        await run.press("enter")
        await run.until(lambda: isinstance(run.app.screen, Detail))
        await run.shows("2 Supply  BTC")
        await run.press("escape")
        await run.until(lambda: isinstance(run.app.screen, Dashboard))


async def test_a_panel_that_no_layout_has_opens_too(tmp_path: Path) -> None:
    async with running(tmp_path, "scorecard") as run:
        await run.press("j", "enter")
        await run.until(lambda: isinstance(run.app.screen, Detail))
        await run.shows("3 Averages  BTC")


async def test_from_the_detail_it_is_the_same(tmp_path: Path) -> None:
    async with running(tmp_path, "scorecard") as run:
        await run.press("enter")
        await run.shows("enter on a line opens the panel behind it")
        await run.press("j", "j")
        await run.press("enter")
        await run.shows("2 Long / short  BTC")
        await run.press("escape")
        await run.shows("1 Scorecard  BTC")


async def test_a_line_without_a_number_leads_to_the_panel_that_says_why(tmp_path: Path) -> None:
    async with running(tmp_path, "scorecard") as run:
        await run.press("enter")
        await run.shows("enter on a line opens the panel behind it")
        await run.press(*"jjjjj")
        await run.shows("no taker flow of BTC")
        await run.press("enter")
        await run.shows("Drivers  BTC")
