"""Fixtures every test may use. Builders of frames and snapshots are in `tests/frames.py`."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import ASKED
from tests.frames import snapshot
from tui.snapshot import Snapshot

# A property is about what holds, not how fast on a loaded machine. A hundred examples of each
# would be a third of the default run: LIQTOP_EXAMPLES asks for another number than forty.
settings.register_profile(
    "plain",
    deadline=None,
    max_examples=ASKED or 40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("plain")

# Processes of liqtop are started by the dozen: none of them compiles the package anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

FIRST = (
    *("life", "app", "snapshot", "detection", "path", "panels"),
    *("scenario", "demo", "loopback", "pty"),
)
"""Modules of long tests. What a worker begins last, the others wait for: it has to be short. Those
that start whole processes have others between them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long modules in their order, then the others in theirs."""
    place = {f"test_{name}": number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(FIRST)))


RECORDED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded exchange rows beside the checkout; skips where it is absent."""
    if not RECORDED.is_dir():
        pytest.skip("recorded exchange rows (../shared/data) are not beside this checkout")
    return RECORDED


@pytest.fixture
def empty_snapshot() -> Snapshot:
    """A store that has never listened: no stream, no row, no beginning."""
    return snapshot(streams=(), gives={}, began=None)
