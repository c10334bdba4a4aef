"""Between Textual and the terminal: what is written costs little, an escape is heard at once."""

import os
import selectors
from codecs import getincrementaldecoder

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.screens.thrift import thrifty

ESCAPE_S = constants.ESCAPE_DELAY + 0.002
"""After this long nothing follows an escape: it was the key. Textual asks only each 100 ms."""
IDLE_S = 0.1
"""How soon the end of the program is noticed."""


class ThriftyDriver(LinuxDriver):
    """Textual's driver for terminals, thrifty. Each write ends as it began, in no style, so that
    whatever else is written between two of them (a suspended screen's shell) looks as it should.
    """

    def write(self, data: str) -> None:
        """Write what shows the same."""
        super().write(thrifty(data) if "\x1b[0m" in data else data)

    def run_input_thread(self) -> None:
        """Hand on what is typed until the program ends. A piece is followed by one short wait, so
        that an escape which nothing follows is told; else the thread sleeps as Textual's does."""
        parser = XTermParser(self._debug)
        decoder = getincrementaldecoder("utf-8")(errors="replace")
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            wait = IDLE_S
            while not self.exit_event.is_set():
                if selector.select(wait):
                    typed = os.read(self.fileno, 4096)
                    if not typed:  # the terminal is gone
                        return
                    for event in parser.feed(decoder.decode(typed)):
                        self.process_message(event)
                    wait = ESCAPE_S
                else:
                    wait = IDLE_S
                for event in parser.tick():
                    self.process_message(event)
