"""What a venue is to liqtop: who is liquidated, in its own words, and how that is asked for.

Nothing here knows ccxt. A new venue is one file with a `Venue`, one line in `tui.venues.VENUES`
and one in `config/default.toml`.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from tui.tables import Class, Side

if TYPE_CHECKING:
    from tui.venues.asked import Asked


class Ask(Protocol):
    """A venue's REST endpoints, by ccxt's implicit names or by path: a `connect.Rest`, or a fake.

    Raises RateLimited, NotListed or Unanswered.
    """

    def __call__(self, method: str, params: Mapping[str, Any] | None = None) -> Awaitable[Any]: ...


Rate = Callable[[str], float | None]
"""USD per unit of a quote coin that is not a dollar, or None when no fresh price is known."""

DOLLARS = frozenset({"USD", "USDT", "USDC", "FDUSD", "USDE"})
"""Quotes that count as one US dollar."""

MOST_USD = 1e12
"""A liquidation of a trillion dollars and more has no worth: it is an error of the wire, and a
few of 1e308 would make a sum infinite."""

_LATEST = 100_000_000_000_000  # ms; year 5138: beyond it a time is micro- or nanoseconds


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
    frame: Any
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


class Trade(NamedTuple):
    """One public trade: who took, a buyer or a seller."""

    market_id: str
    ts: int  # ms UTC
    bought: bool  # the taker bought
    size: float  # contracts, or coins of a spot pair
    price: float


class Spoken(ABC):
    """How a venue is spoken to over a socket. All of it is pure.

    `ccxt_id` is ccxt's class where it has another name than the venue has here.
    """

    name: ClassVar[str]
    ccxt_id: ClassVar[str | None] = None
    per_frame: ClassVar[int] = 50  # topics in one subscription frame, at most
    pause_s: ClassVar[float] = 0.0  # between such frames, of a venue that counts them

    @classmethod
    def exchange(cls) -> str:
        """The name of ccxt's class."""
        return cls.ccxt_id or cls.name

    @staticmethod
    @abstractmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        """The socket of a stream among ccxt's `urls["api"]`."""

    @staticmethod
    @abstractmethod
    def request(topics: Sequence[str], number: int) -> Request:
        """The frame that subscribes to `topics`, `number` being new on its socket."""

    @staticmethod
    @abstractmethod
    def answer(message: Any) -> Answer | None:
        """The venue's word on a subscription; None for every other message.

        Asked only while a subscription waits. Where a venue confirms by its first data, that is
        the word; the message is read as well.
        """

    @staticmethod
    def text(frame: bytes) -> str:
        """The JSON of a binary frame (`tui.venues.packed`). Raises ValueError; most send none."""
        raise ValueError("a binary frame")

    @staticmethod
    def reply(message: Any) -> Any:
        """What the venue wants said to a message (its own ping), None for most of them.

        What is answered is no data. Raises VENUE_ERRORS.
        """
        return None


class Traded(Spoken):
    """A venue whose public trades are read, for what their takers bought and sold."""

    @staticmethod
    @abstractmethod
    def trade_topic(market: Market) -> str:
        """What to subscribe to for a market's trades."""

    @staticmethod
    @abstractmethod
    def trades(message: Any) -> list[Trade]:
        """The trades of one message, none of most others. Raises VENUE_ERRORS."""


class Venue(Spoken):
    """An exchange's public liquidations. All of it is pure but `instruments`.

    `gives` says what of the truth is published: `all` every liquidation, `1/s` at most one row a
    second and contract, `?` where the venue does not say. `streams` are the sockets that together
    bring all of it.
    """

    gives: ClassVar[str]
    streams: ClassVar[tuple[str, ...]]

    @staticmethod
    @abstractmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        """The raw rows of the venue's list of instruments of a stream."""

    @staticmethod
    @abstractmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        """A row of that list; None for what is not a tradable contract. Raises VENUE_ERRORS."""

    @staticmethod
    @abstractmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        """What to subscribe to for all liquidations of a stream."""

    @staticmethod
    @abstractmethod
    def read(stream: str, message: Any) -> list[Wire]:
        """The liquidations of one message, an object or a list; none for other messages.

        Raises `WireError` alone, which carries the rows of the message that could be read.
        """


class Priced(Venue):
    """A venue that also has last prices on its sockets, and candles, ratios, open interest and
    funding when it is `asked`. Its `address` knows `spot`, too."""

    asked: ClassVar["type[Asked]"]

    @staticmethod
    @abstractmethod
    def quote_topic(market: Market) -> str:
        """What to subscribe to for a market's last price."""

    @staticmethod
    @abstractmethod
    def quote(message: Any) -> Quote | None:
        """The last price in a message, None when there is none. Raises VENUE_ERRORS."""


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


def signed(text: Any) -> float:
    """A size whose sign is the position's side: finite and not zero, else ValueError."""
    value = float(text)
    if isinstance(text, bool) or not 0.0 < abs(value) < inf:
        raise ValueError(f"no size with a sign: {text!r}")
    return value


def moment(text: Any) -> int:
    """A time in ms, else ValueError."""
    value = int(text)
    if isinstance(text, bool) or not 0 < value < _LATEST:
        raise ValueError(f"not a time in milliseconds: {text!r}")
    return value
