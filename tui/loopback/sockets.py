"""The open sockets of the loopback exchange, and writing frames to those who subscribed."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from aiohttp import web

from tui.loopback.sent import Ledger
from tui.loopback.wire import Frame, Session, Text

FULL = 1 << 20
"""Bytes waiting in a client's buffer at which the writer pauses for it."""

KEPT = 200
"""Newest liquidation frames kept per venue, for repeating."""


class Open:
    """One client's socket. Frames go straight to its transport: uncompressed text, unmasked."""

    def __init__(
        self, session: Session, socket: web.WebSocketResponse, request: web.Request
    ) -> None:
        self.session, self.socket = session, socket
        self.muted = self.ended = False
        self._transport = request.transport

    @property
    def alive(self) -> bool:
        """Whether it can be written to."""
        transport = self._transport
        open_ = transport is not None and not transport.is_closing() and not self.socket.closed
        return open_ and not self.muted and not self.ended

    def write(self, texts: Iterable[Text]) -> None:
        """Writes whole frames, text or binary, as one piece."""
        if self.alive and self._transport is not None:
            self._transport.write(b"".join(whole_frame(text) for text in texts))

    async def room(self) -> None:
        """Waits while the client reads more slowly than it is written to."""
        while self.alive and self._transport and self._transport.get_write_buffer_size() > FULL:  # noqa: ASYNC110
            await asyncio.sleep(0.002)

    def abort(self) -> None:
        """Cuts the connection as a failing network does, without a close frame."""
        if self._transport is not None:
            self._transport.abort()

    def mute(self) -> None:
        """Goes half open: nothing is read (no ping answered) or written, and no FIN is sent."""
        if self.alive and isinstance(self._transport, asyncio.ReadTransport):
            self.muted = True
            self._transport.pause_reading()

    def say_goodbye(self, code: int, reason: str) -> None:
        """Writes a close frame, as a venue that restarts does, and no frame after it."""
        if self.alive and self._transport is not None:
            self._transport.write(_frame(0x88, code.to_bytes(2) + reason.encode()))
            self.ended = True

    def break_off(self, text: str) -> None:
        """Writes the first half of a frame, then closes the connection."""
        if self.alive and self._transport is not None:
            whole = whole_frame(text)
            self._transport.write(whole[: len(whole) // 2])
            self._transport.close()


class Sockets:
    """Every open socket, by venue and stream, with what was sent over them."""

    def __init__(self, venues: Sequence[str]) -> None:
        self.open: dict[str, set[Open]] = {venue: set() for venue in venues}
        self.ledgers = {venue: Ledger() for venue in venues}
        self.last: dict[str, deque[tuple[str, Frame]]] = {
            venue: deque(maxlen=KEPT) for venue in venues
        }

    def of(self, venue: str, stream: str) -> list[Open]:
        """The living sockets of one stream."""
        return [o for o in self.open[venue] if o.session.stream == stream and o.alive]

    def publish(self, venue: str, stream: str, frames: Sequence[Frame], at: int) -> list[Open]:
        """Sends liquidation frames to their subscribers and books them; returns who got any."""
        ledger, sockets = self.ledgers[venue], self.of(venue, stream)
        out: dict[Open, list[Text]] = {}
        for frame in frames:
            heard = False
            for socket in sockets:
                for topic in socket.session.topics.intersection(frame.topics):
                    text = frame.text
                    if socket.session.combined and isinstance(text, str):
                        text = f'{{"stream":"{topic}","data":{text}}}'
                    out.setdefault(socket, []).append(text)
                    heard = True
            if heard:
                ledger.frames += 1
                ledger.record(frame.rows, at)
                self.last[venue].append((stream, frame))
            else:
                ledger.unheard += len(frame.rows)
        for socket, texts in out.items():
            socket.write(texts)
        return list(out)


def whole_frame(text: Text) -> bytes:
    """A WebSocket frame from a server (RFC 6455 §5.2: final, unmasked), text or binary."""
    return _frame(0x81, text.encode()) if isinstance(text, str) else _frame(0x82, text)


def _frame(head: int, data: bytes) -> bytes:
    size = len(data)
    if size < 126:
        return bytes((head, size)) + data
    if size < 65536:
        return bytes((head, 126)) + size.to_bytes(2) + data
    return bytes((head, 127)) + size.to_bytes(8) + data
