"""What the loopback exchange really sent: counters, the rows themselves, and a digest of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from tui.loopback.forced import Forced
from tui.loopback.wire import price_text, size_text


class Sent(NamedTuple):
    """One liquidation that went over a socket. `side` is the position; numbers as on the wire."""

    venue: str
    symbol: str
    ts: int
    side: str
    size: str
    price: str
    at: int  # when it was written to the socket, scenario ms


@dataclass
class Ledger:
    """The rows of one venue that some client was sent. A row counts once, however many got it."""

    rows: list[Sent] = field(default_factory=list)
    frames: int = 0
    unheard: int = 0  # rows of a moment when nobody was subscribed
    _sum: int = 0

    def record(self, rows: Iterable[Forced], at: int) -> None:
        """Notes rows written at `at`."""
        for row in rows:
            market = row.market
            size, price = size_text(market, row.size), price_text(market, row.price)
            kept = Sent(market.venue, market.id, row.ts, row.side.value, size, price, at)
            self.rows.append(kept)
            self._sum += fingerprint(kept)

    @property
    def digest(self) -> str:
        """A digest of the rows as a multiset: the order they went in does not matter."""
        return f"{self._sum % 2**64:016x}"

    def counters(self) -> dict[str, Any]:
        """Counts, first and last time of sending, and the digest."""
        return {
            "rows": len(self.rows), "frames": self.frames, "unheard": self.unheard,
            "first_ms": self.rows[0].at if self.rows else None,
            "last_ms": self.rows[-1].at if self.rows else None,
            "digest": self.digest,
        }  # fmt: skip

    def since(self, start: int) -> Iterator[list[Any]]:
        """The rows from the `start`-th on, as JSON has them."""
        return (list(row) for row in self.rows[start:])


def fingerprint(row: Sent) -> int:
    """64 bits of a row's identity: all but the time it was sent."""
    return int.from_bytes(blake2b(repr(row[:6]).encode(), digest_size=8).digest())
