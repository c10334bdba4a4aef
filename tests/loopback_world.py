"""What the tests of the loopback exchange share: scenarios made once, exchanges, clients."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import aiohttp

from tui.loopback.scenario import FIXED_END, Scenario
from tui.loopback.server import Loopback

USDM = "fstream.binance.com/market/ws/0"
COINM = "dstream.binance.com/ws/0"
LINEAR = "stream.bybit.com/v5/public/linear"
INVERSE = "stream.bybit.com/v5/public/inverse"
OKX = "ws.okx.com:443/ws/v5/public"
BITFINEX = "api-pub.bitfinex.com/ws/2"
HTX = "api.hbdm.vn/"
GATE = "fx-ws.gateio.ws/v4/ws/"
DERIBIT = "www.deribit.com/ws/api/v2"
KRAKEN = "futures.kraken.com/ws/v1"
LIGHTER = "mainnet.zklighter.elliot.ai/stream"
ALL_ORDERS = {"method": "SUBSCRIBE", "params": ["!forceOrder@arr"], "id": 1}
ALL_SWAPS = {
    "op": "subscribe",
    "args": [{"channel": "liquidation-orders", "instType": "SWAP"}],
}
ALL_CONTRACTS = {
    "id": 1,
    "time": 1,
    "channel": "futures.public_liquidates",
    "event": "subscribe",
    "payload": ["!all"],
}
ALL_ORDERS_OF_HTX = {"op": "sub", "cid": "1", "topic": "public.*.liquidation_orders"}
ALL_POSITIONS = {"event": "subscribe", "channel": "status", "key": "liq:global"}
ALL_FUTURES = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "public/subscribe",
    "params": {"channels": ["trades.future.any.100ms"]},
}
FEEDS = (
    *(("binance", "usdm"), ("binance", "coinm"), ("bybit", "linear"), ("bybit", "inverse")),
    *(("okx", "swap"), ("gate", "usdt"), ("gate", "btc")),
    *(("htx", "linear"), ("htx", "inverse")),
    *(("bitfinex", "global"), ("deribit", "future"), ("kraken", "futures")),
    ("lighter", "perp"),
)
"""The streams of `every_feed`, in its order."""


@lru_cache(maxsize=3)
def world(seed: int = 7) -> Scenario:
    """A scenario with the fixed end and its first half hour of live market."""
    scenario = Scenario(seed, FIXED_END)
    scenario.reach(scenario.end + 20 * 60_000)
    return scenario


@asynccontextmanager
async def exchange(*, live: bool = False, **options: Any) -> AsyncIterator[Loopback]:
    """A running exchange at the end of the fixed scenario."""
    scenario = options.pop("scenario", None) or world()
    loopback = Loopback(scenario, started_at=scenario.end, live=live, **options)
    await loopback.start()
    try:
        yield loopback
    finally:
        await loopback.stop()


class Client:
    """A bare client: JSON over REST, text over sockets."""

    def __init__(self, loopback: Loopback, session: aiohttp.ClientSession) -> None:
        self._loopback, self._session = loopback, session

    async def get(self, path: str, **query: Any) -> Any:
        """The decoded answer of a path, whatever its status."""
        return (await self.reply(path, **query))[1]

    async def reply(self, path: str, **query: Any) -> tuple[int, Any]:
        """Status and decoded answer."""
        url = f"{self._loopback.endpoint}/{path}"
        async with self._session.get(url, params=query) as response:
            return response.status, await response.json(content_type=None)

    async def order(self, **order: Any) -> Any:
        """A message to the control path."""
        url = f"{self._loopback.endpoint}/control"
        async with self._session.post(url, json=order) as response:
            return await response.json()

    async def socket(self, path: str, *frames: Any) -> aiohttp.ClientWebSocketResponse:
        """An open socket that was sent these frames."""
        socket = await self._session.ws_connect(f"{self._loopback.endpoint}/{path}", max_msg_size=0)
        for frame in frames:
            await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        return socket


@asynccontextmanager
async def client(loopback: Loopback) -> AsyncIterator[Client]:
    """A client of a running exchange."""
    async with aiohttp.ClientSession() as session:
        yield Client(loopback, session)


def bybit_topics(loopback: Loopback, stream: str) -> dict[str, Any]:
    """The subscription to every liquidation of one Bybit category."""
    ids = loopback.scenario.lists["bybit", stream]
    return {"op": "subscribe", "req_id": "1", "args": [f"allLiquidation.{id}" for id in ids]}


def kraken_trades(loopback: Loopback) -> dict[str, Any]:
    """The subscription to the trades of every contract of Kraken."""
    ids = list(loopback.scenario.lists["kraken", "futures"])
    return {"event": "subscribe", "feed": "trade", "product_ids": ids}


async def lighter_trades(link: Client, loopback: Loopback) -> aiohttp.ClientWebSocketResponse:
    """A socket subscribed to the trades of every market of Lighter, each in a frame of its own."""
    ids = loopback.scenario.lists["lighter", "perp"]
    frames = [{"type": "subscribe", "channel": f"trade/{id}"} for id in ids]
    socket = await link.socket(LIGHTER, *frames)
    for _ in frames:
        await socket.receive(timeout=5)
    return socket


async def every_feed(link: Client, loopback: Loopback) -> list[aiohttp.ClientWebSocketResponse]:
    """Sockets subscribed to every liquidation stream of `FEEDS`, their answers read."""
    sockets = [
        await link.socket(USDM, ALL_ORDERS),
        await link.socket(COINM, ALL_ORDERS),
        await link.socket(LINEAR, bybit_topics(loopback, "linear")),
        await link.socket(INVERSE, bybit_topics(loopback, "inverse")),
        await link.socket(OKX, ALL_SWAPS),
        await link.socket(GATE + "usdt", ALL_CONTRACTS),
        await link.socket(GATE + "btc", ALL_CONTRACTS),
        await link.socket(HTX + "linear-swap-notification", ALL_ORDERS_OF_HTX),
        await link.socket(HTX + "swap-notification", ALL_ORDERS_OF_HTX),
        await link.socket(BITFINEX, ALL_POSITIONS),
        await link.socket(DERIBIT, ALL_FUTURES),
        await link.socket(KRAKEN, kraken_trades(loopback)),
    ]
    for socket in sockets:
        await socket.receive(timeout=5)
    return [*sockets, await lighter_trades(link, loopback)]


async def until(condition: Callable[[], bool]) -> None:
    """Waits until `condition` holds, for ten seconds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a condition of the world, nobody sets an event
            await asyncio.sleep(0.02)


async def texts(socket: aiohttp.ClientWebSocketResponse, count: int) -> Sequence[str]:
    """The next `count` text frames."""
    return [str((await socket.receive(timeout=5)).data) for _ in range(count)]
