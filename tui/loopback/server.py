"""The server: REST and sockets of every venue under /<original host>/<original path>."""

import asyncio
import errno
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from tui.errors import LiqtopError
from tui.loopback.burst import pieces
from tui.loopback.control import BadOrder, books, obey
from tui.loopback.encoders import ENCODERS, SPOT
from tui.loopback.faults import Faults
from tui.loopback.forced import Forced
from tui.loopback.mood import Mood
from tui.loopback.recording import Playback
from tui.loopback.scenario import Scenario
from tui.loopback.sockets import Open, Sockets
from tui.loopback.wire import Encoder, Frame, Refusal, Session, Text, packed

TICK_S = 0.1
AHEAD_MS = 60_000
"""The market is made this far ahead, so that no request waits for it."""

LAG_MS = 150
"""A forced order is published this long after it happened, before the venue's own push interval."""

HOST = "127.0.0.1"


class Loopback:
    """An exchange of one's own on 127.0.0.1, playing a scenario or a recording.

    `started_at` (scenario ms) is its time at `start`; without it the scenario's time is the wall
    clock's. `live` false keeps the scenario's own liquidations back, prices go on.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        *,
        port: int = 0,
        started_at: int | None = None,
        live: bool = True,
        playback: Playback | None = None,
    ) -> None:
        self.scenario = scenario or Scenario()
        self.mood = Mood(self.scenario)
        self.encoders = {
            name: encoder(self.scenario, self.mood) for name, encoder in (ENCODERS | SPOT).items()
        }
        self.sockets = Sockets(list(self.encoders))
        self.faults = Faults(self.sockets, self.scenario, self.encoders)
        self.unknown: Counter[str] = Counter()  # paths no venue has
        self.requests: Counter[str] = Counter()
        self.live, self.port = live and playback is None, port
        self._playback, self._started_at, self._offset = playback, started_at, 0
        self._tasks: list[asyncio.Task[None]] = []
        self._runner: web.AppRunner | None = None

    @property
    def endpoint(self) -> str:
        """What `endpoint` under `[venues]` has to say."""
        return f"http://{HOST}:{self.port}"

    @property
    def offset(self) -> int:
        """Scenario time minus wall clock, ms."""
        return self._offset

    def now(self) -> int:
        """The scenario's time, ms."""
        return time.time_ns() // 1_000_000 + self._offset

    async def start(self) -> int:
        """Listens and plays; returns the port. LiqtopError when the port is taken."""
        app = web.Application()
        app.router.add_get("/control", self._books)
        app.router.add_post("/control", self._control)
        app.router.add_route("*", "/{path:.*}", self._any)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise _cannot_listen(self.port, error) from None
        self.port = self._runner.addresses[0][1]
        if self._started_at is not None:
            self._offset = self._started_at - time.time_ns() // 1_000_000
        self.scenario.reach(self.now() + AHEAD_MS)
        self._tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._quote())]
        if self._playback is not None:
            self._tasks.append(asyncio.create_task(self._playback.play(self)))
        return self.port

    async def stop(self) -> None:
        """Closes every socket and stops listening; nothing is left behind."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        for sockets in self.sockets.open.values():
            for socket in list(sockets):
                socket.abort()
        if self._runner is not None:
            await self._runner.cleanup()

    def publish(self, venue: str, stream: str, frames: Sequence[Frame]) -> list[Open]:
        """Sends liquidation frames to who subscribed to them, and remembers them for who asks."""
        for frame in frames:
            self.encoders[venue].history.add(frame.rows)
        return self.sockets.publish(venue, stream, frames, self.now())

    async def burst(self, counts: dict[str, int], rate: float | None, seed: int = 1) -> float:
        """Sends that many liquidations per venue, at `rate` rows a second in all; returns seconds.

        Everything is encoded before the first one goes out; only rows that a subscriber got count
        in the ledgers.
        """
        begins = self.now() + 200 + sum(counts.values()) // 25  # encoded at 25 rows a millisecond
        ready = pieces(self.scenario, self.encoders, counts, begins, rate, seed)
        await asyncio.sleep(max(0.0, (begins - self.now()) / 1000))
        started = time.perf_counter()
        i = 0
        while i < len(ready):
            elapsed = (time.perf_counter() - started) * 1000
            got: set[Open] = set()
            first = i
            while i < len(ready) and i - first < 500 and ready[i].due <= elapsed:
                piece = ready[i]
                got.update(self.publish(piece.venue, piece.stream, [piece.frame]))
                i += 1
            for socket in got:
                await socket.room()
            await asyncio.sleep(0 if i - first == 500 else 0.005)
        return time.perf_counter() - started

    async def _publish(self) -> None:
        """Every 100 ms: what happened since goes out, each venue at its own interval."""
        waiting: dict[tuple[str, str], list[Forced]] = {}
        due = dict.fromkeys(self.encoders, 0)
        since, place = self.now() - LAG_MS, 0
        while True:
            await asyncio.sleep(TICK_S)
            now = self.now()
            rows = self.scenario.live(now + AHEAD_MS)
            while place < len(rows) and rows[place].ts <= now - LAG_MS:
                row, place = rows[place], place + 1
                if self.live and row.ts > since:
                    waiting.setdefault((row.market.venue, row.market.stream), []).append(row)
            for venue, encoder in self.encoders.items():
                if now < due[venue]:
                    continue
                due[venue] = now + encoder.push_ms
                for (of, stream), found in waiting.items():
                    if of == venue and found:
                        frames = encoder.forced(stream, found, now)
                        self.publish(venue, stream, frames)
                        waiting[of, stream] = []

    async def _quote(self) -> None:
        """Every second the price topics of every socket, and what the venue gives up on."""
        while True:
            await asyncio.sleep(1.0)
            now = self.now()
            for venue, sockets in self.sockets.open.items():
                for socket in list(sockets):
                    if self.encoders[venue].given_up(socket.session, now):
                        socket.abort()
                    if texts := self.encoders[venue].quotes(socket.session, now):
                        socket.write(texts)

    async def _any(self, request: web.Request) -> web.StreamResponse:
        path = request.path.lstrip("/")
        self.requests[path] += 1
        for encoder in self.encoders.values():
            session = encoder.session(path, request.query)
            instead = self.faults.instead.get(encoder.name)
            if instead and (path in encoder.routes or (session and instead.handshakes)):
                return await instead.response()
            if session is not None:
                return await self._socket(request, encoder, Open(session, _socket(), request))
            if request.method == "GET" and path in encoder.routes:
                return self._answer(request, encoder, path)
        self.unknown[path] += 1
        return web.json_response({"code": 404, "msg": f"no such path: {path}"}, status=404)

    def _answer(self, request: web.Request, encoder: Encoder, path: str) -> web.Response:
        if encoder.name in self.faults.limited:
            body: Any = {"code": -1003, "msg": "Too many requests.", "retCode": 10006}
            return _json(body, 429, {"Retry-After": "5"})
        try:
            return _json(encoder.answer(path, request.query, self.now()))
        except Refusal as refusal:
            return _json(refusal.body, refusal.status)

    async def _socket(
        self, request: web.Request, encoder: Encoder, opened: Open
    ) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return _json({"code": 400, "msg": "this path is a WebSocket"}, 400)
        await opened.socket.prepare(request)
        sockets = self.sockets.open[encoder.name]
        sockets.add(opened)
        try:
            async for message in opened.socket:
                if message.type is WSMsgType.TEXT:
                    opened.write(self._heard(encoder, opened.session, message.data))
        finally:
            sockets.discard(opened)
        return opened.socket

    def _heard(self, encoder: Encoder, session: Session, text: str) -> list[Text]:
        """What is said to a client's frame. Bybit and OKX send a first price with it."""
        refuse, before = encoder.name in self.faults.refused, len(session.topics)
        said = [*encoder.hear(session, text, self.now(), refuse)]
        if encoder.first_price and len(session.topics) > before:
            said += encoder.quotes(session, self.now())
        return said

    async def _books(self, request: web.Request) -> web.Response:
        """GET /control: counters; `?rows=1` with the rows, `?binance=100` those after the 100th."""
        if "rows" not in request.query:
            return _json(books(self))
        since = {v: int(n) for v, n in request.query.items() if v in self.encoders}
        return _json(books(self, since))

    async def _control(self, request: web.Request) -> web.Response:
        try:
            return _json({"ok": True, **await obey(self, await request.json())})
        except BadOrder as error:
            return _json({"ok": False, "error": str(error)}, 400)
        except ValueError:
            return _json({"ok": False, "error": "the body is not JSON"}, 400)


def _socket() -> web.WebSocketResponse:
    """Uncompressed: frames are written straight to the transport."""
    return web.WebSocketResponse(compress=False, autoping=True)


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        text=packed(body), status=status, content_type="application/json", headers=headers
    )


def _cannot_listen(port: int, error: OSError) -> LiqtopError:
    if error.errno == errno.EADDRINUSE:
        return LiqtopError(f"port {port} on {HOST} is taken: give another --port, or 0 for any")
    return LiqtopError(f"cannot listen on {HOST}:{port}: {error.strerror}")
