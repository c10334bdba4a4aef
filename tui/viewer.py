"""`liqtop`: the monitor's process. It sees that somebody records, and paints."""

import argparse
import gc
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tui import background, docstrings, flags, sparing, times
from tui.clock import Clock, from_milliseconds, shifted, utc_now
from tui.config import Settings
from tui.errors import LiqtopError, StoreMismatch, UsageError
from tui.lock import Holder, ViewerLock, holder
from tui.storefile import check_file, check_version
from tui.travel import Travel, known
from tui.travel import replay as played
from tui.usage import FASTEST
from tui.values import STORE

STRETCH_SPEED = 60.0
"""Seconds of the store in one second, unless --speed says another."""


def monitor(args: argparse.Namespace) -> int:
    """Start a recorder when none runs, show the screen, and say on the way out what goes on."""
    settings = flags.settings(args)
    _need_terminal()
    _need_own_store(settings)
    viewing = ViewerLock(settings.data_dir)
    try:
        starts = background.Starts(settings)
        notice = background.ensure(settings, starts)
        _wait_for_store(settings, starts)
        now = utc_now()
        travel = Travel(_known(settings, args.at, now), now) if args.at else None
        supervise = partial(background.ensure, settings, starts)
        code = watch(settings, utc_now, args.mouse, notice, supervise, travel)
    finally:
        viewing.release()
    _goodbye(settings, holder(settings.data_dir))
    return code


def replay(args: argparse.Namespace) -> int:
    """Play a stretch of the store, or a recording, in the same screens."""
    if args.file is None:
        return _replay_stretch(args)
    if args.since is not None or args.until is not None:
        raise UsageError("a recording is played whole: FILE goes without --from and --to")
    return _replay_file(args)


def _replay_stretch(args: argparse.Namespace) -> int:
    """Of the store: who records goes on, and nobody is started."""
    if args.since is None:
        raise UsageError("nothing to play; write --from TIME, or the FILE of a recording")
    if args.speed == 0:
        raise UsageError(f"0 is no speed; write one up to {FASTEST}")
    settings = flags.settings(args)
    _need_terminal()
    _need_own_store(settings)
    now = utc_now()
    until = args.until or "now"
    since, end = _known(settings, args.since, now), times.parse(until, now)
    if since >= end:
        raise UsageError(f"--from {args.since} is not before --to {until}")
    viewing = ViewerLock(settings.data_dir)
    try:
        speed = STRETCH_SPEED if args.speed is None else args.speed
        travel = played(since, min(end, now), speed, utc_now)
        return watch(settings, utc_now, args.mouse, travel=travel)
    finally:
        viewing.release()


def _replay_file(args: argparse.Namespace) -> int:
    """Through the sockets of a loopback exchange that sends nothing else of what was liquidated."""
    settings = flags.settings(args)
    if not args.file.exists():
        raise UsageError(f"{args.file}: no such file")
    _need_terminal()
    from tui.stage import staged  # the demo's parts, which a monitor does not need

    speed = 1.0 if args.speed is None else args.speed
    with staged(settings, f"--play={args.file}", f"--speed={speed}", "--no-live") as playing:
        return watch(playing.settings, shifted(playing.ahead), mouse=args.mouse)


def _known(settings: Settings, text: str, now: datetime) -> datetime:
    """The moment that `text` names; a UsageError when the store does not know it."""
    began = _meta(store_of(settings), "began")
    return known(text, now, began and from_milliseconds(began))


def watch(
    settings: Settings,
    clock: Clock,
    mouse: bool = False,
    notice: str | None = None,
    supervise: Callable[[], str | None] = lambda: None,
    travel: Travel | None = None,
) -> int:
    """Show the screen on the settings' store until the user quits; returns the exit code."""
    _need_terminal()
    sparing.polars()
    sparing.no_openssl()
    docstrings.leave_out()
    sparing.one_heap()
    # How many ms an escape waits for the rest of a sequence, which comes in the same piece, or at
    # 115,200 baud 0.1 ms a byte later. Textual's 100 are all that a key may take.
    os.environ.setdefault("ESCDELAY", "30")
    # Collecting garbage among modules that stay costs a fifth of their import, and freezing them
    # spares every later collection; one every 700 objects, of thousands a second, was 1.5 % of all.
    gc.disable()
    from tui.app import run  # textual and polars: 0.4 s

    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
    return run(settings, clock, mouse=mouse, notice=notice, supervise=supervise, travel=travel)


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LiqtopError("no terminal here; `liqtop snapshot` prints the panels once")


def _need_own_store(settings: Settings) -> None:
    """A StoreMismatch before a recorder is started that this store would refuse again and again.

    A file that is none of ours, or a newer liqtop's, is refused by its header and stays untouched.
    Without an endpoint of its own a viewer shows what a running recorder writes, whatever it is.
    """
    path = store_of(settings)
    if not check_file(path) or (settings.endpoint is None and holder(settings.data_dir)):
        return
    theirs = _meta(path, "endpoint")
    if theirs != settings.endpoint:
        raise StoreMismatch(
            f"{path} belongs to {theirs or 'the real exchanges'}, not to"
            f" {settings.endpoint or 'the real exchanges'}; choose another --data-dir"
        )


def _meta(path: Path, key: str) -> Any:
    """A value the recorder keeps, None when it was never set, by the standard library alone; a
    StoreError for a file that is none or can't be read, or whose version not yet in its header is
    a newer one."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            check_version(path, db.execute("PRAGMA user_version").fetchone()[0])
            found = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            return json.loads(found[0]) if found else None
    except sqlite3.Error:
        from tui.store import Reader  # opens a closed store in a read-only folder, too

        reader = Reader(path)
        try:
            return reader.meta(key)
        finally:
            reader.close()


def _wait_for_store(settings: Settings, starts: background.Starts) -> None:
    """A recorder that just started creates the store; waiting for it beats an empty screen."""
    path = store_of(settings)
    limit = time.monotonic() + background.START_S
    while not path.exists():
        if holder(settings.data_dir) is None and time.monotonic() > limit - 10:
            starts.due()
            why = starts.reason or f"see {settings.log_dir / 'recorder.log'}"
            raise LiqtopError(f"the recorder did not start: {why}; or try `liqtop record`")
        if time.monotonic() > limit:
            raise LiqtopError(f"{path}: no store after {background.START_S:.0f} s")
        time.sleep(0.05)


def store_of(settings: Settings) -> Path:
    """The store's file, without the polars that the store's own function would import."""
    return settings.data_dir / STORE


def _goodbye(settings: Settings, running: Holder | None) -> None:
    """One line on stderr: until when the background recorder goes on."""
    if running is None or not running.background:
        return
    with suppress(OverflowError):
        until = datetime.now(UTC) + timedelta(seconds=settings.linger_s)
        print(
            f"liqtop: recording goes on until {until:%Y-%m-%d %H:%MZ};"
            " `liqtop record --stop` ends it",
            file=sys.stderr,
        )
