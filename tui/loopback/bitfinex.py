"""Bitfinex's public socket: one channel for the liquidated positions of all pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.coins import COINS
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument, gold, linear
from tui.loopback.sampling import Shown
from tui.loopback.wire import Encoder, Frame, Query, Session, packed, whole
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

SOCKET = "api-pub.bitfinex.com/ws/2"
API = "api-pub.bitfinex.com/v2/"
KEY = "liq:global"
CHANNEL = 907
BEAT_MS = 15_000
PAIRS = 20
"""Spot pairs with margin beside the perpetuals."""


class Bitfinex(Encoder):
    """api-pub.bitfinex.com, over REST and sockets."""

    name = "bitfinex"
    sizes: ClassVar = {"global": len(COINS) + 1 + PAIRS}
    shares: ClassVar = {"global": 0.007}
    shown = Shown.ALL
    slip = 0.0006
    push_ms = 100
    together = 4
    signed = True

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        self.routes[API + "conf/pub:info:pair,pub:info:pair:futures"] = self._pairs
        self.routes[API + "liquidations/hist"] = self._positions

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        return _markets(end)

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        """A pair of the configuration, with the bounds of an order's size."""
        return [market.id[1:], [None] * 3 + ["0.00004", "2000.0"] + [None] * 7]

    @staticmethod
    def market_id(symbol: str) -> str:
        pair, _, settle = symbol.partition(":")
        if "/" not in pair:
            return symbol
        base, quote = (_code(name) for name in pair.split("/"))
        return f"t{base}F0:{quote}F0" if settle else _pair(base, quote)

    def _pairs(self, query: Query, now: int) -> Any:
        lists: tuple[list[Any], list[Any]] = ([], [])
        for market in self.markets("global").values():
            lists[market.kind == "swap"].append(self.listed("global", market))
        return lists

    def _positions(self, query: Query, now: int) -> Any:
        """Newest first, each execution after its trigger, 500 rows of both at most."""
        since, until = whole(query, "start", 0), whole(query, "end", now)
        limit = min(whole(query, "limit", 100), 500)
        found = self.history.newest(self.markets("global").values(), since, until, limit)
        both = [[of] for row in found for of in (executed(row), triggered(row))]
        return both[:limit]

    def session(self, path: str, query: Query) -> Session | None:
        return Session(self.name, "global") if path == SOCKET else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        try:
            message = loads(text)
            event = message["event"]
        except (JSONDecodeError, KeyError, TypeError):
            return [packed({"event": "error", "msg": "event: invalid", "code": 10_000})]
        if event == "ping":
            return [packed({"event": "pong", "ts": now, "cid": message.get("cid")})]
        asked = {"channel": message.get("channel"), "key": message.get("key")}
        if event != "subscribe" or refuse or asked != {"channel": "status", "key": KEY}:
            return [packed({"event": "error", "msg": "key: invalid", "code": 10_300} | asked)]
        session.topics.add(KEY)
        return [packed({"event": "subscribed", "chanId": CHANNEL} | asked)]

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """What is liquidated, then what was executed of it."""
        if not rows:
            return []
        begun = packed([CHANNEL, [triggered(row) for row in rows]])
        done = packed([CHANNEL, [executed(row) for row in rows]])
        return [Frame((KEY,), begun), Frame((KEY,), done, tuple(rows))]

    def quotes(self, session: Session, now: int) -> list[str]:
        """The channel's heartbeat."""
        beat = session.topics and now // 1000 * 1000 % BEAT_MS == 0
        return [packed([CHANNEL, "hb"])] if beat else []


def executed(row: Forced) -> list[Any]:
    """A position, closed at its price: IS_MATCH is 1. A long has a positive amount."""
    amount = row.size if row.side is Side.LONG else -row.size
    return ["pos", _position(row), row.ts, None, row.market.id, amount, row.price, None, 1, 1,
            None, row.price]  # fmt: skip


def triggered(row: Forced) -> list[Any]:
    """The same position some milliseconds before, when nothing is sold yet."""
    out = executed(row)
    return [*out[:2], row.ts - 9, *out[3:8], 0, 1, None, None]


def _position(row: Forced) -> int:
    return 140_000_000 + row.ts % 10_000_000


def _code(name: str) -> str:
    return "UST" if name == "USDT" else name


def _pair(base: str, quote: str) -> str:
    """A spot pair; names of more than three letters need the colon."""
    return f"t{base}{quote}" if len(base) == 3 else f"t{base}:{quote}"


def _markets(end: int) -> Iterator[Instrument]:
    """Perpetuals of whole coins, then pairs with margin, in dollars."""
    yield from (linear("bitfinex", "global", coin, "t{}F0:USTF0", "USDT") for coin in COINS)
    yield gold("bitfinex", "global", "t{}F0:USTF0", end)
    for coin in COINS[:PAIRS]:
        pair = linear("bitfinex", "global", coin, _pair(coin.name, "USD"), "USD")
        yield Instrument(
            "bitfinex", "global", pair.id, pair.base, "USD", "", "spot", pair.path, pair.price,
            lot=pair.lot,
        )  # fmt: skip
