"""Kraken Futures' socket and list of instruments: every trade is a frame of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from tui.loopback.coins import COINS, lot_of
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument, fillers, inverse, quarter_ends
from tui.loopback.path import HOUR
from tui.loopback.sampling import Shown
from tui.loopback.wire import Encoder, Frame, Query, Session, number, packed
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

SOCKET = "futures.kraken.com/ws/v1"
API = "futures.kraken.com/derivatives/api/v3/"
SNAPSHOT = 100
"""Trades told when a subscription begins."""


class Kraken(Encoder):
    """futures.kraken.com over REST and over its one socket."""

    name = "kraken"
    sizes: ClassVar = {"futures": 300}
    shares: ClassVar = {"futures": 0.008}
    shown = Shown.ALL
    slip = 0.0006
    push_ms = 100

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        self.routes = {f"{API}instruments": self._instruments}
        self._numbers = count(1)

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        return _futures(end)

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        """A row of instruments, with as much of it as anybody reads."""
        row = {
            "symbol": market.id, "tradeable": True, "tickSize": market.tick,
            "type": "futures_inverse" if market.inverse else "flexible_futures",
            "contractSize": market.contract, "postOnly": False, "base": market.base,
            "quote": market.quote, "pair": f"{market.base}:{market.quote}", "tradfi": market.tradfi,
            "openingDate": _iso(market.began),
        }  # fmt: skip
        return row if market.expires is None else row | {"lastTradingTime": _iso(market.expires)}

    @staticmethod
    def market_id(symbol: str) -> str:
        pair, _, settle = symbol.partition(":")
        base, _, quote = pair.partition("/")
        if not settle:
            return symbol
        return _id("PF" if settle == quote else "PI", base)

    def _instruments(self, query: Query, now: int) -> Any:
        rows = [self.listed("futures", market) for market in self.markets("futures").values()]
        index = {"symbol": "IN_XBTUSD", "type": "spot index", "tradeable": False}
        return {"result": "success", "instruments": [*rows, index], "serverTime": _iso(now)}

    def session(self, path: str, query: Query) -> Session | None:
        return Session(self.name, "futures") if path == SOCKET else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        try:
            message = loads(text)
            event, feed = message["event"], message.get("feed")
            products = list(message.get("product_ids") or ())
        except (JSONDecodeError, KeyError, TypeError, AttributeError):
            return [_error("Json Error")]
        if feed != "trade" or refuse:
            return [_error("Invalid feed")]
        if not set(products) <= self.markets("futures").keys():
            return [_error("Invalid product id")]
        said = packed({"event": f"{event}d", "feed": feed, "product_ids": products})
        if event == "unsubscribe":
            session.topics.difference_update(products)
            return [said]
        session.topics.update(products)
        return [said, *self._snapshots(products, now)]

    def _snapshots(self, products: Sequence[str], now: int) -> Iterator[str]:
        """What was traded of each before, newest first; only forced trades are remembered."""
        markets = self.markets("futures")
        asked = [markets[id] for id in products]
        before: dict[str, list[Forced]] = defaultdict(list)
        for row in self.history.newest(asked, now - HOUR, now, SNAPSHOT):
            before[row.market.id].append(row)
        for id in products:
            trades = [self._liquidation(row) for row in before[id]]
            yield packed({"feed": "trade_snapshot", "product_id": id, "trades": trades})

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """Two frames a row: an ordinary trade, and the forced one that it set off."""
        out = []
        for row in rows:
            small = self._trade(row.market, row.ts, _taker(row), row.market.lot, row.price)
            topics = (row.market.id,)
            out.append(Frame(topics, packed(small)))
            out.append(Frame(topics, packed(self._liquidation(row)), (row,)))
        return out

    def quotes(self, session: Session, now: int) -> list[str]:
        """Ordinary trades of a second: one of each inverse perpetual."""
        markets = self.markets("futures")
        side = "sell" if now // 1000 % 2 else "buy"
        return [
            packed(self._trade(market, now, side, market.lot, self.scenario.price(market, now)))
            for market in (markets[id] for id in sorted(session.topics) if id.startswith("PI_"))
        ]

    def _liquidation(self, row: Forced) -> dict[str, Any]:
        trade = self._trade(row.market, row.ts, _taker(row), row.size, row.price)
        return trade | {"type": "liquidation"}

    def _trade(
        self, market: Instrument, ts: int, side: str, qty: float, price: float
    ) -> dict[str, Any]:
        seq = next(self._numbers)
        return {
            "feed": "trade", "product_id": market.id, "uid": str(UUID(int=seq)), "side": side,
            "type": "fill", "seq": seq, "time": ts, "qty": float(number(qty, market.lot)),
            "price": float(number(price, market.tick)),
        }  # fmt: skip


def _taker(row: Forced) -> str:
    return "sell" if row.side is Side.LONG else "buy"


def _error(message: str) -> str:
    return packed({"event": "error", "message": message})


def _iso(ts: int) -> str:
    return f"{datetime.fromtimestamp(ts / 1000, UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def _id(kind: str, base: str) -> str:
    return f"{kind}_{'XBT' if base == 'BTC' else base}USD"


def _futures(end: int) -> Iterator[Instrument]:
    """Inverse contracts of a dollar, then linear ones of whole coins, without end."""
    for coin in COINS[:4]:
        yield inverse("kraken", "futures", coin, _id("PI", coin.name), 1.0)
    for coin in COINS[:2]:
        for when in quarter_ends(end):
            id = f"{_id('FI', coin.name)}_{when:%y%m%d}"
            yield inverse("kraken", "futures", coin, id, 1.0, when=when)
    known = [(coin.name, coin.name, coin.price) for coin in COINS]
    for name, path, price in (*known, *((name, "", price) for name, price in fillers())):
        yield Instrument(
            "kraken", "futures", _id("PF", name), name, "USD", "USD", "swap", path, price,
            lot=lot_of(price),
        )  # fmt: skip
