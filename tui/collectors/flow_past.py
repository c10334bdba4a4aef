"""What of a week's taker flow is not stored: asked for when the last day is there, newest first."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from tui.clock import milliseconds
from tui.collectors.base import Newest
from tui.collectors.tally import MINUTE
from tui.tables import FLOW

REACH = timedelta(days=8)
"""A rise of some days is followed by who pushed it; a window of 24 h a week back needs eight. Of
three coins it is 60,000 rows in 66 pages at the first start, and none at the next."""
PAUSE_S = 1.0
"""Between two pages: each is a coin's markets, 3 answers that weigh 6 on spot and 15 on futures,
so that all of them weigh 198 and 495, in little more than a minute."""
ROOM_S = 10.0
"""None is begun so shortly before the next minute is due: that one must not wait."""

Of = tuple[str, str]
"""`market` and `base` of FLOW."""


class Page(NamedTuple):
    """Minutes of a coin in [start, end), ms."""

    of: Of
    start: int
    end: int


def missing(
    live: dict[Of, int], venue: dict[str, str], newest: Newest, oldest: Newest, now: datetime
) -> Iterable[Page]:
    """The holes of each coin from `REACH` before `now` to where its `live` minutes begin (ms): what
    lies before the oldest stored row, and what a recorder that was off for days left out."""
    reach = milliseconds(now - REACH) // MINUTE * MINUTE
    for of, begins in live.items():
        where = {**venue, "market": of[0], "base": of[1]}
        first, last = oldest(FLOW, where), newest(FLOW, where)
        if first is None or last is None:
            yield Page(of, reach, begins)
            continue
        yield Page(of, max(reach, milliseconds(last) + MINUTE), begins)
        yield Page(of, reach, milliseconds(first))


def pages(holes: Iterable[Page], size: int) -> list[Page]:
    """The holes in pages of `size` ms, the newest last, as they are taken from the end."""
    made = [
        Page(hole.of, max(hole.start, end - size), end)
        for hole in holes
        for end in range(hole.end, hole.start, -size)
    ]
    return sorted(made, key=lambda page: page.end)
