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
