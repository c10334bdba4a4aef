"""The ticks of a time axis: round moments with the words for them, and where they stand."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_STEPS = (
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * timedelta(hours=1) for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14)),
)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
_MONTH = timedelta(days=28)
"""The shortest: steps of months that fit by it have at most one tick too many."""
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
"""Steps are counted from a Monday at midnight UTC, so that weeks begin on one."""
CELLS = 8
"""The longest label."""

Tick = tuple[datetime, str]


def moments(first: datetime, last: datetime, most: int) -> list[Tick]:
    """About `most` round moments from `first` to `last`, by the shortest step that has no more.

    Times of day below a day, midnight by its date, then dates, then months.
    """
    span = last - first
    if span <= timedelta(0) or most < 1:
        return [(last, f"{last:%H:%M}")]
    for step in _STEPS:
        if span <= step * most:
            return [(at, _word(at, step)) for at in _every(first, last, step)]
    months = next((n for n in _MONTHS if span <= _MONTH * n * most), _MONTHS[-1])
    return [(at, f"{at:%b %Y}") for at in _every_months(first, last, months)]


def _every(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    at = _MONDAY - (_MONDAY - first) // step * step
    while at <= last:
        yield at
        at += step


def _every_months(first: datetime, last: datetime, months: int) -> Iterator[datetime]:
    count = first.year * 12 + first.month - 1
    count += -count % months
    while True:
        at = datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)
        if at > last:
            return
        if at >= first:
            yield at
        count += months


def _word(at: datetime, step: timedelta) -> str:
    if step >= _DAY or not (at.hour or at.minute):
        return f"{at:%d %b}"
    return f"{at:%H:%M}"


def exact(at: datetime, step: timedelta) -> str:
    """A point's moment in full: its minute, or where points are days apart its day."""
    return f"{at:%d %b %Y}" if step >= _DAY else f"{at:%d %b %H:%M}"


def axis(ticks: Sequence[tuple[int, str]], width: int) -> str:
    """The words centred under their columns, as many as have room; the newest stays."""
    cells = [" "] * width
    for x, word in reversed(ticks):
        start = min(max(0, x - len(word) // 2), width - len(word))
        near = cells[max(0, start - 1) : start + len(word) + 1]
        if start >= 0 and not "".join(near).strip():
            cells[start : start + len(word)] = word
    return "".join(cells)
