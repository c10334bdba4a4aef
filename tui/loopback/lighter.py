"""Lighter's socket and list of perpetuals: forced trades beside the others, pings as messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.coins import COINS, decimals, lot_of
from tui.loopback.forced import Forced, by_market
from tui.loopback.listing import Instrument, fillers
from tui.loopback.path import HOUR
from tui.loopback.sampling import Shown
from tui.loopback.wire import Encoder, Frame, Query, Session, packed, price_text, size_text
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

SOCKET = "mainnet.zklighter.elliot.ai/stream"
API = "mainnet.zklighter.elliot.ai/api/v1/"
CHANNELS = 500
"""Most channels of a connection."""
PING_MS = 30_000
PATIENCE_MS = 60_000
"""A ping that was answered by no frame for so long ends the connection."""
SNAPSHOT = 50
"""Trades told when a subscription begins."""

Trade = dict[str, Any]


@dataclass(eq=False)
class Heard(Session):
    """A session with when its client was heard last, and when it was pinged (ms)."""

    heard: int = 0
    pinged: int = 0


class Lighter(Encoder):
    """mainnet.zklighter.elliot.ai over REST and over its one socket."""

    name = "lighter"
    sizes: ClassVar = {"perp": 180}
    shares: ClassVar = {"perp": 0.0}
    shown = Shown.ALL
    slip = 0.0006
    push_ms = 100
    together = 8

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        self.routes = {f"{API}orderBookDetails": self._details}
        self._numbers = count(1)

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        return _perpetuals()

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        """A row of orderBookDetails, with as much of it as anybody reads."""
        return {
            "symbol": market.base, "market_id": int(market.id), "market_type": "perp",
            "status": "active", "size_decimals": decimals(market.lot),
            "price_decimals": decimals(market.tick), "quote_multiplier": 1_000,
            "market_config": {"trading_hours": "", "hidden": False},
        }  # fmt: skip

    @staticmethod
    def market_id(symbol: str) -> str:
        base = symbol.split("/")[0]
        names = [coin.name for coin in COINS]
        return str(names.index(base)) if "/" in symbol and base in names else symbol

    def _details(self, query: Query, now: int) -> Any:
        rows = [self.listed("perp", market) for market in self.markets("perp").values()]
        other = {"symbol": "ETH/USDC", "market_id": 2048, "market_type": "spot"}
        spot = [row | other for row in rows[:1]]
        return {"code": 200, "order_book_details": rows, "spot_order_book_details": spot}

    def session(self, path: str, query: Query) -> Session | None:
        return Heard(self.name, "perp") if path == SOCKET else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        if isinstance(session, Heard):
            session.heard = now
        try:
            message = loads(text)
            kind, channel = message["type"], str(message.get("channel"))
        except (JSONDecodeError, KeyError, TypeError, AttributeError):
            return [_error(30000, "Invalid Message")]
        if kind in ("ping", "pong"):
            return [packed({"type": "pong"})] if kind == "ping" else []
        word, _, id = channel.partition("/")
        if refuse or word != "trade" or id not in self.markets("perp"):
            return [_error(30005, f"Invalid Channel: {channel}")]
        if kind == "unsubscribe":
            session.topics.discard(channel)
            return [packed({"type": "unsubscribed", "channel": f"trade:{id}"})]
        if channel in session.topics:
            return [_error(30003, f"Already Subscribed to : trade:{id}")]
        if len(session.topics) >= CHANNELS:
            return [_error(30006, "Too Many Subscriptions")]
        session.topics.add(channel)
        return [self._snapshot(id, now)]

    def _snapshot(self, id: str, now: int) -> str:
        """What was traded before, newest first, the forced trades apart."""
        market = self.markets("perp")[id]
        past = self.history.newest([market], now - HOUR, now, SNAPSHOT)
        forced = [self._liquidation(row) for row in past]
        ordinary = [self._trade(market, now - 1, market.lot, self.scenario.price(market, now))]
        return self._told("subscribed/trade", id, ordinary, forced)

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """A frame a market, with an ordinary trade for each forced one."""
        out = []
        for id, of in by_market(rows).items():
            ordinary = [self._trade(row.market, row.ts, row.market.lot, row.price) for row in of]
            forced = [self._liquidation(row) for row in of]
            text = self._told("update/trade", id, ordinary, forced)
            out.append(Frame((f"trade/{id}",), text, tuple(of)))
        return out

    def quotes(self, session: Session, now: int) -> list[str]:
        """An ordinary trade of bitcoin, where it is subscribed to, and the ping that is due."""
        out = []
        if "trade/0" in session.topics:
            market = self.markets("perp")["0"]
            trade = self._trade(market, now, market.lot, self.scenario.price(market, now))
            out.append(self._told("update/trade", "0", [trade], None))
        if isinstance(session, Heard) and session.heard >= session.pinged <= now - PING_MS:
            session.pinged = now
            out.append(packed({"type": "ping"}))
        return out

    def given_up(self, session: Session, now: int) -> bool:
        return isinstance(session, Heard) and session.heard < session.pinged <= now - PATIENCE_MS

    def _told(self, kind: str, id: str, trades: list[Trade], forced: list[Trade] | None) -> str:
        """A message of one market; Lighter leaves the list of forced trades out at times."""
        head = {"type": kind, "channel": f"trade:{id}", "nonce": next(self._numbers)}
        told = {} if forced is None else {"liquidation_trades": forced}
        return packed(head | {"trades": trades} | told)

    def _liquidation(self, row: Forced) -> Trade:
        """The taker is the liquidated one: a long met a maker who bid."""
        trade = self._trade(row.market, row.ts, row.size, row.price, row.side is Side.SHORT)
        return trade | {"type": "liquidation", "taker_fee": 10_000}

    def _trade(
        self, market: Instrument, ts: int, size: float, price: float, ask: bool = False
    ) -> Trade:
        number = next(self._numbers)
        amount = float(size_text(market, size)) * float(price_text(market, price))
        return {
            "trade_id": number, "trade_id_str": str(number), "tx_hash": f"{number:080x}",
            "type": "trade", "market_id": int(market.id), "size": size_text(market, size),
            "price": price_text(market, price), "usd_amount": f"{amount:.6f}",
            "is_maker_ask": ask, "block_height": ts // 100, "timestamp": ts,
            "transaction_time": ts * 1000,
        }  # fmt: skip


def _error(code: int, message: str) -> str:
    return packed({"error": {"code": code, "message": message}})


def _perpetuals() -> Iterator[Instrument]:
    """Coins, then the invented tickers, without end; ids are numbers."""
    known = [(coin.name, coin.name, coin.price) for coin in COINS]
    names = (*known, *((name, "", price) for name, price in fillers()))
    for id, (name, path, price) in enumerate(names):
        yield Instrument(
            "lighter", "perp", str(id), name, "USDC", "USDC", "swap", path, price,
            lot=lot_of(price),
        )  # fmt: skip
