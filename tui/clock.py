"""The clock, an argument everywhere: now, or a moment from which a scenario runs on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tui.errors import UsageError

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def shifted(by: timedelta) -> Clock:
    """A clock that runs `by` ahead of now (behind when negative)."""
    return lambda: datetime.now(UTC) + by


def moment(text: str) -> datetime:
    """A UTC time from `2026-01-20T14:03Z` or `2026-01-20 14:03`; a UsageError if it is none."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is no time; write one like 2026-01-20T14:03Z") from None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
