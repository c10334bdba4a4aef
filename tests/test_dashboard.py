"""The whole dashboard at ten sizes as drawings, and what a smaller screen gives up first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests import panel_samples as samples
from tests.fake_panels import FakeSource
from tests.frames import DASHBOARD
from tests.test_panels import RECORDS, golden
from tui.app import LiqtopApp
from tui.config import load
from tui.panels import BY_NAME, Panel, View, header
from tui.panels.base import Age
from tui.screens.dashboard import Dashboard
from tui.screens.layout import arrange
from tui.screens.panel_view import PanelView, Rows, Stamp

SIZES = (
    (250, 70), (160, 45), (120, 36), (100, 30), (80, 24),
    (60, 40), (40, 50), (40, 15), (28, 20), (160, 6),
)  # fmt: skip
VIEW = View(smallest=50_000.0)


def fixed(panel: Panel) -> Panel:
    """The panel, which finds the same record in any snapshot."""
    record = RECORDS[panel.name]
    made: Any = type("Fixed", (type(panel),), {"record": lambda *_: record})
    return made()  # type: ignore[no-any-return]


@asynccontextmanager
async def dashboard(folder: Path) -> AsyncIterator[Pilot[None]]:
    settings = replace(load(), data_dir=folder, symbols="block", smallest=VIEW.smallest)
    panels = [fixed(BY_NAME[name]) for name in DASHBOARD]
    app = LiqtopApp(settings, FakeSource(), clock=lambda: samples.NOW, panels=panels)
    async with app.run_test(size=(8, 4)) as pilot:
        yield pilot


def shown(screen: Dashboard) -> list[str]:
    """What the screen shows, row by row, as its widgets lie over each other."""
    grid = [[" "] * screen.size.width for _ in range(screen.size.height)]
    widgets = [w for w in screen.query(Rows) if w.display]
    for widget in sorted(widgets, key=lambda w: isinstance(w, Stamp)):
        x, y = widget.region.offset
        for row, text in enumerate(widget.text.split("\n")):
            grid[y + row][x : x + len(text)] = text
    return ["".join(row) for row in grid]


def is_drawn(screen: Dashboard, width: int, height: int) -> bool:
    """Whether all has been laid out and drawn at the size that the screen now has."""
    if not tuple(screen.size) == tuple(screen.region.size) == (width, height):
        return False  # a screen knows its size before anything is laid out anew
    if not all(screen.region.contains_region(w.region) for w in screen.query(Rows) if w.display):
        return False  # sizes come before places
    sizes = {
        widget.id: (widget.region.size, [len(row) for row in widget.text.split("\n")])
        for widget in screen.query(Rows)
        if widget.display
    }
    whole = all(region == (rows[0], len(rows)) for region, rows in sizes.values())
    named = {name: f"panel-{name}" if name in DASHBOARD else name for name in screen.sizes}
    return whole and all(sizes[named[name]][0] == size for name, size in screen.sizes.items())


async def drawn(pilot: Pilot[None], width: int, height: int) -> Dashboard:
    """The screen, once it is drawn at that size."""
    await pilot.resize_terminal(width, height)
    screen = pilot.app.screen
    for _ in range(1000):  # 20 s: machines are busy
        if isinstance(screen, Dashboard) and is_drawn(screen, width, height):
            break
        await pilot.pause(0.02)
        screen = pilot.app.screen
    assert isinstance(screen, Dashboard)
    return screen


async def test_the_dashboard_looks_as_its_drawings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header, "record", lambda *_: samples.header())
    monkeypatch.setattr(header, "priced", lambda made, *_: made)
    drawings = {}
    async with dashboard(tmp_path) as pilot:
        for width, height in SIZES:
            drawings[width, height] = shown(await drawn(pilot, width, height))
    for (width, height), rows in drawings.items():
        assert [len(row) for row in rows] == [width] * height
        golden(f"dashboard_{width}x{height}", "".join(f"|{row}|\n" for row in rows))


@pytest.mark.parametrize(("width", "height"), [(160, 7), (60, 40), (40, 15), (28, 20)])
async def test_a_stale_panel_says_so_in_its_first_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    for name in DASHBOARD:
        told = lambda _, record: Age(10_800.0, True, "3h!")  # noqa: E731
        monkeypatch.setattr(type(BY_NAME[name]), "age", told)
    async with dashboard(tmp_path) as pilot:
        screen = await drawn(pilot, width, height)
        rows = shown(screen)
        placed = [w.region for w in screen.query(PanelView) if w.display]
    assert placed
    for region in placed:
        row = rows[region.y][region.x : region.right]
        assert row.rstrip(" ─╮").endswith("!"), row


ORDER = {
    "state": ("5m ≥69.6M",),
    "price": ("BTC 88,640",),
    "windows": ("68.2M",),
    "feed": ("41  ▼ long   BTC", "41 ▼ BTC", "41▼BTC", ":41 ▼BTC"),
}
"""What a screen has, the most important first, by words that tell it at some size."""


def parts(width: int, height: int) -> list[bool]:
    """Which of `ORDER` a screen of that size has."""
    placed = arrange(width, height, DASHBOARD, natural=lambda n, w: BY_NAME[n].natural(w))
    lines = []
    for p in placed:
        if p.name == "header":
            lines += header.lines(samples.header(), VIEW, p.width, p.height)
        elif p.name in BY_NAME:
            lines += BY_NAME[p.name].lines(RECORDS[p.name], VIEW, p.width, p.height)
    text = "\n".join(line.plain for line in lines)
    return [any(words in text for words in some) for some in ORDER.values()]


@pytest.mark.parametrize("width", [28, 40, 60, 80, 100, 160])
def test_what_is_more_important_never_goes_first(width: int) -> None:
    before = [False] * len(ORDER)
    for height in range(1, 46):
        there = parts(width, height)
        assert there == sorted(there, reverse=True), f"{width} × {height}: {there}"
        assert there >= before, f"{width} × {height} has less than with a row less"
        before = there
    assert all(before)
