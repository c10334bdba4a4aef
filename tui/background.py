"""Finding the recorder of a data folder, starting one in the background, ending it."""

import json
import os
import signal
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path

from tui import __version__
from tui.config import Settings
from tui.errors import LiqtopError
from tui.lock import Holder, holder
from tui.values import STORE

START_S = 15.0
"""How long a recorder may take to create its store: ccxt without byte code takes nine seconds."""


def config_hash(settings: Settings) -> str:
    """A short hash of the settings that a recorder's work depends on."""
    text = json.dumps(settings.recorder_part(), sort_keys=True)
    return f"{zlib.crc32(text.encode()):08x}"  # hashlib loads OpenSSL: 4.5 MB in every viewer


def start(settings: Settings) -> None:
    """Start a recorder in a session of its own; it outlives this process. Losing a race is fine."""
    command = [sys.executable, "-m", "tui", "record", "--background"]
    command += ["--data-dir", str(settings.data_dir)]
    if settings.file:
        command += ["--config", str(settings.file.resolve())]
    command += ["--endpoint", settings.endpoint or ""]
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


def ensure(settings: Settings) -> str | None:
    """See that somebody records; returns what a viewer should say about it, None for nothing."""
    running = holder(settings.data_dir)
    if running is None:
        if not _writable(settings.data_dir):
            return f"{settings.data_dir} is read only: nothing is recorded"
        start(settings)
        return "recorder starting"
    if running.version != __version__ and running.background:
        end(settings.data_dir)
        start(settings)
        return f"recorder {running.version} replaced by {__version__}"
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
