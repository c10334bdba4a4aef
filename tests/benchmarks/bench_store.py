"""What the store costs: `python -m tests.benchmarks.bench_store`, medians of five.

`million(path)` makes the store the opening is measured on; other benchmarks use it too.
"""

import gc
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TypeVar

import polars as pl

from tui.config import load
from tui.document import document
from tui.snapshot import Live, take
from tui.store import Reader, Writer
from tui.tables import (
    CANDLES,
    COVERAGE,
    DERIVATIVES,
    LIQUIDATIONS,
    POSITIONING,
    QUOTES,
    TIME,
    WORD,
    Table,
)
from tui.tables.table import BOOL, TEXT

NOW = datetime(2026, 1, 20, 14, 3, 20, tzinfo=UTC)
DAY = timedelta(hours=24)
VENUES = ("binance", "bybit", "okx")
FEEDS = (
    ("binance", "usdm"),
    ("binance", "coinm"),
    ("bybit", "linear"),
    ("bybit", "inverse"),
    ("okx", "swap"),
)
COINS = ["BTC", "ETH", "SOL", *(f"C{number:02}" for number in range(57))]
T = TypeVar("T")
SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "PAXG/USDT", "XAUT/USDT")
MEASURES = ("accounts", "top_accounts", "top_positions", "taker")

RAW = '{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014","p":"9910","ap":"9910","z":"1"}'


def million(path: Path, now: datetime = NOW, rows: int = 1_000_000, seed: int = 1) -> None:
    """A store with `rows` liquidations in the 24 h before `now`, and the other tables as live.

    Three venues, 60 coins by Zipf's law, both sides. Half of the rows come evenly and half in
    forty waves of ten minutes: a quiet store has fewer minutes, an even one more.
    """
    writer = Writer(path, None)
    for frame in _slices(liquidations(now - DAY, now, rows, seed)):
        writer.append(LIQUIDATIONS, frame)
    for table, frame in _others(now):
        writer.append(table, frame)
    writer.set_meta("streams", [list(feed) for feed in FEEDS])
    writer.set_meta("gives", {"binance": "1/s", "bybit": "all", "okx": "1/s"})
    writer.set_meta("began", int((now - DAY * 35).timestamp() * 1000))
    writer.write_latest(now, {"schema": 1})
    writer.close()


def liquidations(since: datetime, until: datetime, rows: int, seed: int) -> pl.DataFrame:
    """Generated liquidations of `(since, until]`, in the order of their time."""
    dice = random.Random(seed)
    span = (until - since) // timedelta(milliseconds=1)
    waves = [dice.randrange(span) for _ in range(40)]
    start = int(since.timestamp() * 1000)
    offsets = sorted(
        1 + (dice.randrange(span) if dice.random() < 0.5 else _in_wave(dice, waves, span))
        for _ in range(rows)
    )
    weights = [1 / rank for rank in range(1, len(COINS) + 1)]
    bases = dice.choices(COINS, weights, k=rows)
    usd = [10 ** dice.gauss(3.2, 0.8) for _ in range(rows)]
    return (
        pl.DataFrame(
            {
                "ts": pl.Series(offsets).cast(pl.Int64) + start,
                "base": bases,
                "venue": dice.choices(VENUES, k=rows),
                "side": dice.choices(["long", "short"], k=rows),
                "usd": usd,
            }
        )
        .select(
            pl.col("ts").cast(TIME),
            (pl.col("ts") + 400).cast(TIME).alias("received"),
            "venue",
            (pl.col("base") + "/USDT:USDT").alias("symbol"),
            "base",
            pl.lit("crypto").alias("class"),
            "side",
            (pl.col("usd") / 100).alias("qty"),
            pl.lit(100.0).alias("price"),
            pl.lit("fill_avg").alias("price_kind"),
            "usd",
            pl.lit("stream").alias("source"),
            pl.lit(1, pl.Int64).alias("conn"),
            pl.lit(0, pl.Int64).alias("n"),
            pl.lit(RAW).alias("raw"),
        )
        .select(pl.col(name).cast(kind) for name, kind in LIQUIDATIONS.schema.items())
    )


def _in_wave(dice: random.Random, waves: list[int], span: int) -> int:
    return (dice.choice(waves) + int(dice.expovariate(1 / 300_000))) % span


def _slices(frame: pl.DataFrame, rows: int = 50_000) -> Iterator[pl.DataFrame]:
    for start in range(0, len(frame), rows):
        yield frame.slice(start, rows)


def _others(now: datetime) -> Iterator[tuple[Table, pl.DataFrame]]:
    """A month of recording: quotes each second, derivatives every 15 s, ratios, candles."""
    seconds = _times(now, timedelta(seconds=1), timedelta(hours=26))
    yield QUOTES, _table(QUOTES, seconds.join(_words(symbol=SYMBOLS), how="cross"))
    steps = _times(now, timedelta(seconds=15), timedelta(hours=26))
    coins = _words(venue=VENUES).join(_words(base=COINS[:3]), how="cross")
    yield DERIVATIVES, _table(DERIVATIVES, steps.join(coins, how="cross"))
    # Ratios at 1 h are of the month before the first start, those at 5 m of the time since.
    times = _times(now, timedelta(minutes=5), timedelta(days=31))
    ratios = times.join(_ratios(), how="cross").with_columns(period=pl.lit("5m"))
    yield POSITIONING, _table(POSITIONING, ratios)
    for interval, step, count in (("1d", DAY, 2600), ("1h", timedelta(hours=1), 90 * 24)):
        times = _times(now, step, step * count)
        rows = times.join(_words(symbol=SYMBOLS), how="cross")
        yield CANDLES, _table(CANDLES, rows.with_columns(interval=pl.lit(interval)))
    feeds = pl.DataFrame(FEEDS, schema=["venue", "stream"], orient="row")
    stood = {"conn": 1, "since": now - DAY * 2, "until": now, "wanted": 1, "subscribed": 1}
    yield COVERAGE, _table(COVERAGE, feeds.with_columns(**{k: pl.lit(v) for k, v in stood.items()}))


def _ratios() -> pl.DataFrame:
    """Four measures of Binance and OKX and one of Bybit, of two coins."""
    measures = {"binance": MEASURES, "okx": MEASURES, "bybit": MEASURES[:1]}
    rows = [(v, base, m) for v, named in measures.items() for m in named for base in COINS[:2]]
    return pl.DataFrame(rows, schema=["venue", "base", "measure"], orient="row")


def _times(now: datetime, step: timedelta, span: timedelta) -> pl.DataFrame:
    times = pl.datetime_range(now - span, now, step, time_unit="ms", time_zone="UTC", eager=True)
    return times.alias("ts").to_frame()


def _words(**columns: list[str] | tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame({name: list(words) for name, words in columns.items()})


def _table(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the columns it lacks: words from the symbol, numbers 100."""
    if "symbol" in frame.columns:
        frame = frame.with_columns(base=pl.col("symbol").str.split("/").list.first())
    filled: list[pl.Expr] = []
    for name, dtype in table.schema.items():
        if name in frame.columns:
            filled.append(pl.col(name).cast(dtype))
        elif dtype == TIME:
            filled.append(pl.col("ts").alias(name))
        else:
            value = {TEXT: "binance", WORD: "binance", BOOL: True}.get(dtype, 100)
            value = None if name == "reason" else value
            filled.append(pl.lit(value, dtype).alias(name))
    return frame.select(filled)


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "million" / "liqtop.sqlite"
        million(store)
        for name, form, values in _figures(folder, store):
            print(f"{name:<40}{form.format(median(values)):>12}")


def _figures(folder: str, store: Path) -> Iterator[tuple[str, str, list[float]]]:
    """What is measured, how it is written, and the five values."""
    rows, ms = "{:,.0f}", "{:.1f}"
    yield "append, rows/s in transactions of 20", rows, _five(lambda: _append(folder, 20, 20_000))
    yield "append, rows/s in bulk", rows, _five(lambda: _append(folder, 10_000, 100_000))
    yield "append, duplicates/s in bulk", rows, _five(lambda: _again(store))
    yield "open a day of 1,000,000, ms", ms, _five(lambda: _open(store))
    yield "any moment of it, ms", ms, _five(lambda: _moment(store))
    ticks = _five(lambda: _ticks(store))
    yield "a tick, ms", ms, [median(took) for took in ticks]
    yield "the slowest of 120 ticks, ms", ms, [max(took) for took in ticks]
    documents = _five(lambda: _documents(store))
    for kind in ("a second", "a minute's first"):
        yield f"its document, {kind}, ms", ms, [median(took[kind]) for took in documents]


def _five(measured: Callable[[], T]) -> list[T]:
    return [measured() for _ in range(5)]


def _append(folder: str, size: int, rows: int) -> float:
    """Rows a second, of an hour in which they come evenly and in waves."""
    frame = liquidations(NOW - timedelta(hours=1), NOW, rows, seed=2)
    batches = list(_slices(frame, size))
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        writer = Writer(Path(fresh) / "liqtop.sqlite", None)
        start = time.perf_counter()
        for batch in batches:
            writer.append(LIQUIDATIONS, batch)
        took = time.perf_counter() - start
        writer.close()
    return rows / took


def _again(store: Path, rows: int = 50_000) -> float:
    """Rows a second that are there under another connection and so are left out."""
    frame = Reader(store).read(LIQUIDATIONS, newest=rows, raw=True)
    frame = frame.with_columns(pl.lit(2, pl.Int64).alias("conn"))
    writer = Writer(store, None)
    start = time.perf_counter()
    assert writer.append(LIQUIDATIONS, frame) == 0
    took = time.perf_counter() - start
    writer.close()
    return rows / took


def _open(store: Path) -> float:
    gc.collect()
    start = time.perf_counter()
    Live(Reader(store)).at(NOW)
    return (time.perf_counter() - start) * 1000


def _moment(store: Path) -> float:
    reader = Reader(store)
    start = time.perf_counter()
    take(reader, NOW - timedelta(hours=5, seconds=7))
    return (time.perf_counter() - start) * 1000


def _ticks(store: Path, count: int = 120) -> list[float]:
    """Milliseconds of each poll and snapshot of two minutes at 50 liquidations a second."""
    took = list[float]()
    for live, now in _followed(store, count):
        start = time.perf_counter()
        live.poll()
        live.at(now)
        took.append((time.perf_counter() - start) * 1000)
    return took


def _documents(store: Path, count: int = 150) -> dict[str, list[float]]:
    """Milliseconds of the document of all panels in a followed day at 50 liquidations a second,
    after its first half minute: of the minutes' first seconds and of those between."""
    settings = load()
    took: dict[str, list[float]] = {"a second": [], "a minute's first": []}
    for live, now in _followed(store, count):
        live.poll()
        shown = live.at(now)
        start = time.perf_counter()
        document(shown, settings)
        if now - NOW > timedelta(seconds=30):
            kind = "a second" if now.second else "a minute's first"
            took[kind].append((time.perf_counter() - start) * 1000)
    return took


def _followed(store: Path, count: int) -> Iterator[tuple[Live, datetime]]:
    """A day in memory, and each second after it with what that second brings in the store: in a
    copy of it, so that the next who follows finds none of that."""
    came = liquidations(NOW, NOW + timedelta(seconds=count), 50 * count, seed=2)
    with tempfile.TemporaryDirectory(dir=store.parent) as folder:
        copy = Path(shutil.copy(store, folder))
        live, writer = Live(Reader(copy)), Writer(copy, None)
        live.at(NOW)
        for second in range(1, count + 1):
            now = NOW + timedelta(seconds=second)
            new = came.filter(pl.col("ts").is_between(now - timedelta(seconds=1), now, "right"))
            quotes = _table(QUOTES, _words(symbol=SYMBOLS).with_columns(ts=pl.lit(now).cast(TIME)))
            writer.append_all([(LIQUIDATIONS, new), (QUOTES, quotes)])
            yield live, now
        writer.close()


if __name__ == "__main__":
    main()
