"""Frames, rows and snapshots made from the few values a test is about; the rest is defaults.

Rows are dictionaries; `frame(TABLE, rows)` gives them the table's columns and types. `snapshot()`
cuts raw liquidations into minutes, edges, recent and largest by brute force, as a store would.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from tui.metrics.around import Around
from tui.metrics.coverage import Stream
from tui.metrics.windows import WINDOWS
from tui.snapshot import Snapshot
from tui.store.edges import COLUMNS
from tui.store.year import Frames, Year
from tui.tables import (
    CANDLES,
    COVERAGE,
    DERIVATIVES,
    HEALTH,
    LIQUIDATION_MINUTES,
    LIQUIDATIONS,
    POSITIONING,
    QUOTES,
    Measure,
    Table,
)

NOW = datetime(2026, 1, 20, 14, 3, 20, tzinfo=UTC)
"""The moment most tests look at: twenty seconds into a minute, so that windows have edges."""

STREAMS = (
    Stream("binance", "usdm"),
    Stream("binance", "coinm"),
    Stream("bybit", "linear"),
    Stream("bybit", "inverse"),
    Stream("okx", "swap"),
)
GIVES = {"binance": "1/s", "bybit": "all", "okx": "1/s"}

DASHBOARD = ("liquidations", "long_short", "moving_averages", "safe_haven", "events")
"""The panels of the dashboard unless the config says otherwise."""

AHEAD = timedelta(seconds=5)
"""Events up to this far ahead of the clock count as now."""


def before(**span: float) -> datetime:
    """The moment that lies `timedelta(**span)` before NOW."""
    return NOW - timedelta(**span)


def frame(table: Table, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The rows as a frame of the table's columns; a column no row names is null."""
    listed = [dict(row) for row in rows]
    unknown = {name for row in listed for name in row} - set(table.schema)
    assert not unknown, f"{table.name} has no column {sorted(unknown)}"
    columns = {name: [row.get(name) for row in listed] for name in table.schema}
    return pl.DataFrame(columns, schema=table.schema)


def liquidation(
    ts: datetime = NOW,
    usd: float | None = 1_000.0,
    side: str = "long",
    base: str = "BTC",
    venue: str = "bybit",
    **other: Any,
) -> dict[str, Any]:
    """One row of `liquidations`: a long of 1,000 USD in BTC on Bybit unless told otherwise."""
    return {
        "ts": ts,
        "received": ts + timedelta(milliseconds=400),
        "venue": venue,
        "symbol": f"{base}/USDT:USDT",
        "base": base,
        "class": "crypto",
        "side": side,
        "qty": 1.0 if usd is None else usd / 100.0,
        "price": 100.0,
        "price_kind": "bankruptcy",
        "usd": usd,
        "source": "stream",
        "conn": 1,
        "n": 0,
    } | other


def connection(
    venue: str = "bybit",
    stream: str = "linear",
    since: datetime = NOW - timedelta(hours=25),
    until: datetime = NOW,
    **other: Any,
) -> dict[str, Any]:
    """One row of `coverage`: a living connection with all its topics unless told otherwise."""
    return {
        "venue": venue,
        "stream": stream,
        "conn": 1,
        "since": since,
        "until": until,
        "wanted": 1,
        "subscribed": 1,
        "reason": None,
    } | other


def quote(
    price: float, ts: datetime = NOW, symbol: str = "BTC/USDT", **other: Any
) -> dict[str, Any]:
    """One row of `quotes`, on Binance unless told otherwise."""
    return {
        "ts": ts,
        "received": ts,
        "venue": "binance",
        "symbol": symbol,
        "base": symbol.split("/")[0],
        "price": price,
    } | other


def candle(
    close: float, ts: datetime, interval: str = "1d", symbol: str = "BTC/USDT", **other: Any
) -> dict[str, Any]:
    """One closed row of `candles`, all four prices `close`, on Binance unless told otherwise."""
    return {
        "ts": ts,
        "venue": "binance",
        "symbol": symbol,
        "base": symbol.split("/")[0],
        "interval": interval,
        "open": close,
        "high": close,
        "low": close,
        "close": close,
        "volume": 1.0,
        "closed": True,
    } | other


def dvol(
    close: float, ts: datetime = NOW, resolution: str = "1m", base: str = "BTC"
) -> dict[str, Any]:
    """One row of `volatility` of Deribit, all four values `close`; over at `ts`."""
    return {
        "ts": ts,
        "venue": "deribit",
        "base": base,
        "resolution": resolution,
        "open": close,
        "high": close,
        "low": close,
        "close": close,
    }


def tenor(
    name: str, atm: float | None, reversal: float = 0.0, ts: datetime = NOW, **other: Any
) -> dict[str, Any]:
    """One row of `options` of bitcoin, the 25Δ options around `atm` by half the reversal; between
    the expiries of a day and of a year ahead."""
    return {
        "ts": ts,
        "venue": "deribit",
        "base": "BTC",
        "tenor": name,
        "atm_iv": atm,
        "call25_iv": None if atm is None else atm + reversal / 2,
        "put25_iv": None if atm is None else atm - reversal / 2,
        "near": ts + timedelta(days=1),
        "far": ts + timedelta(days=365),
        "strikes": 40,
        "parity": 1.4e-5,
        "iv_gap": 2e-4,
    } | other


def daily(
    closes: Sequence[float], last: datetime, symbol: str = "BTC/USDT", **other: Any
) -> pl.DataFrame:
    """Daily candles with these closes; the last one opens at `last`."""
    days = [last - timedelta(days=len(closes) - 1 - place) for place in range(len(closes))]
    return frame(
        CANDLES,
        [
            candle(close, day, symbol=symbol, **other)
            for close, day in zip(closes, days, strict=True)
        ],
    )


def minutes_of(liquidations: pl.DataFrame) -> pl.DataFrame:
    """The rows of `liquidation_minutes` that the store keeps for these raw rows."""
    return (
        liquidations.group_by(
            pl.col("ts").dt.truncate("1m").alias("minute"), "venue", "base", "class", "side"
        )
        .agg(
            pl.col("usd").sum(),
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("usd").null_count().cast(pl.Int64).alias("unpriced"),
            pl.col("usd").max().alias("largest"),
        )
        .select(*LIQUIDATION_MINUTES.schema)
        .sort("minute")
    )


def edges_of(liquidations: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """The raw rows of every window's first minute and of the newest minute on."""
    newest = as_of.replace(second=0, microsecond=0)
    firsts = [(as_of - span).replace(second=0, microsecond=0) for span in WINDOWS.values()]
    minute = pl.col("ts").dt.truncate("1m")
    chosen = minute.is_in(pl.Series(firsts, dtype=liquidations.schema["ts"]).implode())
    return liquidations.filter(chosen | (pl.col("ts") >= newest)).select(COLUMNS)


class HeldYear(Year):
    """A year of hourly candles that is at hand, by coin, for any moment."""

    def __init__(self, held: Mapping[str, Frames]) -> None:
        super().__init__()
        self._held = held

    def of(self, base: str, now: int) -> Frames:
        return self._held.get(base, {})


def taken(
    ts: datetime,
    buy: float = 100.0,
    sell: float = 40.0,
    venue: str = "binance",
    market: str = "spot",
    **other: Any,
) -> dict[str, Any]:
    """A row of FLOW: a minute of BTC that was heard whole."""
    row = {"ts": ts, "venue": venue, "stream": market, "market": market, "base": "BTC"}
    return row | {"buy_usd": buy, "sell_usd": sell, "trades": 2, "cover": 1.0} | other


def snapshot(
    as_of: datetime = NOW,
    *,
    liquidations: pl.DataFrame | None = None,
    streams: tuple[Stream, ...] = STREAMS,
    gives: dict[str, str] | None = None,
    measures: dict[str, tuple[Measure, ...]] | None = None,
    began: datetime | None = NOW - timedelta(hours=25),
    endpoint: str | None = None,
    recorder_ts: datetime | None = None,
    around: Around | None = None,
    hours: Mapping[str, Frames] | None = None,
    **frames: pl.DataFrame,
) -> Snapshot:
    """A snapshot of these frames, named as its fields; those not given are empty.

    `liquidations` are raw rows: minutes, edges, recent and largest come from them.
    """
    raw = LIQUIDATIONS.empty() if liquidations is None else liquidations
    raw = raw.filter(pl.col("ts") <= as_of + AHEAD)
    day = pl.col("ts") > as_of - timedelta(hours=24)
    crypto = raw.filter(day & (pl.col("class") == "crypto") & pl.col("usd").is_not_null())
    made = {
        "minutes": minutes_of(raw),
        "edges": edges_of(raw, as_of),
        "recent": raw.sort("ts", descending=True, maintain_order=True),
        "largest": crypto.sort("usd", descending=True).head(1),
        "coverage": COVERAGE.empty(),
        "positioning": POSITIONING.empty(),
        "derivatives": DERIVATIVES.empty(),
        "candles": CANDLES.empty(),
        "quotes": QUOTES.empty(),
        "health": HEALTH.empty(),
    }
    return Snapshot(
        as_of=as_of,
        endpoint=endpoint,
        streams=streams,
        gives=GIVES if gives is None else gives,
        measures=measures or {},
        began=began,
        recorder_ts=recorder_ts,
        around=around,
        year=HeldYear(hours or {}),
        **(made | frames),  # type: ignore[arg-type]
    )
