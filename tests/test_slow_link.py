"""A monitor at the far end of a slow link, through a pseudo-terminal that is read no faster."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_pty import Terminal

pytestmark = pytest.mark.campaign
SERIAL = 11_520  # bytes a second at 115,200 baud: ten bits a byte
CRAWL = 1_200
KEPT = 32_000
"""What may wait at most: the pseudo-terminal's own 19 kB and a screen of 80 × 24, some 10 kB."""


class Slow(Terminal):
    """A terminal that takes so many bytes a second and no more."""

    rate = 0

    def take(self) -> bytes:
        """A twentieth of a second's bytes, and then that pause."""
        if not self.rate:
            return super().take()
        came = os.read(self.master, max(1, self.rate // 20))
        time.sleep(len(came) / self.rate)
        return came

    def waiting(self) -> int:
        """The bytes that have not been taken yet."""
        self.rate = 0
        return len(self.read(0.3))


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Slow]:
    made = Slow(tmp_path, 80, 24)
    try:
        made.until(lambda: made.shows("liquidations row 2"))
        (tmp_path / "busy").touch()
        yield made
    finally:
        made.close()


def answered(terminal: Slow, key: bytes, words: str) -> float:
    """Seconds from a key to its effect at the far end."""
    pressed = time.monotonic()
    os.write(terminal.master, key)
    while not terminal.shows(words):
        terminal.read(0.05)
        assert time.monotonic() - pressed < 20, "\n".join(terminal.screen.display)
    return time.monotonic() - pressed


def test_at_115200_baud_keys_answer_within_a_second(terminal: Slow) -> None:
    terminal.rate = SERIAL
    terminal.read(5.0)
    times = [answered(terminal, b"w", f"window {w}") for w in ("15m", "1h", "4h", "12h", "24h")]
    assert max(times) < 1.0
    assert terminal.waiting() < KEPT


def test_a_link_that_cannot_keep_up_gets_less_and_never_a_backlog(terminal: Slow) -> None:
    terminal.rate = CRAWL
    for _ in range(10):
        os.write(terminal.master, b"T")  # each a whole screen
        terminal.read(2.0)
    waiting = terminal.waiting()
    assert waiting < KEPT
