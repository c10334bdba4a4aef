"""Rows that come every second or so, kept whole where they are new and thinned where they are old.

Quotes of a day are 500,000 rows of which a screen needs one a minute. Each is found by one seek
in an index (3 µs) instead of reading past the others.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.clock import milliseconds
from tui.store.reader import Reader
from tui.store.rows import at, merged
from tui.store.schema import quoted
from tui.tables import (
    DEPTH,
    DERIVATIVES,
    FLOW,
    OPTIONS,
    POSITIONING,
    QUOTES,
    VOLATILITY,
    Table,
)

_MS = timedelta(milliseconds=1)
DEPTH_STEPS = 96
"""Of a history of depth: a quarter of an hour each in a day, 7.5 h in a month."""


@dataclass(frozen=True, eq=False)
class Thinning:
    """How much of a table is held: `span` back, all rows of the newest `whole`, before that the
    last row of every `step`, for each series."""

    table: Table
    series: tuple[str, ...]
    step: timedelta
    whole: timedelta
    span: timedelta

    def whole_from(self, now: int) -> int:
        """Where thinning ends: at the start of a step, so that it never splits one."""
        return self._floor(now - self.whole // _MS)

    def held_from(self, now: int) -> int:
        """Where the rows begin: at the start of a step too."""
        return self._floor(now - self.span // _MS)

    def _floor(self, moment: int) -> int:
        return moment - moment % (self.step // _MS)


THINNINGS = (
    Thinning(
        QUOTES,
        ("venue", "symbol"),
        step=timedelta(minutes=1),
        # A change of 15 min is against a quote up to a minute older, which must be the newest of
        # then and not its minute's last. 4,500 rows more: 0.2 MB and about 1 ms a second.
        whole=timedelta(minutes=17),
        span=timedelta(hours=25),
    ),
    Thinning(
        DERIVATIVES,
        ("venue", "base"),
        step=timedelta(minutes=1),
        whole=timedelta(minutes=10),
        span=timedelta(hours=25),
    ),
    Thinning(
        POSITIONING,
        ("venue", "base", "measure", "period"),
        step=timedelta(hours=1),
        whole=timedelta(hours=25),
        span=timedelta(days=31),
    ),
    Thinning(
        DEPTH,
        ("venue", "market", "base"),
        # 360 rows a market for a percentile. By the hour they would be 13,000 and 1.7 MB (three
        # venues, two markets, three coins), for a difference of 0.3 points at most.
        step=timedelta(hours=2),
        whole=timedelta(minutes=10),
        span=timedelta(days=30),
    ),
    Thinning(
        # The last row of a UTC day: of days their one row, of hours and minutes their last.
        VOLATILITY,
        ("venue", "base", "resolution"),
        step=timedelta(days=1),
        whole=timedelta(hours=26),
        span=timedelta(days=400),
    ),
    Thinning(
        OPTIONS,
        ("venue", "base", "tenor"),
        step=timedelta(hours=1),
        whole=timedelta(hours=1),
        span=timedelta(hours=26),
    ),
    # A row a minute already: all of them, in 2.2 MB of three coins. Held here for the copy that a
    # viewer opens with, 5 ms where 36,000 rows take 0.16 s.
    Thinning(
        FLOW,
        ("venue", "stream", "market", "base"),
        step=timedelta(minutes=1),
        whole=timedelta(hours=25),
        span=timedelta(hours=26),
    ),
)
_BY_TABLE = {how.table.name: how for how in THINNINGS}

_OLDER = Thinning(
    POSITIONING,
    _BY_TABLE[POSITIONING.name].series,
    step=timedelta(hours=4),
    whole=_BY_TABLE[POSITIONING.name].span - timedelta(hours=8),
    span=timedelta(days=91),
)
"""Where a ratio stands in three months. Held with the rest it would cost each opening: by the hour
0.2 s and 2.2 MB, by four hours 0.07 s and 0.6 MB (three venues, two coins)."""


def older(reader: Reader, base: str, now: int) -> pl.DataFrame:
    """The ratios of a coin from 91 days before `now` (ms) to where those held with the rest begin,
    and four to eight hours more; the last one of every four hours."""
    first, edge = _OLDER.held_from(now), _OLDER.whole_from(now)
    return read_steps(reader, _OLDER, first, edge, base)


def depths(reader: Reader, base: str, now: int, span: timedelta) -> pl.DataFrame:
    """The depth of a coin over the `span` before `now` (ms), in the order of `ts`: the last row
    of each of some 96 steps and each market."""
    series = _BY_TABLE[DEPTH.name].series
    how = Thinning(DEPTH, series, step=span / DEPTH_STEPS, whole=timedelta(), span=span)
    return read_steps(reader, how, how.held_from(now), now + 1, base)


def read_thinned(reader: Reader, how: Thinning, now: int, end: int) -> pl.DataFrame:
    """The rows of the table up to `end` (ms), thinned as seen at `now`, in the order of `ts`."""
    edge = how.whole_from(now)
    return whole_after(reader, how, read_steps(reader, how, how.held_from(now), edge), edge, end)


def whole_after(
    reader: Reader, how: Thinning, steps: pl.DataFrame, edge: int, end: int
) -> pl.DataFrame:
    """The thinned rows before `edge` (ms) with all rows from there up to `end` behind them."""
    return pl.concat([steps, read_rows(reader, how, edge, end + 1)], rechunk=True)


def read_rows(reader: Reader, how: Thinning, first: int, edge: int) -> pl.DataFrame:
    """All rows of `[first, edge)` ms, in the order of `ts`."""
    span = "WHERE ts >= ? AND ts < ? ORDER BY ts, id"
    return reader.select(how.table, tuple(how.table.schema), span, (first, edge))


def read_steps(
    reader: Reader, how: Thinning, first: int, edge: int, base: str | None = None
) -> pl.DataFrame:
    """The last row of every step in `[first, edge)` ms for each series, or each of a coin, in the
    order of `ts`."""
    step = how.step // _MS
    names = tuple(how.table.schema)
    same = " AND ".join(f"{name} = ?" for name in how.series)
    sql = f"""
        WITH RECURSIVE steps(start) AS (
            VALUES (?) UNION ALL SELECT start + {step} FROM steps WHERE start + {step} < ?
        )
        SELECT {", ".join(f"kept.{name}" for name in quoted(names))}
        FROM steps JOIN {how.table.name} AS kept ON kept.id = (
            SELECT id FROM {how.table.name} WHERE {same}
                AND ts >= start AND ts < min(start + {step}, ?)
                ORDER BY ts DESC, id DESC LIMIT 1
        )"""
    parts, few = [how.table.empty()], [how.table.empty()]
    for series in distinct(reader, how.table, how.series):
        if base is not None and series[how.series.index("base")] != base:
            continue
        if _are_few(reader, how, series, first, edge):
            span = f"WHERE {same} AND ts >= ? AND ts < ? ORDER BY ts, id"
            few.append(reader.select(how.table, names, span, (*series, first, edge)))
        else:
            parts.append(reader.frame(how.table, names, sql, (first, edge, *series, edge)))
    parts.append(_last_of_steps(pl.concat(few), how))
    return pl.concat(parts, rechunk=True).sort("ts", maintain_order=True)


def thin(rows: pl.DataFrame, how: Thinning, now: int) -> pl.DataFrame:
    """What `read_thinned` would give at `now`, from rows held since an earlier moment,
    in the order of `ts`."""
    edge = at(how.whole_from(now))
    rows = rows.filter(pl.col("ts") >= at(how.held_from(now)))
    last = _last_of_steps(rows.filter(pl.col("ts") < edge), how)
    return pl.concat([last, rows.filter(pl.col("ts") >= edge)], rechunk=True)


def _last_of_steps(rows: pl.DataFrame, how: Thinning) -> pl.DataFrame:
    step = pl.col("ts").dt.truncate(f"{how.step // _MS}ms").alias("step")
    last = rows.with_columns(step).unique([*how.series, "step"], keep="last", maintain_order=True)
    return last.drop("step")


def _are_few(reader: Reader, how: Thinning, series: tuple[str, ...], first: int, edge: int) -> bool:
    """Whether a series has hardly more rows than steps: reading them all is then half the time."""
    same = " AND ".join(f"{name} = ?" for name in how.series)
    most = 5 * (edge - first) // (4 * (how.step // _MS))
    sql = f"SELECT 1 FROM {how.table.name} WHERE {same} AND ts >= ? AND ts < ? LIMIT ?"
    counted = reader.rows(f"SELECT count(*) FROM ({sql})", (*series, first, edge, most + 1))
    return int(counted[0][0]) <= most


def joined(rows: pl.DataFrame, new: pl.DataFrame, how: Thinning, now: int) -> pl.DataFrame:
    """The rows held with new ones among them; thinned again when one belongs to an old step."""
    if new.is_empty():
        return rows
    first = new["ts"].min()
    assert isinstance(first, datetime)
    held = how.held_from(now)
    if milliseconds(first) < held:  # what is fetched of a week: three in four rows are too old
        return joined(rows, new.filter(pl.col("ts") >= at(held)), how, now)
    both = merged(rows, new, how.table).rechunk()
    return both if milliseconds(first) >= how.whole_from(now) else thin(both, how, now)


def distinct(
    reader: Reader, table: Table, names: tuple[str, ...], known: tuple[str, ...] = ()
) -> list[tuple[str, ...]]:
    """The distinct words of these columns, by hopping in an index that begins with them from each
    to the next."""
    if len(known) == len(names):
        return [known]
    name = names[len(known)]
    same = "".join(f" AND {name} = ?" for name in names[: len(known)])
    sql = f"SELECT min({name}) FROM {table.name} WHERE {name} > ?{same}"
    found: list[tuple[str, ...]] = []
    word = reader.rows(sql, ("", *known))[0][0]
    while word is not None:
        found += distinct(reader, table, names, (*known, word))
        word = reader.rows(sql, (word, *known))[0][0]
    return found
