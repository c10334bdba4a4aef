"""What is normal: a coin's mean USD per bucket at the same hour of day over the last seven days.

Hours are summed up once, when they are over, without the buckets in which an event ran; a week of
them is what a baseline is made of.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
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
from tui.metrics.spans import moment, ms
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


def hours(rows: pl.DataFrame) -> dict[int, Hour]:
    """The hours of rows of NORMALS. A week is some 30,000 of them: names are held once, not with
    each (6 MB)."""
    made: dict[int, Hour] = defaultdict(Hour)
    keys: dict[tuple[str, str], tuple[str, str]] = {}
    columns = ("hour", "venue", "base", "usd", "normal_s", "listened_s", "sizes")
    for start, venue, base, usd, normal, listened, sizes in rows.select(columns).iter_rows():
        hour, key = made[ms(start)], keys.setdefault((venue, base), (venue, base))
        hour.cents[key] = round(usd * 100)
        if base == ALL:
            hour.normal[key[0]], hour.listened[key[0]] = round(normal), round(listened)
        else:
            steps = (step.split(":") for step in (sizes or "").split())
            hour.sizes[key] = Counter({int(at): int(count) for at, count in steps})
    return dict(made)


class Week:
    """The last seven days of hours before a moment, and the baselines they make."""

    def __init__(self, known: Mapping[int, Hour] | None = None) -> None:
        self.hours: dict[int, Hour] = dict(known or {})
        self._made: dict[tuple[str, int, frozenset[str]], float] = {}
        self._sizes: dict[str, Counter[int]] = defaultdict(Counter)  # of each coin, of all hours
        for hour in self.hours.values():
            self._tally(hour, 1)
        self._days = 0.0
        self._count()

    def add(self, start: int, hour: Hour) -> None:
        """An hour that is over; those older than a week before its end are let go."""
        since = start + HOUR_MS - DAYS * 24 * HOUR_MS
        for at in [at for at in self.hours if at < since or at == start]:
            self._tally(self.hours.pop(at), -1)
        self.hours[start] = hour
        self._tally(hour, 1)
        self._made.clear()
        self._count()

    @property
    def days(self) -> float:
        """Days of the week that any venue was listened to."""
        return self._days

    @property
    def knows(self) -> bool:
        """Whether there is enough of it for a baseline."""
        return self._days >= LEAST_DAYS

    def _count(self) -> None:
        seconds = sum(max(hour.listened.values(), default=0) for hour in self.hours.values())
        self._days = seconds / 86_400

    def bucket(self, base: str, start: int, venues: frozenset[str]) -> float:
        """The baseline of a coin, USD of both sides per bucket from these venues."""
        key = (base, start // HOUR_MS % 24, venues)
        if key not in self._made:
            mean = self.mean(base, start, venues)
            floor = 0.0 if base == ALL else self._floor(base)
            self._made[key] = max(mean, floor, LEAST_BUCKET_USD)
        return self._made[key]

    def mean(self, base: str, start: int, venues: Iterable[str]) -> float:
        """The mean alone, USD per bucket."""
        same = start // HOUR_MS % 24
        total = 0.0
        for venue in venues:
            here = [hour for at, hour in self.hours.items() if at // HOUR_MS % 24 == same]
            if sum(hour.normal[venue] for hour in here) < FEW_S:
                here = list(self.hours.values())
            seconds = sum(hour.normal[venue] for hour in here)
            if seconds:
                total += sum(hour.cents[venue, base] for hour in here) / 100 / seconds
        return total * BUCKET_MS / 1000

    def _floor(self, base: str) -> float:
        return percentile(self._sizes[base], LARGE) / LARGE_PART

    def _tally(self, hour: Hour, sign: int) -> None:
        """Count the sizes of an hour, or count them no more: a week of them is 60,000, and every
        coin asks again after each hour."""
        for (_, base), counts in hour.sizes.items():
            of = self._sizes[base]
            for step, count in counts.items():
                of[step] += sign * count
                if not of[step]:
                    del of[step]


def percentile(counts: Mapping[int, int], part: float) -> float:
    """The size (USD, in the middle of its step) that `part` of those counted do not exceed."""
    left = part * sum(counts.values())
    for step in sorted(counts):
        left -= counts[step]
        if left <= 0:
            return float(2 ** ((step + 0.5) / _STEPS))
    return 0.0
