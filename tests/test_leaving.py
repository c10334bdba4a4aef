"""A monitor whose terminal is gone ends, however early that was and whoever ignores SIGHUP."""

import os
import pty
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.processes import PATIENCE_S, until

ROOT = Path(__file__).parent.parent


def started(folder: Path) -> tuple[int, int]:
    """A monitor as `nohup` starts one: its process and its terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "tests.pty_monitor", str(folder)])
    return pid, terminal


@pytest.mark.parametrize("alive_s", [0.2, 3.0])
def test_it_ends_when_its_terminal_goes_while_it_starts_or_later(
    tmp_path: Path, alive_s: float
) -> None:
    """One that went before the screen was there was not noticed: half a core, for ever."""
    pid, terminal = started(tmp_path)
    end = time.monotonic() + alive_s
    os.set_blocking(terminal, False)
    while time.monotonic() < end:
        try:
            os.read(terminal, 65536)
        except OSError:
            time.sleep(0.02)
    os.close(terminal)
    try:
        until(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, "its end", PATIENCE_S / 3)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
