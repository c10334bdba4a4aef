"""Liquidations that arrived and were not made frames of yet."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from tui.clock import from_milliseconds, milliseconds
from tui.collectors.stream import Stream
from tui.venues.base import Wire, WireError
from tui.venues.rows import Seen, frame, rows

AT_ONCE = 2_000
"""Rows in one frame: 30 ms of work, after which the loop goes round. One frame of ten megabytes
has 135,000 rows, two seconds in one piece."""


@dataclass
class Arrived:
    """A message's liquidations, of which those before `place` are drained."""

    wires: list[Wire]
    received: int  # ms UTC
    conn: int
    place: int = 0
    seen: Seen = field(default_factory=dict)


class Inbox:
    """Takes every message as it arrives and keeps its liquidations until they are drained.

    `take` never raises. A row that can't be read is counted and told to the link, which covers
    nothing from the oldest message on that is not drained to its end.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream, self._link = stream, stream.link
        self._waiting: deque[Arrived] = deque()
        self.unknown: set[str] = set()
        self._link.unread = self.oldest

    def __len__(self) -> int:
        """How many rows wait."""
        return sum(len(message.wires) - message.place for message in self._waiting)

    def oldest(self) -> datetime | None:
        """When the oldest message arrived that was not drained to its end: coverage must end
        before it."""
        return from_milliseconds(self._waiting[0].received) if self._waiting else None

    def take(self, message: Any) -> bool:
        """Keep the message's liquidations; false when it has none."""
        try:
            wires = self._stream.venue.read(self._stream.name, message)
        except WireError as error:
            self._link.garbled(error.bad, str(error))
            wires = error.good
        if not wires:
            return False
        conn = self._link.conn if self._link.conn is not None else self._link.opened()
        self._link.told(from_milliseconds(max(wire.ts for wire in wires)))
        self._waiting.append(Arrived(wires, milliseconds(self._stream.clock()), conn))
        return True

    def drain(self) -> pl.DataFrame:
        """The oldest rows as a frame of LIQUIDATIONS, at most AT_ONCE of them: a long message comes
        in parts. Unknown markets are noted."""
        out: list[tuple[Any, ...]] = []
        while self._waiting and len(out) < AT_ONCE:
            message = self._waiting[0]
            out += self._part(message, AT_ONCE - len(out))
            if message.place == len(message.wires):
                self._waiting.popleft()
        return frame(out)

    def _part(self, message: Arrived, most: int) -> list[tuple[Any, ...]]:
        """The next rows of a message."""
        markets = self._stream.markets.known
        wires = message.wires[message.place : message.place + most]
        self.unknown.update(wire.market_id for wire in wires if wire.market_id not in markets)
        made = rows(
            wires,
            markets,
            venue=self._stream.venue.name,
            received_ms=message.received,
            conn=message.conn,
            rate=self._stream.rate,
            seen=message.seen if len(message.wires) > 1 else None,
        )
        message.place += len(wires)
        return made
