"""What waits for the reading thread: one question, one burst that is looked for, and the end.

A read that hangs for an hour is asked 7,000 times meanwhile, of 2.6 kB each; the newest counts.
"""

import threading
from dataclasses import replace

from tui.screens.picture import Ask
from tui.screens.seeking import Seek


class Questions:
    """The screen puts them, the thread takes them; neither waits while the other works."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ask: Ask | None = None
        self._seek: Seek | None = None
        self._ended = False

    def ask(self, ask: Ask) -> None:
        """Take the place of the question that waits, unless that says more."""
        with self._changed:
            self._ask = ask if self._ask is None else _newest(self._ask, ask)
            self._changed.notify()

    def seek(self, seek: Seek) -> None:
        """Go before every question; those that wait are forgotten, since what it finds is drawn
        next."""
        with self._changed:
            self._ask, self._seek = None, seek
            self._changed.notify()

    def end(self) -> None:
        """Go before all else."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def next(self) -> Ask | Seek | None:
        """Wait for what is to be answered next; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._seek or self._ask)
            if self._ended:
                return None
            if (seek := self._seek) is not None:
                self._seek = None
                return seek
            ask, self._ask = self._ask, None
            return ask


def _newest(waiting: Ask, newer: Ask) -> Ask:
    """A whole second is not displaced by one between two, and a key in its way takes over its
    reading."""
    if newer.between:
        return newer if waiting.between else waiting
    return replace(newer, fresh=newer.fresh or (waiting.fresh and not waiting.between))
