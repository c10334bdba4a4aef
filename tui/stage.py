"""A stage: a loopback exchange, and a recorder pointed at it that fills a throw-away store.

With the viewer they are three processes. The exchange and the recorder end when the pipe from the
viewer closes, whatever closed it, and the recorder removes the folder.
"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from tui.config import Settings
from tui.errors import LiqtopError, UsageError
from tui.record import throw_away
from tui.values import STORE

PATIENCE_S = 60.0
"""A recorder's first second goes into imports; on two busy cores it took twenty."""


@dataclass(frozen=True)
class Stage:
    """What plays: settings of the throw-away store, the clock's lead, and the end of its past."""

    settings: Settings
    ahead: timedelta
    end: datetime


@contextlib.contextmanager
def staged(settings: Settings, *options: str, filled: bool = False) -> Iterator[Stage]:
    """An exchange with these `options` of its own and a recorder, up until the block ends.

    Settings without a file are the defaults and a view: the recorder then reads no config of the
    user's. The store is there from the start: `filled` with the scenario's past, or empty. Raises
    UsageError for options the exchange refuses, LiqtopError when one of the two does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="liqtop-demo-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        words = stack.enter_context((folder / "words").open("w+"))
        fill = ("--fill", str(folder)) if filled else ()
        command = ("--port", "0", "--until-eof", *fill, *options)
        exchange = stack.enter_context(_child(words, "tui.loopback", *command))
        ready = _ready(exchange, words)
        own = throw_away(replace(settings, data_dir=folder, endpoint=ready["endpoint"]))
        ahead = timedelta(milliseconds=ready["offset_ms"])
        own_file = settings.file or _empty(folder / "config.toml")
        recorder = stack.enter_context(_child(words, "tui", *_recorder(own, ahead, own_file)))
        _wait_for_store(folder / STORE, recorder, words)
        yield Stage(own, ahead, datetime.fromtimestamp(ready["end_ms"] / 1000, UTC))


def _recorder(settings: Settings, ahead: timedelta, file: Path) -> list[str]:
    command = ["record", "--until-eof", "--throw-away", "--ahead", str(ahead.total_seconds())]
    command += ["--data-dir", str(settings.data_dir), "--endpoint", settings.endpoint or ""]
    return [*command, "--config", str(file)]


def _empty(file: Path) -> Path:
    """A config that says nothing, made: without one a recorder reads the user's."""
    file.touch()
    return file


@contextlib.contextmanager
def _child(words: IO[str], module: str, *args: str) -> Iterator["subprocess.Popen[str]"]:
    """A child that ends when its standard input does; killed if it does not within 10 s.

    What it says on stderr goes into `words`: a pipe that nobody reads would stop it one day.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=words,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(exchange: "subprocess.Popen[str]", words: IO[str]) -> dict[str, Any]:
    """The line the loopback exchange prints once it serves and has filled the store."""
    assert exchange.stdout
    text = exchange.stdout.readline()
    if not text:
        why = _last(words)
        if exchange.wait() == UsageError.exit_code:
            raise UsageError(why)
        raise LiqtopError(f"the loopback exchange did not start: {why}")
    ready: dict[str, Any] = json.loads(text)
    return ready


def _wait_for_store(path: Path, recorder: "subprocess.Popen[str]", words: IO[str]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not path.exists():
        if recorder.poll() is not None:
            raise LiqtopError(f"the recorder did not start: {_last(words)}")
        if time.monotonic() > limit:
            raise LiqtopError(f"no store of the recorder after {PATIENCE_S:.0f} s")
        time.sleep(0.05)


def _last(words: IO[str]) -> str:
    """The last line that a child said, without its name."""
    words.seek(0)
    last = (words.read().strip().splitlines() or ["no word of why"])[-1]
    return last.removeprefix("liqtop loopback: ").removeprefix("liqtop: ")
