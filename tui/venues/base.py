"""What a venue is to liqtop, and the one way from a raw liquidation to a row of the store.

Nothing here knows ccxt: pre-filling, tests and the live path all come through `read`, `rows` and
`frame`, so that a row is the same whichever way it came.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar, NamedTuple

import polars as pl

from tui.tables import LIQUIDATIONS, Class, Side
from tui.venues.errors import RateLimited as RateLimited
from tui.venues.errors import SubscriptionRefused as SubscriptionRefused

Rate = Callable[[str], float | None]
"""USD per unit of a quote coin that is not a dollar, or None when no fresh price is known."""

DOLLARS = frozenset({"USD", "USDT", "USDC", "FDUSD", "USDE"})
"""Quotes that count as one US dollar."""

MOST_USD = 1e12
"""A liquidation of a trillion dollars and more has no worth: it is an error of the wire, and a
few of 1e308 would make a sum infinite."""

_LATEST = 100_000_000_000_000  # ms; year 5138: beyond it a time is micro- or nanoseconds

_encode = json.JSONEncoder(separators=(",", ":")).encode  # ASCII: half a surrogate is no UTF-8


@dataclass(frozen=True, slots=True)
class Market:
    """A contract or a spot pair, as little of it as liqtop needs.

    A linear contract holds `contract_size` of the *listed* base (1000PEPE counts thousands); an
    inverse one is worth `contract_size` of the quote, which is USD. `base` is the coin itself,
    and one listed unit is `multiplier` coins.
    """

    id: str
    symbol: str
    base: str
    quote: str
    kind: str  # spot, swap, future
    inverse: bool
    contract_size: float
    multiplier: float
    cls: Class
    tick: float | None


class Wire(NamedTuple):
    """One liquidation as its venue's file reads it from a raw row."""

    market_id: str
    ts: int  # ms UTC, when the venue says it happened
    side: Side  # the position that was liquidated
    size: float  # contracts
    price: float
    price_kind: str  # fill_avg, order_limit, bankruptcy
    raw: dict[str, Any]


class WireError(Exception):
    """A message with rows that can't be read: `bad` of them; `good` are the others of it."""

    def __init__(self, reason: str, good: list[Wire] | None = None, bad: int = 1) -> None:
        super().__init__(reason)
        self.good, self.bad = good or [], bad


class Request(NamedTuple):
    """A subscription frame, the topics it asks for, and the keys of the answers it waits for."""

    topics: tuple[str, ...]
    frame: dict[str, Any]
    keys: tuple[str, ...]


class Answer(NamedTuple):
    """A venue's word on a subscription. A `key` of None belongs to the oldest open request."""

    key: str | None
    ok: bool
    reason: str | None = None


class Quote(NamedTuple):
    """A last price, of a market by the venue's id."""

    market_id: str
    price: float
    ts: int  # ms UTC


class Venue(ABC):
    """What an exchange pushes: who is liquidated, in its own words, and how that is asked for.

    All of it is pure. `gives` says what of the truth is published: `1/s` at most one row a
    second and contract, `all` every liquidation. Beside `streams` each venue has quotes of
    `spot` and of its linear contracts.
    """

    name: ClassVar[str]
    gives: ClassVar[str]
    streams: ClassVar[tuple[str, ...]]
    per_frame: ClassVar[int] = 50  # topics in one subscription frame, at most

    @staticmethod
    @abstractmethod
    def read(stream: str, message: Any) -> list[Wire]:
        """The liquidations of one message; none for other messages.

        Raises `WireError` alone, which carries the rows of the message that could be read.
        """

    @staticmethod
    @abstractmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        """A row of the venue's own instrument list; None for what is not a tradable contract."""

    @staticmethod
    @abstractmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        """What to subscribe to for all liquidations of a stream."""

    @staticmethod
    @abstractmethod
    def quote_topic(market: Market) -> str:
        """What to subscribe to for a market's last price."""

    @staticmethod
    @abstractmethod
    def request(topics: Sequence[str], number: int) -> Request:
        """The frame that subscribes to `topics`, `number` being new on its socket."""

    @staticmethod
    @abstractmethod
    def answer(message: Any) -> Answer | None:
        """The venue's word on a subscription; None for every other message."""

    @staticmethod
    @abstractmethod
    def quote(message: Any) -> Quote | None:
        """The last price in a message, None when there is none. Raises VENUE_ERRORS."""

    @staticmethod
    @abstractmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        """The socket of a stream (or of `spot` quotes) among ccxt's `urls["api"]`."""


VENUE_ERRORS = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)
"""What reading a malformed row may raise; `each` turns them into a WireError."""


def each(raws: Iterable[Any], one: Callable[[Any], Wire]) -> list[Wire]:
    """Every raw row read by `one`; a WireError at the end when some could not be read."""
    good: list[Wire] = []
    reasons: list[str] = []
    for raw in raws:
        try:
            good.append(one(raw))
        except VENUE_ERRORS as error:
            reasons.append(f"{type(error).__name__}: {error}")
    if reasons:
        raise WireError(reasons[0], good, len(reasons))
    return good


def positive(text: Any) -> float:
    """A size or price: finite and above zero, else ValueError (a zero price would price at 0)."""
    value = float(text)
    if isinstance(text, bool) or not 0.0 < value < inf:
        raise ValueError(f"not a positive number: {text!r}")
    return value


def moment(text: Any) -> int:
    """A time in ms, else ValueError."""
    value = int(text)
    if isinstance(text, bool) or not 0 < value < _LATEST:
        raise ValueError(f"not a time in milliseconds: {text!r}")
    return value


def _worth(wire: Wire, market: Market, rate: Rate) -> tuple[float | None, float | None]:
    """Coins and USD of a liquidation (definitions: linear by price, inverse by contract value)."""
    value = wire.size * market.contract_size
    coins = value / wire.price if market.inverse else value
    quoted = value if market.inverse else value * wire.price
    dollars = 1.0 if market.quote in DOLLARS else rate(market.quote)
    usd = None if dollars is None else quoted * dollars
    return _below(inf, coins * market.multiplier), _below(MOST_USD, usd)


def _below(most: float, value: float | None) -> float | None:
    """One absurd row (1e300 coins) must not make every sum infinite."""
    return value if value is not None and value < most else None


def rows(
    wires: Sequence[Wire],
    markets: Mapping[str, Market],
    *,
    venue: str,
    received_ms: int,
    conn: int,
    rate: Rate,
    source: str = "stream",
) -> list[tuple[Any, ...]]:
    """Rows in the order of LIQUIDATIONS of one message's liquidations.

    `n` counts equal rows within the message. A row of an unknown market keeps the venue's own id
    as its symbol and base, and null coins and USD: a contract size is never taken as 1.
    """
    seen: dict[tuple[Any, ...], int] = {}
    out = []
    for wire in wires:
        n = 0
        if len(wires) > 1:
            key = wire[:5]
            n = seen.get(key, -1) + 1
            seen[key] = n
        market = markets.get(wire.market_id)
        if market is None:
            symbol = base = wire.market_id.encode("utf-8", "replace").decode()
            cls, qty, usd = Class.CRYPTO.value, None, None
        else:
            symbol, base, cls = market.symbol, market.base, market.cls.value
            qty, usd = _worth(wire, market, rate)
        out.append(
            (
                wire.ts,
                received_ms,
                venue,
                symbol,
                base,
                cls,
                wire.side.value,
                qty,
                wire.price,
                wire.price_kind,
                usd,
                source,
                conn,
                n,
                _encode(wire.raw),
            )
        )
    return out


def frame(rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Those rows as a frame of LIQUIDATIONS."""
    if not rows:
        return LIQUIDATIONS.empty()
    columns = zip(*rows, strict=True)
    return pl.DataFrame(
        [
            pl.Series(name, values, dtype=pl.Int64).cast(dtype)
            if isinstance(dtype, pl.Datetime)
            else pl.Series(name, values, dtype=dtype)
            for (name, dtype), values in zip(LIQUIDATIONS.schema.items(), columns, strict=True)
        ]
    )
