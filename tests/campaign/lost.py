"""Which of the rows that were sent are not stored, and whether a gap names the moment they were."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from tests.test_path import KEYS, MENDED, Row, wired
from tui.metrics.coverage import Gap, Listening, Stream

HISTORY = KEYS | {"gate": ("contract", "size", "fill_price")}
"""Market, size and price in the rows that a venue tells of when asked after a gap."""


@dataclass
class Lost:
    """Rows that were sent and are not stored: how many, and those that no gap names."""

    rows: int = 0
    unnamed: list[Row] = field(default_factory=list)


def lost(sent: Iterable[tuple[Row, datetime]], rows: pl.DataFrame, gaps: Sequence[Gap]) -> Lost:
    """Each row sent, with the moment it was, against the rows stored (raw too) and the gaps.

    A row that came by a backfill alone is not lost. An AssertionError when one from the sockets is
    doubled or made up.
    """
    kept, told, found = streamed(rows), backfilled(rows), Lost()
    for row, at in sent:
        if kept[row] > 0:
            kept[row] -= 1
        elif told[by_second(row)] > 0:
            told[by_second(row)] -= 1
        else:
            found.rows += 1
            if not any(_inside(gap, row[0], at) for gap in gaps):
                found.unnamed.append(row)
    assert not +kept, f"doubled or made up: {list((+kept).elements())[:3]}"
    return found


def _inside(gap: Gap, venue: str, at: datetime) -> bool:
    return gap.venue == venue and gap.since <= at <= gap.until and bool(gap.reason)


def streamed(rows: pl.DataFrame) -> Counter[Row]:
    """What came over sockets, market and numbers from the venue's own raw row."""
    return Counter(_rows(rows.filter(pl.col("source") == "stream"), KEYS))


def backfilled(rows: pl.DataFrame) -> Counter[Row]:
    """What was told afterwards, by the second: Gate's history has whole ones alone."""
    found = _rows(rows.filter(pl.col("source") == "backfill"), HISTORY)
    return Counter(by_second(row) for row in found)


def by_second(row: Row) -> Row:
    """The same row with its time cut to whole seconds."""
    venue, symbol, ts, side, size, price = row
    return venue, symbol, ts // 1000, side, size, price


def _rows(rows: pl.DataFrame, keys: Mapping[str, tuple[str, str, str]]) -> Iterable[Row]:
    columns = ("venue", pl.col("ts").dt.epoch("ms"), "side", "raw")
    for venue, ts, side, raw in rows.select(*columns).iter_rows():
        yield wired(venue, ts, side, json.loads(raw), keys)


def unheard(
    coverage: pl.DataFrame, streams: Sequence[Stream], since: datetime, until: datetime
) -> list[Gap]:
    """What no socket listened to, mended afterwards or not."""
    return list(Listening(coverage.filter(~MENDED), streams).cover(since, until).gaps)
