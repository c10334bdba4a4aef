"""config/tmux.conf in a real tmux: its screen is read back from a second tmux around it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.processes import ROOT, Home, until
from tui.background import introduced
from tui.config import load
from tui.lock import RecorderLock
from tui.store import Writer, store_path

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here")

PATIENCE_S = 25.0
PREFIX = "C-b"
WIDTH = 120


def document() -> dict[str, Any]:
    """What a recorder writes in an ordinary hour, as far as the status line reads it."""
    now = datetime.now(UTC).isoformat()
    hour = {"long_usd": 12.4e6, "total_usd": 15.5e6, "lower_bound": True, "have_s": 3600.0}
    return {
        "as_of": now,
        "header": {"symbol": "BTC/USDT", "price": 89_880.0, "ts": now, "change_24h": 0.0048},
        "panels": {"liquidations": {"stale": False, "windows": {"1h": hour}}},
        "health": [],
    }


class Terminal:
    """A tmux within a tmux: the outer one is the terminal that the inner one is attached to."""

    def __init__(self, home: Home) -> None:
        self._home = home
        program = home.folder / "bin" / "liqtop"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tui "$@"\n')
        program.chmod(0o755)
        self._env = home.environment | {
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "TMUX_TMPDIR": str(home.folder),
            "SHELL": "/bin/sh",
        }
        self._env.pop("TMUX", None)
        # This process records, so that no viewer here starts a recorder of its own.
        settings = load().with_flags(data_dir=home.data / "liqtop")
        self._writer = Writer(store_path(settings.data_dir), None)
        self._lock = RecorderLock(settings.data_dir, introduced(settings, True, 0))
        self._attach("new-session")

    def _attach(self, command: str) -> None:
        """A terminal that shows the inner tmux."""
        inner = f"env -u TMUX tmux -L inner -f {ROOT}/config/tmux.conf {command}"
        self._tmux(
            "outer", "-f", "/dev/null", "new-session", "-d", "-x", str(WIDTH), "-y", "30", inner
        )
        self._tmux("outer", "set-option", "-g", "status", "off")

    def _tmux(self, server: str, *args: str) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-L", server, *args],
            env=self._env, capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        return done.stdout

    def inner(self, *args: str) -> str:
        """What a command of the inner tmux says."""
        return self._tmux("inner", *args)

    def press(self, *keys: str) -> None:
        self._tmux("outer", "send-keys", *keys)

    def resize(self, width: int) -> None:
        self._tmux("outer", "resize-window", "-x", str(width), "-y", "30")

    def screen(self) -> list[str]:
        """The rows of the terminal; the status bar is the last."""
        return self._tmux("outer", "capture-pane", "-p").splitlines()

    def until(self, true: Callable[[list[str]], Any], what: str) -> None:
        """Go on recording until the screen is so."""

        def so() -> Any:
            self._writer.write_latest(datetime.now(UTC), document())
            return true(self.screen())

        try:
            until(so, what, PATIENCE_S)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *self.screen()])) from None

    def panes(self) -> list[str]:
        """Width and command of every pane."""
        return self.inner("list-panes", "-F", "#{pane_width} #{@liqtop}").splitlines()

    def detach(self) -> None:
        """As over a lost connection: the terminal goes, the inner server lives."""
        self.press(PREFIX, "d")
        until(lambda: not self._tmux("outer", "list-sessions"), "the terminal's end")

    def attach(self) -> None:
        self._attach("attach-session")

    def close(self) -> None:
        for server in ("outer", "inner"):
            self._tmux(server, "kill-server")
        self._writer.close()
        self._lock.release()


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    made = Terminal(Home(tmp_path_factory.mktemp("tmux")))
    try:
        made.until(lambda rows: rows and "BTC" in rows[-1], "the status bar: keys are heard now")
        yield made
    finally:
        made.close()


def shows(words: str) -> Callable[[list[str]], bool]:
    return lambda rows: any(words in row for row in rows)


def test_the_bar_shows_the_status_line(terminal: Terminal) -> None:
    terminal.until(lambda rows: "BTC 89,880 +0.5%  liq 1h≥15.5M 80%L" in rows[-1], "the line")
    assert "#[" not in terminal.screen()[-1]


def test_one_key_opens_the_pane_and_closes_it(terminal: Terminal) -> None:
    terminal.press(PREFIX, "L")
    terminal.until(shows("─ 1 Liquidations"), "the panel")
    assert terminal.panes()[1] == "40 1"
    assert terminal.inner("display-message", "-p", "#{pane_index}") == "0\n"
    terminal.press(PREFIX, "L")
    terminal.until(lambda _: len(terminal.panes()) == 1, "one pane")


@pytest.mark.campaign
def test_the_pane_outlives_a_split_a_resize_and_a_detach(terminal: Terminal) -> None:
    terminal.press(PREFIX, "L")
    terminal.until(shows("─ 1 Liquidations"), "the panel")
    terminal.press(PREFIX, '"')
    terminal.until(lambda _: len(terminal.panes()) == 3, "a split beside it")
    terminal.resize(90)
    terminal.until(lambda rows: len(rows[-1]) <= 90 and shows("Liquidations")(rows), "a resize")
    terminal.detach()
    terminal.attach()
    terminal.until(shows("─ 1 Liquidations"), "the panel after attaching")
    terminal.press(PREFIX, "L")
    terminal.until(lambda _: len(terminal.panes()) == 2, "the pane's end")
    assert all(not row.endswith("1") for row in terminal.panes())


@pytest.mark.campaign
def test_a_pane_closed_by_hand_is_opened_anew(terminal: Terminal) -> None:
    terminal.press(PREFIX, "L")
    terminal.until(lambda _: any(row.endswith(" 1") for row in terminal.panes()), "the pane")
    number = next(n for n, row in enumerate(terminal.panes()) if row.endswith(" 1"))
    terminal.inner("kill-pane", "-t", f".{number}")
    terminal.until(lambda _: not any(row.endswith(" 1") for row in terminal.panes()), "its end")
    terminal.press(PREFIX, "L")
    terminal.until(shows("─ 1 Liquidations"), "the panel again")


@pytest.mark.campaign
def test_y_reaches_the_buffer_of_tmux(terminal: Terminal) -> None:
    if not any(row.endswith(" 1") for row in terminal.panes()):
        terminal.press(PREFIX, "L")
    terminal.until(shows("─ 1 Liquidations"), "the panel")
    pane = next(n for n, row in enumerate(terminal.panes()) if row.endswith(" 1"))
    terminal.inner("select-pane", "-t", f".{pane}")
    terminal.press("y")
    terminal.until(lambda _: "liquidated in" in terminal.inner("show-buffer"), "the sentence")
    assert re.search(r", \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$", terminal.inner("show-buffer").rstrip())
