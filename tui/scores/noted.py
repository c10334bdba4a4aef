"""The past of the lines: the recorder notes each number once an hour, and counts from it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.percentile import Percentile
from tui.metrics.spans import newest
from tui.scores.base import (
    FRESH,
    NOTHING,
    Given,
    Line,
    Reading,
    Score,
    Scorecard,
    Sight,
)
from tui.scores.lines import LINES
from tui.snapshot import Snapshot
from tui.tables import SCORES

NEED = 7
"""Days of hours from which a percentile is said: of fewer it would tell the time of day."""
HOURS = 24
NEAR = timedelta(hours=1)
"""A number is noted by the hour: that of 24 h before may be so much older."""

_OF_ALL = ""
"""The base of what is of all coins."""


class _Past(NamedTuple):
    """The numbers of a line, by size and by time."""

    ranked: list[float]
    times: list[datetime]
    values: list[float]


def scorecard(
    snapshot: Snapshot,
    base: str,
    coins: Sequence[str],
    given: Given = NOTHING,
    lines: Sequence[Line] = LINES,
) -> Scorecard:
    """Every line of `base` at the snapshot's moment."""
    seen = Sight(snapshot, base, coins, given)
    past = _by_line(snapshot.scores(base))
    return Scorecard(
        snapshot.as_of, base, tuple(_score(line, seen, past.get(line.name)) for line in lines)
    )


def note(snapshot: Snapshot, coins: Sequence[str], lines: Sequence[Line] = LINES) -> pl.DataFrame:
    """Rows of SCORES of the hour of the snapshot: of every line that has a fresh number, of each
    coin, and once what is of all."""
    hour = snapshot.as_of.replace(minute=0, second=0, microsecond=0)
    rows = []
    for at, base in enumerate(coins):
        seen = Sight(snapshot, base, coins)
        for line in lines:
            if line.is_of_all and at:
                continue
            reading = line.read(seen)
            if reading.value is not None and not _stale(reading, snapshot.as_of):
                of = _OF_ALL if line.is_of_all else base
                rows.append((hour, of, line.name, reading.value))
    return pl.DataFrame(rows, schema=SCORES.schema, orient="row")


def _score(line: Line, seen: Sight, past: _Past | None) -> Score:
    reading = line.read(seen)
    standing = reading.standing or _standing(reading.value, past)
    if reading.change is None and reading.standing is None and reading.value is not None and past:
        was = newest(past.times, past.values, seen.snapshot.as_of - timedelta(hours=HOURS), NEAR)
        reading = replace(reading, change=None if was is None else reading.value - was)
    return Score(line, reading, standing, _stale(reading, seen.snapshot.as_of))


def _stale(reading: Reading, as_of: datetime) -> bool:
    return reading.ts is not None and as_of - reading.ts > FRESH


def _standing(value: float | None, past: _Past | None) -> Percentile:
    have = len(past.ranked) // HOURS if past else 0
    if value is None or past is None or have < NEED:
        return Percentile(have, NEED, None)
    return Percentile(have, NEED, bisect_right(past.ranked, value) / len(past.ranked))


@kept(3)
def _by_line(noted: pl.DataFrame) -> dict[str, _Past]:
    found = {}
    for (name,), rows in noted.partition_by("name", as_dict=True).items():
        values = rows["value"].to_list()
        found[str(name)] = _Past(sorted(values), rows["ts"].to_list(), values)
    return found
