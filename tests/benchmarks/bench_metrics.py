"""`python -m tests.benchmarks.bench_metrics`: what a snapshot of all panels costs.

A synthetic day of one million liquidations (500 coins by Zipf's law, three venues: half a million
minute rows), with candles, quotes, ratios and open interest of their real number. Prints medians
of five in ms: at the turn of a minute, when no frame is known yet, and in the seconds between, when
only quotes, open interest and raw rows are new.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl

from tests.frames import NOW, STREAMS, candle, connection, frame, quote, snapshot
from tui.config import Settings
from tui.document import document
from tui.metrics.averages import averages
from tui.metrics.derivatives import derivatives
from tui.metrics.havens import havens
from tui.metrics.positioning import ratios
from tui.metrics.windows import liquidations
from tui.snapshot import Snapshot
from tui.tables import CANDLES, COVERAGE, DERIVATIVES, LIQUIDATIONS, POSITIONING, QUOTES

ROWS = 1_000_000
COINS = 500
RUNS = 5
VENUES = ("binance", "bybit", "okx")
SHOWN = ("BTC", "ETH", "SOL")


def day(rows: int = ROWS, seed: int = 1) -> pl.DataFrame:
    """A day of liquidations before NOW, evenly spread, sizes by Pareto's law."""
    chance = random.Random(seed)
    names = [*SHOWN, *(f"C{place}" for place in range(COINS - len(SHOWN)))]
    bases = chance.choices(names, [1 / (place + 1) for place in range(COINS)], k=rows)
    end = int(NOW.timestamp() * 1000)
    times = sorted(end - int(chance.random() * 86_400_000) for _ in range(rows))
    return pl.DataFrame(
        {
            "ts": times,
            "received": [ts + 400 for ts in times],
            "venue": chance.choices(VENUES, (3, 5, 2), k=rows),
            "symbol": [f"{base}/USDT:USDT" for base in bases],
            "base": bases,
            "class": ["crypto"] * rows,
            "side": chance.choices(("long", "short"), (9, 1), k=rows),
            "qty": [1.0] * rows,
            "price": [1.0] * rows,
            "price_kind": ["fill_avg"] * rows,
            "usd": [100 * chance.paretovariate(1.2) for _ in range(rows)],
            "source": ["stream"] * rows,
            "conn": [1] * rows,
            "n": [0] * rows,
            "raw": [None] * rows,
        },
        schema=LIQUIDATIONS.schema,
    )


def candles() -> pl.DataFrame:
    """2,700 daily and 2,160 hourly candles of three coins and two gold tokens."""
    midnight = NOW.replace(hour=0, minute=0, second=0)
    symbols = (*(f"{coin}/USDT" for coin in SHOWN), "PAXG/USDT", "XAUT/USDT")
    chance = random.Random(2)
    return frame(
        CANDLES,
        [
            candle(90_000 * (1 + chance.random() / 10), start - place * length, interval, symbol)
            for symbol in symbols
            for interval, length, start, count in (
                ("1d", timedelta(days=1), midnight - timedelta(days=1), 2_700),
                ("1h", timedelta(hours=1), NOW.replace(minute=0) - timedelta(hours=1), 2_160),
            )
            for place in range(count)
        ],
    )


def quotes() -> pl.DataFrame:
    """25 hours of quotes: one a minute, one a second in the newest two minutes."""
    seconds = [*range(120), *range(120, 25 * 3600, 60)]
    symbols = (*(f"{coin}/USDT" for coin in SHOWN), "PAXG/USDT", "XAU/USDT:USDT")
    ages = [NOW - timedelta(seconds=second) for second in reversed(seconds)]
    return frame(QUOTES, [quote(90_000.0, ts, symbol) for symbol in symbols for ts in ages])


PAIRS = [(venue, base) for venue in VENUES for base in SHOWN]


def positioning() -> pl.DataFrame:
    """Ratios of 31 days by the hour."""
    ratio = {"period": "5m", "ratio": 2.0, "long_share": 2 / 3}
    return frame(
        POSITIONING,
        [
            {"ts": NOW - timedelta(hours=h), "venue": v, "base": b, "measure": m} | ratio
            for v, b in PAIRS
            for m in ("accounts", "top_accounts", "top_positions", "taker")
            for h in range(31 * 24)
        ],
    )


def open_interest() -> pl.DataFrame:
    """Open interest and funding of 25 hours by the minute."""
    values = {"open_interest_usd": 1e10, "funding_8h": 0.0001, "mark": 1.0, "index": 1.0}
    return frame(
        DERIVATIVES,
        [
            {"ts": NOW - timedelta(minutes=minute), "venue": v, "base": b} | values
            for v, b in PAIRS
            for minute in range(25 * 60)
        ],
    )


def busy_day(rows: int = ROWS) -> Snapshot:
    """The snapshot all figures are taken from."""
    coverage = [connection(stream.venue, stream.stream) for stream in STREAMS]
    made = snapshot(liquidations=day(rows), coverage=frame(COVERAGE, coverage))
    return replace(
        made,
        recent=made.recent.head(2_000),
        candles=candles(),
        quotes=quotes(),
        positioning=positioning(),
        derivatives=open_interest(),
    )


def works(made: Snapshot, settings: Settings) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is measured: each panel's records and the document."""
    now = made.as_of
    yield "liquidations", lambda: liquidations(made.counted)
    yield "positioning", lambda: ratios(made.positioning, now)
    yield "derivatives", lambda: derivatives(made.derivatives, now)
    yield "averages", lambda: averages(made.candles, "BTC", 90_000.0, now, now)
    yield "havens", lambda: havens(made.quotes, made.candles, now)
    yield "document (all panels)", lambda: document(made, settings)


FAST = ("edges", "recent", "quotes", "derivatives")
"""The frames that each second makes anew; the rest stays the same for a minute or longer."""

SLOW = ("minutes", "largest", "coverage", "candles", "positioning", "health")


def anew(made: Snapshot, names: Sequence[str]) -> Snapshot:
    """The same snapshot with frames that nothing was made of yet."""
    return replace(made, **{name: getattr(made, name).clone() for name in names})


def medians_ms(made: Snapshot, settings: Settings, names: Sequence[str]) -> dict[str, float]:
    """The median of each work in ms, the frames of `names` new for each run."""
    runs: dict[str, list[float]] = {}
    for name, _ in works(made, settings):
        for _ in range(RUNS + 1):
            listed = works(anew(made, names), settings)
            runs.setdefault(name, []).append(_ms(dict(listed)[name]))
    return {name: statistics.median(times[1:]) for name, times in runs.items()}


def _ms(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    from tui.config import load

    made = busy_day()
    print(f"{ROWS:,} liquidations, {made.minutes.height:,} minute rows; medians of {RUNS}, ms")
    settings = load()
    turn = medians_ms(made, settings, (*FAST, *SLOW))
    second = medians_ms(made, settings, FAST)
    print(f"{'':<24}{'all new':>10}{'a second':>10}")
    for name, value in turn.items():
        print(f"{name:<24}{value:10.1f}{second[name]:10.1f}")


if __name__ == "__main__":
    main()
