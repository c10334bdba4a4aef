"""The palette: which command lines match what is typed, and what each does to the monitor."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input, Static

from tests.test_app import burst, monitor  # noqa: F401
from tui.layouts import alone
from tui.screens.dashboard import Dashboard
from tui.screens.detail import Detail
from tui.screens.help import Help
from tui.screens.palette import Palette, commands, matching
from tui.themes import THEMES
from tui.values import THEMES as THEME_NAMES

KNOWN = commands(["BTC", "ETHFI", "ETH"], ("all", "market"))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", "time"),
        ("q", "quit"),
        ("win 1h", "window 1h"),
        ("w 1", "window 1m"),
        ("light", "theme light"),
        ("theme ", "theme dark"),
        ("eth", "coin ETH"),  # typed out, though ETHFI stands before it
        ("coin all", "coin all"),
        ("market", "layout market"),
        ("time -3h", "time -3h"),
        ("time 2026-01-19T21:15Z", "time 2026-01-19T21:15Z"),
        ("li", "live"),
    ],
)
def test_the_first_match_is_what_was_meant(typed: str, first: str) -> None:
    assert matching(typed, KNOWN)[0] == first


def test_words_that_begin_none_match_nothing() -> None:
    assert matching("window 3h", KNOWN) == []
    assert matching("indow", KNOWN) == []


@given(st.text(max_size=12))
def test_a_match_is_a_command_with_one_of_its_words(typed: str) -> None:
    for line in matching(typed, KNOWN):
        name, _, word = line.partition(" ")
        assert name == "time" or not word or word in KNOWN[name]


def test_without_layouts_there_is_no_such_command() -> None:
    assert "layout" not in commands(["BTC"], ())


def test_the_themes_are_those_there_are() -> None:
    assert tuple(theme.name for theme in THEMES) == THEME_NAMES


async def command(run: Any, *keys: str) -> None:
    await run.press("colon")
    await run.until(lambda: isinstance(run.app.screen, Palette))
    await run.press(*keys)


async def test_the_palette_sets_window_coin_and_theme(monitor: Any) -> None:  # noqa: F811
    async with monitor() as run:
        await run.until(lambda: run.app.snapshot is not None)
        await command(run, *"w", "space", *"24h", "enter")
        await run.shows("window 24h")
        await command(run, *"doge", "enter")
        await run.shows("coin DOGE")
        await command(run, *"coin", "space", *"all", "enter")
        await run.shows("coin None")
        await command(run, *"light", "enter")
        assert run.app.theme == "light"


async def test_a_command_without_its_word_is_typed_out(monitor: Any) -> None:  # noqa: F811
    async with monitor() as run:
        await command(run, *"th", "enter")
        assert isinstance(run.app.screen, Palette)
        assert run.app.screen.query_one(Input).value == "theme "
        await run.press("down", "enter")
        assert run.app.theme == "light"


async def test_a_time_is_gone_to_and_a_slip_is_said(monitor: Any) -> None:  # noqa: F811
    async with monitor() as run:
        await run.until(lambda: run.app.snapshot is not None)
        await command(run, *"time", "space", *"soon", "enter")
        assert isinstance(run.app.screen, Palette)
        assert "soon" in str(run.app.screen.query_one("#choice-matches", Static).visual)
        await run.press("escape")
        assert run.app.time.travel is None
        await command(run, *"time", "space", "minus", *"3m", "enter")
        await run.until(lambda: run.app.time.travel is not None)
        await command(run, *"live", "enter")
        assert run.app.time.travel is None


async def test_layouts_help_and_quit(monitor: Any) -> None:  # noqa: F811
    layouts = (*alone(("liquidations", "long_short")), alone(("safe_haven",))[0])
    layouts = (layouts[0], layouts[1]._replace(name="gold"))
    async with monitor(layouts=layouts) as run:
        await command(run, *"gold", "enter")
        assert run.app.layout.name == "gold"
        assert run.app.focused.name == "safe_haven"
        await command(run, *"help", "enter")
        await run.until(lambda: isinstance(run.app.screen, Help))
        await run.press("escape")
        await run.press("enter")
        await run.until(lambda: isinstance(run.app.screen, Detail))
        await command(run, *"gold")
        assert "no such command" in str(run.app.screen.query_one("#choice-matches", Static).visual)
        await run.press("escape", "escape")
        await run.until(lambda: isinstance(run.app.screen, Dashboard))
        await command(run, *"quit", "enter")
        await run.until(lambda: not run.app.is_running)


async def test_a_command_typed_in_one_burst_is_obeyed(monitor: Any) -> None:  # noqa: F811
    async with monitor() as run:
        await burst(run, *":light", "enter")
        await run.until(lambda: run.app.theme == "light")
        await burst(run, *"ceth", "enter")
        await run.shows("coin ETH")
        await burst(run, *"@-3m", "enter")
        await run.until(lambda: run.app.time.travel is not None)
