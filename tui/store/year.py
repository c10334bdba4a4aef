"""What is read of the store when somebody asks for it: a coin's year of hourly spot candles, and
what the recorder noted of the scorecard."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from tui.clock import from_milliseconds
from tui.store.blocks import HOUR
from tui.store.reader import Reader
from tui.store.thinned import distinct
from tui.tables import CANDLES, SCORES

HOURS = 365 * 24
COLUMNS = ("ts", "low", "high", "close", "volume")
AGAIN = 60_000
"""ms after which a year that is not whole is read anew: its newest hour comes within a minute."""
NOTED = 90 * 24 * HOUR
"""ms of scores that a number is held against: 20,000 rows of ten lines."""
COINS = 3
"""Coins whose year is kept."""

Frames = Mapping[str, pl.DataFrame]
"""Of each venue that has any: the columns of `COLUMNS`, oldest first."""


class _Read(NamedTuple):
    at: int  # ms
    end: int  # ms, when the newest hour ends
    frames: Frames


class Year:
    """The year before a moment. It is no part of every snapshot: 8,760 rows of a coin take 20 ms
    and 0.35 MB, and two panels want them. Kept for an hour, in which none is added.

    Without a reader there is none. It serves the thread that its reader serves.
    """

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader
        self._known: dict[str, _Read] = {}
        self._noted: dict[str, tuple[int, pl.DataFrame]] = {}  # when read (ms), and what

    def of(self, base: str, now: int) -> Frames:
        """The hours that were over at `now` (ms) and began within the 365 days before the last one
        that was; the same frames while they are the same. StoreError when they can't be read."""
        end, known = now - now % HOUR, self._known.get(base)
        same = known if known is not None and known.end == end else None
        if same and (_whole(same.frames) or 0 <= now - same.at < AGAIN):
            return same.frames
        found = self._read(base, end)
        if same and _heights(found) == _heights(same.frames):
            found = same.frames
        self._known.pop(base, None)
        while len(self._known) >= COINS:
            del self._known[next(iter(self._known))]
        self._known[base] = _Read(now, end, found)
        return found

    def scores(self, base: str, now: int) -> pl.DataFrame:
        """What was noted of a coin, and of all, in the 90 days before `now` (ms), oldest first:
        columns ts, name, value. The same frame until another hour is noted (40 ms)."""
        hour, known = now - now % HOUR, self._noted.get(base)
        if known is not None and known[0] <= now < known[0] + AGAIN:
            return known[1]
        if known is not None and known[0] - known[0] % HOUR == hour and _last(known[1]) == hour:
            return known[1]
        found = self._read_scores(base, now)
        if known is not None and known[1].equals(found):
            found = known[1]
        while len(self._noted) >= COINS and base not in self._noted:
            del self._noted[next(iter(self._noted))]
        self._noted[base] = now, found
        return found

    def _read_scores(self, base: str, now: int) -> pl.DataFrame:
        columns = ("ts", "name", "value")
        if self._reader is None:
            return SCORES.empty().select(columns)
        first, last = from_milliseconds(now - NOTED), from_milliseconds(now)
        where = {"base": [base, ""]}
        return self._reader.read(SCORES, since=first, until=last, where=where, columns=columns)

    def _read(self, base: str, end: int) -> Frames:
        if self._reader is None:
            return {}
        first, last = from_milliseconds(end - HOURS * HOUR - 1), from_milliseconds(end - HOUR)
        found = {}
        for (venue,) in distinct(self._reader, CANDLES, ("venue",)):
            where = {"venue": venue, "symbol": f"{base}/USDT", "interval": "1h"}
            rows = self._reader.read(
                CANDLES, since=first, until=last, where=where, columns=(*COLUMNS, "closed")
            )
            if rows.height:
                found[venue] = rows.filter("closed").drop("closed")
        return found


def _last(noted: pl.DataFrame) -> int:
    """When the newest hour began (ms)."""
    return noted["ts"].to_physical()[-1] if noted.height else 0


def _whole(frames: Frames) -> bool:
    return any(rows.height == HOURS for rows in frames.values())


def _heights(frames: Frames) -> dict[str, int]:
    return {venue: rows.height for venue, rows in frames.items()}
