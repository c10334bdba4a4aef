"""`python -m tests.benchmarks.bench_cascades`: the detector of cascades against known ones.

On a simulated market (`tests.simulated_market`) at three rates of forced orders, whole and thinned
to one a second of each venue's contract: precision and recall of the events of all coins, delay
from the beginning until one is known, and false alarms of single coins. Then thirty quiet days, a
day with nothing but the daily rhythm, and the recorded liquidations of ../shared/data. Nine minutes
of CPU; `--quick` takes one. README.md beside it has the table.
"""

import sys
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import polars as pl

from tests.simulated_market import DAY, QUOTED, START, Market, Setting, Truth, a_week
from tui.metrics.cascades.buckets import batch
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.event import Event
from tui.metrics.cascades.normals import ALL, HOUR_MS, Hour, Week, frame
from tui.metrics.cascades.rule import Grade
from tui.tables import COVERAGE, QUOTES, Side

RATES = (1.0, 6.0, 60.0)
"""Forced orders of BTC a minute; the other coins have 30 to 80 % of it."""
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "liquidations"
PAUSE_MS = 600_000
"""Of a recording, without a row for longer it was not running."""
AFTER_MS = 60_000
"""An event that is known so long after a cascade's end is of it."""


@dataclass(frozen=True)
class Score:
    """What was found of what there was; `false_alarms` are of single coins, a week of each."""

    truths: int
    found: int
    events: int
    right: int
    delays: tuple[float, ...]  # s
    false_alarms: float
    cascades: int  # truths that were called a cascade or worse
    market_wide: tuple[int, int]  # found, of how many

    @property
    def precision(self) -> float:
        return self.right / self.events if self.events else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.truths if self.truths else 1.0


def played(market: Market, week: Week | None = None) -> tuple[list[Event], list[Event]]:
    """The events found in the whole market and in the thinned one. The week before is seven times
    its first day, unless another is given."""
    detectors = (Detector(week), Detector(week and Week(week.rows)))
    found: tuple[dict[tuple[str, str, int], Event], ...] = ({}, {})
    for pair in market.buckets():
        for detector, bucket, events in zip(detectors, pair, found, strict=True):
            if bucket.start == START + DAY and week is None:
                detector.week = a_week(detector.week.rows)
            detector.step(bucket)
            for event in detector.taken()[0] if detector.touched else ():
                events[event.base, event.side, event.since] = event
    return list(found[0].values()), list(found[1].values())


def of(event: Event, truth: Truth) -> bool:
    """Whether an event is that cascade."""
    in_time = truth.since <= event.steps[0].at <= truth.until + AFTER_MS
    return in_time and event.side is truth.side


def scored(market: Market, events: list[Event], days: float) -> Score:
    """The events of all coins against the truth, and those of single coins that are of none."""
    truths = market.truths
    whole = [event for event in events if event.base == ALL]
    per_truth = [[event for event in whole if of(event, truth)] for truth in truths]
    false = [
        event
        for event in events
        if event.base != ALL and not any(of(event, truth) for truth in truths)
    ]
    wide = [mine for truth, mine in zip(truths, per_truth, strict=True) if len(truth.coins) > 3]
    return Score(
        truths=len(truths),
        found=sum(bool(mine) for mine in per_truth),
        events=len(whole),
        right=sum(any(of(event, truth) for truth in truths) for event in whole),
        delays=tuple(
            (min(event.steps[0].at for event in mine) - truth.since) / 1000
            for truth, mine in zip(truths, per_truth, strict=True)
            if mine
        ),
        false_alarms=len(false) / len(QUOTED) / (days / 7),
        cascades=sum(any(event.grade >= Grade.CASCADE for event in mine) for mine in per_truth),
        market_wide=(
            sum(any(event.grade is Grade.MARKET_WIDE for event in mine) for mine in wide),
            len(wide),
        ),
    )


def both(setting: Setting) -> tuple[Score, Score]:
    """The scores of a setting, whole and thinned, after its first day."""
    market = Market(setting)
    whole, thinned = played(market)
    days = setting.days - 1
    return scored(market, whole, days), scored(market, thinned, days)


def line(name: str, score: Score) -> str:
    """A row of the table."""
    delays = sorted(score.delays)
    late = f"{median(delays):.0f}, {delays[int(0.9 * len(delays))]:.0f} s" if delays else "—"
    wide = f"{score.market_wide[0]}/{score.market_wide[1]}" if score.truths else "—"
    graded = f"{score.cascades}/{score.truths}" if score.truths else "—"
    precision = f"{score.precision:.2f}" if score.truths else "—"
    recall = f"{score.recall:.2f} ({score.found}/{score.truths})" if score.truths else "—"
    return (
        f"| {name} | {precision} | {recall} | {late} | {score.false_alarms:.2f}"
        f" | {graded} | {wide} |"
    )


def recorded(path: Path) -> list[str]:
    """What alarms in the recorded liquidations, against the recording's own mean: there is no week
    of it. It has no prices, without which no event begins: the alarms are of flow and side."""
    rows = pl.read_csv(path, try_parse_dates=True).filter(pl.col("symbol").str.ends_with("USDT"))
    base = pl.col("symbol").str.strip_suffix("USDT").alias("base")
    ts = pl.col("ts").cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    told = {"class": "crypto", "source": "stream"}
    rows = rows.with_columns(ts, base, venue="exchange").sort("ts")
    tape = rows.with_columns(received="ts", **{k: pl.lit(v) for k, v in told.items()})
    times = tape["ts"].to_physical().to_list()
    buckets = []
    for bucket in batch(tape, QUOTES.empty(), COVERAGE.empty(), times[0], times[-1] + 120_000):
        heard = any(abs(bucket.start - ts) < PAUSE_MS for ts in near(times, bucket.start))
        buckets.append(bucket._replace(venues=frozenset({"binance"} if heard else ())))
    mean = Hour()
    for bucket in buckets:
        mean.add(bucket, is_normal=True)
    hours = mean.listened["binance"] / 3600
    mean.listened["binance"] = 3600
    detector, start = Detector(), times[0] - times[0] % HOUR_MS
    detector.week = a_week(frame({start - DAY + hour * HOUR_MS: mean for hour in range(24)}))
    alarms: set[tuple[str, Side]] = set()
    counted: Counter[tuple[str, Side]] = Counter()
    for bucket in buckets:
        detector.step(bucket)
        now = {(base, side) for side in Side for base in detector.alarmed(side)}
        counted.update(now - alarms)
        alarms = now
    worst = ", ".join(f"{base} {side} {n}" for (base, side), n in counted.most_common(5))
    head = (
        f"recorded: {tape.height} liquidations of {tape['base'].n_unique()} coins in {hours:.1f} h"
    )
    return [f"{head}; alarms of flow and side: {counted.total()} ({worst or 'none'})"]


def near(times: list[int], at: int) -> list[int]:
    """The rows before and after a moment."""
    place = bisect_left(times, at)
    return times[max(0, place - 1) : place + 1]


def main() -> None:
    """Print the table."""
    quick = "--quick" in sys.argv
    days, quiet = (1.5, 2.0) if quick else (4.0, 31.0)
    print("| market | precision | recall | delay p50, p90 | false | cascade | market-wide |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for rate in RATES:
        scores = both(Setting(rate, days, seed=2))
        for how, score in zip(("all told", "one a second"), scores, strict=True):
            print(line(f"{rate:g} a minute, {how}", score), flush=True)
    for name, setting in (
        ("quiet days, 6 a minute", Setting(6.0, quiet, seed=3, cascades=False)),
        ("rhythm alone", Setting(6.0, 2.0, 4, cascades=False, noise=False, rhythm=0.9)),
    ):
        whole, thinned = both(setting)
        print(line(f"{name}, all told", whole), flush=True)
        print(line(f"{name}, one a second", thinned), flush=True)
    files = sorted(RECORDED.glob("*.csv"))
    for file in files:
        print("\n".join(recorded(file)))
    if not files:
        print("recorded: none here (../shared/data)")


if __name__ == "__main__":
    main()
