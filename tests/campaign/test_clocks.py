"""A clock that is set by an hour while the recorder runs: no row is lost, no hour is made up."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.campaign.conftest import Tally
from tests.campaign.run import Run, recording
from tui.clock import Clock
from tui.store import Reader, store_path
from tui.tables import BACKFILLED, COVERAGE

pytestmark = pytest.mark.campaign

HOUR = timedelta(hours=1)


class Steps:
    """A clock that can be set while it runs."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self, clock: Clock) -> Clock:
        return lambda: clock() + self.by


@pytest.mark.parametrize("steps", [(1,), (-1,), (1, -1), (-1, 1), (1, 1, -2)], ids=str)
async def test_a_clock_that_steps_loses_no_row_and_covers_no_hour_that_was_not(
    steps: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    clock = Steps()
    async with recording(tmp_path, monkeypatch, clock=clock) as run:
        await run.burst(1)
        await run.arrived()
        for place, hours in enumerate(steps):
            before = run.newest()
            clock.by += hours * HOUR
            await run.burst(2 + place)
            await run.subscribed(before)
            await run.arrived()
        await written(run)
        tally(run)
    coverage = run.read(COVERAGE)
    assert (coverage["until"] >= coverage["since"]).all()
    # An hour that was jumped over may have been asked for meanwhile: it is covered as what it is.
    heard = coverage.filter(~coverage["reason"].fill_null("").str.starts_with(BACKFILLED))
    assert ((heard["until"] - heard["since"]) < timedelta(minutes=5)).all()
    told = coverage.filter(coverage["reason"].str.contains("the clock stepped"))
    assert told.height == len(steps) * len(run.streams)


async def written(run: Run) -> None:
    """Wait until the recorder's snapshot of now is there, in the clock's own time."""

    def latest() -> bool:
        reader = Reader(store_path(run.folder))
        found: tuple[datetime, object] | None = reader.latest()
        reader.close()
        return found is not None and abs(found[0] - run.clock()) < timedelta(seconds=10)

    await run.until(latest, "the newest snapshot")


async def test_the_hour_a_clock_jumps_over_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    clock = Steps()
    async with recording(tmp_path, monkeypatch, "okx", clock=clock) as run:
        before = run.newest()
        clock.by += HOUR
        await run.subscribed(before)
        (gap,) = run.gaps()
        tally(run)
    assert abs(gap.until - gap.since - HOUR) < timedelta(seconds=7)
    assert gap.reason == "the clock stepped by +3600 s"
