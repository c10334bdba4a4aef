"""The raw liquidations of the few minutes that a window doesn't hold whole, held in memory.

A window (as_of − W, as_of] begins and ends inside a minute. Its whole minutes come from
`liquidation_minutes`; of those two the raw rows are needed, and each is read once.
"""

from collections.abc import Iterable

import polars as pl

from tui.clock import milliseconds
from tui.store.reader import Reader
from tui.store.rows import by_start, merged
from tui.store.schema import quoted
from tui.tables import LIQUIDATIONS

MINUTE = 60_000  # ms
SLICE = 1_000
"""Rows read ahead per tick (4 ms), so that no tick has to read the edges of every window."""

COLUMNS = ["ts", "received", "venue", "symbol", "base", "class", "side", "usd", "source"]
"""What is counted; the rest of a row is for the feed. In a wave some 30,000 rows are held: 84 bytes
each of whole rows, these 48."""

_EMPTY = LIQUIDATIONS.empty()[COLUMNS]
_SLICE = (
    f"SELECT id, {', '.join(quoted(COLUMNS))} FROM liquidations WHERE (ts, id) > (?, ?)"
    " AND ts >= ? AND ts < ? AND id <= ? ORDER BY ts, id LIMIT ?"
)


class Edges:
    """Raw rows by minute: of the minutes asked for, and of the newest ones as they come.

    `through` is the id up to which the rows are known; later ones come through `add`.
    """

    def __init__(self, reader: Reader, through: int) -> None:
        self.through = through
        self._reader = reader
        self._minutes: dict[int, pl.DataFrame] = {}
        self._ahead: _Ahead | None = None

    def add(self, rows: pl.DataFrame, through: int) -> None:
        """New rows, up to the id `through`. Only minutes that are held take theirs."""
        self.through = through
        for start, part in by_start(rows[COLUMNS], "ts", MINUTE):
            if start in self._minutes:
                self._minutes[start] = merged(self._minutes[start], part, LIQUIDATIONS).rechunk()
            elif self._ahead and self._ahead.minute == start:
                self._ahead.parts.append(part)

    def of(self, minutes: Iterable[int]) -> pl.DataFrame:
        """The raw rows of these minutes, in the order of their time."""
        wanted = sorted(set(minutes))
        for minute in wanted:
            if minute not in self._minutes:
                self._minutes[minute] = self._whole(minute)
        held = [self._minutes[minute] for minute in wanted]
        return pl.concat(held, rechunk=False)

    def read_ahead(self, minutes: Iterable[int]) -> None:
        """Read a slice of the first of these minutes that isn't held yet."""
        missing = sorted(set(minutes) - self._minutes.keys())
        if not missing:
            return
        if self._ahead is None or self._ahead.minute not in missing:
            self._ahead = _Ahead(missing[0], self.through)
        if self._ahead.step(self._reader, SLICE):
            self._minutes[self._ahead.minute] = self._ahead.rows()
            self._ahead = None

    def forget(self, kept: Iterable[int], before: int) -> None:
        """Let go of the minutes before `before` that aren't in `kept`."""
        held = set(kept)
        self._minutes = {
            minute: rows
            for minute, rows in self._minutes.items()
            if minute >= before or minute in held
        }

    def _whole(self, minute: int) -> pl.DataFrame:
        begun, self._ahead = self._ahead, None
        if begun is None or begun.minute != minute:
            self._ahead, begun = begun, _Ahead(minute, self.through)
        begun.step(self._reader, -1)
        return begun.rows()


class _Ahead:
    """A minute that is being read in slices; rows that came since it was begun are added to it."""

    def __init__(self, minute: int, through: int) -> None:
        self.minute = minute
        self.parts = [_EMPTY]
        self._through = through
        self._last = (minute, 0)  # time and id of the last row read

    def step(self, reader: Reader, rows: int) -> bool:
        """Read that many rows more, all when negative; whether that was the end."""
        bounds = (*self._last, self._last[0], self.minute + MINUTE, self._through, rows)
        found = reader.frame(LIQUIDATIONS, ("id", *COLUMNS), _SLICE, bounds)
        if len(found):
            self._last = (milliseconds(found["ts"][-1]), found["id"][-1])
            _, *columns = found.get_columns()  # not `drop`, which is a query: 0.3 ms
            self.parts.append(pl.DataFrame(columns))
        return len(found) != rows

    def rows(self) -> pl.DataFrame:
        # What was read at once is in order.
        return self.parts[-1] if len(self.parts) <= 2 else _in_order(self.parts)


def _in_order(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).sort("ts", maintain_order=True)


def minutes_between(first: int, last: int) -> list[int]:
    """The starts of all minutes from that of `first` to that of `last` (ms)."""
    return list(range(first - first % MINUTE, last + 1, MINUTE))
