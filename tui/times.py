"""Times as a person writes them: `2026-01-19 21:15`, `21:15`, `-3h`, `now`."""

import re
from datetime import UTC, datetime, timedelta

from tui.errors import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_BACK = re.compile(r"-((?:\d+[smhdw])+)")
_PART = re.compile(r"(\d+)([smhdw])")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")


def parse(text: str, now: datetime) -> datetime:
    """The UTC moment that `text` names, seen from `now`; a UsageError when it names none.

    `-3h`, `-1d12h` and `now` count from `now`; `21:15` is the last time the clock said so; a date
    without a time is its midnight; a time without a zone is UTC.
    """
    words = text.strip()
    try:
        if words == "now":
            return now
        if back := _BACK.fullmatch(words):
            return now - _span(back[1])
        if _CLOCK.fullmatch(words):
            return _last(words, now)
        moment = datetime.fromisoformat(words)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no time; write 2026-01-19 21:15, 21:15 or -3h") from None


def known(text: str, now: datetime, began: datetime | None) -> datetime:
    """The moment that `text` names, if a store that first listened at `began` knows it; else a
    UsageError that says why not."""
    moment = parse(text, now)
    if moment > now:
        raise UsageError(f"{moment:%Y-%m-%d %H:%MZ} has not come yet")
    if words := unheard(moment, began):
        raise UsageError(words)
    return moment


def unheard(moment: datetime, began: datetime | None) -> str | None:
    """That a store which first listened at `began` knows nothing of a moment; None when it does."""
    if began is None or moment >= began:
        return None
    return f"{moment:%Y-%m-%d %H:%MZ}: the store begins {began:%Y-%m-%d %H:%MZ}"


def _span(text: str) -> timedelta:
    return sum(
        (timedelta(**{_UNITS[unit]: int(count)}) for count, unit in _PART.findall(text)),
        timedelta(),
    )


def _last(text: str, now: datetime) -> datetime:
    """Today at that time, or yesterday when it has not come yet."""
    parts = [int(part) for part in text.split(":")]
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    hour, minute, second = (*parts, 0)[:3]
    moment = today.replace(hour=hour, minute=minute, second=second)
    return moment if moment <= now else moment - timedelta(days=1)
