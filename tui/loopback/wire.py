"""What an encoder of a venue is: REST answers, subscriptions, frames of the scenario's events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from json import dumps
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from tui.loopback.coins import decimals
from tui.loopback.forced import Forced
from tui.loopback.history import History
from tui.loopback.listing import Instrument
from tui.loopback.sampling import Shown

if TYPE_CHECKING:  # they are made of what the encoders list
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

Text = str | bytes
"""A frame: text, or what the venue packs (gzip), which goes out as a binary one."""

Query = Mapping[str, str]
Route = Callable[[Query, int], Any]

_numbers = count(1)


class Refusal(Exception):
    """A request the venue answers with an error: HTTP status and body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


class Frame(NamedTuple):
    """One message: who gets it (any of these topics), its text, and the liquidations in it."""

    topics: tuple[str, ...]
    text: Text
    rows: tuple[Forced, ...] = ()


@dataclass(eq=False)
class Session:
    """One client's socket, as its encoder sees it: what it is subscribed to."""

    venue: str
    stream: str
    combined: bool = False  # Binance's /stream wraps every message
    topics: set[str] = field(default_factory=set)
    primed: set[str] = field(default_factory=set)  # topics that had their snapshot
    traded: int = 0  # up to when (ms) its trades were sent
    number: int = field(default_factory=lambda: next(_numbers))


class Encoder(ABC):
    """One venue's wire over a scenario. `now` is always the scenario's time in ms.

    A new one is one file and one line in `tui.loopback.encoders.ENCODERS`.
    """

    name: ClassVar[str]
    sizes: ClassVar[Mapping[str, int]]
    """How many markets each of its lists holds."""
    shares: ClassVar[Mapping[str, float]]
    """Its streams of liquidations, each with its weight in a coin's forced orders (Binance's two
    have 0.42). A recording's rows go over the first. All are 0 for a venue that is off by default:
    the scenario's sums are over those that are on."""
    shown: ClassVar[Shown]
    slip: ClassVar[float]
    """How far the price it publishes is off the mark: a fill 0.0006, a bankruptcy price 0.004."""
    push_ms: ClassVar[int]  # how often the venue pushes liquidations
    together: ClassVar[int] = 1  # rows of one contract that a burst puts into a frame
    signed: ClassVar[bool] = False  # the sign of a size is the position's side
    first_price: ClassVar[bool] = False  # a ticker subscription is answered with a price at once

    @staticmethod
    @abstractmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        """The markets of one of its lists; `sizes` says where it is cut."""

    @staticmethod
    @abstractmethod
    def listed(stream: str, market: Instrument) -> Any:
        """A market's row in the venue's answer."""

    @staticmethod
    def market_id(symbol: str) -> str:
        """The venue's id of a unified symbol (`BTC/USDT:USDT`); an id stays as it is."""
        return symbol.split(":")[0].replace("/", "")

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        self.scenario, self.mood = scenario, mood
        self.routes: dict[str, Route] = {}
        self.history = History(
            lambda: (row for row in scenario.published if row.market.venue == self.name)
        )

    def markets(self, stream: str) -> dict[str, Instrument]:
        """The markets of one of the venue's lists, by id."""
        return self.scenario.lists[self.name, stream]

    def answer(self, path: str, query: Query, now: int) -> Any:
        """The answer to GET /<host>/<path>; None for a path the venue does not have.

        Raises Refusal as the venue would refuse.
        """
        route = self.routes.get(path)
        return None if route is None else route(query, now)

    @abstractmethod
    def session(self, path: str, query: Query) -> Session | None:
        """A new session on a socket path; None when the venue has no socket there."""

    @abstractmethod
    def hear(self, session: Session, text: str, now: int, refuse: bool) -> Sequence[Text]:
        """What the venue says to a client's frame; `refuse` turns subscriptions down."""

    @abstractmethod
    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """The frames that publish these liquidations of a stream."""

    def quotes(self, session: Session, now: int) -> Sequence[Text]:
        """What a session's price topics push this second, and the pings of a venue that sends
        its own as messages."""
        return ()

    def matches(self, stream: str, id: str, since: int, until: int) -> Sequence[str]:
        """The frames of a market's trades in [since, until), of a venue whose trades are asked
        for."""
        return ()

    def given_up(self, session: Session, now: int) -> bool:
        """Whether the venue cuts this session now, for pings that were not answered."""
        return False


def packed(message: Any) -> str:
    """JSON as venues send it, without spaces."""
    return dumps(message, separators=(",", ":"))


def number(value: float, step: float) -> str:
    """A number with the digits its step has."""
    return f"{value:.{decimals(step)}f}"


def price_text(market: Instrument, value: float) -> str:
    """A price with the digits of the market's tick."""
    return number(value, market.tick)


def size_text(market: Instrument, value: float) -> str:
    """A size with the digits of the market's lot."""
    return number(value, market.lot)


def whole(query: Query, key: str, default: int) -> int:
    """An integer parameter. Refusal when it is none."""
    try:
        return int(query.get(key) or default)
    except ValueError:
        raise Refusal(400, {"code": -1102, "msg": f"Illegal parameter '{key}'."}) from None


def newest(rows: Sequence[Any], limit: int) -> Sequence[Any]:
    """The last `limit` rows."""
    return rows[max(0, len(rows) - limit) :]


def steps(period: int, since: int, until: int) -> range:
    """The multiples of `period` in [since, until], ascending."""
    return range(-(-since // period) * period, until + 1, period)
