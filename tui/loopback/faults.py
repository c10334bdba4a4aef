"""Misbehaviour on request: lost connections, odd and garbled frames, refusals, wrong answers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from gzip import compress
from typing import Any

from tui.loopback.answers import Instead
from tui.loopback.listing import Instrument, unlisted
from tui.loopback.odd import odd
from tui.loopback.scenario import Scenario
from tui.loopback.sockets import Open, Sockets
from tui.loopback.wire import Encoder

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
        '{"channel":"futures.public_liquidates","event":"update","result":[{"size":"x"},null]}',
        '{"channel":"futures.public_liquidates","event":"update","result":"none"}',
        '{"op":"notify","topic":"public.*.liquidation_orders","data":[{"direction":"?"},7]}',
        '{"op":"notify","topic":"public.*.liquidation_orders"}',
        '{"op":"ping"}', '{"op":"sub","err-code":[]}', '{"event":"subscribed"}',
        '[907,[["pos",1,"soon"],null]]', '[907,["pos"]]', '[907,[[]]]',
        '{"params":{"channel":"trades.future.any.100ms","data":[null,{"liquidation":"MT"}]}}',
        '{"type":"update/trade","liquidation_trades":[null,{"type":"liquidation","size":[]}]}',
        '{"feed":"trade","type":"liquidation","product_id":7,"side":"up","qty":[],"price":{}}',
    ),
    "binary": (b"\x00\xff\xfe\x80liquidation", b"", compress(b"cut short", mtime=0)[:-9]),
}  # fmt: skip
"""Frames no venue sends, by what is wrong with them."""


class Faults:
    """What a running loopback exchange can be told to do wrong, per venue.

    `refused` venues turn every subscription down, `limited` ones answer REST with 429, and those
    in `instead` answer everything with that.
    """

    def __init__(
        self, sockets: Sockets, scenario: Scenario, encoders: Mapping[str, Encoder]
    ) -> None:
        self._sockets, self._scenario, self._encoders = sockets, scenario, encoders
        self.refused: set[str] = set()
        self.limited: set[str] = set()
        self.instead: dict[str, Instead] = {}

    def drop(self, venue: str, stream: str | None = None) -> int:
        """Cuts a venue's connections (of one stream); returns how many."""
        return self._each(venue, stream, Open.abort)

    def mute(self, venue: str, stream: str | None = None) -> int:
        """Leaves the connections half open: no FIN, no pong, no word; returns how many."""
        return self._each(venue, stream, Open.mute)

    def goodbye(self, venue: str, stream: str | None = None, code: int = 1001) -> int:
        """Ends the connections with a close frame; returns how many."""
        return self._each(venue, stream, lambda socket: socket.say_goodbye(code, "restart"))

    def break_off(self, venue: str, stream: str | None = None) -> int:
        """Ends the connections in the middle of a frame; returns how many."""
        text = '{"cut":"' + "x" * 1000 + '"}'
        return self._each(venue, stream, lambda socket: socket.break_off(text))

    def big(self, venue: str, size: int = 10_000_000) -> int:
        """Sends one frame of `size` bytes; returns to how many sockets."""
        text = '{"pad":"' + "x" * (size - 10) + '"}'
        return self._each(venue, None, lambda socket: socket.write([text]))

    def odd(self, venue: str, kind: str, count: int, now: int) -> int:
        """Sends rows no market makes, see `tui.loopback.odd`; returns how many."""
        frames = odd(self._encoders[venue], self._scenario, kind, count, now)
        for stream, frame in frames:
            self._sockets.publish(venue, stream, [frame], now)
        return len(frames)

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

    def answer(self, venue: str, instead: Instead | None) -> None:
        """Answers everything with that from now on; None: as the venue does again."""
        if instead is None:
            self.instead.pop(venue, None)
        else:
            self.instead[venue] = instead

    def enlist(self, venue: str, stream: str, most: int) -> Callable[[], None]:
        """Cuts or fills up a market list to `most` contracts; returns what undoes it."""
        listed = self._scenario.lists[venue, stream]
        real = dict(listed)
        kept = dict(list(real.items())[:most])
        models = list(kept.values())
        for place in range(most - len(kept)):
            like = models[place % len(models)]
            new = replace(like, id=unlisted(like.id, place), base=f"Z{place}{like.base}", path="")
            kept[new.id] = new

        def become(markets: Mapping[str, Instrument]) -> None:
            listed.clear()  # in place: encoders hold it
            listed.update(markets)

        become(kept)
        return lambda: become(real)

    def say(self, venue: str, stream: str, text: Any) -> int:
        """Sends any text to the sockets of one stream; returns how many got it."""
        return self._each(venue, stream, lambda socket: socket.write([str(text)]))

    def _each(self, venue: str, stream: str | None, do: Callable[[Open], None]) -> int:
        found = [
            o
            for o in self._sockets.open[venue]
            if o.alive and (stream is None or o.session.stream == stream)
        ]
        for socket in found:
            do(socket)
        return len(found)
