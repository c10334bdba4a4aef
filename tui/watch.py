"""`liqtop snapshot --watch`: a document a line, as JSON, for as long as somebody reads them."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from threading import Event
from types import FrameType

from tui.clock import Clock, utc_now
from tui.config import Settings
from tui.document import document, dumps
from tui.snapshot import Live
from tui.store import Reader

INTERRUPTED = 130


def watched(reader: Reader, settings: Settings, every_s: float) -> int:
    """Print a line every `every_s` seconds until ctrl+c. A line that was begun is finished."""
    stop = Event()
    _end_at_interrupt(stop)
    for line in lines(reader, settings, utc_now, pauses(stop, every_s)):
        sys.stdout.write(line)
        sys.stdout.flush()  # a pipe's reader waits for this line, not for eight kilobytes
    return INTERRUPTED


def lines(reader: Reader, settings: Settings, clock: Clock, ticks: Iterator[None]) -> Iterator[str]:
    """The document of now at each tick. The day is read once and then followed."""
    live = Live(reader)
    for _ in ticks:
        live.poll()
        yield dumps(document(live.at(clock()), settings)) + "\n"


def pauses(
    stop: Event, every_s: float, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """A tick at once and then every `every_s` seconds, until `stop`.

    What a line takes is not added to the pause; a tick that was missed is left out.
    """
    begun, place = monotonic(), 0
    while not stop.is_set():
        yield
        place = max(place, int((monotonic() - begun) / every_s)) + 1
        stop.wait(begun + place * every_s - monotonic())


def _end_at_interrupt(stop: Event) -> None:
    """The first ctrl+c ends it between two lines, a second one at once."""

    def interrupted(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.default_int_handler)
        stop.set()

    signal.signal(signal.SIGINT, interrupted)
