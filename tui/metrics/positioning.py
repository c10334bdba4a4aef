"""How long or short the crowd is, per venue and measure, and how that moved in a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.percentile import Percentile
from tui.metrics.series import by_venue, place
from tui.metrics.spans import AHEAD, between, ms
from tui.tables import Measure

KEPT = timedelta(hours=24)
"""An older ratio says nothing of now and is left out."""

NEAR = timedelta(hours=1)
"""History is kept by the hour: a ratio of the day before may be this much older."""

APART = 0.05
"""Shares of long that differ by less agree."""


@dataclass(frozen=True)
class Ratio:
    """A venue's newest ratio of one measure; `change_24h` is in ratio points, None if unknown."""

    venue: str
    base: str
    measure: Measure
    ratio: float
    long_share: float
    ts: datetime
    change_24h: float | None

    @property
    def moved_24h(self) -> float | None:
        """The change as a fraction of the ratio then; None if that is unknown or was 0."""
        if self.change_24h is None or self.change_24h == self.ratio:
            return None
        return self.ratio / (self.ratio - self.change_24h) - 1


def ratios(positioning: pl.DataFrame, as_of: datetime) -> tuple[Ratio, ...]:
    """The newest ratio of every base, venue and measure at `as_of`, in that order.

    Compared with the newest row at most an hour older than a day before it.
    """
    newest = positioning["ts"].max()
    if isinstance(newest, datetime) and newest > as_of + AHEAD:
        positioning = between(positioning, 0, ms(as_of + AHEAD))
    return tuple(row for row in _compared(positioning) if ms(row.ts) > ms(as_of - KEPT))


@kept(2)
def _compared(positioning: pl.DataFrame) -> tuple[Ratio, ...]:
    """The newest ratios, however old: which of them still count is the clock's to say."""
    newest = positioning["ts"].max()
    if not isinstance(newest, datetime):
        return ()
    near = between(positioning, ms(newest - 2 * KEPT - NEAR), ms(newest))
    rows = near.filter(pl.col("ratio").is_not_null())
    key = ("venue", "base", "measure")
    # Of a moment that has both, the finer period sorts last: "1h" < "5m".
    ordered = rows.sort("ts", "period")
    now = ordered.group_by(key, maintain_order=True).last()
    day = pl.duration(hours=24)
    then = ordered.select(*key, pl.col("ts").alias("then"), pl.col("ratio").alias("before"))
    joined = (
        now.with_columns((pl.col("ts") - day).alias("wanted"))
        .sort("wanted")
        .join_asof(
            then.sort("then"),
            left_on="wanted",
            right_on="then",
            by=key,
            tolerance=NEAR,
            check_sortedness=False,
        )
        .sort("base", by_venue(), "venue")
    )
    columns = (*key, "ratio", "ts", "before")
    found = [_ratio(*row) for row in joined.select(columns).iter_rows()]
    listed = list(dict.fromkeys((row.base, row.venue) for row in found))
    order = list(Measure)
    found.sort(key=lambda row: (listed.index((row.base, row.venue)), order.index(row.measure)))
    return tuple(found)


def _ratio(
    venue: str, base: str, measure: str, ratio: float, ts: datetime, before: float | None
) -> Ratio:
    # The share follows from the ratio, so that the two on the screen never disagree.
    share = ratio / (1 + ratio)
    change = None if before is None else ratio - before
    return Ratio(venue, base, Measure(measure), ratio, share, ts, change)


def words(rows: tuple[Ratio, ...], base: str) -> str | None:
    """The disagreement of the measures in words, `accounts 70% long, top positions 53%: …`.

    Of one venue, never an average: the first that has accounts and top positions, else the first
    with accounts and taker flow. None when no venue has both.
    """
    of_base = [row for row in rows if row.base == base]
    for other, sentence in ((Measure.TOP_POSITIONS, _heads_money), (Measure.TAKER, _heads_flow)):
        for venue in _ordered(row.venue for row in of_base):
            found = {row.measure: row for row in of_base if row.venue == venue}
            if Measure.ACCOUNTS in found and other in found:
                return sentence(found[Measure.ACCOUNTS], found[other])
    return None


def _ordered(venues: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(venues), key=place)


def _heads_money(heads: Ratio, money: Ratio) -> str:
    said = f"accounts {heads.long_share:.0%} long, top positions {money.long_share:.0%}"
    return f"{said}: {_verdict(heads.long_share, money.long_share)}"


def _verdict(heads: float, money: float) -> str:
    if abs(heads - money) < APART:
        if min(heads, money) > 0.5 + APART:
            return "both lean long"
        return "both lean short" if max(heads, money) < 0.5 - APART else "they agree"
    if heads > money:
        return "small longs crowded" if heads > 0.5 else "top money shorter still"
    return "small shorts crowded" if heads < 0.5 else "top money longer still"


def _heads_flow(heads: Ratio, flow: Ratio) -> str:
    said = f"accounts {heads.long_share:.0%} long, taker {flow.ratio:.2f}"
    leans = "long" if heads.long_share > 0.5 else "short"
    takers = "buy" if flow.ratio > 1 else "sell"
    against = (leans == "long") != (takers == "buy")
    return f"{said}: {leans} {'but' if against else 'and'} takers {takers}"


def alike(history: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Of one venue's measure the rows that can be compared with each other.

    Accounts and positions are read at a moment, whatever the period. Taker flow is of its period,
    and five minutes swing much further than an hour: only the hours count, the newest too.
    """
    return history.filter(pl.col("period") == "1h") if measure is Measure.TAKER else history


def standing(history: pl.DataFrame, as_of: datetime, need: int) -> Percentile:
    """Where the newest reading of one venue's measure (columns ts and ratio) stands at `as_of`.

    By the hour, over more than a month by four hours, as far apart as the oldest rows are: the
    newest day is kept every five minutes and would count twelvefold.
    """
    rows = history.filter(pl.col("ratio").is_not_null()).sort("ts")
    oldest = rows["ts"].min()
    if not isinstance(oldest, datetime):
        return Percentile(0, need, None)
    span = timedelta(days=need)
    have = min(need, (as_of - oldest + NEAR) // timedelta(days=1))
    if as_of - oldest + NEAR < span:
        return Percentile(have, need, None)
    inside = rows.filter(pl.col("ts") > as_of - span)
    if inside.is_empty():
        return Percentile(have, need, None)
    step = "1h" if need <= 31 else "4h"
    steps = inside.group_by(pl.col("ts").dt.truncate(step).alias("step")).agg(
        pl.col("ratio").sort_by("ts").last()
    )
    newest = inside["ratio"][-1]
    return Percentile(have, need, int((steps["ratio"] <= newest).sum()) / steps.height)
