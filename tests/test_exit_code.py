"""What `liqtop snapshot` tells a script by its exit code."""

from typing import Any

import pytest

from tui.oneshot import SILENT, STALE, exit_code


@pytest.mark.parametrize(
    ("stale", "state", "reason", "code"),
    [
        (False, "live", None, 0),
        (False, "off", None, 0),
        (False, "live", "silent", SILENT),
        (False, "retrying", "ping timeout", SILENT),
        (False, "refused", "60018", SILENT),
        (True, "live", None, STALE),
        (True, "retrying", "ping timeout", STALE),
    ],
)
def test_a_stale_panel_comes_before_a_silent_feed(
    stale: bool, state: str, reason: str | None, code: int
) -> None:
    feed = {"collector": "liquidations", "venue": "okx", "state": state, "reason": reason}
    other: dict[str, Any] = {"collector": "depth", "state": "retrying", "reason": "451"}
    panels = {"liquidations": {"stale": False}, "depth": {"stale": stale}}
    assert exit_code({"panels": panels, "health": [feed, other]}) == code
    assert (STALE, SILENT) == (3, 4)
