"""A program under a pseudo-terminal: what it sends, when a text first shows, and what it costs."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Terminal:
    """One running program; `read` collects what it sends, with the time of each piece."""

    command: Sequence[str]
    columns: int = 160
    rows: int = 45
    environment: dict[str, str] = field(default_factory=dict)
    sent: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8")
            os.environ.update(self.environment)
            # The child's own standard input is the terminal: its size is set before it looks.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
            os.execvp(self.command[0], list(self.command))

    def read(self, seconds: float, until: Callable[[bytes], bool] | None = None) -> float | None:
        """Collect for `seconds`, or until a predicate of all that was sent holds: then its time."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            if not select.select([self._fd], [], [], min(left, 0.05))[0]:
                continue
            try:
                piece = os.read(self._fd, 65536)
            except OSError:  # the program ended
                return None
            self.sent += piece
            if until is not None and until(bytes(self.sent)):
                return time.monotonic() - self.started
        return None

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signal the program and wait; its exit status. Killed after 10 s."""
        os.kill(self.pid, number)
        limit = time.monotonic() + 10
        while time.monotonic() < limit:
            self.read(0.1)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                os.close(self._fd)
                return status
        os.kill(self.pid, signal.SIGKILL)
        os.close(self._fd)
        return os.waitpid(self.pid, 0)[1]


def resident_mb(pid: int) -> float:
    """Resident memory of a process (Linux), in MB of 2^20 bytes as `top` counts them."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_s(pid: int) -> float:
    """CPU seconds a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
