"""What moments of the past have in common: steps back and forth read only what they differ in.

Opening a past moment of a day with a million liquidations takes 0.65 s of CPU, most of it for rows
that the moment a minute before needs as well (25 h of quotes and open interest, all candles); with
them on the shelf it takes 0.04 to 0.06 s. The first one finds there what the live moment holds.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import polars as pl

from tui.clock import from_milliseconds
from tui.store.blocks import HOUR
from tui.store.edges import MINUTE
from tui.store.follower import Follower
from tui.store.minutes import Minutes
from tui.store.reader import Reader
from tui.store.rows import at, replaced
from tui.store.sums import Sums
from tui.store.thinned import THINNINGS, Thinning, read_rows, read_steps, whole_after
from tui.tables import CANDLES, FLOW, LIQUIDATION_MINUTES, POSITIONING, QUOTES, VOLATILITY

_SETTLED = {POSITIONING.name: HOUR, QUOTES.name: MINUTE, FLOW.name: HOUR}
"""ms after which rows of past moments are kept for the next one: ratios are whole for 25 h, 5,000
rows, and quotes for 17 minutes, of which a step needs some dozens; taker flow for 25 h, 37,000 rows
that took a step 0.1 s. Ratios and flow that come later than an hour are followed; no quote comes a
minute late."""

_FOLLOWED = (LIQUIDATION_MINUTES, CANDLES, POSITIONING, VOLATILITY, FLOW)

Read = Callable[[Reader, Thinning, int, int], pl.DataFrame]
"""Reads `[first, edge)` ms of a table."""


class Held(NamedTuple):
    """What is held of the moment `now` (ms) already, by all rows up to these ids: the first past
    moment then reads what it differs in, as later ones do, instead of 0.5 s of rows."""

    now: int
    ids: Mapping[str, int]
    minutes: Minutes
    sums: Sums
    candles_from: int
    candles: pl.DataFrame
    thinned: Mapping[str, pl.DataFrame]


class Shelf:
    """Rows of the newest past moment that was read, for the next one.

    Minutes, candles and DVOL that came meanwhile are taken in, and so are ratios and taker flow.
    Quotes, open interest, depth and options of a time that is over do not change.
    """

    def __init__(self, reader: Reader, held: Held | None = None) -> None:
        self._reader = reader
        self._follower = Follower(reader, _FOLLOWED, held.ids if held else "now")
        self._minutes = held.minutes.copy() if held else Minutes(reader)
        self._sums = held.sums.of(self._minutes) if held else Sums(self._minutes)
        self._candles = (held.candles_from, held.candles) if held else None
        self._known = CANDLES.empty()
        self._steps = _steps(held) if held else {}
        self._rows: dict[str, _Stretch] = {}

    def refresh(self) -> None:
        """Take in what changed in the store since the last moment was read."""
        new = self._follower.poll()
        if self._follower.behind:  # long asleep: reading all anew takes less
            self._follower = Follower(self._reader, _FOLLOWED, "now")
            self._minutes, self._candles = Minutes(self._reader), None
            self._sums = Sums(self._minutes)
            self._rows.clear()
            for table in _FOLLOWED:
                self._steps.pop(table.name, None)
            return
        # A year of DVOL comes at once, and after a downtime of anything what is missing.
        for kept in (self._rows, self._steps):
            for name in kept.keys() & new.keys():
                if any(new[name]["ts"].to_physical() < kept[name].edge):
                    del kept[name]
        if LIQUIDATION_MINUTES.name in new:
            self._minutes.add(new[LIQUIDATION_MINUTES.name])
        if CANDLES.name in new and self._candles:
            first, rows = self._candles
            self._candles = (first, replaced(rows, new[CANDLES.name], CANDLES))

    def minutes(self) -> Minutes:
        """The minutes by the hour."""
        return self._minutes

    def sums(self) -> Sums:
        """The sums of those minutes."""
        return self._sums

    def candles(self, since: int) -> pl.DataFrame:
        """Daily candles, all of them, and hourly ones, at least those that open after `since`."""
        if self._candles is None:
            first = since - 24 * HOUR  # so that not every step back reads some
            daily = self._reader.read(CANDLES, where={"interval": "1d"})
            self._candles = (first, pl.concat([daily, self._hourly(first, None)]))
        elif since < self._candles[0]:
            first, (last, rows) = since - 24 * HOUR, self._candles
            self._candles = (first, pl.concat([self._hourly(first, last), rows]))
        return self._candles[1]

    def _hourly(self, first: int, last: int | None) -> pl.DataFrame:
        until = None if last is None else from_milliseconds(last)
        where = {"interval": "1h"}
        return self._reader.read(CANDLES, where=where, since=from_milliseconds(first), until=until)

    def known(self, candles: pl.DataFrame) -> pl.DataFrame:
        """The same frame as for the last moment where they are the same candles: what is made of
        them takes 10 ms."""
        if not self._known.equals(candles):
            self._known = candles
        return self._known

    def thinned(self, how: Thinning, now: int, end: int) -> pl.DataFrame:
        """The rows of a table up to `end` (ms), thinned as seen at `now`."""
        first, edge = how.held_from(now), how.whole_from(now)
        held = self._reaching(self._steps, how, read_steps, first, edge)
        settled = end - _SETTLED.get(how.table.name, 48 * HOUR)
        if settled > edge:
            rows = self._reaching(self._rows, how, read_rows, edge, settled)
            held, edge = pl.concat([held, rows]), settled
        return whole_after(self._reader, how, held, edge, end)

    def _reaching(
        self, shelf: dict[str, "_Stretch"], how: Thinning, read: Read, first: int, edge: int
    ) -> pl.DataFrame:
        name = how.table.name
        held = shelf.get(name) or _Stretch(how, read, first, first, how.table.empty())
        shelf[name] = held = held.reaching(self._reader, first, edge)
        return held.rows


def _steps(held: Held) -> dict[str, "_Stretch"]:
    """The thinned rows, without the newest ones that are whole."""
    made = {}
    for how in THINNINGS:
        first, edge = how.held_from(held.now), how.whole_from(held.now)
        rows = held.thinned[how.table.name].filter(pl.col("ts") < at(edge))
        made[how.table.name] = _Stretch(how, read_steps, first, edge, rows)
    return made


class _Stretch:
    """Rows of `[first, edge)` ms."""

    def __init__(
        self, how: Thinning, read: Read, first: int, edge: int, rows: pl.DataFrame
    ) -> None:
        self._how, self._read = how, read
        self.first, self.edge, self.rows = first, edge, rows

    def reaching(self, reader: Reader, first: int, edge: int) -> "_Stretch":
        """Those of another stretch; only what is not held is read."""
        if first >= self.edge or edge <= self.first:
            rows = self._read(reader, self._how, first, edge)
            return _Stretch(self._how, self._read, first, edge, rows)
        inside = (pl.col("ts") >= at(first)) & (pl.col("ts") < at(edge))
        parts = [self.rows.filter(inside)]
        if first < self.first:
            parts.insert(0, self._read(reader, self._how, first, self.first))
        if edge > self.edge:
            parts.append(self._read(reader, self._how, self.edge, edge))
        return _Stretch(self._how, self._read, first, edge, pl.concat(parts))
