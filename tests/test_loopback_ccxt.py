"""Unmodified ccxt works against the loopback exchange by its addresses alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import ccxt.pro
import pytest

from tests.loopback_world import exchange, until, world
from tui.loopback.path import DAY, HOUR
from tui.loopback.server import Loopback
from tui.venues.connect import repointed

SWAP = "BTC/USDT:USDT"
INVERSE = "BTC/USD:BTC"


LISTED: dict[str, Any] = {}
"""Of each class and its options one that has loaded its markets, which costs it up to a second."""


@asynccontextmanager
async def ccxt_at(loopback: Loopback, name: str, **options: Any) -> AsyncIterator[Any]:
    """A ccxt class of its own, with nothing changed but the addresses; what another one of its kind
    has loaded of the exchange's markets it need not load again."""
    venue = getattr(ccxt.pro, name)({"enableRateLimit": False, "options": options})
    venue.urls = {**venue.urls, "api": repointed(venue.urls["api"], loopback.endpoint)}
    kind = f"{name} {options}"
    if kind in LISTED:
        venue.set_markets_from_exchange(LISTED[kind])
    try:
        yield venue
    finally:
        if venue.markets:
            LISTED.setdefault(kind, venue)
        await venue.close()


@pytest.mark.parametrize(
    ("name", "count", "symbols"),
    [
        ("binanceusdm", 700, ["BTC/USDT:USDT", "XAU/USDT:USDT", "1000PEPE/USDT:USDT",
                              "1000000MOG/USDT:USDT", "BTC/USDT:USDT-260327", "ETH/BTC:BTC"]),
        ("binancecoinm", 25, ["BTC/USD:BTC", "ETH/USD:ETH", "BTC/USD:BTC-260327"]),
        ("bybit", 1430, ["BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USDC:USDC", "SHIB1000/USDT:USDT",
                         "PAXG/USDT", "BTC/USD:BTC-260327"]),
        ("okx", 1062, ["BTC/USDT:USDT", "BTC/USD:BTC", "PEPE/USDT:USDT", "PAXG/USDT",
                       "BTC/USD:BTC-260327"]),
    ],
)  # fmt: skip
async def test_markets_load(name: str, count: int, symbols: list[str]) -> None:
    async with exchange() as loopback, ccxt_at(loopback, name) as venue:
        markets = await venue.load_markets(reload=True)
        assert len(markets) == count
        assert set(symbols) <= set(markets)
        assert not loopback.unknown


async def test_markets_of_binance_spot_load() -> None:
    types = {"types": ["spot"]}
    async with exchange() as loopback, ccxt_at(loopback, "binance", fetchMarkets=types) as venue:
        assert len(await venue.load_markets(reload=True)) == 3500
        assert venue.market("PAXG/USDT")["active"]


async def test_contract_sizes_are_the_venues_own() -> None:
    wanted: dict[str, dict[str, float]] = {
        "binanceusdm": {SWAP: 1},
        "binancecoinm": {INVERSE: 100, "ETH/USD:ETH": 10},
        "bybit": {SWAP: 1, INVERSE: 1},
        "okx": {SWAP: 0.01, INVERSE: 100, "PEPE/USDT:USDT": 10_000_000},
    }
    async with exchange() as loopback:
        for name, sizes in wanted.items():
            async with ccxt_at(loopback, name) as venue:
                await venue.load_markets()
                found = {symbol: venue.market(symbol)["contractSize"] for symbol in sizes}
                assert found == sizes


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("binanceusdm", SWAP), ("binancecoinm", INVERSE), ("bybit", SWAP), ("bybit", "PAXG/USDT"),
     ("okx", SWAP), ("okx", "BTC/USDT")],
)  # fmt: skip
async def test_a_year_of_candles(name: str, symbol: str) -> None:
    scenario = world()
    since = scenario.end // DAY * DAY - 364 * DAY
    async with exchange() as loopback, ccxt_at(loopback, name) as venue:
        paged = {"paginate": True} if name == "okx" else {}
        limit = None if name == "okx" else 1000
        rows = await venue.fetch_ohlcv(symbol, "1d", since, limit, paged)
        assert [row[0] for row in rows] == [since + i * DAY for i in range(365)]
        path = scenario.prices.paths["GOLD" if "PAXG" in symbol else "BTC"]
        assert rows[0][4] == pytest.approx(path.at(since + DAY), rel=1e-4)
        hourly = await venue.fetch_ohlcv(symbol, "1h", scenario.end - 20 * HOUR, 100)
        assert len(hourly) == 20
        assert hourly[-1][0] == scenario.end // HOUR * HOUR


@pytest.mark.parametrize(
    ("name", "symbol", "period"),
    [("binanceusdm", SWAP, "5m"), ("binancecoinm", INVERSE, "5m"), ("bybit", SWAP, "5min"),
     ("okx", SWAP, "5m")],
)  # fmt: skip
async def test_long_short_ratio_history(name: str, symbol: str, period: str) -> None:
    async with exchange() as loopback, ccxt_at(loopback, name) as venue:
        rows = await venue.fetch_long_short_ratio_history(symbol, period, None, 40)
        times = [row["timestamp"] for row in rows]
        assert len(times) == 40
        assert times == sorted(times)
        assert loopback.now() - times[-1] < 310_000
        assert all(1.7 < row["longShortRatio"] < 2.6 for row in rows)


async def test_open_interest_in_each_venues_units() -> None:
    wanted = {
        ("binanceusdm", SWAP): ("openInterestAmount", 10.4e9 * 0.91 / 89_880),
        ("binancecoinm", INVERSE): ("openInterestAmount", 10.4e9 * 0.05 / 100),
        ("bybit", SWAP): ("openInterestAmount", 2 * 5.9e9 * 0.87 / 89_880),  # both sides
        ("bybit", INVERSE): ("openInterestValue", 2 * 5.9e9 * 0.11),
        ("okx", SWAP): ("openInterestAmount", 3.6e9 * 0.73 / 89_880 / 0.01),
        ("okx", INVERSE): ("openInterestValue", 3.6e9 * 0.27),
    }
    async with exchange() as loopback:
        for (name, symbol), (field, amount) in wanted.items():
            async with ccxt_at(loopback, name) as venue:
                found = await venue.fetch_open_interest(symbol)
                assert found[field] == pytest.approx(amount, rel=0.01), (name, symbol)


@pytest.mark.parametrize(
    ("name", "count"), [("binanceusdm", 700), ("binancecoinm", 25), ("bybit", 800), ("okx", 350)]
)
async def test_funding_of_all_contracts_in_one_call(name: str, count: int) -> None:
    async with exchange() as loopback, ccxt_at(loopback, name) as venue:
        rates = await venue.fetch_funding_rates()
        assert len(rates) == count
        symbol = INVERSE if name == "binancecoinm" else SWAP
        assert 0 < rates[symbol]["fundingRate"] < 0.0002
        history = await venue.fetch_funding_rate_history(symbol, None, 10)
        assert len(history) == 10


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("binance", "BTC/USDT"), ("binanceusdm", SWAP), ("bybit", SWAP), ("bybit", "BTC/USDT"),
     ("okx", SWAP), ("okx", "BTC/USDT")],
)  # fmt: skip
async def test_tickers_over_rest_and_sockets(name: str, symbol: str) -> None:
    types = {"types": ["spot"]} if name == "binance" else {}
    options = {"fetchMarkets": types} if types else {}
    async with exchange() as loopback, ccxt_at(loopback, name, **options) as venue:
        ticker = await venue.fetch_ticker(symbol)
        assert ticker["last"] == pytest.approx(89_880, rel=1e-3)
        assert ticker["percentage"] == pytest.approx(0.48, abs=0.05)
        assert (ticker["high"], ticker["low"]) == (93_200, 87_800)
        pushed = await asyncio.wait_for(venue.watch_ticker(symbol), 10)
        assert pushed["last"] == pytest.approx(89_880, rel=1e-3)
        assert not loopback.unknown


@pytest.mark.parametrize(
    ("name", "watch"),
    [
        ("binanceusdm", lambda venue: venue.watch_liquidations_for_symbols(None)),
        ("binancecoinm", lambda venue: venue.watch_liquidations_for_symbols(None)),
        ("bybit", lambda venue: venue.watch_liquidations(SWAP)),
        ("okx", lambda venue: venue.watch_liquidations_for_symbols(None)),
    ],
)
async def test_liquidations_reach_ccxt_as_they_were_sent(name: str, watch: Any) -> None:
    async with exchange() as loopback, ccxt_at(loopback, name) as venue:
        await venue.load_markets()
        task = asyncio.create_task(watch(venue))
        company = "binance" if name.startswith("binance") else name
        await until(lambda: any(o.session.topics for o in loopback.sockets.open[company]))
        await loopback.burst({company: 4000}, None)
        row = (await asyncio.wait_for(task, 10))[0]
        sent = {
            (venue.safe_symbol(s.symbol, None, None, "contract"), float(s.price), s.ts)
            for s in loopback.sockets.ledgers[company].rows
        }
        assert (row["symbol"], row["price"], row["timestamp"]) in sent
        assert len(venue.liquidations) >= min(100, len(sent))
