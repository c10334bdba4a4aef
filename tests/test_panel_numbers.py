"""The number before a panel's name is the key that leads to it; what has no key has no number."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests import panel_samples as samples
from tests.fake_panels import FakeSource
from tests.test_dashboard import fixed
from tests.test_panels import RECORDS
from tui.app import LiqtopApp
from tui.config import load
from tui.layouts import alone
from tui.panels import BY_NAME, PANELS, Panel, View
from tui.screens.dashboard import Dashboard
from tui.screens.detail import Detail
from tui.screens.panel_view import PanelView
from tui.values import PANEL_NAMES

BOX, STRIP = (100, 20), (160, 1)


def first(panel: Panel, view: View, size: tuple[int, int]) -> str:
    """The first row, without the frame."""
    row = panel.lines(RECORDS[panel.name], view, *size)[0].plain
    return row.strip("╭─ ")


def test_numbers_are_those_of_the_order_while_there_are_keys() -> None:
    named = {panel.name: panel.number for panel in PANELS}
    assert tuple(named) == PANEL_NAMES
    assert list(named.values()) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0]


@pytest.mark.parametrize("size", [BOX, STRIP])
@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_a_panel_says_the_number_of_its_view_else_its_own(
    panel: Panel, size: tuple[int, int]
) -> None:
    bare = first(panel, View(number=0), size)
    assert not bare.split()[0].isdigit()
    assert first(panel, View(number=4), size)[:2] == "4 "
    own = f"{panel.number} " if panel.number else ""
    assert first(panel, View(), size)[:6] == (own + bare)[:6]


def test_the_head_of_a_strip_without_a_number_is_its_name() -> None:
    supply = BY_NAME["supply"]
    for number, marked in ((0, "supply"), (4, "4 supply")):
        (row,) = supply.lines(RECORDS["supply"], View(number=number, focused=True), *STRIP)
        (span,) = [span for span in row.spans if span.style == "bold reverse"]
        assert row.plain[span.start : span.end] == marked


def drawn(screen: Dashboard, name: str, title: str) -> bool:
    return screen.query_one(f"#panel-{name}", PanelView).text.startswith(title)


async def test_the_tenth_and_the_eleventh_are_reached_with_tab(tmp_path: Path) -> None:
    layouts = alone(PANEL_NAMES)
    settings = replace(load(), data_dir=tmp_path, symbols="block", layouts=layouts)
    panels = [fixed(panel) for panel in PANELS]
    app = LiqtopApp(settings, FakeSource(), clock=lambda: samples.NOW, panels=panels)

    async def until(true: Callable[[], bool]) -> None:
        for _ in range(500):
            if true():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("never so")

    async with app.run_test(size=(250, 150)) as pilot:
        screen = app.screen
        assert isinstance(screen, Dashboard)
        await until(lambda: set(PANEL_NAMES) <= set(screen.sizes))
        reached = []
        for _ in PANEL_NAMES:
            reached.append(screen.focus_name)
            await pilot.press("tab")
        assert sorted(map(str, reached)) == sorted(PANEL_NAMES)
        for name, title in (("options", "╭ 9 Opt"), ("supply", "╭ Supply"), ("flows", "╭ Flows")):
            await until(partial(drawn, screen, name, title))
        while screen.focus_name != "flows":
            await pilot.press("tab")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Detail))
        app.exit()
