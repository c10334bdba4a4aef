"""Times as a person types them: `2026-01-19 21:15`, `-3h`, `21:15`, ISO-8601. All are UTC."""

import re
from datetime import UTC, datetime, time, timedelta

from tui.errors import UsageError

FORMS = "2026-01-19 21:15, 2026-01-19T21:15:30Z, 21:15 or -3h"
"""What a person may write, for help and errors."""

_AGO = re.compile(r"-(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?Z?")


def parse(text: str, now: datetime) -> datetime:
    """The moment that `text` means at `now`, in UTC; a UsageError says what to write.

    `now`; a span before it, `-3h`, `-90m`, `-1d12h`; a date with or without a time, with Z or an
    offset, else UTC; or a time alone, the last time that a clock in UTC showed it.
    """
    written = text.strip()
    if written == "now":
        return now
    if len(written) > 1 and (span := _AGO.fullmatch(written)):
        return _before(now, span, text)
    if _CLOCK.fullmatch(written):
        return _last(written, now)
    try:
        parsed = datetime.fromisoformat(written)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _wrong(text) from None


def _before(now: datetime, span: re.Match[str], text: str) -> datetime:
    days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
    try:
        return now - timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise _wrong(text) from None


def _last(written: str, now: datetime) -> datetime:
    """Today's, or yesterday's where today's is still to come."""
    shown = time.fromisoformat(written.removesuffix("Z").zfill(len("00:00")))
    today = datetime.combine(now.astimezone(UTC).date(), shown, tzinfo=UTC)
    return today if today <= now else today - timedelta(days=1)


def _wrong(text: str) -> UsageError:
    return UsageError(f"{text!r} is no time; write one like {FORMS}")
