"""One socket of a venue through ccxt, whose frames are taken before ccxt reads them.

ccxt brings the dial, proxies, pings and their time-out. Its own handlers are passed by: they lose
rows in a burst, and an exception in one (a garbled frame is enough) stops the reading for good.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tui.venues.base import VENUE_ERRORS, Answer, Request, Spoken
from tui.venues.connect import connect, short
from tui.venues.errors import Lost, RateLimited, SubscriptionRefused, VenueError
from tui.venues.lazy import ccxt_class
from tui.venues.repeats import Repeats

log = logging.getLogger("liqtop")

ANSWER_S = 10.0
SILENCE_S = 60.0
_TEXT, _BINARY, _CLOSE = 1, 2, 8  # aiohttp.WSMsgType
_OWN = 0x100
"""From here on aiohttp's own words (closing, closed, error), which no venue has said."""

Said = TypeVar("Said")

Take = Callable[[Any], bool]
"""Given a decoded message; true when it was data."""


class Socket:
    """A living subscription: `open`, `subscribe`, then data goes to `take` until `failed()`.

    `heard` is told of every frame, pongs included, but not of the close: it may have waited for us
    as long as we stood still. `garbled` is told of what is not JSON.
    """

    def __init__(
        self,
        venue: type[Spoken],
        stream: str,
        endpoint: str | None,
        take: Take,
        heard: Callable[[], None],
        garbled: Callable[[str], None],
        proxy: str | None = None,
    ) -> None:
        self._venue, self._stream = venue, stream
        self._take, self._heard, self._garbled = take, heard, garbled
        self._exchange = connect(_tapped(ccxt_class(venue.exchange()), self), endpoint, proxy)
        self._client: Any = None
        self._repeats = Repeats()
        self._number = 0
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._replies: set[asyncio.Task[Any]] = set()
        self._wake = asyncio.Event()
        self._fault: VenueError | None = None
        self._connected = False
        self._last = _now()

    async def open(self) -> None:
        """Dial. Raises Lost or RateLimited."""
        address = self._venue.address(self._exchange.urls["api"], self._stream)
        self._client = self._exchange.client(self._exchange.implode_hostname(address))
        self._client.connect(self._exchange.session)
        while not self._connected:
            await self.wait(ANSWER_S)
            if self._fault or not self._connected:
                raise self._fault or Lost("no connection within 10 s")
        self._last = _now()

    async def subscribe(self, topics: Sequence[str]) -> str | None:
        """Subscribe to `topics` in one frame and wait for the answer: None, or why not.

        Raises SubscriptionRefused when there is no answer within 10 s, Lost with the socket.
        """
        self._number += 1
        request: Request = self._venue.request(topics, self._number)
        answers = {key: _loop().create_future() for key in request.keys}
        self._waiting.update(answers)
        try:
            await self._client.send(request.frame)
            async with asyncio.timeout(ANSWER_S):
                said = await asyncio.gather(*answers.values())
        except TimeoutError:
            raise SubscriptionRefused("subscription not answered within 10 s") from None
        except ConnectionError as error:
            raise self._fault or Lost(short(error)) from None
        finally:
            for key in answers:
                self._waiting.pop(key, None)
        return next((answer.reason or "refused" for answer in said if not answer.ok), None)

    async def wait(self, seconds: float) -> None:
        """Until `wake`, a fault, or `seconds` later."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def wake(self) -> None:
        """End a `wait`."""
        self._wake.set()

    def failed(self) -> VenueError | None:
        """Why the socket is of no more use: closed, or 60 s without any frame."""
        if self._fault is None and _now() - self._last > SILENCE_S:
            self._fault = Lost("no message for 60 s, pongs included")
        return self._fault

    async def close(self) -> None:
        """Close cleanly; no frame is taken after this."""
        self._take = lambda message: False
        for task in self._replies:
            task.cancel()
        await self._exchange.close()

    def arrived(self, client: Any, frame: Any, otherwise: Callable[[Any], None]) -> None:
        """Every frame of the socket, before ccxt: text is ours, the rest (pongs, close) ccxt's."""
        if frame.type < _OWN and frame.type != _CLOSE:
            self._last = _now()
            self._heard()
        if frame.type not in (_TEXT, _BINARY):
            otherwise(frame)
            return
        client.lastPong = client.last_message_at = self._exchange.milliseconds()
        try:
            text = frame.data if frame.type == _TEXT else self._venue.text(frame.data)
        except VENUE_ERRORS as error:
            self._garbled(short(error))
            return
        if text != "pong":
            self._read(text)

    def _read(self, text: str) -> None:
        """Answers go to who waits for them, however often they come; data that repeats is one."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            if not self._repeats(text):
                self._garbled("not JSON: " + text[:40])
            return
        if (wanted := _said(self._venue.reply, message)) is not None:
            self._reply(wanted)
            return
        if self._waiting and (answer := _said(self._venue.answer, message)):
            self._answered(answer)
        if not self._repeats(text):  # an answer may be data as well
            self._give(message)

    def _reply(self, wanted: Any) -> None:
        """Say what the venue wants said; where that fails the socket's own end tells."""
        task = asyncio.create_task(self._client.send(wanted))
        self._replies.add(task)
        task.add_done_callback(self._replied)

    def _replied(self, task: "asyncio.Task[Any]") -> None:
        self._replies.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.debug("%s %s: not replied: %r", self._venue.name, self._stream, error)

    def _give(self, message: Any) -> None:
        try:
            taken = self._take(message)
        except Exception as error:  # raised from here it would end ccxt's reading without a word
            log.exception("%s %s: a message", self._venue.name, self._stream)
            self._garbled(repr(error))
            return
        if taken:
            self._wake.set()

    def connected(self) -> None:
        """ccxt's word that the handshake is done."""
        self._connected = True
        self._wake.set()

    def ended(self, fault: VenueError) -> None:
        """ccxt's word that the socket is gone; the first reason given stays."""
        self._fault = self._fault or fault
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(self._fault)
        self._wake.set()

    def _answered(self, answer: Answer) -> None:
        """An answer without a key is of the oldest topic that has none yet."""
        if answer.key is None:
            future = next((one for one in self._waiting.values() if not one.done()), None)
        else:
            future = self._waiting.get(answer.key)
        if future is not None and not future.done():
            future.set_result(answer)
            if not answer.ok:  # nothing more comes for the frame's other topics
                for other in self._waiting.values():
                    if not other.done():
                        other.set_result(answer)


def _said(word: Callable[[Any], Said], message: Any) -> Said | None:
    """What a venue makes of a message; nothing of one that is not as it should be."""
    try:
        return word(message)
    except VENUE_ERRORS:
        return None


def _tapped(exchange_class: Any, socket: Socket) -> Any:
    """The ccxt class with its socket callbacks led to `socket`."""

    class Tapped(exchange_class):  # type: ignore[misc]
        def client(self, url: str) -> Any:
            new = url not in (self.clients or {})
            client = super().client(url)
            if new:
                theirs = client.handle_message
                client.handle_message = lambda frame: socket.arrived(client, frame, theirs)
            return client

        def on_connected(self, client: Any, message: Any = None) -> None:
            super().on_connected(client, message)
            socket.connected()

        def on_error(self, client: Any, error: Any) -> None:
            super().on_error(client, error)
            socket.ended(_why(client, error))

        def on_close(self, client: Any, error: Any) -> None:
            super().on_close(client, error)
            dropped = error == 1006  # no close frame came
            socket.ended(
                Lost("connection dropped" if dropped else f"closed by the venue ({error})")
            )

    return Tapped


_SIGNS = {
    "Cannot connect": "cannot connect",
    "keepalive": "pings not answered",
    "Connection timeout": "no connection within 10 s",
}


def _why(client: Any, error: Any) -> VenueError:
    """ccxt's error of a socket in few words; a handshake may be told to wait, too."""
    cause = error.args[0] if getattr(error, "args", None) else error
    if getattr(cause, "status", None) in (418, 429):
        return RateLimited("told to wait", client.last_retry_after)
    said = str(error)  # whole: a long address comes before the word that tells
    words = next((words for sign, words in _SIGNS.items() if sign in said), None)
    return Lost(words or short(error) or type(error).__name__)


def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def _now() -> float:
    return _loop().time()
