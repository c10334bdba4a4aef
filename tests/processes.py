"""Liqtop's processes as a user has them: an exchange, recorders, a viewer on a pseudo-terminal.

Everything a process keeps goes below the folder of its `Home`, and every process started here is
ended, killed if need be, when its block ends.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl
import pyte

from tui.lock import Holder, holder
from tui.store import Reader, store_path
from tui.tables import LIQUIDATIONS, Table

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = float(os.environ.get("LIQTOP_PATIENCE_S", "90"))
"""What takes longer has failed; two busy cores take five seconds for the slowest of them. On two
that twenty others want a recorder's start alone took longer: such a machine asks for more."""

Rows = Sequence[Sequence[Any]]


def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    """Wait until something is true and return it; an AssertionError says what never was."""
    limit = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < limit, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Exchange:
    """A loopback exchange that runs."""

    endpoint: str

    def books(self, rows: bool = False) -> dict[str, Any]:
        """What it sent so far, on request with every row."""
        with urllib.request.urlopen(
            f"{self.endpoint}/control{'?rows=1' if rows else ''}", timeout=30
        ) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def order(self, **what: Any) -> dict[str, Any]:
        """Have it do something; returns when that is done."""
        body = json.dumps(what).encode()
        request = urllib.request.Request(f"{self.endpoint}/control", body)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@dataclass(frozen=True)
class Home:
    """Where a user's files are in a test: config, data, cache and log below one folder."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "config" / "liqtop" / "config.toml"

    def configure(self, text: str) -> None:
        """Write the user's config file (commands here are given it by name)."""
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text)

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with every folder of the user's moved here."""
        out = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
        for kind in ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME"):
            out[f"XDG_{kind}_{'DIR' if kind == 'RUNTIME' else 'HOME'}"] = str(
                self.folder / kind.lower()
            )
        out |= {"HOME": str(self.folder), "TMPDIR": str(self.folder), "LANG": "C.UTF-8"}
        return out | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}

    def command(self, *args: str, before: str = "") -> list[str]:
        """A liqtop command on this data; `before` is Python that runs ahead of it."""
        here = ("--config", str(self.config)) if self.config.exists() else ()
        args = ("--data-dir", str(self.data), *here, *args)
        if not before:
            return [sys.executable, "-m", "tui", *args]
        code = f"import sys\n{before}\nfrom tui.cli import main\nsys.exit(main(sys.argv[1:]))"
        return [sys.executable, "-c", code, *args]

    def run(
        self, *args: str, before: str = "", **options: Any
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end; `before` is Python that runs ahead of it."""
        return subprocess.run(
            self.command(*args, before=before),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            **options,
        )

    def holder(self) -> Holder | None:
        """Who records here."""
        return holder(self.data)

    def read(self, table: Table, **how: Any) -> pl.DataFrame:
        """Rows of the store."""
        reader = Reader(store_path(self.data))
        try:
            return reader.read(table, **how)
        finally:
            reader.close()

    def counted(self, venue: str | None = None) -> int:
        """How many liquidations are stored."""
        if not store_path(self.data).exists():
            return 0
        where = {"venue": venue} if venue else None
        return self.read(LIQUIDATIONS, columns=["id"], where=where).height


@contextmanager
def exchange(*args: str) -> Iterator[Exchange]:
    """A loopback exchange as a process of its own."""
    command = [sys.executable, "-m", "tui.loopback", "--until-eof", *args]
    with child(command, stdin=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        yield Exchange(json.loads(process.stdout.readline())["endpoint"])


@contextmanager
def recorder(
    home: Home, to: str, *args: str, before: str = ""
) -> Iterator["subprocess.Popen[str]"]:
    """`liqtop record` as a process of its own, its words in the file `words`."""
    command = home.command("record", "--endpoint", to, *args, before=before)
    home.folder.mkdir(parents=True, exist_ok=True)
    with (
        (home.folder / "words").open("a") as words,
        child(command, stderr=words, env=home.environment) as process,
    ):
        yield process


@contextmanager
def child(
    command: Sequence[str], stderr: IO[str] | None = None, **options: Any
) -> Iterator["subprocess.Popen[str]"]:
    """A process that is asked to end with the block, and killed if it does not."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def gone(pid: int) -> bool:
    """Whether no such process runs any more; one that nobody waited for counts as gone."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    with suppress(OSError):  # Linux: a zombie of a parent that does not look
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return False


class Viewer:
    """A command on a pseudo-terminal: what it shows, and how it leaves the terminal."""

    def __init__(self, home: Home, *args: str, columns: int = 160, rows: int = 45) -> None:
        self.sent, self.status = bytearray(), None
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._before = termios.tcgetattr(self._slave)
        self._process = subprocess.Popen(
            home.command(*args),
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=home.environment,
            start_new_session=True,
        )
        self.pid = self._process.pid

    def read(self, seconds: float) -> None:
        """Take what comes within that time."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                came = os.read(self._master, 65536)
                self.sent += came
                self._stream.feed(came)

    def until(self, true: Callable[[], Any], what: str) -> None:
        """Read until it is so."""
        limit = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < limit, f"{what}: never\n" + "\n".join(self._screen.display)
            self.read(0.1)

    def shows(self, words: str) -> bool:
        """Whether a row of the terminal holds the words."""
        return any(words in row for row in self._screen.display)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def kill(self, number: int) -> None:
        """Send the command a signal."""
        self._process.send_signal(number)

    def ended(self) -> int:
        """Read until the command has ended; its exit code, negative for a signal."""
        self.until(lambda: self._process.poll() is not None, "the end")
        self.read(0.2)
        return int(self._process.returncode)

    def said(self) -> str:
        """What was printed after the screen was left."""
        return self.sent.rpartition(b"\x1b[?1049l")[2].decode()

    def sound(self) -> bool:
        """Whether the terminal is as it was: its settings, the main screen, the cursor."""
        sent = bytes(self.sent)
        return (
            termios.tcgetattr(self._slave) == self._before
            and sent.rfind(b"\x1b[?1049l") > sent.rfind(b"\x1b[?1049h")
            and sent.rfind(b"\x1b[?25h") > sent.rfind(b"\x1b[?25l")
        )

    def close(self) -> None:
        """End it if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        os.close(self._master)
        os.close(self._slave)


@contextmanager
def viewer(home: Home, *args: str, **size: int) -> Iterator[Viewer]:
    """A monitor on a pseudo-terminal; the recorder it started is ended with it."""
    shown = Viewer(home, *args, **size)
    try:
        yield shown
    finally:
        shown.close()
        if running := home.holder():
            with suppress(ProcessLookupError):
                os.kill(running.pid, signal.SIGKILL)
            until(lambda: home.holder() is None, "the recorder's end")
