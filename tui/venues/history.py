"""What a venue still tells of a gap: its newest liquidations, when it is asked for them."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from tui.venues.base import Ask, Market, Venue, Wire

REQUESTS = 60
"""Pages asked for one list: a day of Gate's hours, and as many again for a wave in them."""


class Filled(NamedTuple):
    """The liquidations of a hole, as far as the venue's answers reach.

    All that it publishes from `since` to `until` (ms) is among `wires`, for `answered` of the
    `asked` parts that it is asked for one by one. Both times are one where nothing is whole.
    """

    wires: list[Wire]
    since: int
    until: int
    asked: int = 1
    answered: int = 1


class Backfills(Venue):
    """A venue that can be asked for what it published while nobody listened.

    `exact` where the times of its answers are the socket's, so that the store knows a row again.
    """

    exact: ClassVar[bool] = True

    @staticmethod
    @abstractmethod
    async def backfill(
        ask: Ask, stream: str, markets: Sequence[Market], since: int, until: int
    ) -> Filled:
        """The liquidations of (since, until] (ms) of those markets, a stream's whole list.

        A row that may have come over the socket as well, under a time that differs from the
        socket's, is left out, and its stretch with it: the store could not tell the two apart.
        Raises RateLimited, Unanswered, WireError or VENUE_ERRORS.
        """


Row = TypeVar("Row")


async def paged(
    page: Callable[[int, int], Awaitable[Sequence[Row]]],
    at: Callable[[Row], int],
    span: tuple[int, int],
    longest: int,
    full: int,
) -> tuple[list[Row], int]:
    """The rows of `span`, both ends included, and from when on they are whole.

    `page(start, end)` gives rows of at most `longest` of it, newest first; when there are `full`
    of them older ones were cut, those of the oldest moment perhaps among them. `at` is a row's
    time, in the same unit. The reach is beyond the span where not even its end is whole.
    """
    since, end = span
    rows: list[Row] = []
    for _ in range(REQUESTS):
        start = max(since, end - longest + 1)
        found = await page(start, end)
        oldest = min(map(at, found), default=start)
        cut = len(found) >= full and oldest >= start
        first = oldest + 1 if cut else start
        rows += [row for row in found if first <= at(row) <= end]
        if first > end:  # more rows of one moment than a page holds
            break
        end = first - 1
        if end < since:
            break
    return rows, end + 1


def listed(answer: Any) -> list[Any]:
    """An answer that has to be a list. Raises TypeError."""
    if not isinstance(answer, list):
        raise TypeError(f"no rows in the answer: {str(answer)[:60]}")
    return answer
