"""`liqtop snapshot --watch`: whole lines, each of its own moment, and a clean end."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from tests.frames import NOW, frame, quote
from tests.processes import Home
from tui.cli import main
from tui.config import load
from tui.store import Reader, Writer, store_path
from tui.tables import QUOTES
from tui.watch import lines, pauses


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A store that has never listened."""
    here = Home(tmp_path)
    Writer(store_path(here.data), None).close()
    return here


def test_each_line_is_the_document_of_its_moment(home: Home) -> None:
    moments = iter([NOW, NOW + timedelta(seconds=5)])

    def ticks() -> Iterator[None]:
        yield
        writer = Writer(store_path(home.data), None)
        writer.append(QUOTES, frame(QUOTES, [quote(88_640.0, NOW + timedelta(seconds=4))]))
        writer.close()
        yield

    told = lines(Reader(store_path(home.data)), load(), lambda: next(moments), ticks())
    first, second = [json.loads(line) for line in told]
    assert (first["as_of"], first["header"]["price"]) == ("2026-01-20T14:03:20.000Z", None)
    assert (second["as_of"], second["header"]["price"]) == ("2026-01-20T14:03:25.000Z", 88_640.0)


def test_ticks_keep_their_beat_and_leave_out_what_was_missed() -> None:
    class Waits(Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            waited.append(timeout)
            now[0] += timeout
            return False

    now, waited = [100.0], list[float]()
    ticks = pauses(Waits(), 5.0, lambda: now[0])
    for took in (1.0, 0.5, 12.0, 0.0):
        next(ticks)
        now[0] += took
    next(ticks)
    assert waited == pytest.approx([4.0, 4.5, 3.0, 5.0])


@contextmanager
def watching(home: Home) -> Iterator["subprocess.Popen[bytes]"]:
    command = home.command("snapshot", "--watch", "1")
    with subprocess.Popen(
        command, env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def test_ctrl_c_ends_it_after_a_whole_line(home: Home) -> None:
    with watching(home) as running:
        assert running.stdout
        assert running.stderr
        for _ in range(2):
            assert json.loads(running.stdout.readline())["schema"] == 1
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
        assert not rest or rest.endswith(b"}\n")
        assert running.wait() == 130
        assert running.stderr.read() == b""


def test_it_ends_when_nobody_reads_any_more(home: Home) -> None:
    with watching(home) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()
        assert running.wait() == 0
        assert running.stderr.read() == b""


@pytest.mark.parametrize("pause", ["0", "-5", "soon", "nan", "1e9"])
def test_a_pause_that_is_none_is_wrong_use(capsys: pytest.CaptureFixture[str], pause: str) -> None:
    assert main(["snapshot", "--watch", pause]) == 2
    assert "seconds from 1 to 86,400" in capsys.readouterr().err


def test_without_a_store_it_ends_with_1(tmp_path: Path) -> None:
    assert main(["snapshot", "--watch", "5", "--data-dir", str(tmp_path)]) == 1
