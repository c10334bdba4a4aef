"""One socket of a venue: refused topics, packed frames, pings of the venue's own."""

import asyncio
import gzip
import json
from types import SimpleNamespace
from typing import Any

import pytest
from ccxt.base.errors import RequestTimeout

from tests.chatty_venue import Chatty
from tests.fake_exchange import FakeExchange, acknowledged
from tests.loopback_world import exchange as loopback
from tui.venues import VENUES
from tui.venues import socket as sockets
from tui.venues.base import Wire
from tui.venues.packed import MOST
from tui.venues.socket import Socket
from tui.venues.subscribe import subscribe

IDS = ("BTC-USDT", "ETH-USDT", "GONE-USDT", "SOL-USDT", "PAXG-USDT")
TOPICS = [f"tickers:{id}" for id in IDS]


def okx(endpoint: str, taken: list[Any]) -> Socket:
    def take(message: Any) -> bool:
        if "data" in message:
            taken.append(message)
        return "data" in message

    return Socket(VENUES["okx"], "spot", endpoint, take, lambda: None, lambda text: None)


async def refused(socket: Socket) -> list[str]:
    await socket.open()
    return await subscribe(socket, TOPICS, 10, lambda stand, reason: None)


@pytest.mark.parametrize("words", ["doesn't exist", "channel:tickers,instId:GONE-USDT not found"])
async def test_of_five_tickers_the_unlisted_one_alone_is_refused(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer in its own frame, in the order of the topics, the error the same each time."""
    monkeypatch.setattr(sockets, "ANSWER_S", 0.5)
    error = json.dumps({"event": "error", "code": "60018", "msg": words})

    def answer(frame: dict[str, Any]) -> list[str]:
        yes = dict(zip([arg["instId"] for arg in frame["args"]], acknowledged(frame), strict=True))
        return [error if id == "GONE-USDT" else text for id, text in yes.items()]

    taken: list[Any] = []
    async with FakeExchange() as exchange:
        exchange.answer = answer
        socket = okx(exchange.endpoint, taken)
        try:
            assert await refused(socket) == ["tickers:GONE-USDT"]
            asked = [len(frame["args"]) for frame in exchange.frames]
            tick = {"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": [{"last": "9"}]}
            for message in (tick, tick, tick | {"data": []}):
                await exchange.push(message)
            while len(taken) < 2:
                await socket.wait(1.0)
        finally:
            await socket.close()
    assert asked == [5, 2, 3, 1, 2]
    assert taken == [tick, tick | {"data": []}], "data that comes twice is still one"


async def test_the_loopback_exchange_refuses_the_unlisted_one_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "ANSWER_S", 2.0)
    async with loopback() as exchange:
        socket = okx(exchange.endpoint, [])
        try:
            assert await refused(socket) == ["tickers:GONE-USDT"]
        finally:
            await socket.close()


ROW = ["liq", ["BTC", 1_700_000_000_000, "2", "50000"]]


def chatty(endpoint: str, taken: list[Any], garbled: list[str]) -> Socket:
    def take(message: Any) -> bool:
        found = Chatty.read("all", message)
        taken.extend(found)
        return bool(found)

    return Socket(Chatty, "all", endpoint, take, lambda: None, garbled.append)


def zipped(message: Any) -> bytes:
    return gzip.compress(json.dumps(message).encode())


async def test_data_that_confirms_a_subscription_is_taken_as_data_as_well() -> None:
    taken: list[Wire] = []
    async with FakeExchange() as exchange:
        exchange.answer = lambda frame: [json.dumps(ROW)]
        socket = chatty(exchange.endpoint, taken, [])
        try:
            await socket.open()
            assert await socket.subscribe(["liq"]) is None
        finally:
            await socket.close()
    assert [wire.market_id for wire in taken] == ["BTC"]


async def test_packed_frames_are_read_and_broken_ones_counted() -> None:
    taken: list[Wire] = []
    garbled: list[str] = []
    async with FakeExchange() as exchange:
        exchange.answer = lambda frame: [json.dumps(["liq"])]
        socket = chatty(exchange.endpoint, taken, garbled)
        try:
            await socket.open()
            await socket.subscribe(["liq"])
            await exchange.push(b"\x00\xff")
            await exchange.push(zipped(ROW)[:-9])
            await exchange.push(zipped("x" * MOST))
            await exchange.push(zipped(ROW))
            while not taken:
                await socket.wait(1.0)
        finally:
            await socket.close()
    assert len(taken) == 1
    assert [text.split(":")[0] for text in garbled] == [
        "not gzip",
        "cut gzip",
        f"a frame of more than {MOST} bytes",
    ]


async def test_the_venues_own_ping_is_answered_each_time_and_is_no_data() -> None:
    async with FakeExchange() as exchange:
        exchange.answer = lambda frame: [json.dumps(["liq"])] if "want" in frame else []
        socket = chatty(exchange.endpoint, [], [])
        try:
            await socket.open()
            await socket.subscribe(["liq"])
            for _ in range(2):
                await exchange.push(zipped({"ping": "1700"}))
            async with asyncio.timeout(5):
                while len(exchange.frames) < 3:  # noqa: ASYNC110 - the far end wakes nobody
                    await asyncio.sleep(0.01)
        finally:
            await socket.close()
    assert exchange.frames[1:] == [{"pong": "1700"}] * 2


async def test_a_venue_that_packs_nothing_counts_a_binary_frame() -> None:
    garbled: list[str] = []
    async with FakeExchange() as exchange:
        socket = Socket(
            VENUES["okx"], "swap", exchange.endpoint, lambda m: False, lambda: None, garbled.append
        )
        try:
            await socket.open()
            await socket.subscribe(["liquidation-orders:SWAP"])
            await exchange.push(b"\x00")
            async with asyncio.timeout(5):
                while not garbled:  # noqa: ASYNC110 - a garble wakes nobody
                    await asyncio.sleep(0.01)
        finally:
            await socket.close()
    assert garbled == ["a binary frame"]


async def test_the_close_of_a_venue_is_not_heard() -> None:
    heard: list[int] = []
    async with FakeExchange() as exchange:
        socket = Socket(
            VENUES["okx"],
            "swap",
            exchange.endpoint,
            lambda message: False,
            lambda: heard.append(1),
            lambda text: None,
        )
        try:
            await socket.open()
            await socket.subscribe(["liquidation-orders:SWAP"])
            await exchange.sockets[0].close(code=1001)
            while socket.failed() is None:
                await socket.wait(1.0)
            assert "1001" in str(socket.failed())
        finally:
            await socket.close()
    assert len(heard) == 1, "the answer to the subscription alone"


def test_pings_without_an_answer_are_told_however_long_the_address() -> None:
    said = f"Connection to ws://127.0.0.1:1/{'x' * 120} timed out due to a ping-pong keepalive"
    client = SimpleNamespace(last_retry_after=None)
    assert str(sockets._why(client, RequestTimeout(said))) == "pings not answered"
