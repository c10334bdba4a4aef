"""All liquidations of a stretch that meet some conditions, and kept up with the store.

The settled hours come packed (tui.store.blocks), of the rest SQLite gives only what matches. A day
of a million takes 0.15 s; what comes later is looked at row by row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from tui.store.blocks import HOUR, TAPE_COLUMNS
from tui.store.reader import Reader
from tui.store.recent import RECENT
from tui.store.rows import at, count_until, merged
from tui.store.schema import quoted
from tui.tables import LIQUIDATIONS, Class, Condition

AHEAD = 2 * HOUR
"""ms beyond the moment asked for that are looked through at once: a clock that runs on, or steps on
in the past, then needs no new search."""
MOST = 20_000
"""New rows from which on searching anew takes less than looking at each."""

_CRYPTO = Condition("class", "=", words=(Class.CRYPTO.value,))
_COLUMNS = tuple(name for name in LIQUIDATIONS.schema if name != "raw")


@dataclass(frozen=True, eq=False)
class Matches:
    """The liquidations that match, oldest first (id, ts, venue, base, class, side, usd), and the
    2,000 newest of them whole, newest first. The same frames while nothing came."""

    rows: pl.DataFrame
    newest: pl.DataFrame


class Search:
    """One filter: liquidations of class crypto that meet every one of the conditions."""

    def __init__(self, reader: Reader, conditions: Sequence[Condition]) -> None:
        self._reader = reader
        self._conditions = (_CRYPTO, *conditions)
        self._since = self._end = self._last = self._opened = 0
        self._rows = _empty()
        self._known = Matches(self._rows, LIQUIDATIONS.empty().select(_COLUMNS))

    def at(self, since: int, until: int) -> Matches:
        """Those of `(since, until]` ms. Raises StoreError when the store can't be read."""
        with self._reader.one_moment():
            known = self._opened == self._reader.opened  # else of a store that was deleted
            known = known and self._since <= since <= until <= self._end
            if not known or not self._followed():
                self._search(since, until + AHEAD)
            first, end = count_until(self._rows, since), count_until(self._rows, until)
            return self._answer(self._rows.slice(first, end - first))

    def _answer(self, rows: pl.DataFrame) -> Matches:
        if not rows["id"].equals(self._known.rows["id"]):
            ids = rows["id"].tail(RECENT).to_list()
            marks = ", ".join("?" * len(ids))
            newest = self._reader.select(LIQUIDATIONS, _COLUMNS, f"WHERE id IN ({marks})", ids)
            newest = newest.sort("ts", descending=True, maintain_order=True)
            self._known = Matches(rows, newest)
        return self._known

    def _followed(self) -> bool:
        """Whether what came since was taken in; not where that is too much."""
        last = self._reader.last_ids().get(LIQUIDATIONS.name, 0)
        if last - self._last > MOST:
            return False
        if last > self._last:
            where = "WHERE id > ? AND ts > ? AND ts <= ? ORDER BY ts"
            bounds = (self._last, self._since, self._end)
            new = self._reader.select(LIQUIDATIONS, TAPE_COLUMNS, where, bounds)
            matches = matching(new, self._conditions)
            if matches.height:  # else what may be a million rows would be copied for nothing
                self._rows = merged(self._rows, matches, LIQUIDATIONS).rechunk()
            self._last = last
        return True

    def _search(self, since: int, end: int) -> None:
        last = self._reader.last_ids().get(LIQUIDATIONS.name, 0)
        hours = range(since - since % HOUR, end + 1, HOUR)
        # Not in one piece: that would be twice the memory while it is made.
        parts = [self._hour(h, max(since, h - 1), min(end, h + HOUR - 1)) for h in hours]
        self._rows = pl.concat(parts, rechunk=False)
        self._since, self._end, self._last, self._opened = since, end, last, self._reader.opened

    def _hour(self, hour: int, since: int, end: int) -> pl.DataFrame:
        block = self._reader.tape_of_hour(hour)
        if block is not None:
            return matching(block, self._conditions, since, end)
        sql, values = _clauses(self._conditions)
        where = f"WHERE ts > ? AND ts <= ? AND {sql} ORDER BY ts"
        bounds = (since, end, *values)
        return self._reader.select(LIQUIDATIONS, TAPE_COLUMNS, where, bounds)


def matching(
    rows: pl.DataFrame,
    conditions: Sequence[Condition],
    since: int | None = None,
    end: int | None = None,
) -> pl.DataFrame:
    """The rows that meet every condition, of `(since, end]` ms, in their order."""
    wanted = [_expression(one) for one in conditions]
    if since is not None:
        wanted.append(pl.col("ts") > at(since))
    if end is not None:
        wanted.append(pl.col("ts") <= at(end))
    return rows.filter(*wanted) if wanted else rows


def _expression(one: Condition) -> pl.Expr:
    column = pl.col(one.column)
    if one.words:
        one_of = column.is_in(one.words)
        return ~one_of if one.sign == "!=" else one_of
    signs = {">": column > one.usd, ">=": column >= one.usd, "<": column < one.usd}
    signs |= {"<=": column <= one.usd, "=": column == one.usd, "!=": column != one.usd}
    return signs[one.sign].fill_null(False)


def _clauses(conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    """The same in SQL, and the values of its marks. A row without a price is NULL, not true."""
    clauses, values = list[str](), list[Any]()
    for one in conditions:
        (name,) = quoted((one.column,))
        if one.words:
            sign = "NOT IN" if one.sign == "!=" else "IN"
            clauses.append(f"{name} {sign} ({', '.join('?' * len(one.words))})")
            values += one.words
        else:
            assert one.sign in (">", ">=", "<", "<=", "=", "!=")
            clauses.append(f"{name} {one.sign} ?")
            values.append(one.usd)
    return " AND ".join(clauses), values


def _empty() -> pl.DataFrame:
    schema = {name: LIQUIDATIONS.schema.get(name, pl.Int64()) for name in TAPE_COLUMNS}
    return pl.DataFrame(schema=schema)
