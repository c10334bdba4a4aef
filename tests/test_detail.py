"""The detail of the liquidations driven as a person drives it, on rows a test decides."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from tests.fake_panels import FakeSource
from tests.frames import NOW, frame, liquidation, snapshot
from tui.app import LiqtopApp
from tui.config import load
from tui.screens.dashboard import Dashboard
from tui.screens.detail import Detail
from tui.screens.panel_view import PanelView
from tui.tables import LIQUIDATIONS

ROWS = [
    liquidation(NOW, 900_000.0, venue="bybit", raw='{"own": 1}'),
    liquidation(NOW, 80_000.0, base="ETH", venue="okx", side="short", raw="{}"),
    liquidation(NOW, 70_000.0, base="ETH", venue="bybit", raw="{}"),
]


class Driven:
    """A monitor whose detail is open."""

    def __init__(self, app: LiqtopApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def text(self) -> str:
        screen = self.app.screen
        return screen.query_one("#detail", PanelView).text if isinstance(screen, Detail) else ""

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for the reading thread to have drawn it; ten seconds are a failure."""
        for _ in range(500):
            if true():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"never so; shown is\n{self.text}")

    async def shows(self, words: str) -> None:
        await self.until(lambda: words in self.text)

    async def selects(self, words: str) -> None:
        """Wait until a row with these words is the selected one."""
        await self.until(lambda: words in _reversed(self.app))


def _reversed(app: LiqtopApp) -> str:
    view = app.screen.query_one("#detail", PanelView)
    return "\n".join(
        line.plain for line in view._lines if any(s.style == "reverse" for s in line.spans)
    )


@asynccontextmanager
async def opened(tmp_path: Path) -> AsyncIterator[Driven]:
    source = FakeSource(snapshot(liquidations=frame(LIQUIDATIONS, ROWS)))
    settings = replace(load(), data_dir=tmp_path, symbols="block")
    app = LiqtopApp(settings, source, clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        run = Driven(app, pilot)
        await pilot.pause()
        await run.until(lambda: isinstance(app.screen, Dashboard))
        await run.press("enter")
        await run.shows("5m by coin")
        yield run


async def test_enter_goes_deeper_the_title_shows_the_way_and_escape_leads_back(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as run:
        await run.press("b")
        await run.shows("5m by venue")
        await run.press("j")
        await run.selects("bybit")
        await run.press("enter")
        await run.shows("all coins › bybit ─")
        await run.shows("5m by coin")
        await run.press("j", "j")
        await run.selects("ETH")
        await run.press("enter")
        await run.shows("› bybit › ETH ─")
        await run.press("escape")
        await run.selects("ETH")
        await run.press("escape", "escape")
        await run.shows("all coins ─")
        await run.press("escape", "escape")
        assert isinstance(run.app.screen, Dashboard)


async def test_a_row_of_the_tape_opens_with_its_raw_row(tmp_path: Path) -> None:
    async with opened(tmp_path) as run:
        await run.press("tab", "j")
        await run.selects("900K")
        await run.press("enter")
        await run.shows('{"own": 1}')
        await run.shows("3 rows")
        await run.press("escape")
        await run.shows("tape ≥ $10K")


async def test_a_filter_lets_through_while_it_is_typed_and_says_a_slip(tmp_path: Path) -> None:
    async with opened(tmp_path) as run:
        await run.press("slash", *"venue=okx")
        await run.shows("tape  1 of 1 in 5m ≥ $10K  venue=okx")
        await run.press("space", *"sid")
        await run.shows("sid: no condition")
        assert run.app.look.window == "5m", "what is typed is no key"
        await run.press("escape")
        await run.shows("tape  1 of 1 in 5m ≥ $10K  venue=okx")
        assert not run.app.screen.query_one(Input).display
        await run.press("j")
        await run.selects("okx")
        await run.press("slash", *["backspace"] * 9, "enter")
        await run.shows("tape ≥ $10K  3 of the newest 3")


async def test_the_cursor_reads_the_bars(tmp_path: Path) -> None:
    async with opened(tmp_path) as run:
        await run.press("home")
        await run.shows("20 Jan 13:04  ▼ long")
        await run.press("end")
        await run.shows("20 Jan 14:03  ▼ long 970K  ▲ short 80K")


async def test_a_row_of_the_feed_opens_from_the_dashboard_and_escape_leads_back_to_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as run:
        await run.press("escape", "j", "j", "enter")  # at once: the row may not be drawn yet
        await run.until(lambda: isinstance(run.app.screen, Detail))
        await run.shows("ETH/USDT:USDT")
        await run.shows("▲ short liquidated  $80K")
        await run.shows("price then")
        await run.shows("10 s around")
        await run.press("escape")
        assert isinstance(run.app.screen, Dashboard)
        view = run.app.screen.query_one(PanelView)
        await run.until(lambda: "80K" in (view.selected or ""))


async def test_a_line_of_small_ones_opens_the_whole_detail(tmp_path: Path) -> None:
    async with opened(tmp_path) as run:
        await run.press("escape", "+", "+", "j")  # from 100K on: one row, and two folded
        view = run.app.screen.query_one(PanelView)
        await run.press("j")
        await run.until(lambda: "2 smaller" in (view.selected or ""))
        await run.press("enter")
        await run.shows("tape ≥ $100K")
