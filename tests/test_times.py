"""Times as they are typed, at a fixed now."""

from datetime import UTC, datetime

import pytest

from tui.errors import UsageError
from tui.times import parse

NOW = datetime(2026, 1, 20, 14, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-19 21:15", "2026-01-19T21:15:00+00:00"),
        (" 2026-01-19T21:15:30Z ", "2026-01-19T21:15:30+00:00"),
        ("2026-01-19T22:15+01:00", "2026-01-19T21:15:00+00:00"),
        ("2026-01-19", "2026-01-19T00:00:00+00:00"),
        ("now", "2026-01-20T14:03:20+00:00"),
        ("-3h", "2026-01-20T11:03:20+00:00"),
        ("-90m", "2026-01-20T12:33:20+00:00"),
        ("-1d12h", "2026-01-19T02:03:20+00:00"),
        ("-0s", "2026-01-20T14:03:20+00:00"),
        ("13:59", "2026-01-20T13:59:00+00:00"),
        ("9:05", "2026-01-20T09:05:00+00:00"),
        ("21:15:07Z", "2026-01-19T21:15:07+00:00"),
    ],
)
def test_what_is_typed_is_what_is_meant(text: str, meant: str) -> None:
    moment = parse(text, NOW)
    assert moment == datetime.fromisoformat(meant)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "yesterday", "3h", "-3w", "-h", "-3h ago", "25:00", "21:75", "2026-13-01"),
        *("-99999999999d", "0001-01-01T00:00+14:00"),
    ],
)
def test_what_is_no_time_is_told_what_to_write(text: str) -> None:
    with pytest.raises(UsageError, match="write one like 2026-01-19 21:15") as error:
        parse(text, NOW)
    assert repr(text) in str(error.value)
