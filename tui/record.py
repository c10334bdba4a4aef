"""`liqtop record`: the recorder's process, its lock, its signals, its log and its end."""

import argparse
import asyncio
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui import background, docstrings, flags, sparing
from tui.clock import shifted
from tui.config import Settings
from tui.errors import LiqtopError
from tui.lock import Holder, RecorderLock, RecorderRuns, holder, watched
from tui.values import masked

if TYPE_CHECKING:
    from tui.recorder import Recorder

log = logging.getLogger("liqtop")

LINGER_STEP_S = 5.0

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end a recorder, each of them cleanly."""


def record(args: argparse.Namespace) -> int:
    """Record until told to end; or, with --stop and --status, speak of the one that does."""
    settings = flags.settings(args)
    if args.status:
        return _status(settings)
    if args.stop:
        return _stop(settings)
    if args.throw_away:
        settings = throw_away(settings)
    lock = _lock(settings, args.background)
    # From now on others may tell this process to end; until the loop runs (a second of imports)
    # the word waits, where it would kill without a clean end.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        _logging(settings.log_dir, args.background or args.throw_away)
        return _record(settings, lock, args)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        lock.release()
        if args.throw_away:
            shutil.rmtree(settings.data_dir, ignore_errors=True)


def throw_away(settings: Settings) -> Settings:
    """The same settings with cache and log inside the data folder, to be removed with it; what is
    played there runs no program of the user's."""
    folder, alerts = settings.data_dir, settings.alerts._replace(on_alert=())
    made = replace(settings, cache_dir=folder / "cache", log_dir=folder / "log", linger_s=0.0)
    return replace(made, alerts=alerts)


def _status(settings: Settings) -> int:
    running = holder(settings.data_dir)
    print(background.describe(running) if running else f"nobody records into {settings.data_dir}")
    return 0 if running else 1


def _stop(settings: Settings) -> int:
    running = background.end(settings.data_dir)
    words = f"recorder {running.pid} ended" if running else "no recorder was running"
    print(words, file=sys.stderr)
    return 0


def _lock(settings: Settings, in_background: bool) -> RecorderLock:
    """The lock; a foreground recorder takes over from a background one."""
    me = background.introduced(settings, in_background, int(time.time() * 1000))
    try:
        return RecorderLock(settings.data_dir, me)
    except RecorderRuns as error:
        if in_background or not (error.holder and error.holder.background):
            raise
        background.end(settings.data_dir)
        return RecorderLock(settings.data_dir, me)


class _PrivateFile(RotatingFileHandler):
    """A rotating log that only its owner may read, whatever the umask when it rotates."""

    def _open(self) -> Any:
        mode = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return open(os.open(self.baseFilename, mode, 0o600), "a", encoding="utf-8")


class _Form(logging.Formatter):
    """Lines in UTC that hold no password and no key: neither does the cause of an error, of which
    a traceback tells each."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def _logging(folder: Path, quiet: bool) -> None:
    """Words to a rotating file (0600), and to stderr in the foreground; asyncio's too, which tells
    of errors that nobody waited for."""
    old = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file: logging.Handler = _PrivateFile(
            folder / "recorder.log", maxBytes=1_000_000, backupCount=3
        )
    except OSError:
        file = logging.NullHandler()  # a log that can't be written never stops the recording
    finally:
        os.umask(old)
    form = _Form("%(asctime)sZ %(levelname)s %(message)s")
    handlers = [file] if quiet else [file, logging.StreamHandler()]
    for handler in handlers:
        handler.setFormatter(form)
        log.addHandler(handler)
        logging.getLogger("asyncio").addHandler(handler)
    log.setLevel(logging.INFO)


def _record(settings: Settings, lock: RecorderLock, args: argparse.Namespace) -> int:
    sparing.polars()
    docstrings.leave_out()
    sparing.one_heap()
    from tui.recorder import Recorder  # polars and, with the first socket, ccxt: about a second

    try:
        recorder = Recorder(
            settings,
            shifted(timedelta(seconds=args.ahead)),
            lambda trouble: lock.say(background.troubled(lock.holder, trouble)),
        )
    except LiqtopError as error:
        if args.background or args.throw_away:  # in the foreground the command itself says it
            log.error("the recorder can't start: %s", error)
        raise
    if args.background:
        _let_go_of_stderr()
    log.info("records into %s, endpoint %s", settings.data_dir, settings.endpoint or "real")
    try:
        asyncio.run(_until_ended(recorder, settings, lock.holder, args.until_eof))
    except LiqtopError as error:
        log.error("the recorder ended: %s", error)
        raise
    log.info("ended")
    return 0


def _let_go_of_stderr() -> None:
    """The viewer that started this one reads why it could not; nobody reads on, and a full pipe
    would stop the recording."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


async def _until_ended(
    recorder: "Recorder", settings: Settings, me: Holder, until_eof: bool
) -> None:
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, recorder.stop.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    if until_eof:
        loop.add_reader(0, _at_eof, recorder.stop.set)
    lingering = loop.create_task(_linger(settings, recorder.stop)) if me.background else None
    try:
        await recorder.run()
    finally:
        if lingering:
            lingering.cancel()


def _at_eof(end: Callable[[], None]) -> None:
    """The parent is gone when its pipe is: nothing of a demo outlives it."""
    with suppress(BlockingIOError):
        if not os.read(0, 4096):
            asyncio.get_running_loop().remove_reader(0)
            end()


async def _linger(settings: Settings, stop: asyncio.Event) -> None:
    """End a background recorder `linger` after the last viewer closed."""
    alone_since: float | None = None
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(LINGER_STEP_S)
        try:
            seen = watched(settings.data_dir)
        except LiqtopError:
            seen = True  # the folder can't be asked now: go on
        alone_since = None if seen else (alone_since or loop.time())
        if alone_since is not None and loop.time() - alone_since >= settings.linger_s:
            log.info("no viewer for %.0f s", settings.linger_s)
            stop.set()
