"""One socket of a venue: a subscription of many topics, one of which is refused."""

import json
from typing import Any

import pytest

from tests.fake_exchange import FakeExchange, acknowledged
from tests.loopback_world import exchange as loopback
from tui.venues import VENUES
from tui.venues import socket as sockets
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
