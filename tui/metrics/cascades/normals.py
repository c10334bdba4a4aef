"""What is normal: a coin's mean USD per bucket at the same hour of day over the last seven days.

Hours are summed up once, when they are over, without the buckets in which an event ran; a week of
them is what a baseline is made of.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from tui.metrics.cascades.rule import (
    BUCKET_MS,
    DAYS,
    LARGE,
    LARGE_PART,
    LEAST_BUCKET_USD,
    LEAST_DAYS,
    Bucket,
)
from tui.metrics.spans import moment
from tui.tables import NORMALS

HOUR_MS = 3_600_000
ALL = ""
"""The base of all crypto coins together."""
_STEPS = 4
"""Sizes are counted in steps of a quarter of a doubling, 19 %."""
FEW_S = 600.0
"""With less of an hour of day than this the mean of all hours counts."""


def level(usd: float) -> int:
    """The step a size is counted in."""
    return math.floor(_STEPS * math.log2(max(usd, 1.0)))


@dataclass
class Hour:
    """One hour: seconds each venue was `listened` to, those of them that were `normal`, USD of the
    normal buckets by venue and coin (in cents: sums must not hang on an order), and how many
    buckets that were not empty had which size."""

    listened: Counter[str] = field(default_factory=Counter)
    normal: Counter[str] = field(default_factory=Counter)
    cents: Counter[tuple[str, str]] = field(default_factory=Counter)
    sizes: dict[tuple[str, str], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, bucket: Bucket, is_normal: bool) -> None:
        """A bucket of this hour."""
        seconds = BUCKET_MS // 1000
        for venue in bucket.venues:
            self.listened[venue] += seconds
        if not is_normal:
            return
        for venue in bucket.venues:
            self.normal[venue] += seconds
        filled: Counter[tuple[str, str]] = Counter()
        for cell in bucket.cells:
            filled[cell.venue, cell.base] += round(cell.usd * 100)
        for (venue, base), cents in filled.items():
            self.cents[venue, base] += cents
            self.cents[venue, ALL] += cents
            self.sizes[venue, base][level(cents / 100)] += 1

    def rows(self, start: int) -> list[tuple[object, ...]]:
        """As rows of NORMALS: one of all coins for each venue, and one a coin."""
        made: list[tuple[object, ...]] = []
        for venue in sorted(self.listened.keys() | {venue for venue, _ in self.cents}):
            usd = self.cents[venue, ALL] / 100
            seconds = (float(self.normal[venue]), float(self.listened[venue]))
            made.append((moment(start), venue, ALL, usd, *seconds, None))
        for (venue, base), counts in sorted(self.sizes.items()):
            text = " ".join(f"{step}:{count}" for step, count in sorted(counts.items()))
            usd = self.cents[venue, base] / 100
            made.append((moment(start), venue, base, usd, None, None, text))
        return made


def frame(hours: Mapping[int, Hour]) -> pl.DataFrame:
    """Hours by their start (ms) as rows of NORMALS."""
    rows = [row for start in sorted(hours) for row in hours[start].rows(start)]
    return pl.DataFrame(rows, schema=NORMALS.schema, orient="row")


class Week:
    """The last seven days of hours before a moment, and the baselines they make.

    `rows` are those hours as rows of NORMALS: a week of 25,000 liquidations a day is 70,000 of
    them, 3.5 MB; as objects they were 28 MB.
    """

    def __init__(self, rows: pl.DataFrame | None = None) -> None:
        self.rows = NORMALS.empty() if rows is None else rows
        self._made: dict[tuple[str, int, frozenset[str]], float] = {}
        self._rates: dict[tuple[int, frozenset[str]], Mapping[str, float]] = {}
        self._sizes: dict[str, Counter[int]] = defaultdict(Counter)  # of each coin, of all hours
        self._tally(self.rows, 1)
        self._days = self._heard_days()

    def add(self, start: int, hour: Hour) -> None:
        """An hour that is over; those older than a week before its end are let go."""
        since = moment(start + HOUR_MS - DAYS * 24 * HOUR_MS)
        goes = (pl.col("hour") < since) | (pl.col("hour") == moment(start))
        new = frame({start: hour})
        self._tally(self.rows.filter(goes), -1)
        self._tally(new, 1)
        self.rows = pl.concat([self.rows.filter(~goes), new], rechunk=True)
        self._made.clear()
        self._rates.clear()
        self._days = self._heard_days()

    @property
    def days(self) -> float:
        """Days of the week that any venue was listened to."""
        return self._days

    @property
    def knows(self) -> bool:
        """Whether there is enough of it for a baseline."""
        return self._days >= LEAST_DAYS

    def _heard_days(self) -> float:
        hours = self.rows.group_by("hour").agg(pl.col("listened_s").max())
        return float(hours["listened_s"].sum()) / 86_400

    def bucket(self, base: str, start: int, venues: frozenset[str]) -> float:
        """The baseline of a coin, USD of both sides per bucket from these venues."""
        key = (base, start // HOUR_MS % 24, venues)
        if key not in self._made:
            mean = self.mean(base, start, venues)
            floor = 0.0 if base == ALL else self._floor(base)
            self._made[key] = max(mean, floor, LEAST_BUCKET_USD)
        return self._made[key]

    def mean(self, base: str, start: int, venues: frozenset[str]) -> float:
        """The mean alone, USD per bucket."""
        key = (start // HOUR_MS % 24, venues)
        if key not in self._rates:
            self._rates[key] = self._by_coin(*key)
        return self._rates[key].get(base, 0.0) * BUCKET_MS / 1000

    def _by_coin(self, hour: int, venues: frozenset[str]) -> Mapping[str, float]:
        """USD a second of every coin at that hour of day; of a venue that has too little of it,
        at all hours."""
        same = self.rows.filter(pl.col("hour").dt.hour() == hour)
        known = _seconds(same)
        few = {venue for venue in venues if known.get(venue, 0.0) < FEW_S}
        cents = (pl.col("usd") * 100).round().cast(pl.Int64).sum()
        rates: dict[str, float] = defaultdict(float)
        for rows, of in ((same, venues - few), (self.rows, few)):
            heard = rows.filter(pl.col("venue").is_in(list(of)))
            seconds, sums = _seconds(heard), heard.group_by("venue", "base").agg(cents)
            for venue, base, total in sorted(sums.iter_rows()):  # sums hang on the order
                if seconds[venue]:
                    rates[base] += total / 100 / seconds[venue]
        return rates

    def _floor(self, base: str) -> float:
        return percentile(self._sizes[base], LARGE) / LARGE_PART

    def _tally(self, rows: pl.DataFrame, sign: int) -> None:
        """Count the sizes of hours, or count them no more: a week of them is 60,000, and every
        coin asks again after each hour."""
        for base, sizes in rows.select("base", "sizes").iter_rows():
            of = self._sizes[base]
            for step, count in (map(int, each.split(":")) for each in (sizes or "").split()):
                of[step] += sign * count
                if not of[step]:
                    del of[step]


def _seconds(rows: pl.DataFrame) -> dict[str, float]:
    """Normal seconds by venue."""
    return dict(rows.group_by("venue").agg(pl.col("normal_s").sum()).iter_rows())


def percentile(counts: Mapping[int, int], part: float) -> float:
    """The size (USD, in the middle of its step) that `part` of those counted do not exceed."""
    left = part * sum(counts.values())
    for step in sorted(counts):
        left -= counts[step]
        if left <= 0:
            return float(2 ** ((step + 0.5) / _STEPS))
    return 0.0
