"""Coinbase Exchange's socket: matches of spot products against the dollar, and USDT's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.coins import COINS, lot_of
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument
from tui.loopback.path import HOUR
from tui.loopback.sampling import Shown
from tui.loopback.taker import Taker, Trade, trades
from tui.loopback.wire import Encoder, Frame, Query, Session, packed, price_text, size_text

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

HOST = "ws-feed.exchange.coinbase.com"
TETHER = "USDT-USD"
TETHER_PRICE = 0.9994
DISCOUNT = 0.0004
"""What Coinbase pays less than Binance, both in dollars: nobody there leads the rise."""


class Coinbase(Encoder):
    """ws-feed.exchange.coinbase.com; it liquidates nobody."""

    name = "coinbase"
    sizes: ClassVar = {"spot": len(COINS) + 1}
    shares: ClassVar = {}
    shown = Shown.ALL
    slip = 0.0
    push_ms = 1000

    @staticmethod
    def listing(stream: str, end: int) -> Iterator[Instrument]:
        for coin in COINS:
            yield Instrument(
                "coinbase", "spot", f"{coin.name}-USD", coin.name, "USD", "", "spot", coin.name,
                coin.price, lot=lot_of(coin.price) / 100,
            )  # fmt: skip
        yield Instrument(
            "coinbase", "spot", TETHER, "USDT", "USD", "", "spot", "", TETHER_PRICE, lot=0.01
        )

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        return {
            "id": market.id, "base_currency": market.base, "quote_currency": market.quote,
            "base_increment": f"{market.lot:.8f}", "quote_increment": f"{market.tick:.8f}",
            "status": "online", "trading_disabled": False,
        }  # fmt: skip

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        self._taker = Taker(scenario)
        self._number = 0

    def session(self, path: str, query: Query) -> Session | None:
        return Session(self.name, "spot") if path.split("/")[0] == HOST else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        """A frame is taken whole or not at all; the answer names all that stands."""
        try:
            message = loads(text)
            kind, wanted = message["type"], _products(message)
        except (JSONDecodeError, KeyError, TypeError):
            return [_error("Malformed JSON")]
        wrong = [name for name in wanted if name not in self.markets("spot")]
        if kind != "subscribe" or refuse or wrong:
            return [_error(f"{wrong[0] if wrong else kind} is not a valid product")]
        session.topics.update(wanted)
        channels = [{"name": "matches", "product_ids": sorted(session.topics)}]
        said = [packed({"type": "subscriptions", "channels": channels})]
        return [
            *said,
            *(self._match("last_match", name, Trade(True, 0.01, now)) for name in wanted),
        ]

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        return []

    def quotes(self, session: Session, now: int) -> list[str]:
        since, session.traded = session.traded or now - 1000, now
        return [
            text
            for topic in sorted(session.topics)
            for text in self.matches("spot", topic, since, now)
        ]

    def matches(self, stream: str, id: str, since: int, until: int) -> list[str]:
        """A frame a trade; of a tether one trade of 500 dollars."""
        market = self.markets(stream)[id]
        found = [Trade(until // 1000 % 2 == 0, 500.0, until - 1)]
        if id != TETHER:
            found = trades(self._taker, market, self.price(market, until), since, until)
        return [self._match("match", id, one) for one in found]

    def price(self, market: Instrument, ts: int) -> float:
        """In dollars: a tether is worth less than one, and Coinbase pays less again."""
        wobble = 1e-5 * ((ts // HOUR * 2_654_435_761) % 11 - 5)
        if market.id == TETHER:
            return TETHER_PRICE + wobble
        return self.scenario.price(market, ts) * TETHER_PRICE * (1 - DISCOUNT + wobble)

    def _match(self, kind: str, topic: str, one: Trade) -> str:
        """`side` is the maker's: where a taker bought, a seller was in the book."""
        market = self.markets("spot")[topic]
        self._number += 1
        at = datetime.fromtimestamp(one.ts / 1000, UTC)
        return packed(
            {
                "type": kind, "trade_id": self._number, "sequence": self._number,
                "maker_order_id": f"{self._number:032x}", "taker_order_id": f"{one.ts:032x}",
                "side": "sell" if one.bought else "buy", "size": size_text(market, one.size),
                "price": price_text(market, self.price(market, one.ts)), "product_id": topic,
                "time": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            }
        )  # fmt: skip


def _products(message: dict[str, Any]) -> list[str]:
    """Of the channels `matches`, each with its own products or those of the whole message."""
    named = [one if isinstance(one, dict) else {"name": one} for one in message["channels"]]
    own = message.get("product_ids", [])
    return [
        name for one in named if one["name"] == "matches" for name in one.get("product_ids", own)
    ]


def _error(reason: str) -> str:
    return packed({"type": "error", "message": "Failed to subscribe", "reason": reason})
