"""Counts of every case, and the table of them at the end of a run."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.campaign.report import table
from tests.campaign.run import Run

Tally = Callable[..., None]


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Notes what a case sent and stored: of a run, or as given by name."""

    def note(run: Run | None = None, **counts: int) -> None:
        if run is not None:
            known = {"sent": run.booked, "stored": run.counted(), "gaps": len(run.gaps())}
            counts = known | counts
        request.node.user_properties.append(("campaign", counts))

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table of the campaign, in markdown."""
    reports = [
        report
        for state in ("passed", "failed")
        for report in terminalreporter.stats.get(state, ())
        if report.when == "call" and "campaign" in report.nodeid
    ]
    if reports:
        terminalreporter.write_line("\n" + table(reports))
