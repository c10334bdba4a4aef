"""Who records and who watches: two advisory file locks beside the store (Linux and macOS).

`recorder.lock` is held by the one recorder of a data folder and says who that is. Every viewer
holds `viewers.lock` shared; while nobody does, a background recorder counts down its linger.
flock goes with the process, so whatever killed it, no lock is left behind.
"""

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tui.errors import LiqtopError, UsageError


@dataclass(frozen=True)
class Holder:
    """The recorder that holds the lock, as written into the lock file.

    `config` is a hash of the settings its work depends on, `trouble` what keeps it from writing
    to the store (None: nothing), `since` its start in ms.
    """

    pid: int
    version: str
    endpoint: str | None
    config: str
    since: int
    background: bool
    trouble: str | None = None


class RecorderRuns(UsageError):
    """Another recorder holds the lock of this data folder."""

    def __init__(self, holder: Holder | None) -> None:
        self.holder = holder
        who = f"recorder {holder.pid}" if holder else "another recorder"
        super().__init__(f"{who} already records here; `liqtop record --stop` ends it")


class RecorderLock:
    """The exclusive lock of the one recorder; raises RecorderRuns when another one has it."""

    def __init__(self, data_dir: Path, holder: Holder) -> None:
        self.holder = holder
        self._fd = _open(data_dir, "recorder.lock")
        # A viewer that asks who holds it takes it shared for a moment: try for a quarter second.
        for _ in range(5):
            if _try(self._fd, fcntl.LOCK_EX):
                break
            time.sleep(0.05)
        else:
            running = _read(self._fd)
            os.close(self._fd)
            raise RecorderRuns(running)
        self.say(holder)

    def say(self, holder: Holder) -> None:
        """Write who holds the lock, in place: on most file systems the block is there even when the
        disk is full. Where it can't be written the words before stand: what is recorded matters
        more."""
        self.holder = holder
        text = json.dumps(asdict(holder)).encode().ljust(1024)
        with suppress(OSError):
            os.pwrite(self._fd, text, 0)

    def release(self) -> None:
        os.close(self._fd)


def holder(data_dir: Path) -> Holder | None:
    """Who records into `data_dir`, None when nobody does."""
    try:
        fd = os.open(data_dir / "recorder.lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if _try(fd, fcntl.LOCK_SH) else _read(fd)
    finally:
        os.close(fd)


class ViewerLock:
    """Held shared for as long as a viewer lives; a folder that can't be written needs none."""

    def __init__(self, data_dir: Path) -> None:
        try:
            self._fd: int | None = _open(data_dir, "viewers.lock")
            fcntl.flock(self._fd, fcntl.LOCK_SH)
        except (OSError, LiqtopError):
            self._fd = None

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def watched(data_dir: Path) -> bool:
    """Whether any viewer is open on `data_dir`."""
    fd = _open(data_dir, "viewers.lock")
    try:
        return not _try(fd, fcntl.LOCK_EX)
    finally:
        os.close(fd)


def _open(data_dir: Path, name: str) -> int:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(data_dir / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(
            f"{data_dir}: can't be written ({error.strerror}); choose another with --data-dir"
        ) from None


def _try(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(fd: int) -> Holder | None:
    try:
        return Holder(**json.loads(os.pread(fd, 4096, 0)))
    except (OSError, ValueError, TypeError):
        return None  # being written this moment, or by a version with other words
