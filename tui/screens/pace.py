"""A slow link: nothing is painted while the terminal has not taken what was painted before.

A pseudo-terminal keeps some 19 kB for its reader (Linux 6.18) and Textual queues 30 writes before
that. At 115,200 baud, 11.5 kB/s, both full are half a minute in which no key is answered, of a
screen that is long past. What changes meanwhile is painted once, as it then is.
"""

import select
import sys
from collections.abc import Callable
from contextlib import ExitStack

from textual.app import App
from textual.timer import Timer

AGAIN_S = 0.1


class Pace:
    """Holds the repaints of an app back while `takes` says that its output takes no bytes."""

    def __init__(self, app: App[None], takes: Callable[[], bool]) -> None:
        self._app, self._takes = app, takes
        self._held: ExitStack | None = None
        self._again: Timer | None = None
        self._seen: object = None  # the screen and its size as they were painted last

    @property
    def is_held(self) -> bool:
        """Whether nothing is painted now."""
        return self._held is not None

    def ask(self) -> bool:
        """Whether to paint now; if not, it is asked again by itself until it is so."""
        if self._takes():
            self._let_go()
            return True
        if not self.is_held:
            self._held, self._seen = ExitStack(), self._standing()
            self._held.enter_context(self._app.batch_update())
            self._again = self._app.set_interval(AGAIN_S, self.ask)
        return False

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        if self._again:
            self._again.stop()
        held.close()
        if self._standing() != self._seen:  # such changes are painted at once or never
            self._app.screen.refresh()

    def _standing(self) -> object:
        screen = self._app.screen
        return screen, screen.stack_updates, screen.size


def takes_bytes() -> bool:
    """Whether the terminal takes bytes now. Textual writes to standard error, as the one stream
    that is seldom redirected."""
    stream = sys.__stderr__
    try:
        return stream is None or bool(select.select([], [stream], [], 0)[1])
    except (OSError, ValueError):  # closed: nothing to wait for
        return True
