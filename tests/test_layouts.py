"""Layouts from the config, gone through by `p`: panels, their order, with or without feed."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.content import Content

from tests import panel_samples as samples
from tests.fake_panels import FakeSource
from tests.fake_panels import panels as fakes
from tests.test_app import Running
from tui.app import LiqtopApp
from tui.config import Settings, load
from tui.errors import ConfigError
from tui.layouts import Layout, every_panel, following, named
from tui.panels import View
from tui.panels.liquidations import LiquidationsPanel
from tui.screens.dashboard import Dashboard
from tui.screens.detail import Detail
from tui.values import PANEL_NAMES

OWN = """
[view]
panels = ["safe_haven", "liquidations"]
strip = ["liquidations", "safe_haven"]
[layout]
gold = { panels = ["safe_haven"] }
tape = { panels = ["events", "liquidations"], strip = ["events"], feed = false }
"""


def written(folder: Path, text: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return load(file)


def test_the_first_layout_is_of_the_view_and_a_file_has_only_its_own(tmp_path: Path) -> None:
    both = ("safe_haven", "liquidations")
    assert written(tmp_path, OWN).layouts == (
        Layout("all", both, both[::-1]),
        Layout("gold", ("safe_haven",), ("safe_haven",)),
        Layout("tape", ("events", "liquidations"), ("events",), feed=False),
    )


def test_without_one_in_the_file_there_are_those_of_the_defaults(tmp_path: Path) -> None:
    made = written(tmp_path, "[view]\n").layouts
    assert [one.name for one in made] == ["all", "liquidations", "no-feed", "market", "picture"]
    assert made[0].panels == made[0].strip == PANEL_NAMES


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a = { panels = ["safe_heaven"] }', ["a: unknown panel", "did you mean 'safe_haven'"]),
        ('a = { panel = ["events"] }', ["a: unknown key 'panel'; did you mean 'panels'?"]),
        ('a = { panels = ["events"], strip = ["evnts"] }', ["a: unknown", "'events'"]),
        ('a = { panels = ["events"], feed = "no" }', ["feed = 'no' is neither true nor false"]),
        ('a = ["events"]', ["a: is no layout; write a = { panels"]),
        ("a = {}", ["a: None is no list of panels"]),
        ('all = { panels = ["events"] }', ["all: is the layout of [view] panels"]),
    ],
)
def test_a_wrong_layout_is_told_with_file_and_key(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as raised:
        written(tmp_path, f"[layout]\n{text}\n")
    assert f"{tmp_path / 'config.toml'}: [layout] " in str(raised.value)
    assert raised.value.exit_code == 2
    for word in words:
        assert word in str(raised.value)


def test_a_panel_on_the_command_line_is_alone(tmp_path: Path) -> None:
    made = written(tmp_path, OWN).with_flags(panels=("events",)).layouts
    assert made == (Layout("all", ("events",), ("events",)),)


def test_layouts_go_round_and_one_that_is_gone_is_the_first(tmp_path: Path) -> None:
    made = written(tmp_path, OWN).layouts
    assert following(made, "all").name == "gold"
    assert following(made, "tape").name == "all"
    assert named(made, "tape") == made[2]
    assert named(made, "of last year") == named(made, None) == made[0]
    assert every_panel(made) == ("safe_haven", "liquidations", "events")


@asynccontextmanager
async def running(folder: Path, size: tuple[int, int] = (160, 45)):  # type: ignore[no-untyped-def]
    made, source = fakes(), FakeSource()
    settings = replace(written(folder, LAYOUTS), data_dir=folder, symbols="block")
    app = LiqtopApp(settings, source, panels=made)
    async with app.run_test(size=size) as pilot:
        run = Running(app, pilot, source, made)
        await pilot.pause()
        await run.until(lambda: isinstance(app.screen, Dashboard) and bool(shown(run)))
        yield run


LAYOUTS = """
[view]
panels = ["liquidations", "long_short", "safe_haven"]
[layout]
gold = { panels = ["safe_haven", "long_short"] }
quiet = { panels = ["liquidations"], feed = false }
"""


def shown(run: Running) -> list[str]:
    """The panels on the screen, from the left and the top."""
    views = [view for view in run.app.screen.query("PanelView") if view.display]
    return [str(v.name) for v in sorted(views, key=lambda v: (v.region.x, v.region.y))]


async def test_p_goes_through_the_layouts_says_which_and_remembers_it(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        assert shown(run) == ["liquidations", "long_short", "safe_haven"]
        await run.press("p")
        await run.until(lambda: shown(run) == ["safe_haven", "long_short"])
        assert run.app.focused.name == "safe_haven"
        await run.until(lambda: "layout gold" in run.header())
        await run.shows("3 safe_haven", "safe_haven")
        await run.press("+")
    kept = json.loads((tmp_path / "viewer.json").read_text())
    assert kept == {"layout": "gold", "smallest": 50_000.0}
    async with running(tmp_path) as run:
        assert shown(run) == ["safe_haven", "long_short"]
        assert run.app.focused.name == "safe_haven"
        await run.press("p", "p")
        await run.until(lambda: shown(run) == ["liquidations", "long_short", "safe_haven"])


async def test_a_panel_that_has_no_place_is_opened_by_its_number(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("p", "1")
        assert isinstance(run.app.screen, Detail)
        await run.shows("detail of liquidations")
        await run.press("escape", "p", "p", "1", "1")
        assert isinstance(run.app.screen, Detail)


async def test_without_a_feed_no_row_of_it_can_be_selected(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("p", "p", "j")
        await run.shows("selected None scroll 1")


async def test_a_layout_that_is_the_only_one_says_so(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.app.settings = replace(run.app.settings, layouts=run.app.settings.layouts[:1])
        await run.press("p")
        await run.until(lambda: "no other layout" in run.header())
        assert shown(run) == ["liquidations", "long_short", "safe_haven"]


def drawn(lines: list[Content]) -> str:
    return "\n".join(line.plain for line in lines)


@pytest.mark.parametrize("size", [(96, 42), (60, 30), (40, 29), (28, 17), (160, 3)])
def test_without_a_feed_its_rows_go_to_minutes_and_split(size: tuple[int, int]) -> None:
    panel, record = LiquidationsPanel(), samples.liquidations_record()
    made = drawn(panel.lines(record, View(feed=False), *size))
    assert "14:06:41" not in made
    assert "feed" not in made
    assert "BTC" in made
    assert not [row for row in made.splitlines() if not row.strip(" │")], made
