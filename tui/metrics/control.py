"""Our tape against the exchange's own total: Gate publishes what was liquidated per interval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.coverage import Gap, Listening
from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, ms
from tui.tables import Class

VENUE = "gate"
PERIOD = 5
"""Minutes of an interval."""

SETTLED = 10
"""Minutes after its beginning an interval was open or not yet asked for again; it waits."""

WITHIN = (0.9, 1.1)
"""Ours ÷ theirs is expected within (definitions §1); outside is an alert."""

LEAST_USD = 10_000.0
"""With less on their side one order that fell into the neighbouring interval decides."""

SPANS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24)}
ALL = "all"


@dataclass(frozen=True)
class Compared:
    """One span: USD of both sides in the intervals that we listened to whole, ours and theirs.

    `missed_usd` is what they liquidated in the `missed` intervals that we did not: theirs only,
    never added to our totals (`gate only` on the screen).
    """

    ours_usd: float = 0.0
    theirs_usd: float = 0.0
    intervals: int = 0
    missed_usd: float = 0.0
    missed: int = 0

    @property
    def ratio(self) -> float | None:
        """Ours ÷ theirs; None where they have nothing."""
        return self.ours_usd / self.theirs_usd if self.theirs_usd else None

    @property
    def alert(self) -> bool | None:
        """Whether the ratio is outside what is expected; None with too little to say so."""
        if self.ratio is None or self.theirs_usd < LEAST_USD:
            return None
        return not WITHIN[0] <= self.ratio <= WITHIN[1]

    def plus(self, other: "Compared") -> "Compared":
        return Compared(
            self.ours_usd + other.ours_usd,
            self.theirs_usd + other.theirs_usd,
            self.intervals + other.intervals,
            self.missed_usd + other.missed_usd,
            self.missed + other.missed,
        )


Controls = dict[str, dict[str, Compared]]
"""By coin, and `all` for the sum of them, then by span."""


def controls(
    minutes: pl.DataFrame,
    control: pl.DataFrame,
    listening: Listening,
    began: datetime | None,
    as_of: datetime,
) -> Controls:
    """The coins that `control` has rows of; worked out once a minute.

    `minutes` are whole rows of `liquidation_minutes`, `control` rows of its table.
    """
    if control.is_empty():
        return {}
    since = as_of - SPANS["24h"]
    wanted = any(stream.venue == VENUE for stream in listening.wanted)
    start = began if wanted and began is not None else as_of
    gaps = [gap for gap in listening.cover(since, as_of).gaps if gap.venue == VENUE]
    holes = [*gaps, Gap(VENUE, "", since, start, "young store")]
    bare = tuple(
        (ms(hole.since) // MINUTE_MS, (ms(hole.until) - 1) // MINUTE_MS)
        for hole in holes
        if hole.until - hole.since >= timedelta(seconds=1)
    )
    return _controls(minutes, control, ms(as_of) // MINUTE_MS, bare)


@kept(2)
def _controls(
    minutes: pl.DataFrame, control: pl.DataFrame, now: int, bare: tuple[tuple[int, int], ...]
) -> Controls:
    """`now` and the bare stretches in minutes since 1970."""
    ours = _ours(minutes)
    found: Controls = {}
    for base, start, theirs in _theirs(control):
        heard = not any(first < start + PERIOD and start <= last for first, last in bare)
        mine = sum(ours.get((base, start + step), 0.0) for step in range(PERIOD)) if heard else 0.0
        one = Compared(mine, theirs, 1) if heard else Compared(missed_usd=theirs, missed=1)
        for name, span in SPANS.items():
            if now - span // timedelta(minutes=1) <= start <= now - SETTLED:
                spans = found.setdefault(base, dict.fromkeys(SPANS, Compared()))
                spans[name] = spans[name].plus(one)
    return found | {ALL: _together(found.values())} if found else {}


def _together(listed: Iterable[Mapping[str, Compared]]) -> dict[str, Compared]:
    total = dict.fromkeys(SPANS, Compared())
    for spans in listed:
        total = {name: total[name].plus(spans[name]) for name in SPANS}
    return total


def _ours(minutes: pl.DataFrame) -> dict[tuple[str, int], float]:
    rows = minutes.lazy().filter(
        (pl.col("venue") == VENUE) & (pl.col("class") == Class.CRYPTO.value)
    )
    start = pl.col("minute").to_physical() // MINUTE_MS
    summed = rows.group_by("base", start).agg(pl.col("usd").sum()).collect()
    return {(base, at): usd for base, at, usd in summed.iter_rows()}


def _theirs(control: pl.DataFrame) -> Iterable[tuple[str, int, float]]:
    """Coin, beginning in minutes, and USD of all contracts of the coin."""
    rows = control.lazy().filter((pl.col("venue") == VENUE) & (pl.col("period") == f"{PERIOD}m"))
    start = pl.col("ts").to_physical() // MINUTE_MS
    usd = (pl.col("long_usd") + pl.col("short_usd")).sum().alias("usd")
    return rows.group_by("base", start).agg(usd).collect().iter_rows()
