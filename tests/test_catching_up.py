"""A detector that finds hours of the store before it: what it says of now is not known yet."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cascade_stage import BEGAN, END, FALLS, frames
from tests.test_latest import metrics_said, silent
from tests.test_recorder import poller, recording, until
from tui.clock import milliseconds
from tui.detection import Detection
from tui.store import Reader, Writer, store_path
from tui.tables import COVERAGE, LIQUIDATIONS

HOUR = timedelta(hours=1)


def stored(folder: Path, hours: int) -> Reader:
    """A store that began so many hours before the staged market falls."""
    writer = Writer(store_path(folder), None)
    writer.set_meta("began", milliseconds(FALLS - hours * HOUR))
    made = frames()
    writer.append_all([(LIQUIDATIONS, made.liquidations), (COVERAGE, made.coverage)])
    writer.close()
    return Reader(store_path(folder))


def test_it_has_hours_before_it_until_every_one_was_gone_through(tmp_path: Path) -> None:
    detection, left = Detection(stored(tmp_path, 3)), []
    for _ in range(5):
        detection.second(END)
        left.append(detection.left(END))
    assert left == [3, 2, 0, 0, 0], "an hour a look, and the last one is no delay"


def test_a_new_store_has_nothing_to_go_through(tmp_path: Path) -> None:
    writer = Writer(store_path(tmp_path), None)
    writer.set_meta("began", milliseconds(BEGAN))
    detection = Detection(Reader(store_path(tmp_path)))
    assert detection.left(BEGAN) == 0
    detection.second(BEGAN + timedelta(minutes=1))
    assert detection.left(BEGAN + timedelta(minutes=1)) == 0


async def test_the_recorder_says_so_until_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Detection, "left", lambda self, now: 0 if metrics_said(tmp_path) else 3)
    async with recording(tmp_path, monkeypatch, lambda c: [poller("okx", silent)]):
        await until(lambda: len(metrics_said(tmp_path)) == 2)
    assert metrics_said(tmp_path) == [
        ("starting", "cascades: 3 h of the store are still to be gone through"),
        ("off", None),
    ]
