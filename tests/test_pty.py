"""The monitor on a pseudo-terminal: what it sends, and how it leaves the terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte
import pytest

from tui.cli import main
from tui.store import Writer, store_path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS, ROWS = 160, 45
QUIET = 300  # bytes in little more than a second: the clock, twice


class Terminal:
    """A terminal with the monitor in it: what was sent, and what it shows."""

    def __init__(self, folder: Path, columns: int = COLUMNS, rows: int = ROWS, **env: str) -> None:
        self.folder, self.sent = folder, bytearray()
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.status: int | None = None
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.pid = os.fork()
        if self.pid == 0:
            self._monitor(slave, env)
        self.slave = slave  # kept open: its settings are read after the monitor has gone

    def _monitor(self, slave: int, own: dict[str, str]) -> None:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.chdir(ROOT)
        # Colours in full, the dearest case; a size in the environment would overrule the terminal.
        env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
        env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"} | own
        command = [sys.executable, "-m", "tests.pty_monitor", str(self.folder)]
        os.execve(sys.executable, command, env)

    def read(self, seconds: float) -> bytes:
        """What comes within that time."""
        came, end = bytearray(), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    came += self.take()
                except OSError:
                    break
        self.sent += came
        self.stream.feed(bytes(came))
        return bytes(came)

    def take(self) -> bytes:
        """The next bytes, as fast as they come."""
        return os.read(self.master, 65536)

    def until(self, true: Callable[[], bool]) -> bytes:
        """Read until it is so; what came meanwhile. Half a minute is a failure."""
        came = bytearray()
        for _ in range(300):
            if true():
                return bytes(came)
            came += self.read(0.1)
        raise AssertionError("never so:\n" + "\n".join(self.screen.display))

    def shows(self, words: str) -> bool:
        """Whether a row of the terminal holds the words."""
        return any(words in row for row in self.screen.display)

    def gone(self) -> bool:
        """Whether the monitor has ended; its exit code is then in `status`."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def close(self) -> None:
        """End what still runs."""
        if not self.gone():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal of a test that ends its monitor."""
    with started(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A terminal of all tests after which the monitor goes on, on a screen that is still."""
    with started(tmp_path_factory.mktemp("lasting")) as made:
        made.until(lambda: len(made.read(1.2)) < QUIET)  # the last of the start
        yield made


@contextmanager
def started(folder: Path) -> Iterator[Terminal]:
    made = Terminal(folder)
    try:
        made.until(lambda: made.shows("safe_haven row 1") and made.shows("liquidations row 2"))
        yield made
    finally:
        made.close()


def sound(terminal: Terminal) -> dict[str, Any]:
    """Whether the terminal is as it was: line settings, main screen, cursor, paste, keys."""
    sent = bytes(terminal.sent)
    return {
        "settings": termios.tcgetattr(terminal.slave) == terminal.before,
        "main screen": sent.rfind(b"\x1b[?1049l") > sent.rfind(b"\x1b[?1049h") > -1,
        "cursor": sent.rfind(b"\x1b[?25h") > sent.rfind(b"\x1b[?25l") > -1,
        "paste": sent.rfind(b"\x1b[?2004l") > sent.rfind(b"\x1b[?2004h") > -1,
        "keys": sent.rfind(b"\x1b[<u") > sent.rfind(b"\x1b[>") > -1,
    }


def test_nothing_new_sends_the_clock_alone(lasting: Terminal) -> None:
    came = lasting.read(4.0)
    assert (
        len(came) <= 4 * 150
    )  # the clock's nine cells with their colours; the bar is 500 a second


def test_a_changed_row_sends_little_more_than_itself(lasting: Terminal) -> None:
    # The first change after the start may send its panel whole: Textual still holds the region of
    # the first frame, which a layout painted.
    (lasting.folder / "word").write_text("the first word")
    os.write(lasting.master, b"w")  # a key has the panel made anew at once
    lasting.until(lambda: lasting.shows("the first word"))
    (lasting.folder / "word").write_text("a word that was not there before")
    came = lasting.until(lambda: lasting.shows("a word that was not there before"))
    seconds = came.count(b"Z\x1b[0m") + 1
    assert len(came) <= 300 + 150 * seconds
    assert b"liquidations row 2" not in came
    assert b"long_short" not in came


def test_the_focus_moves_without_the_rows_that_show_none_of_it(lasting: Terminal) -> None:
    lasting.read(0.5)
    os.write(lasting.master, b"\t\t")  # from the second panel to the third, say
    lasting.read(1.0)
    os.write(lasting.master, b"\t")
    came = lasting.read(1.0)
    assert b"safe_haven row" in came or b"moving_averages row" in came
    assert b"liquidations row" not in came  # a repaint of the screen would have them


def test_an_escape_alone_is_a_key_and_in_a_sequence_it_is_none(lasting: Terminal) -> None:
    os.write(lasting.master, b"c")
    lasting.until(lambda: lasting.shows("coin, 0 = all"))
    os.write(lasting.master, b"\x1b")
    os.write(lasting.master, b"[B")  # the arrow down, in two pieces
    lasting.read(1.0)
    assert lasting.shows("coin, 0 = all")
    os.write(lasting.master, b"\x1b")
    lasting.until(lambda: not lasting.shows("coin, 0 = all"))


def test_the_mouse_is_left_to_the_terminal(lasting: Terminal) -> None:
    assert b"\x1b[?1000h" not in lasting.sent
    assert b"\x1b[?1003h" not in lasting.sent


def test_the_mouse_is_taken_where_it_is_wanted_and_given_back(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, 80, 24, MOUSE="1")
    try:
        terminal.until(lambda: terminal.shows("liquidations row 2"))
        assert b"\x1b[?1000h" in terminal.sent
        os.write(terminal.master, b"q")
        terminal.until(terminal.gone)
        terminal.read(0.2)
        assert b"\x1b[?1000l" in terminal.sent
    finally:
        terminal.close()


@pytest.mark.parametrize(("flags", "wanted"), [([], False), (["--mouse"], True)])
def test_the_flag_is_what_wants_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], wanted: bool
) -> None:
    Writer(store_path(tmp_path), None).close()
    asked: list[bool] = []
    monkeypatch.setattr("tui.viewer._need_terminal", lambda: None)

    def run(*args: object, mouse: bool, **others: object) -> int:
        asked.append(mouse)
        return 0

    monkeypatch.setattr("tui.app.run", run)
    words = ["replay", "--from", "-2h", "--to", "-1h", "--data-dir", str(tmp_path), *flags]
    assert main(words) == 0
    assert asked == [wanted]


def test_suspending_gives_the_terminal_back_and_going_on_takes_it(lasting: Terminal) -> None:
    os.write(lasting.master, b"\x1a")
    lasting.until(lambda: b"\x1b[?1049l" in lasting.sent)
    assert os.waitpid(lasting.pid, os.WUNTRACED)[1] & 0xFF == 0x7F  # stopped
    lasting.screen.reset()
    os.kill(lasting.pid, signal.SIGCONT)
    lasting.until(lambda: lasting.shows("liquidations row 1"))


def test_a_resize_fills_the_new_size(lasting: Terminal) -> None:
    fcntl.ioctl(lasting.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 28, 0, 0))
    lasting.screen.resize(20, 28)
    lasting.screen.reset()
    os.kill(lasting.pid, signal.SIGWINCH)
    lasting.until(lambda: lasting.shows("liquidations row 1"))
    assert all(len(row) == 28 for row in lasting.screen.display)


SGR = re.compile(rb"\x1b\[([0-9;]*)m")


def test_without_colour_none_is_sent_and_the_focus_is_seen_all_the_same(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, 80, 24, NO_COLOR="1")
    try:
        terminal.until(lambda: terminal.shows("liquidations row 2"))
        os.write(terminal.master, b"2T")  # another theme is no other colour
        terminal.until(lambda: terminal.shows("liquidations row 2"))
        terminal.read(1.0)
    finally:
        terminal.close()
    sent = {code for codes in SGR.findall(terminal.sent) for code in codes.split(b";")}
    assert sent <= {b"", b"0", b"1", b"7", b"39", b"49"}, "reset, bold, reverse, default colours"
    assert b"1" in sent


def test_q_leaves_the_terminal_as_it_was(terminal: Terminal) -> None:
    os.write(terminal.master, b"q")
    terminal.until(terminal.gone)
    terminal.read(0.2)
    assert terminal.status == 0
    assert all(sound(terminal).values()), sound(terminal)


@pytest.mark.parametrize("name", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_the_terminal_sound(terminal: Terminal, name: int) -> None:
    os.kill(terminal.pid, name)
    terminal.until(terminal.gone)
    terminal.read(0.2)
    assert terminal.status == 128 + name
    assert all(sound(terminal).values()), sound(terminal)


def test_a_terminal_that_is_gone_ends_it(terminal: Terminal) -> None:
    """The window is closed: the kernel sends SIGHUP, and nothing can be written any more."""
    os.close(terminal.slave)
    os.close(terminal.master)
    try:
        for _ in range(100):
            if terminal.gone():
                break
            time.sleep(0.1)
        assert terminal.status is not None
    finally:
        terminal.master, terminal.slave = os.open("/dev/null", 0), os.open("/dev/null", 0)


def test_a_terminal_that_is_gone_ends_it_without_a_signal_too(tmp_path: Path) -> None:
    """A process that does not lead its session is told by nobody: it would spin for ever."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    command = [sys.executable, "-m", "tests.pty_monitor", str(tmp_path)]
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, start_new_session=True
    )
    os.close(slave)
    try:
        seen = b""
        while b"liquidations row 1" not in seen:
            seen += os.read(master, 65536)
        os.close(master)
        assert process.wait(30) == 128 + signal.SIGHUP
    finally:
        process.kill()
