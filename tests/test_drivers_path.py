"""The scenario's drivers through the whole path: wire, ccxt, sockets, candles, store, document."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.loopback_world import exchange
from tui import config
from tui.clock import from_milliseconds, shifted
from tui.config import Settings
from tui.document import document
from tui.loopback.past import fill
from tui.loopback.path import HOUR, MINUTE
from tui.loopback.server import Loopback
from tui.loopback.taker import Taker
from tui.panels import View
from tui.panels.drivers import DriversPanel, words
from tui.recorder import Recorder
from tui.snapshot import take
from tui.store import Reader, store_path
from tui.tables import FLOW

pytestmark = pytest.mark.campaign

SOCKETS = {
    *(("bybit", "spot"), ("bybit", "linear"), ("bybit", "inverse")),
    *(("okx", "public"), ("coinbase", "spot")),
}


@asynccontextmanager
async def recorded(folder: Path) -> AsyncIterator[tuple[Loopback, Reader, Settings]]:
    """A recorder on a store with the scenario's past, while it runs."""
    async with exchange() as loopback:
        fill(folder, loopback.scenario, loopback.endpoint)
        (folder / "config.toml").write_text("")
        settings = replace(
            config.load(folder / "config.toml"),
            data_dir=folder,
            endpoint=loopback.endpoint,
            cache_dir=folder / "cache",
            log_dir=folder / "log",
        )
        recorder = Recorder(settings, shifted(timedelta(milliseconds=loopback.offset)))
        running = asyncio.create_task(recorder.run())
        reader = Reader(store_path(folder))
        try:
            yield loopback, reader, settings
        finally:
            reader.close()
            recorder.stop.set()
            await running


async def until(found: Any, seconds: float) -> None:
    """Wait for it."""
    async with asyncio.timeout(seconds):
        while not found():  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def test_the_rise_was_led_by_perpetuals_and_new_longs(tmp_path: Path) -> None:
    async with recorded(tmp_path) as (loopback, reader, settings):
        end = loopback.scenario.end
        newest = from_milliseconds(end // MINUTE * MINUTE - MINUTE)

        def asked() -> bool:
            rows = reader.read(FLOW, where={"venue": "binance", "base": "BTC"})
            return rows.height > 2 * 1_490 and rows["ts"].max() >= newest  # type: ignore[operator]

        await until(asked, 60)
        top = from_milliseconds(end - 17 * HOUR - 30 * MINUTE + 20_000)
        made = document(take(reader, top), settings)["panels"]
        rise = made["drivers"]["windows"]["4h"]
        assert rise["price_change"] == pytest.approx(0.0185, abs=0.002)
        assert rise["perp_share"] == pytest.approx(0.78, abs=0.01)
        assert rise["quadrant"] == "new longs"
        assert rise["open_interest_change"] > 0.005
        assert set(rise["venues"]) == {"binance", "bybit", "okx", "coinbase"}
        assert rise["missing"] == {}
        assert 0 < rise["forced_share"] < 0.1
        assert made["drivers"]["premium"]["usdt"] == pytest.approx(0.9994, abs=1e-4)
        assert made["drivers"]["premium"]["with_usdt"] == pytest.approx(-0.0004, abs=1e-4)
        assert made["drivers"]["premium"]["as_dollar"] == pytest.approx(-0.001, abs=1e-4)
        assert -0.0005 < made["drivers"]["basis"] < -0.0001
        assert 0 < made["flows"]["windows"]["4h"]["spot_to_perp"] < 0.6
        record = DriversPanel().record(take(reader, top), View(window="4h"))
        assert "in 4 h: 78 % perp-led, open interest +" in words.sentence(record.move)
        assert words.sentence(record.move).endswith("→ new longs")

        bottom = from_milliseconds(end - 10 * HOUR - 48 * MINUTE + 20_000)
        fall = document(take(reader, bottom), settings)["panels"]["drivers"]["windows"]["4h"]
        assert fall["quadrant"] == "long flush"
        assert fall["perp_share"] == pytest.approx(0.84, abs=0.02)
        assert loopback.unknown == {}


async def test_the_rise_to_above_95_000_days_ago_was_led_by_perpetuals(tmp_path: Path) -> None:
    async with recorded(tmp_path) as (loopback, reader, settings):
        end, bitcoin = loopback.scenario.end, loopback.scenario.prices.paths["BTC"]

        def price(hour: int) -> float:
            ts = end - hour * HOUR
            return bitcoin.minutes_or(ts).at(ts)

        high = [hour for hour in range(48, 7 * 24) if price(hour) > 95_000]
        top = max(high, key=lambda hour: price(hour) / price(hour + 12))
        at = from_milliseconds(end - top * HOUR + 20_000)

        def asked() -> bool:
            where = {"venue": "binance", "base": "BTC"}
            rows = reader.read(FLOW, until=at - timedelta(hours=13), where=where)
            return rows["market"].n_unique() == 2

        await until(asked, 240)
        made = document(take(reader, at), settings)["panels"]["drivers"]
        rise = made["windows"]["12h"]
        assert rise["price_change"] == pytest.approx(price(top) / price(top + 12) - 1, abs=0.003)
        assert rise["price_change"] > 0.01
        assert rise["perp_share"] == pytest.approx(0.78, abs=0.01)
        assert rise["venues"] == ["binance"]  # the others tell nothing afterwards
        view = View(window="12h")
        record = DriversPanel().record(take(reader, at), view)
        assert words.sentence(record.move).startswith("+")
        assert " in 12 h: 78 % perp-led (binance alone), open" in words.sentence(record.move)


async def test_live_minutes_are_what_the_market_traded_and_partial_ones_say_so(
    tmp_path: Path,
) -> None:
    async with recorded(tmp_path) as (loopback, reader, _):
        scenario = loopback.scenario
        first = ((scenario.end + 25_000) // MINUTE + 1) * MINUTE  # the recorder stands by then

        def told() -> bool:
            rows = reader.read(FLOW, since=from_milliseconds(first - 1), where={"base": "BTC"})
            return set(rows.select("venue", "stream").rows()) >= SOCKETS

        await until(told, 240)
        rows = reader.read(FLOW, since=from_milliseconds(first - 1), where={"base": "BTC"})
        whole = rows.filter((pl.col("ts") == from_milliseconds(first)) & (pl.col("cover") == 1.0))
        assert set(whole.filter(pl.col("venue") != "binance").select("venue", "stream").rows()) == (
            SOCKETS
        )
        taker = Taker(scenario)
        for venue, stream, market, ids in (
            ("bybit", "linear", "perp", ["BTCUSDT"]),
            ("bybit", "inverse", "perp", ["BTCUSD"]),
            ("okx", "public", "perp", ["BTC-USDT-SWAP", "BTC-USD-SWAP"]),
            ("coinbase", "spot", "spot", ["BTC-USD"]),
        ):
            encoder: Any = loopback.encoders[venue]
            listed = [
                encoder.find(id) if venue == "okx" else encoder.markets(stream)[id] for id in ids
            ]
            truth = sum(taker.traded(one, first, first + MINUTE).bought for one in listed)
            row = whole.filter(
                (pl.col("venue") == venue)
                & (pl.col("stream") == stream)
                & (pl.col("market") == market)
            ).row(0, named=True)
            # Each second's flow is rounded to lots.
            assert row["buy_usd"] == pytest.approx(truth, rel=0.15), (venue, stream)
        begun = reader.read(FLOW, where={"venue": "bybit", "stream": "linear", "base": "ETH"})
        assert begun.sort("ts")["cover"][0] < 1.0
