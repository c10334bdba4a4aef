"""The depth panel in a real app: its layout, its detail, the chart's cursor and spans, rows."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from textual.pilot import Pilot

from tests.depth_samples import NOW, book, books, month, newest
from tests.fake_panels import FakeSource
from tests.frames import snapshot
from tui.app import LiqtopApp
from tui.config import load
from tui.layouts import alone
from tui.screens.detail import Detail
from tui.screens.panel_view import PanelView


class Books(FakeSource):
    """A store of a month of books, which remembers for which spans it was asked."""

    def __init__(self) -> None:
        rows = [*month(), *newest(), book(ts=NOW - timedelta(seconds=3), base="ETH")]
        super().__init__(snapshot(NOW, depth=books(rows)))
        self.asked: list[tuple[str, timedelta]] = []

    def depths(self, base: str, as_of: datetime, span: timedelta) -> pl.DataFrame:
        """Those of the span."""
        self.asked.append((base, span))
        inside = (pl.col("base") == base) & (pl.col("ts") > as_of - span)
        return self.base.depth.filter(inside)


async def until(pilot: Pilot[None], done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():
            await pilot.pause(0.05)


def text(app: LiqtopApp) -> str:
    view = "#detail" if isinstance(app.screen, Detail) else "#panel-depth"
    found = app.screen.query(view)
    return found.first(PanelView).text if found else ""


async def test_its_detail_reads_the_past_of_the_chosen_book(tmp_path: Path) -> None:
    settings = replace(load(), data_dir=tmp_path, symbols="block", layouts=alone(("depth",)))
    source = Books()
    app = LiqtopApp(settings, source, clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "1 Depth  BTC" in text(app) and "all perp" in text(app))
        assert source.asked == [], "nothing is read of the store while no detail is open"
        await pilot.press("enter")
        await until(pilot, lambda: "all perp, million USD" in text(app))
        assert source.asked == [("BTC", timedelta(days=1))]
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: ("BTC", timedelta(days=7)) in source.asked)
        await pilot.press("j")
        await until(pilot, lambda: "binance spot, million USD" in text(app))
        await pilot.press("left")
        await until(pilot, lambda: "20 Jan 12:" in text(app) or "20 Jan 13:" in text(app))
        assert source.asked[2:] == [], "a row and a cursor are read of what is there"
        await pilot.press("escape", "escape", "escape")
        await until(pilot, lambda: not isinstance(app.screen, Detail))


async def test_it_stands_in_the_layout_of_the_defaults(tmp_path: Path) -> None:
    settings = replace(load(), data_dir=tmp_path, symbols="block")
    app = LiqtopApp(settings, Books(), clock=lambda: NOW)
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, lambda: app.screen.query("#panel-liquidations").first() is not None)
        assert "picture" in [layout.name for layout in settings.layouts]
        while app.layout.name != "picture":
            await pilot.press("p")
            await pilot.pause()
        await until(pilot, lambda: "thinnest" in text(app))
