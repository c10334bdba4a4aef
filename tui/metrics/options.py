"""What options say: DVOL in its year, volatility and skew at four tenors, and both in words."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import AHEAD, newest, words
from tui.tables import TENORS

YEAR = timedelta(days=365)
NEED, LEAST = 365, 360
"""Daily closes in the year of a rank, and how many of them must be there: what Deribit left out on
some days does not make it another year."""

FRESH = timedelta(hours=1)
"""What is older is no value any more."""

NEAR = timedelta(minutes=70)
"""A value a day before may be this much older: an hour, by which older polls are kept, and two
polls."""

DAY = timedelta(days=1)

POINT = 0.01
"""A front this much below (above) the 90 days is calm (tense): one point of volatility."""

EVEN = 0.0005
"""A risk reversal that rounds to nothing."""


@dataclass(frozen=True)
class Rank:
    """Where DVOL stands among the daily closes of 365 days and itself.

    `rank` is (now − low) ÷ (high − low), `percentile` the share of those `n` closes below now.
    Both are None with fewer than `LEAST` closes.
    """

    n: int
    low: float | None = None
    high: float | None = None
    rank: float | None = None
    percentile: float | None = None

    @property
    def reason(self) -> str | None:
        """Why there is no rank: `212 of 365 days`."""
        return None if self.rank is not None else f"{self.n} of {NEED} days"


@dataclass(frozen=True)
class TenorIv:
    """One tenor. Volatilities are fractions a year, changes differences of them over 24 h.

    `risk_reversal` is the 25Δ call's less the 25Δ put's: below zero puts are dearer. `strikes` are
    of both expiries, `near` and `far`. What is None has its `reason`.
    """

    name: str
    atm: float | None = None
    call25: float | None = None
    put25: float | None = None
    near: datetime | None = None
    far: datetime | None = None
    strikes: int = 0
    reason: str | None = None
    atm_change: float | None = None
    reversal_change: float | None = None

    @property
    def risk_reversal(self) -> float | None:
        return _less(self.call25, self.put25)


@dataclass(frozen=True)
class CoinOptions:
    """One coin. `parity` and `iv_gap` are those of its newest chain (`tui.metrics.smile`)."""

    base: str
    dvol: float | None
    dvol_ts: datetime | None
    dvol_change: float | None
    rank: Rank
    polled: datetime | None
    tenors: tuple[TenorIv, ...]
    parity: float | None
    iv_gap: float | None
    reason: str | None

    @property
    def words(self) -> str:
        """`front calm, 180 d puts +3.1 vol`."""
        return f"{front(self.tenors)}, {far(self.tenors)}"


@dataclass(frozen=True)
class Options:
    """Every coin with a row of either table; `reason` when there is none."""

    as_of: datetime
    coins: tuple[CoinOptions, ...]
    reason: str | None

    @property
    def seen(self) -> datetime | None:
        """The older of the newest DVOL and the newest chain; None without both."""
        newest = [
            max((ts for ts in times if ts is not None), default=None)
            for times in ([c.dvol_ts for c in self.coins], [c.polled for c in self.coins])
        ]
        known = [ts for ts in newest if ts is not None]
        return min(known) if len(known) == len(newest) else None


def options(volatility: pl.DataFrame, polls: pl.DataFrame, as_of: datetime) -> Options:
    """The record at `as_of`, of rows of VOLATILITY and of OPTIONS."""
    index, chains = _index(volatility), _chains(polls)
    bases = sorted(index.keys() | chains.keys())
    coins = tuple(_coin(base, index.get(base), chains.get(base, {}), as_of) for base in bases)
    return Options(as_of, coins, None if coins else "no options of Deribit yet")


def history(volatility: pl.DataFrame, base: str, as_of: datetime, days: int) -> list[float | None]:
    """The daily closes of DVOL of the newest `days` midnights, oldest first; None where there is
    none."""
    found = _index(volatility).get(base)
    by_day = dict(zip(found.days, found.closes, strict=True)) if found else {}
    midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    return [by_day.get(midnight - timedelta(days=back)) for back in range(days - 1, -1, -1)]


def front(tenors: Sequence[TenorIv]) -> str:
    """The week against 90 days: calm below, tense above, by a point or more; else level."""
    week, quarter = (_tenor(tenors, name).atm for name in ("7d", "90d"))
    if week is None or quarter is None:
        return "front n/a"
    if abs(week - quarter) < POINT:
        return "front level"
    return "front calm" if week < quarter else "front tense"


def far(tenors: Sequence[TenorIv]) -> str:
    """Which side of 180 days is dearer, and by how many points of volatility."""
    half = _tenor(tenors, "180d")
    if half.risk_reversal is None and half.reason:
        return f"180 d n/a ({half.reason})"
    return "180 d " + dearer(half.risk_reversal)


def dearer(reversal: float | None) -> str:
    """`puts +3.1 vol` of a risk reversal of −0.031."""
    if reversal is None:
        return "n/a"
    if abs(reversal) < EVEN:
        return "even"
    return f"{'puts' if reversal < 0 else 'calls'} +{abs(reversal) * 100:.1f} vol"


class _Index(NamedTuple):
    """DVOL of a coin: the closes of all spans and of days, each with the moments they ended at."""

    ends: list[datetime]
    values: list[float]
    days: list[datetime]
    closes: list[float]


@kept(2)
def _index(volatility: pl.DataFrame) -> dict[str, _Index]:
    """By coin. Kept while nothing comes: a minute brings a row, and this is asked each second."""
    found: dict[str, _Index] = {}
    for (base,), rows in volatility.sort("ts").group_by("base"):
        daily = rows.filter(pl.col("resolution") == "1d")
        lists = (rows["ts"], rows["close"], daily["ts"], daily["close"])
        found[str(base)] = _Index(*(column.to_list() for column in lists))
    return found


_Polls = dict[str, tuple[list[datetime], list[dict[str, Any]]]]
"""By tenor: the moments, and the rows."""


@kept(2)
def _chains(polls: pl.DataFrame) -> dict[str, _Polls]:
    found: dict[str, _Polls] = {}
    for (base, tenor), rows in polls.sort("ts").group_by("base", "tenor"):
        times = rows["ts"].to_list()
        found.setdefault(str(base), {})[str(tenor)] = times, rows.to_dicts()
    return found


def _coin(base: str, index: _Index | None, polls: _Polls, as_of: datetime) -> CoinOptions:
    now, then, ts = None, None, None
    rank = Rank(0)
    if index is not None:
        ts = newest(index.ends, index.ends, as_of + AHEAD)
        now = newest(index.ends, index.values, as_of + AHEAD, FRESH + AHEAD)
        then = newest(index.ends, index.values, as_of - DAY, NEAR)
        rank = _rank(index, now, as_of)
    tenors = tuple(_tenor_at(name, polls, as_of) for name in TENORS)
    row = _newest(polls, as_of)
    return CoinOptions(
        base,
        now,
        ts,
        None if now is None or then is None else now - then,
        rank,
        row.get("ts"),
        tenors,
        row.get("parity"),
        row.get("iv_gap"),
        None if now is not None else _old("DVOL", ts, as_of),
    )


def _rank(index: _Index, now: float | None, as_of: datetime) -> Rank:
    first = bisect_right(index.days, as_of - YEAR)
    closes = index.closes[first : bisect_right(index.days, as_of + AHEAD)]
    if now is None or len(closes) < LEAST:
        return Rank(len(closes))
    low, high = min(*closes, now), max(*closes, now)
    rank = (now - low) / (high - low) if high > low else None
    return Rank(len(closes), low, high, rank, sum(c < now for c in closes) / len(closes))


def _tenor_at(name: str, polls: _Polls, as_of: datetime) -> TenorIv:
    times, rows = polls.get(name, ([], []))
    row = newest(times, rows, as_of + AHEAD, FRESH + AHEAD)
    if row is None:
        return TenorIv(name, reason=_old("chain", newest(times, times, as_of + AHEAD), as_of))
    before = newest(times, rows, as_of - DAY, NEAR)
    atm, call, put = (row[f"{point}_iv"] for point in ("atm", "call25", "put25"))
    then = before or dict.fromkeys(("atm_iv", "call25_iv", "put25_iv"))
    return TenorIv(
        name,
        atm,
        call,
        put,
        row["near"],
        row["far"],
        row["strikes"] or 0,
        row["reason"],
        _less(atm, then["atm_iv"]),
        _less(_less(call, put), _less(then["call25_iv"], then["put25_iv"])),
    )


def _newest(polls: _Polls, as_of: datetime) -> dict[str, Any]:
    """The newest row of any tenor, however old."""
    found = (newest(times, rows, as_of + AHEAD) for times, rows in polls.values())
    rows = [row for row in found if row is not None]
    return max(rows, key=lambda row: row["ts"], default={})


def _old(what: str, ts: datetime | None, as_of: datetime) -> str:
    return f"no {what} yet" if ts is None else f"last {what} {words(as_of - ts)} ago"


def _tenor(tenors: Sequence[TenorIv], name: str) -> TenorIv:
    return next((tenor for tenor in tenors if tenor.name == name), TenorIv(name))


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
