"""Keys, sizes and mishaps of the whole monitor, driven as a person drives it."""

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.color import Color
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.style import Style
from textual.widgets import Input, Static

from tests.fake_panels import FakePanel, FakeSource, panels
from tests.frames import NOW, frame, liquidation, snapshot
from tui import sparing
from tui.app import LiqtopApp
from tui.clock import utc_now
from tui.config import load
from tui.layouts import alone
from tui.lock import Holder
from tui.screens.coin import CoinChoice
from tui.screens.dashboard import Dashboard
from tui.screens.detail import Detail
from tui.screens.help import Help
from tui.screens.panel_view import PanelView, Rows
from tui.screens.this_run import recorder
from tui.tables import LIQUIDATIONS
from tui.themes import THEMES, fitting
from tui.travel import replay

FEED = [liquidation(NOW.replace(second=s), base=b) for s, b in enumerate(("BTC", "DOGE", "ETH"))]


WIDE = (160, 45)
"""Where every panel has room for all that it says of how it is looked at."""


@dataclass
class Running:
    """A monitor under test."""

    app: LiqtopApp
    pilot: Pilot[None]
    source: FakeSource
    panels: tuple[FakePanel, ...]

    def text(self, name: str = "liquidations") -> str:
        """What a panel of the screen on top shows."""
        screen = self.app.screen
        view = "#detail" if isinstance(screen, Detail) else f"#panel-{name}"
        return screen.query_one(view, PanelView).text

    def header(self) -> str:
        """What the header shows."""
        return self.app.screen.query_one("#header", Rows).text

    async def press(self, *keys: str) -> None:
        """Press keys and let them take effect."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for the reading thread to have drawn it; ten seconds are a failure."""
        for _ in range(500):
            if true():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"never so; shown is\n{self.header()}\n{self.text()}")

    async def shows(self, words: str, name: str = "liquidations") -> None:
        """Wait until a panel shows the words."""
        await self.until(lambda: words in self.text(name))


@pytest.fixture
def monitor(tmp_path: Path) -> Any:
    @asynccontextmanager
    async def running(
        size: tuple[int, int] = (100, 30), supervise: Any = None, **settings: Any
    ) -> AsyncIterator[Running]:
        made, source = panels(), FakeSource(snapshot(liquidations=frame(LIQUIDATIONS, FEED)))
        chosen = replace(load(), **{"data_dir": tmp_path, "symbols": "block", **settings})
        app = LiqtopApp(chosen, source, panels=made, supervise=supervise)
        async with app.run_test(size=size) as pilot:
            run = Running(app, pilot, source, made)
            await pilot.pause()
            await run.until(lambda: isinstance(app.screen, Dashboard))
            shown = next(iter(app.panels)).name
            await run.shows(" ", shown)
            yield run

    return running


async def test_the_first_screen_shows_every_panel_and_focuses_the_first(monitor: Any) -> None:
    async with monitor() as run:
        for name in ("liquidations", "long_short", "moving_averages", "safe_haven"):
            await run.shows(f"{name} row 1", name)
        assert run.app.focused.name == "liquidations"


async def test_a_number_focuses_and_the_same_again_opens(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("3")
        assert run.app.focused.name == "moving_averages"
        await run.press("3")
        assert isinstance(run.app.screen, Detail)
        await run.shows("detail of moving_averages")


async def test_what_piled_up_is_let_go_of_again_and_again(
    monitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = list[str]()
    for name in ("leftovers", "give_back", "code_read"):
        monkeypatch.setattr(sparing, name, partial(called.append, name))
    monkeypatch.setattr(sparing, "until_turned", lambda now: timedelta(seconds=0.01))
    monkeypatch.setattr("tui.app.STARTED_S", 0.01)
    async with monitor() as run:
        await run.until(lambda: called.count("code_read") > 2)
    assert called[:6] == ["leftovers", "give_back", "code_read"] * 2


async def burst(run: Running, *keys: str) -> None:
    """Keys that a terminal sends in one piece: all are there before the first takes effect."""
    for key in keys:
        one = key if len(key) == 1 else None
        run.app.post_message(events.Key(_character_to_key(one) if one else key, one))
    await run.pilot.pause()


async def test_keys_of_one_burst_are_for_the_panel_that_the_first_of_them_focused(
    monitor: Any,
) -> None:
    async with monitor() as run:
        await burst(run, "2", "enter")
        await run.until(lambda: isinstance(run.app.screen, Detail))
        await run.shows("detail of long_short")
        await burst(run, "escape", "tab", "enter")
        await run.shows("detail of moving_averages")


async def test_a_filter_typed_in_one_burst_with_its_key_is_typed_whole(monitor: Any) -> None:
    async with monitor() as run:
        run.panels[0].explained = lambda typed: ""
        await run.press("enter")
        await run.shows("detail of liquidations")
        await burst(run, *"/base=btc")
        await run.until(lambda: run.app.screen.query_one(Input).value == "base=btc")
        assert run.app.look.group == "coin"  # the b of it was no key


async def test_a_number_without_a_panel_does_nothing(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("9")
        assert run.app.focused.name == "liquidations"


async def test_tab_goes_round_the_panels(monitor: Any) -> None:
    async with monitor() as run:
        seen = []
        for _ in range(4):
            await run.press("tab")
            seen.append(run.app.focused.name)
        assert seen == ["long_short", "moving_averages", "safe_haven", "liquidations"]


async def test_enter_opens_and_escape_and_q_go_back(monitor: Any) -> None:
    async with monitor() as run:
        for key in ("escape", "q"):
            await run.press("enter")
            assert isinstance(run.app.screen, Detail)
            await run.press(key)
            assert isinstance(run.app.screen, Dashboard)


async def test_the_cursor_of_a_chart_goes_by_steps_and_to_its_ends(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("enter")
        await run.shows("detail of")
        for keys, cursor in (
            (("left",), -1),
            (("left", "left"), -3),
            (("home", "left"), -4),
            (("right",), -3),
            (("end", "right"), -1),
        ):
            await run.press(*keys)
            await run.shows(f"cursor={cursor},")
        await run.press("escape")
        await run.shows("cursor=None")
        assert isinstance(run.app.screen, Detail)


async def test_the_window_changes_here_and_in_the_detail(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("w")
        await run.shows("window 15m")
        await run.press("left_square_bracket", "W")
        await run.shows("window 1m")
        await run.press("enter", "right_square_bracket")
        assert run.app.look.window == "5m"
        await run.press("escape")
        await run.shows("window 5m")


async def test_the_smallest_size_changes_and_is_remembered(monitor: Any, tmp_path: Path) -> None:
    async with monitor() as run:
        await run.press("+", "+")
        await run.shows("smallest 100000")
        await run.press("-")
        await run.shows("smallest 50000")
    assert json.loads((tmp_path / "viewer.json").read_text()) == {"smallest": 50_000.0}
    async with monitor() as run:
        await run.shows("smallest 50000")


async def test_a_size_that_cannot_be_remembered_is_said(monitor: Any, tmp_path: Path) -> None:
    async with monitor(data_dir=tmp_path / "absent") as run:
        await run.press("plus")
        assert "smallest not remembered" in run.app.notice(run.app.clock())
        await run.shows("smallest 50000")


async def test_group_goes_to_venue(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("b")
        await run.shows("group venue")


async def test_a_coin_is_typed_and_matched(monitor: Any) -> None:
    async with monitor() as run:
        await run.until(lambda: run.app.snapshot is not None)
        await run.press("c")
        assert isinstance(run.app.screen, CoinChoice)
        await run.press("d", "o", "enter")
        await run.shows("coin DOGE")
        await run.press("c", "0")
        await run.shows("coin None")


async def test_the_second_match_is_an_arrow_away(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("c", "down", "enter")
        await run.shows("coin ETH")


async def test_a_name_that_is_no_coin_is_told_those_there_are(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("c", "e", "t", "x")
        shown = str(run.app.screen.query_one("#choice-matches").visual)
        assert "no such coin; there are" in shown
        assert "ETH" in shown
        await run.press("enter")
        assert isinstance(run.app.screen, CoinChoice), "a likeness is not chosen for anybody"


async def test_escape_leaves_the_coin_as_it_was(monitor: Any) -> None:
    async with monitor(coin="ETH") as run:
        await run.press("c", "d", "escape")
        assert isinstance(run.app.screen, Dashboard)
        await run.shows("coin ETH")


async def test_keys_typed_as_a_coin_do_nothing_else(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("c", "q", "w", "space")
        assert run.app.screen.query_one(Input).value == "qw "
        assert run.app.look.window == "5m"
        assert run.app.time.held is None


async def test_rows_of_the_feed_are_selected_and_left_by_escape(monitor: Any) -> None:
    async with monitor(WIDE) as run:
        await run.until(lambda: run.app.snapshot is not None)
        await run.press("j")
        await run.shows("selected 0")
        await run.press("j", "down", "j", "j")
        await run.shows("selected 2")
        await run.press("g", "k")
        await run.shows("selected None")
        await run.press("G")
        await run.shows("selected 2")
        await run.press("escape")
        await run.shows("selected None")


async def test_the_last_row_is_the_last_line_of_the_feed(monitor: Any) -> None:
    async with monitor(WIDE) as run:
        run.panels[0].selectable_rows = 2  # three rows came, of which two were folded into one line
        await run.until(lambda: run.app.snapshot is not None)
        await run.press("G")
        await run.shows("selected 1")
        await run.press("k")
        await run.shows("selected 0")


async def test_other_panels_scroll(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("2", "z", "j", "j", "k")
        await run.shows("scroll 1", "long_short")


async def test_zoom_gives_a_panel_the_screen_and_back(monitor: Any) -> None:
    async with monitor(WIDE) as run:
        await run.press("4", "z")
        await run.until(lambda: run.text("safe_haven").count("\n") == 41)
        assert not run.app.screen.query_one("#panel-liquidations").display
        await run.press("escape")
        assert run.app.screen.query_one("#panel-liquidations").display
        assert run.app.focused.name == "safe_haven"


async def test_a_number_while_zoomed_zooms_that_panel(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("z", "2")
        assert run.app.screen.query_one("#panel-long_short").display
        assert not run.app.screen.query_one("#panel-liquidations").display
        assert run.app.focused.name == "long_short"


async def test_hold_freezes_panels_and_says_so(monitor: Any) -> None:
    async with monitor() as run:
        await run.until(lambda: run.app.snapshot is not None)
        await run.press("space")
        assert run.app.notice(run.app.clock()).startswith("HELD 0:0")
        await run.press("w")
        await run.shows("window 15m")
        await run.press("space")
        assert run.app.notice(run.app.clock()) == ""


async def test_steps_show_the_past_and_escape_the_present(monitor: Any) -> None:
    async with monitor() as run:
        await run.until(lambda: run.app.snapshot is not None)
        await run.press("comma")
        at = run.app.time.moment()
        assert at.second == 0
        assert timedelta(0) < run.app.clock() - at < timedelta(minutes=1, seconds=10)
        await run.until(lambda: run.header().startswith(f" AT {at:%Y-%m-%d %H:%M}Z"))
        assert "live BTC" in run.header().splitlines()[0]
        await run.press("greater_than_sign")
        assert run.app.time.moment() is None, "a time that has not come is live"
        await run.press("less_than_sign", "escape")
        assert run.app.time.moment() is None
        await run.until(lambda: " AT " not in run.header())


async def test_the_row_of_the_past_is_inverted(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("comma")
        await run.until(lambda: run.header().startswith(" AT "))
        row = run.app.screen.query_one("#header", Rows).render_line(0)
        assert next(iter(row)).style.reverse


async def test_a_typed_time_is_gone_to_and_its_errors_are_said_there(monitor: Any) -> None:
    async with monitor() as run:
        await run.until(lambda: run.app.snapshot is not None)
        await run.press("at", *"soon", "enter")
        read = run.app.screen.query_one("#time-read", Static)
        assert "is no time; write one like 2026-01-19 21:15" in str(read.content)
        run.app.screen.query_one(Input).value = "2026-01-01 00:00"
        await run.press("enter")
        assert "the store begins 2026-01-19 13:03Z" in str(read.content)
        run.app.screen.query_one(Input).value = "2026-01-19 21:15"
        await run.press("enter")
        assert isinstance(run.app.screen, Dashboard)
        await run.until(lambda: run.header().startswith(" AT 2026-01-19 21:15Z"))
        await run.press("enter")
        assert isinstance(run.app.screen, Detail)
        await run.until(lambda: run.header().startswith(" AT 2026-01-19 21:15Z"))
        await run.press("L")
        assert run.app.time.moment() is None


async def test_a_step_long_before_the_store_began_is_said(monitor: Any) -> None:
    async with monitor() as run:
        await run.until(lambda: run.app.snapshot is not None)
        run.app.go(NOW - timedelta(days=8))  # candles, ratios and flow of then are asked for
        assert run.app.time.moment() == NOW - timedelta(days=8)
        run.app.time.live()
        run.app.go(NOW - timedelta(days=10))
        assert run.app.time.moment() is None
        assert "the store begins 2026-01-19 13:03Z" in run.app.notice(run.app.clock())


async def test_a_replay_is_held_and_runs_on(monitor: Any) -> None:
    async with monitor() as run:
        run.app.time.travel = replay(NOW - timedelta(hours=3), NOW, 60.0, run.app.clock)
        await run.press("space")
        await run.until(lambda: run.header().startswith(" REPLAY HELD 2026-01-20 11:"))
        assert run.app.time.travel.speed == 0
        await run.press("space")
        await run.until(lambda: run.header().startswith(" REPLAY ×60 2026-01-20 11:"))


async def test_a_row_that_stands_for_a_moment_opens_the_screen_at_it(monitor: Any) -> None:
    async with monitor(WIDE) as run:
        run.panels[1].stands_for = (NOW - timedelta(hours=1), NOW - timedelta(hours=5))
        await run.press("W")
        await run.shows("window 1m", "long_short")  # counted anew, with those rows
        await run.press("2", "j", "j")
        await run.shows("selected 1", "long_short")
        run.panels[1].stands_for = (NOW, *run.panels[1].stands_for)
        await run.shows("selected 2", "long_short")
        await run.press("enter")
        assert run.app.time.moment() == NOW - timedelta(hours=5)
        assert isinstance(run.app.screen, Dashboard)
        await run.shows("selected None", "long_short")


async def test_n_goes_to_the_next_burst_and_capital_n_back(monitor: Any) -> None:
    async with monitor() as run:
        late = timedelta(seconds=10)
        rows = [liquidation(NOW - timedelta(hours=hours) + late, 3e6) for hours in (7, 2)]
        run.source.base = snapshot(
            liquidations=frame(LIQUIDATIONS, rows), began=NOW - timedelta(hours=24)
        )
        run.app.go(NOW)
        await run.press("N")
        await run.until(lambda: run.app.time.moment() == NOW.replace(hour=12, minute=4, second=0))
        await run.press("left_curly_bracket")
        await run.until(lambda: run.app.time.moment() == NOW.replace(hour=7, minute=4, second=0))
        await run.press("N")
        await run.until(lambda: "no burst before" in run.header())
        await run.press("n")
        await run.until(lambda: run.app.time.moment() == NOW.replace(hour=12, minute=4, second=0))


async def test_themes_go_round(monitor: Any) -> None:
    async with monitor() as run:
        seen = [run.app.theme]
        for _ in range(4):
            await run.press("T")
            seen.append(run.app.theme)
        assert seen == ["dark", "light", "colour-blind", "ansi", "dark"]


def test_where_there_are_sixteen_colours_the_theme_is_made_of_them() -> None:
    assert fitting("dark", "standard") == "ansi"
    assert [fitting("light", system) for system in ("256", "truecolor", None)] == ["light"] * 3


TUI = Path(__file__).parent.parent / "tui"
NAMES = {
    name
    for folder in ("draw", "panels", "screens")
    for file in (TUI / folder).rglob("*.py")
    for name in re.findall(r"\$([a-z][a-z-]+)", file.read_text("utf-8"))
}
"""Every name by which something of ours is coloured."""


def test_the_panels_colour_by_name() -> None:
    assert {"long", "short", "muted", "frame", "warn", "accent"} <= NAMES


@pytest.mark.parametrize("name", [theme.name for theme in THEMES])
async def test_every_name_is_a_colour_in_every_theme(monitor: Any, name: str) -> None:
    async with monitor(theme=name) as run:
        assert run.app.theme == name
        colours = {n: Style.parse(f"${n}").foreground for n in NAMES}
        assert all(isinstance(colour, Color) for colour in colours.values())
        assert colours["long"] != colours["short"]


async def test_a_new_theme_recolours_what_stands_there(monitor: Any) -> None:
    async with monitor() as run:
        view = run.app.screen.query_one("#panel-liquidations", PanelView)
        before = view.render_line(0)
        await run.press("T")
        assert view.render_line(0).text == before.text
        assert view.render_line(0) != before


async def test_help_lists_keys_marks_and_this_run(monitor: Any, tmp_path: Path) -> None:
    async with monitor(endpoint="http://127.0.0.1:9", keys={"hold": "f5"}) as run:
        await run.press("question_mark")
        assert isinstance(run.app.screen, Help)

        def page() -> str:
            return str(run.app.screen.query_one("#help-text", Static).content)

        assert str(tmp_path) in page()
        assert "http://127.0.0.1:9" in page()
        assert "CoinGlass" in page()
        assert "f5" in page()
        await run.press("slash", *"largest")
        assert "◆" in page()
        assert "CoinGlass" not in page()
        await run.press("escape")
        assert "CoinGlass" in page()
        await run.press("escape")
        assert isinstance(run.app.screen, Dashboard)


def test_the_recorder_is_named_with_its_start() -> None:
    running = Holder(7, "0.1.0", None, "", int(NOW.timestamp() * 1000), True)
    assert recorder(running) == "0.1.0, process 7 in the background since 2026-01-20 14:03Z"
    assert recorder(None) == "none runs"


async def test_question_mark_closes_help_too(monitor: Any) -> None:
    async with monitor() as run:
        await run.press("enter", "question_mark", "j", "question_mark")
        assert isinstance(run.app.screen, Detail)


async def test_a_key_can_be_bound_anew(monitor: Any) -> None:
    async with monitor(keys={"hold": "f5", "window_longer": "x,]"}) as run:
        await run.press("space")
        assert run.app.time.held is None
        await run.press("f5")
        assert run.app.time.held is not None
        await run.press("x", "right_square_bracket")
        await run.shows("window 1h")


async def test_a_clash_and_an_unknown_binding_are_said(monitor: Any) -> None:
    async with monitor(keys={"holt": "f5", "hold": "z"}) as run:
        notice = run.app.notice(run.app.clock())
        assert "holt: no such binding" in notice
        assert "z is both" in notice


@pytest.mark.parametrize(
    "keys", [("q",), ("ctrl+c",), ("c", "ctrl+c"), ("question_mark", "ctrl+c")]
)
async def test_quitting(monitor: Any, keys: tuple[str, ...]) -> None:
    async with monitor() as run:
        await run.press(*keys)
        await run.until(lambda: not run.app.is_running or run.app._exit)
        assert not run.app.return_code


@pytest.mark.parametrize("size", [(160, 45), (40, 50), (28, 20), (28, 10), (160, 6), (160, 3)])
async def test_a_resize_places_everything_anew(monitor: Any, size: tuple[int, int]) -> None:
    async with monitor((80, 24)) as run:
        await run.pilot.resize_terminal(*size)
        screen = run.app.screen
        await run.until(lambda: screen.size == Size(*size))
        for name, (width, height) in screen.sizes.items():
            if name in ("header", "hint"):
                continue
            await run.until(
                lambda n=name, w=width, h=height: (
                    [len(r) for r in run.text(n).split("\n")] == [w] * h
                )
            )
        assert "liquidations" in screen.sizes


async def test_one_cell_is_enough(monitor: Any) -> None:
    async with monitor() as run:
        await run.pilot.resize_terminal(1, 1)
        await run.until(lambda: run.app.screen.size == Size(1, 1))
        await run.press("z", "j", "w")
        assert run.app.is_running


async def test_only_the_chosen_panels_are_there(monitor: Any) -> None:
    async with monitor(layouts=alone(("safe_haven", "long_short"))) as run:
        await run.shows("1 safe_haven", "safe_haven")
        await run.shows("2 long_short", "long_short")
        assert not run.app.screen.query("#panel-liquidations")


async def test_a_failing_panel_says_so_and_recovers(monitor: Any) -> None:
    async with monitor() as run:
        run.panels[1].error = ZeroDivisionError("by zero")
        await run.press("w")
        await run.shows("long_short: ZeroDivisionError: by zero", "long_short")
        await run.shows("liquidations row 1")
        run.panels[1].error = None
        await run.press("w")
        await run.shows("long_short row 1", "long_short")


async def test_a_failing_store_is_said_and_what_was_shown_stays(monitor: Any) -> None:
    async with monitor() as run:
        run.source.error = OSError("disk I/O error")
        await run.press("w")
        await run.until(lambda: "disk I/O error" in run.header())
        assert "liquidations row 1" in run.text()
        run.source.error = None
        await run.until(lambda: "disk I/O error" not in run.header())


async def test_a_store_that_hangs_is_blamed_and_what_was_shown_stays(
    monitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with monitor() as run:
        goes_on, began = threading.Event(), utc_now()
        monkeypatch.setattr(run.source, "poll", lambda: goes_on.wait(30))
        run.app.clock = lambda: began + 3 * (utc_now() - began)  # three seconds a second
        await run.until(lambda: "! the store has not answered for" in run.header())
        assert "liquidations row 1" in run.text()
        goes_on.set()
        await run.until(lambda: "not answered" not in run.header())


async def test_a_monitor_that_was_suspended_in_the_midst_of_a_read_blames_no_store(
    monitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with monitor() as run:
        reads, goes_on = threading.Event(), threading.Event()

        def hang() -> bool:
            reads.set()
            return goes_on.wait(30)

        monkeypatch.setattr(run.source, "poll", hang)
        await run.until(reads.is_set)
        run.app.clock = lambda: utc_now() + timedelta(hours=1)
        before = run.app.clock()
        await run.until(lambda: run.app.screen._drawn_at >= before)
        assert "not answered" not in run.header()
        goes_on.set()


async def test_the_supervisors_words_are_in_the_notice(monitor: Any) -> None:
    async with monitor(supervise=lambda: "recorder died; started another") as run:
        await run.until(lambda: "started another" in run.app.notice(run.app.clock()))


async def test_a_stale_age_is_marked(monitor: Any) -> None:
    async with monitor() as run:
        run.panels[0].lag *= 1000
        await run.press("w")
        age = run.app.screen.query_one("#age-liquidations", Rows)
        await run.until(lambda: "!" in age.text)


async def test_a_covered_dashboard_asks_nothing(monitor: Any) -> None:
    async with monitor() as run:
        dashboard, asked = run.app.screen, []
        await run.press("question_mark")
        dashboard.redraw = lambda *a: asked.append(a)
        await asyncio.sleep(1.3)
        assert asked == []


async def test_markup_in_data_is_only_text(monitor: Any) -> None:
    async with monitor() as run:
        run.panels[0].words = {1: "[/x] [bold red]EVIL[/] [@click=app.quit]"}
        await run.press("w")
        await run.shows("[/x] [bold red]EVIL[/] [@click=app.quit]")
