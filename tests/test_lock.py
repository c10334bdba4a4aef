"""One recorder a folder, many viewers, and no lock left behind by a kill."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tui.errors import UsageError
from tui.lock import Holder, RecorderLock, RecorderRuns, ViewerLock, holder, watched

ME = Holder(os.getpid(), "0", None, "abc", 1, background=False)


def test_the_lock_says_who_holds_it_until_released(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    lock = RecorderLock(tmp_path, ME)
    assert holder(tmp_path) == ME
    with pytest.raises(RecorderRuns, match="--stop"):
        RecorderLock(tmp_path, ME)
    lock.release()
    assert holder(tmp_path) is None


def test_trouble_is_said_in_place(tmp_path: Path) -> None:
    from dataclasses import replace

    lock = RecorderLock(tmp_path, ME)
    lock.say(replace(ME, trouble="disk full; 20 rows wait"))
    assert (now := holder(tmp_path)) is not None
    assert now.trouble == "disk full; 20 rows wait"
    lock.say(ME)
    assert holder(tmp_path) == ME
    lock.release()


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tui.lock import *\n"
        "RecorderLock(Path(sys.argv[1]), Holder(1, '0', None, 'x', 1, True))\n"
        "print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    assert holder(tmp_path) is not None
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert holder(tmp_path) is None


def test_viewers_are_seen_until_the_last_one_closes(tmp_path: Path) -> None:
    assert not watched(tmp_path)
    one, two = ViewerLock(tmp_path), ViewerLock(tmp_path)
    assert watched(tmp_path)
    one.release()
    assert watched(tmp_path)
    two.release()
    assert not watched(tmp_path)


def test_files_are_the_users_own(tmp_path: Path) -> None:
    RecorderLock(tmp_path / "data", ME).release()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "recorder.lock").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cant_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--data-dir"):
        RecorderLock(tmp_path / "file" / "data", ME)


def test_a_lock_that_cannot_be_written_ends_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk that is full for the store may be so for the words in the lock file, too."""
    lock = RecorderLock(tmp_path, ME)

    def full(*args: object) -> int:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    lock.say(replace(ME, trouble="disk is full"))
    lock.release()
