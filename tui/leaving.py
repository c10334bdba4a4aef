"""Leaving at once when a signal comes or the terminal goes, whatever the screen is waiting for.

A screen whose terminal is gone waits for ever to be rid of its bytes, and an event loop that waits
runs no handler of its own: a monitor was found that way, living on with a third of a core. So
signals are taken by Python itself, which interrupts such a wait, and a thread listens for the
terminal's hanging up, for a process that nobody sends a signal.
"""

import os
import select
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

GRACE_S = 2.0
"""After that the process ends at the latest, whatever still hangs."""

SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


class Leaving:
    """Calls `leave` with an exit code, from any thread, and sees that it is obeyed."""

    def __init__(self, leave: Callable[[int], None]) -> None:
        self._leave = leave
        self._before: dict[signal.Signals, Any] = {}
        self._released = threading.Event()

    def watch(self, is_terminal: bool) -> None:
        """Take the signals over, and listen for standard input to hang up where it is a terminal:
        one that was gone before this began is told at once."""
        for name in SIGNALS:
            # Not in the main thread (tests): then nobody sends us signals either.
            with suppress(ValueError):
                self._before[name] = signal.signal(name, lambda number, _: self._now(128 + number))
        if is_terminal:
            threading.Thread(target=self._listen, name="liqtop-hangup", daemon=True).start()

    def release(self) -> None:
        """Give the signals back."""
        self._released.set()
        for name, handler in self._before.items():
            signal.signal(name, handler)
        self._before.clear()

    def _listen(self) -> None:
        """Asks each second whether to go on. Where a terminal can't be polled (macOS says so at
        once, by POLLNVAL) the signal alone has to do."""
        poll = select.poll()
        poll.register(0, 0)  # no event but those that are always told: hung up, in error
        while not (self._released.is_set() or (told := poll.poll(1000))):
            pass
        if not self._released.is_set() and not told[0][1] & select.POLLNVAL:
            self._now(128 + signal.SIGHUP)

    def _now(self, code: int) -> None:
        timer = threading.Timer(GRACE_S, os._exit, (code,))
        timer.daemon = True
        timer.start()
        with suppress(RuntimeError):  # the loop is closed: we are on the way out
            self._leave(code)
