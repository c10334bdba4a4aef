"""Finding the recorder of a data folder, starting one in the background, ending it."""

import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tui import __version__
from tui.config import Settings
from tui.errors import LiqtopError
from tui.lock import Holder, holder
from tui.values import STORE

START_S = 15.0
"""How long a recorder may take to create its store: ccxt without byte code takes nine seconds."""
STEADY_S = 60.0
"""A recorder that has lived this long begins the back-off of its viewers anew."""


def config_hash(settings: Settings) -> str:
    """A short hash of the settings that a recorder's work depends on."""
    text = json.dumps(settings.recorder_part(), sort_keys=True)
    return f"{zlib.crc32(text.encode()):08x}"  # hashlib loads OpenSSL: 4.5 MB in every viewer


def start(settings: Settings) -> "subprocess.Popen[bytes]":
    """Start a recorder in a session of its own; it outlives this process. Losing a race is fine.

    Its stderr is a pipe that it lets go of when it records: what it says is why it can't.
    """
    command = [sys.executable, "-m", "tui", "record", "--background"]
    command += ["--data-dir", str(settings.data_dir)]
    if settings.file:
        command += ["--config", str(settings.file.resolve())]
    command += ["--endpoint", settings.endpoint or ""]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        cwd="/",
    )


class Starts:
    """The recorders that one viewer starts: one after the other, after a back-off, and why the
    last one ended. `now` is a clock in seconds that never steps."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._now = settings, now
        self._process: subprocess.Popen[bytes] | None = None
        self._attempts, self._began, self._next = 0, 0.0, 0.0
        self.reason: str | None = None

    def begin(self) -> None:
        """Start one now."""
        self._attempts += 1
        self._began = self._now()
        self._process = start(self._settings)

    def due(self) -> str:
        """Start one if it is time, while nobody records; what a viewer should say meanwhile."""
        if self._process is not None and (code := self._process.poll()) is not None:
            self._ended(self._process, code)
        if self._process is None and self._now() >= self._next:
            self.begin()
        return f"recorder can't start: {self.reason}" if self.reason else "recorder starting"

    def recorded(self) -> None:
        """Somebody records; the back-off ends when that lasts, since one may fail with the lock."""
        self.reason = None
        if self._now() - self._began > STEADY_S:
            self._attempts = 0

    def _ended(self, process: "subprocess.Popen[bytes]", code: int) -> None:
        from tui import backoff  # only a viewer whose recorder ended needs it

        if self._now() - self._began > STEADY_S:
            self._attempts = 0
        else:
            self.reason = self._last(process) or self._again(code)
            self._next = self._now() + backoff.delay(self._attempts)
        self._process = None

    def _last(self, process: "subprocess.Popen[bytes]") -> str:
        """The last line it said, without the folders of the files: it has to fit a header."""
        assert process.stderr is not None
        with process.stderr as said:
            lines = said.read().decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        file = self._settings.file
        for folder in (self._settings.data_dir, *([file.resolve().parent] if file else [])):
            last = last.replace(f"{folder}/", "")
        return last.removeprefix("liqtop: ")[:200]

    def _again(self, code: int) -> str | None:
        """One that ended without a word may have been ended by hand; not one after the other."""
        if self._attempts < 2:
            return None
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return f"{how} without a word; see {self._settings.log_dir / 'recorder.log'}"


def ensure(settings: Settings, starts: Starts | None = None) -> str | None:
    """See that somebody records; returns what a viewer should say about it, None for nothing.

    `starts` are those of the viewer so far.
    """
    running, starts = holder(settings.data_dir), starts or Starts(settings)
    if running is None:
        if not _writable(settings.data_dir):
            return f"{settings.data_dir} is read only: nothing is recorded"
        return starts.due()
    if running.version != __version__ and running.background:
        end(settings.data_dir)
        starts.begin()
        return f"recorder {running.version} replaced by {__version__}"
    starts.recorded()
    return remark(running, settings)


def remark(running: Holder, settings: Settings) -> str | None:
    """What a viewer says of a recorder that goes on: trouble, another version, other settings."""
    if running.trouble:  # without the file's name: the reason has to fit a header
        return f"recorder: {running.trouble.removeprefix(f'{settings.data_dir / STORE}: ')}"
    if running.version != __version__:
        return f"recorder is {running.version}, this is {__version__}: restart it"
    if running.config != config_hash(settings):
        return "recorder runs with other settings: liqtop record --stop, then start again"
    return None


def end(data_dir: Path, wait_s: float = 15.0) -> Holder | None:
    """End the recorder of `data_dir` with SIGTERM and wait until it let go; None if none ran."""
    running = holder(data_dir)
    if running is None:
        return None
    try:
        os.kill(running.pid, signal.SIGTERM)
    except PermissionError:
        raise LiqtopError(f"recorder {running.pid} belongs to another user") from None
    except ProcessLookupError:
        return running
    limit = time.monotonic() + wait_s
    while (now := holder(data_dir)) is not None and now.pid == running.pid:
        if time.monotonic() > limit:
            raise LiqtopError(f"recorder {running.pid} does not end; kill -9 {running.pid}")
        time.sleep(0.05)
    return running


def describe(running: Holder) -> str:
    """Who records, in one line."""
    since = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(running.since / 1000))
    where = "in the background" if running.background else "in the foreground"
    endpoint = f", endpoint {running.endpoint}" if running.endpoint else ""
    trouble = f"; {running.trouble}" if running.trouble else ""
    return f"recorder {running.pid} ({running.version}) {where} since {since}{endpoint}{trouble}"


def introduced(settings: Settings, background: bool, now_ms: int) -> Holder:
    """The holder that this process writes into the lock."""
    return Holder(
        os.getpid(), __version__, settings.endpoint, config_hash(settings), now_ms, background
    )


def troubled(running: Holder, trouble: str | None) -> Holder:
    return replace(running, trouble=trouble)


def _writable(data_dir: Path) -> bool:
    there = next((p for p in (data_dir, *data_dir.parents) if p.exists()), Path("/"))
    return os.access(there, os.W_OK)
