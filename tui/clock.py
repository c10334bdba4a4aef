"""The clock, an argument everywhere: now, or a moment from which a scenario runs on. And moments as
they are stored and told: milliseconds since 1970, and ISO-8601."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tui.errors import UsageError

Clock = Callable[[], datetime]

_EPOCH, _MS = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


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


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970, cut: no float of seconds between."""
    return (moment - _EPOCH) // _MS


def from_milliseconds(value: int) -> datetime:
    """The UTC time of milliseconds since 1970."""
    return _EPOCH + value * _MS


def iso(moment: datetime) -> str:
    """ISO-8601 in UTC with milliseconds and Z: `2026-01-20T14:03:20.000Z`."""
    in_utc = moment.astimezone(UTC).replace(tzinfo=None)
    return in_utc.isoformat(timespec="milliseconds") + "Z"
