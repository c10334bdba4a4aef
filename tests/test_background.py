"""A viewer whose recorder can't start: it tries ever more rarely, and says why."""

import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.processes import until
from tui import background, config
from tui.background import Starts, ensure
from tui.config import Settings
from tui.lock import RecorderLock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "config" / "config.toml"
    file.parent.mkdir()
    file.write_text("[veiw]\n")
    made = replace(config.load(), file=file, data_dir=tmp_path / "data")
    return replace(made, cache_dir=tmp_path / "cache", log_dir=tmp_path / "log")


class Seconds:
    """A clock that a test sets."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def now() -> Seconds:
    return Seconds()


def ending(monkeypatch: pytest.MonkeyPatch, now: Seconds, code: str) -> list[float]:
    """When recorders were started from here on: each is over when the viewer looks again."""
    started: list[float] = []

    def start(settings: Settings) -> "subprocess.Popen[bytes]":
        started.append(now())
        process = subprocess.Popen(["sh", "-c", code], stderr=subprocess.PIPE)
        process.wait()
        return process

    monkeypatch.setattr(background, "start", start)
    return started


def test_the_reason_of_a_recorder_that_refuses_its_config_is_said(settings: Settings) -> None:
    starts = Starts(settings)
    assert ensure(settings, starts) == "recorder starting"
    until(lambda: starts.due() != "recorder starting", "the end of the recorder")
    said = starts.due()
    assert said.startswith("recorder can't start: config.toml: ")
    assert "veiw" in said


def test_ten_minutes_of_failing_are_some_twenty_starts(
    settings: Settings, now: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = f"echo before >&2; echo 'liqtop: {settings.data_dir}/liqtop.sqlite: odd' >&2; exit 2"
    started = ending(monkeypatch, now, words)
    starts, said = Starts(settings, now), list[str | None]()
    while now.at < 600:
        said.append(ensure(settings, starts))
        now.at += 2
    assert 12 <= len(started) < 30
    assert started[1] - started[0] <= 4
    assert said[0] == "recorder starting"
    assert set(said[1:]) == {"recorder can't start: liqtop.sqlite: odd"}


def test_one_that_was_killed_is_started_again_and_one_after_the_other_is_said(
    settings: Settings, now: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = ending(monkeypatch, now, "kill -9 $$")
    starts, said = Starts(settings, now), list[str | None]()
    for now.at in (0.0, 1.0, 3.0, 5.0):
        said.append(ensure(settings, starts))
    assert started == [0.0, 3.0]
    log = settings.log_dir / "recorder.log"
    why = f"signal {signal.SIGKILL.value} without a word; see {log}"
    assert said == ["recorder starting"] * 3 + [f"recorder can't start: {why}"]


def test_a_recorder_that_lasts_ends_the_back_off(
    settings: Settings, now: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = ending(monkeypatch, now, "echo no >&2")
    starts = Starts(settings, now)
    for now.at in range(0, 300, 2):
        ensure(settings, starts)
    lock = RecorderLock(settings.data_dir, background.introduced(settings, True, 0))
    now.at += 100
    assert ensure(settings, starts) is None
    lock.release()
    before = len(started)
    assert ensure(settings, starts) == "recorder starting"
    assert len(started) == before + 1
