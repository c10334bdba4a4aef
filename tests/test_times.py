"""Times as a person writes them."""

from datetime import UTC, datetime

import pytest

from tui.errors import UsageError
from tui.times import parse

NOW = datetime(2026, 1, 20, 14, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-19 21:15", datetime(2026, 1, 19, 21, 15, tzinfo=UTC)),
        ("2026-01-19T21:15:07Z", datetime(2026, 1, 19, 21, 15, 7, tzinfo=UTC)),
        ("2026-01-19 22:15+01:00", datetime(2026, 1, 19, 21, 15, tzinfo=UTC)),
        ("2026-01-19", datetime(2026, 1, 19, tzinfo=UTC)),
        (" -3h ", datetime(2026, 1, 20, 11, 3, 20, tzinfo=UTC)),
        ("-1d90m", datetime(2026, 1, 19, 12, 33, 20, tzinfo=UTC)),
        ("14:03", datetime(2026, 1, 20, 14, 3, tzinfo=UTC)),
        ("21:15", datetime(2026, 1, 19, 21, 15, tzinfo=UTC)),
        ("now", NOW),
    ],
)
def test_a_time_is_read_as_it_is_written(text: str, moment: datetime) -> None:
    assert parse(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "-3", "3h", "25:00", "2026-13-01", "-99999999w"])
def test_what_is_no_time_says_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match="write 2026-01-19 21:15"):
        parse(text, NOW)
