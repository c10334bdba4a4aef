"""Depth through the whole path: loopback wire, ccxt, reader, row, store, document and panel."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import ccxt.pro
import polars as pl
import pytest

from tests.frames import frame, liquidation
from tests.loopback_world import client, exchange, world
from tests.yielded import firsts
from tui.clock import from_milliseconds
from tui.collectors import specs
from tui.collectors.base import Context, Spec
from tui.config import Settings, load
from tui.document import document
from tui.loopback.books import Books
from tui.loopback.mood import Mood
from tui.loopback.past_market import PastMarket
from tui.loopback.path import MINUTE
from tui.loopback.server import Loopback
from tui.panels import PANELS, View
from tui.snapshot import take
from tui.store import Reader, Writer, store_path
from tui.tables import DEPTH, LIQUIDATIONS
from tui.venues.connect import repointed

WAVE = 7 * MINUTE
"""After the end, when the first wave is deepest."""
VENUES = ("binance", "bybit", "okx")


@asynccontextmanager
async def at(ms: int) -> AsyncIterator[Loopback]:
    """The exchange of the fixed scenario, so long after its end."""
    loopback = Loopback(world(), started_at=world().end + ms, live=False)
    await loopback.start()
    try:
        yield loopback
    finally:
        await loopback.stop()


def settings(folder: Path, loopback: Loopback) -> Settings:
    (folder / "empty.toml").write_text("")
    made = load(folder / "empty.toml")
    return replace(made, endpoint=loopback.endpoint, coins=("BTC",), cache_dir=folder / "cache")


async def one_round(spec: Spec) -> pl.DataFrame:
    (found,) = await firsts(spec.start(), 1)
    return found


async def collected(loopback: Loopback, folder: Path) -> pl.DataFrame:
    """The first round of each venue's own collector, through ccxt."""

    def clock() -> datetime:
        return from_milliseconds(loopback.now())

    context = Context(itertools.count(1).__next__, lambda t, w: None, lambda q: None, clock)
    ours = [s for s in specs(settings(folder, loopback), context) if s.collector == "depth"]
    assert [spec.venue for spec in ours] == list(VENUES)
    found = pl.concat(await asyncio.gather(*map(one_round, ours)))
    assert not loopback.unknown
    return found


def liquidated(since: int, until: int) -> pl.DataFrame:
    """What the venues published between, in the store's columns."""
    rows = [
        liquidation(
            from_milliseconds(row.ts), row.usd, row.side.value, row.market.path, row.market.venue
        )
        for row in (*world().published, *world().live(until))
        if since < row.ts <= until and row.market.path == "BTC"
    ]
    return frame(LIQUIDATIONS, rows)


async def seen(ms: int, folder: Path) -> dict[str, Any]:
    """The document's panel of that moment, of a store that has been written through the path."""
    async with at(ms) as loopback:
        rows = await collected(loopback, folder)
        now = loopback.now()
        with closing(Writer(store_path(folder), loopback.endpoint)) as writer:
            writer.set_meta("began", now - 60 * MINUTE)
            writer.append(DEPTH, rows)
            writer.append(LIQUIDATIONS, liquidated(now - 30 * MINUTE, now))
        with closing(Reader(store_path(folder))) as reader:
            shown = take(reader, from_milliseconds(now))
            made: dict[str, Any] = document(shown, settings(folder, loopback))["panels"]["depth"]
            panel = next(panel for panel in PANELS if panel.name == "depth")
            record = panel.record(shown, View(coins=("BTC",)))
            drawn = "\n".join(line.plain for line in panel.lines(record, View(), 96, 16))
        return made | {"drawn": drawn}


def picked(made: dict[str, Any], venue: str, market: str) -> dict[str, Any]:
    (row,) = [r for r in made["rows"] if (r["venue"], r["market"]) == (venue, market)]
    assert isinstance(row, dict)
    return row


@pytest.mark.campaign
async def test_the_book_is_thin_at_the_wave(tmp_path: Path) -> None:
    """Half of the bids of a quiet moment are left, a million costs twice as much, and they would
    take what is liquidated for minutes where they would have taken it for hours."""
    (tmp_path / "quiet").mkdir()
    (tmp_path / "wave").mkdir()
    quiet, wave = await seen(0, tmp_path / "quiet"), await seen(WAVE, tmp_path / "wave")
    for made in (quiet, wave):
        assert not made["stale"]
        assert {(r["venue"], r["market"]) for r in made["rows"]} == {
            (venue, market) for venue in (*VENUES, "all") for market in ("spot", "perp")
        }
    for market, rest in (("spot", 42e6), ("perp", 0.95 * (11.8e6 + 15.9e6 + 24e6))):
        before, after = (picked(made, "all", market)["bids"]["bp100"] for made in (quiet, wave))
        assert before["usd"] == pytest.approx(rest, rel=0.15)
        assert 0.4 < after["usd"] / before["usd"] < 0.6
        assert before["lower_bound"] == after["lower_bound"] == (market == "perp")
    for venue in VENUES:
        before, after = (picked(made, venue, "perp") for made in (quiet, wave))
        asks = after["asks"]["bp10"]["usd"] / before["asks"]["bp10"]["usd"]
        assert 0.6 < asks < 0.9, "sellers step back less"
        assert 1.7 < after["sell"]["1m"] / before["sell"]["1m"] < 2.6
        assert before["percentile"]["reason"] == "0 of 30 days"
    assert picked(quiet, "binance", "perp")["reach"]["bids"] == pytest.approx(0.0013, rel=0.02)
    assert picked(wave, "binance", "perp")["sell"]["10m"] is None
    calm, storm = quiet["absorption"][0], wave["absorption"][0]
    assert calm["venues"] == list(VENUES)
    assert calm["long_minutes"] > 120
    assert 2 < storm["long_minutes"] < 15
    assert "longs ~" in wave["drawn"]
    assert "≥" in wave["drawn"]


@pytest.mark.campaign
async def test_a_book_of_ccxt_is_the_one_of_ours(tmp_path: Path) -> None:
    """ccxt's own reading of the same answers gives the same best prices and sums."""
    async with exchange() as loopback:
        rows = await collected(loopback, tmp_path)
        for name, of, symbol, market, limit in (
            ("binance", "binance", "BTC/USDT", "spot", 5000),
            ("binanceusdm", "binance", "BTC/USDT:USDT", "perp", 1000),
            ("bybit", "bybit", "BTC/USDT:USDT", "perp", 500),
            ("okx", "okx", "BTC/USDT:USDT", "perp", 5000),
        ):
            venue = getattr(ccxt.pro, name)({"enableRateLimit": False})
            venue.urls = {**venue.urls, "api": repointed(venue.urls["api"], loopback.endpoint)}
            if name == "binance":
                venue.options["fetchMarkets"] = {"types": ["spot"]}
            try:
                theirs = await venue.fetch_order_book(symbol, limit)
                contract = venue.market(symbol)["contractSize"] or 1.0
            finally:
                await venue.close()
            ours = rows.row(
                by_predicate=(pl.col("venue") == of) & (pl.col("market") == market), named=True
            )
            mid = (theirs["bids"][0][0] + theirs["asks"][0][0]) / 2
            usd = sum(p * size * contract for p, size, *_ in theirs["bids"] if p >= mid * 0.99)
            assert ours["bid"] == pytest.approx(theirs["bids"][0][0], rel=1e-3)
            assert ours["bid_100"] == pytest.approx(usd, rel=0.05)


async def test_the_wire_keeps_to_each_venues_limits() -> None:
    async with exchange() as loopback, client(loopback) as link:
        spot = await link.get("api.binance.com/api/v3/depth", symbol="BTCUSDT", limit=5)
        assert len(spot["bids"]) == len(spot["asks"]) == 5
        assert set(spot) == {"lastUpdateId", "bids", "asks"}
        status, refused = await link.reply(
            "fapi.binance.com/fapi/v1/depth", symbol="BTCUSDT", limit=7
        )
        assert (status, refused["code"]) == (400, -4021)
        usdm = await link.get("fapi.binance.com/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
        assert {"E", "T"} <= set(usdm)
        path = "api.bybit.com/v5/market/"
        linear = {"category": "linear", "symbol": "BTCUSDT"}
        assert (await link.get(path + "orderbook", **linear, limit=501))["retCode"] == 10001
        assert (await link.get(path + "full_orderbook", **linear))["retCode"] == 10001
        book = (await link.get(path + "orderbook", **linear, limit=500))["result"]
        assert float(book["b"][0][0]) < float(book["a"][0][0])
        okx = "www.okx.com/api/v5/market/"
        assert (await link.get(okx + "books", instId="BTC-USDT", sz=401))["code"] == "51000"
        short = await link.get(okx + "books", instId="BTC-USDT", sz=3)
        full = await link.get(okx + "books-full", instId="BTC-USDT", sz=3)
        assert [len(row) for row in short["data"][0]["bids"]] == [4, 4, 4]
        assert [len(row) for row in full["data"][0]["bids"]] == [3, 3, 3]


def test_a_book_of_the_scenario_is_sorted_and_never_crossed() -> None:
    books, lists = Books(world(), Mood(world())), world().lists
    for (venue, stream), id in (
        (("binance", "spot"), "BTCUSDT"),
        (("binance", "usdm"), "1000PEPEUSDT"),
        (("bybit", "linear"), "SOLUSDT"),
        (("okx", "swap"), "ETH-USDT-SWAP"),
    ):
        found = books.of(lists[venue, stream][id], world().end + WAVE, 5_000)
        bids, asks = ([float(price) for price, _ in side] for side in found)
        assert bids == sorted(bids, reverse=True)
        assert asks == sorted(asks)
        assert bids[0] < asks[0]
        assert len(bids) > 20
        assert books.of(lists[venue, stream][id], world().end, 3).bids[3:] == []


def test_the_past_is_of_the_same_books() -> None:
    """A day of them, thin at its worst hour."""
    found = list(PastMarket(world(), Mood(world())).depth(("BTC",)))
    rows = pl.DataFrame([row[:2] + row[2:4] + (row[8],) for row in found], orient="row")
    rows.columns = ["ts", "venue", "market", "base", "bid_100"]
    assert set(rows["venue"]) == set(VENUES)
    assert len(set(rows["ts"])) == 96 + 11
    spot = rows.filter((pl.col("venue") == "okx") & (pl.col("market") == "spot"))["bid_100"]
    low, high = spot.min(), spot.max()
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert low < 0.8 * high
