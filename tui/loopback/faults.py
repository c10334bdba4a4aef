"""Misbehaviour on request: dropped connections, repeats, garbage, refusals, limits."""

from typing import Any

from tui.loopback.sockets import Sockets

GARBAGE: dict[str, tuple[str | bytes, ...]] = {
    "text": ("this is not JSON", "", "<html>502 Bad Gateway</html>"),
    "truncated": ('{"e":"forceOrder","E":1,"o":{"s":"BTCU', '{"topic":"allLiquidation.BTC', "{"),
    "shape": (
        "null", "[]", "17", '"text"', "{}", '{"e":"forceOrder"}', '{"e":"forceOrder","o":7}',
        '{"e":"forceOrder","E":1,"o":{"s":"BTCUSDT","S":"SIDEWAYS","z":"x","ap":null,"T":"soon"}}',
        '{"topic":"allLiquidation.BTCUSDT","data":{"S":1}}',
        '{"topic":"allLiquidation.BTCUSDT","data":[{"T":"x","s":null,"S":"Buy","v":"","p":[]}]}',
        '{"arg":{"channel":"liquidation-orders"},"data":[{"details":"none","instId":5}]}',
        '{"arg":{"channel":"liquidation-orders"},"data":[null,{"details":[{"side":"?"}]}]}',
        '{"params":{"channel":"trades.future.any.100ms","data":[null,{"liquidation":"MT"}]}}',
        '{"type":"update/trade","liquidation_trades":[null,{"type":"liquidation","size":[]}]}',
        '{"feed":"trade","type":"liquidation","product_id":7,"side":"up","qty":[],"price":{}}',
    ),
    "binary": (b"\x00\xff\xfe\x80liquidation", b""),
}  # fmt: skip
"""Frames no venue sends, by what is wrong with them."""


class Faults:
    """What a running loopback exchange can be told to do wrong, per venue.

    `refused` venues turn every subscription down, `limited` ones answer REST with 429.
    """

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets
        self.refused: set[str] = set()
        self.limited: set[str] = set()

    def drop(self, venue: str, stream: str | None = None) -> int:
        """Cuts a venue's connections (of one stream); returns how many."""
        sockets = [
            o for o in self._sockets.open[venue] if stream is None or o.session.stream == stream
        ]
        for socket in sockets:
            socket.abort()
        return len(sockets)

    def repeat(self, venue: str, frames: int = 1) -> int:
        """Sends the newest liquidation frames again, byte for byte; returns how many."""
        newest = list(self._sockets.last[venue])[-frames:] if frames > 0 else []
        for stream, frame in newest:
            for socket in self._sockets.of(venue, stream):
                if socket.session.topics.intersection(frame.topics):
                    socket.write([frame.text])
        return len(newest)

    def garbage(self, venue: str, kind: str = "shape") -> int:
        """Sends every frame of one kind of GARBAGE; returns how many."""
        for socket in self._sockets.open[venue]:
            socket.write(GARBAGE[kind])
        return len(GARBAGE[kind])

    def refuse(self, venue: str, on: bool = True) -> None:
        """Turns subscriptions down from now on, or no longer."""
        (self.refused.add if on else self.refused.discard)(venue)

    def limit(self, venue: str, on: bool = True) -> None:
        """Answers REST requests with 429 from now on, or no longer."""
        (self.limited.add if on else self.limited.discard)(venue)

    def say(self, venue: str, stream: str, text: Any) -> int:
        """Sends any text to the sockets of one stream; returns how many got it."""
        sockets = self._sockets.of(venue, stream)
        for socket in sockets:
            socket.write([str(text)])
        return len(sockets)
