"""What an encoder of a venue is: REST answers, subscriptions, frames of the scenario's events."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from json import dumps
from typing import Any, ClassVar, NamedTuple

from tui.loopback.coins import decimals
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument
from tui.loopback.mood import Mood
from tui.loopback.scenario import Scenario

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
    text: str
    rows: tuple[Forced, ...] = ()


@dataclass(eq=False)
class Session:
    """One client's socket, as its encoder sees it: what it is subscribed to."""

    venue: str
    stream: str
    combined: bool = False  # Binance's /stream wraps every message
    topics: set[str] = field(default_factory=set)
    primed: set[str] = field(default_factory=set)  # topics that had their snapshot
    number: int = field(default_factory=lambda: next(_numbers))


class Encoder(ABC):
    """One venue's wire over a scenario. `now` is always the scenario's time in ms."""

    name: ClassVar[str]
    push_ms: ClassVar[int]  # how often the venue pushes liquidations
    first_price: ClassVar[bool] = False  # a ticker subscription is answered with a price at once

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        self.scenario, self.mood = scenario, mood
        self.routes: dict[str, Route] = {}

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
    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        """What the venue says to a client's frame; `refuse` turns subscriptions down."""

    @abstractmethod
    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """The frames that publish these liquidations of a stream."""

    @abstractmethod
    def quotes(self, session: Session, now: int) -> list[str]:
        """What a session's price topics push this second."""


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
