"""A few lines of exchange on 127.0.0.1: answers what a test tells it to, and keeps what was asked.

The product's own loopback exchange is tested elsewhere; this one can be as wrong as a test needs.
"""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

Answer = Callable[[dict[str, Any]], list[str]]


def acknowledged(frame: dict[str, Any]) -> list[str]:
    """Each venue's yes to a subscription or a ping."""
    if frame.get("method") == "SUBSCRIBE":
        return [json.dumps({"result": None, "id": frame["id"]})]
    if frame.get("op") == "ping":
        return [json.dumps({"success": True, "ret_msg": "pong", "op": "ping"})]
    if frame.get("channel") == "futures.public_liquidates":
        yes = {"id": frame["id"], "event": "subscribe", "error": None}
        return [json.dumps(yes | {"result": {"status": "success"}})]
    if frame.get("channel") == "status":
        return [json.dumps(frame | {"event": "subscribed", "chanId": 907})]
    if frame.get("op") == "sub":
        yes = {"op": "sub", "cid": frame["cid"], "topic": frame["topic"], "ts": 1, "err-code": 0}
        return [json.dumps(yes)]
    if frame.get("method") == "public/subscribe":
        return [json.dumps({"id": frame["id"], "result": frame["params"]["channels"]})]
    if frame.get("type") == "subscribe":
        channel = frame["channel"].replace("/", ":")
        return [json.dumps({"type": "subscribed/trade", "channel": channel, "trades": []})]
    if "product_ids" in frame:
        return [json.dumps(frame | {"event": "subscribed"})]
    if "req_id" in frame:
        yes = {"success": True, "ret_msg": "", "op": "subscribe", "req_id": frame["req_id"]}
        return [json.dumps(yes)]
    return [json.dumps({"event": "subscribe", "arg": arg}) for arg in frame.get("args", [])]


class FakeExchange:
    """`async with FakeExchange() as exchange:` then `exchange.endpoint`, `rest`, `push`."""

    def __init__(self) -> None:
        self.rest: dict[str, Callable[[dict[str, str]], Any]] = {}
        self.answer: Answer = acknowledged
        self.asked: list[str] = []
        self.frames: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.endpoint = ""
        self.busy = False

    async def __aenter__(self) -> "FakeExchange":
        app = web.Application()
        app.router.add_get("/{path:.*}", self._any)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.endpoint = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()

    async def push(self, message: Any) -> None:
        """Send a message, a raw text or a binary frame to every living socket."""
        text = message if isinstance(message, str) else json.dumps(message, default=str)
        for socket in self.sockets:
            if isinstance(message, bytes) and not socket.closed:
                await socket.send_bytes(message)
            elif not socket.closed:
                await socket.send_str(text)

    async def drop(self) -> None:
        """Cut every socket without a word."""
        for socket in self.sockets:
            if (transport := socket._req.transport if socket._req else None) is not None:
                transport.abort()

    async def _any(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            if self.busy:
                return web.Response(status=429, headers={"Retry-After": "9"})
            return await self._listen(request)
        self.asked.append(request.path_qs)
        for path, answer in self.rest.items():
            if request.path.endswith(path):
                said = answer(dict(request.query))
                return said if isinstance(said, web.Response) else web.json_response(said)
        return web.json_response({"code": -1121, "msg": "Invalid symbol."}, status=400)

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.paths.append(request.path)
        self.sockets.append(socket)
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            if message.data == "ping":
                await socket.send_str("pong")
                continue
            frame = json.loads(message.data)
            self.frames.append(frame)
            for text in self.answer(frame):
                await socket.send_str(text)
        return socket
