"""Deribit's socket and list of futures: every trade goes out, the forced ones marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.coins import COINS, Coin
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument, inverse, linear, quarter_ends
from tui.loopback.options import Options
from tui.loopback.sampling import Shown
from tui.loopback.wire import Encoder, Frame, Query, Session, number, packed
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

SOCKET = "www.deribit.com/ws/api/v2"
API = "www.deribit.com/api/v2/public/"
TRADES = "trades.future.any.100ms"
CONTRACT_USD = 10.0
FOR_EVER = 32_503_708_800_000
"""When a perpetual expires: at the end of the year 2999."""


class Deribit(Encoder):
    """www.deribit.com over REST and over its one socket."""

    name = "deribit"
    sizes: ClassVar = {"future": 47}
    shares: ClassVar = {"future": 0.01}
    shown = Shown.ALL
    slip = 0.0006
    push_ms = 100
    together = 8

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        self._options = Options(scenario)
        self.routes = {
            f"{API}get_instruments": self._instruments,
            f"{API}get_book_summary_by_currency": self._summary,
            f"{API}get_volatility_index_data": self._index,
        }

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        return _futures(end)

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        """A row of public/get_instruments, with as much of it as anybody reads."""
        return {
            "instrument_name": market.id, "kind": "future", "base_currency": market.base,
            "counter_currency": market.quote, "quote_currency": market.quote,
            "settlement_currency": market.settle,
            "settlement_period": "perpetual" if market.expires is None else "month",
            "future_type": "reversed" if market.inverse else "linear", "is_active": True,
            "contract_size": market.lot, "min_trade_amount": market.lot,
            "tick_size": market.tick, "creation_timestamp": market.began,
            "expiration_timestamp": market.expires or FOR_EVER, "max_leverage": 50,
        }  # fmt: skip

    @staticmethod
    def market_id(symbol: str) -> str:
        pair, _, settle = symbol.partition(":")
        if not settle or "-" in settle:
            return symbol
        base, quote = pair.split("/")
        return f"{base}-PERPETUAL" if quote != settle else f"{base}_{quote}-PERPETUAL"

    def _instruments(self, query: Query, now: int) -> Any:
        wanted = query.get("currency", "any")
        rows = [
            self.listed("future", market) for market in self.markets("future").values()
            if wanted in ("any", market.settle) and query.get("kind", "future") == "future"
        ]  # fmt: skip
        return {"jsonrpc": "2.0", "result": rows} | _clock(now)

    def _summary(self, query: Query, now: int) -> Any:
        """Of options alone: what futures there are nobody asks for here."""
        coin = query.get("currency", "")
        rows = self._options.summary(coin, now) if query.get("kind") == "option" else []
        return {"jsonrpc": "2.0", "result": rows} | _clock(now)

    def _index(self, query: Query, now: int) -> Any:
        return {"jsonrpc": "2.0", "result": self._options.index(query, now)} | _clock(now)

    def session(self, path: str, query: Query) -> Session | None:
        return Session(self.name, "future") if path == SOCKET else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        """A channel that is not known is left out of the answer, as Deribit does."""
        try:
            message = loads(text)
            method, id = message["method"], message.get("id")
            channels = list((message.get("params") or {}).get("channels") or ())
        except (JSONDecodeError, KeyError, TypeError, AttributeError):
            return [_said(now, None, error={"code": -32700, "message": "Parse error"})]
        if method == "public/test":
            return [_said(now, id, result={"version": "1.2.26"})]
        if method not in ("public/subscribe", "public/unsubscribe"):
            return [_said(now, id, error={"code": -32601, "message": "Method not found"})]
        if refuse:
            return [_said(now, id, error={"code": 13028, "message": "temporarily_unavailable"})]
        known = [channel for channel in channels if channel == TRADES]
        if method == "public/subscribe":
            session.topics.update(known)
        else:
            session.topics.difference_update(known)
        return [_said(now, id, result=known)]

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """One frame of them all, each behind an ordinary trade that set it off."""
        data = [trade for row in rows for trade in (_ordinary(row), _marked(row))]
        return [Frame((TRADES,), _notice(data), tuple(rows))] if rows else []

    def quotes(self, session: Session, now: int) -> list[str]:
        """Ordinary trades of a second: one of each inverse perpetual."""
        if TRADES not in session.topics:
            return []
        data = [
            _trade(market, now, "sell" if now // 1000 % 2 else "buy", market.lot, price)
            for market in self.markets("future").values()
            if market.inverse and market.expires is None
            for price in (self.scenario.price(market, now),)
        ]
        return [_notice(data)]


def _clock(now: int) -> dict[str, Any]:
    return {"usIn": now * 1000, "usOut": now * 1000, "usDiff": 0, "testnet": False}


def _said(now: int, id: Any, **what: Any) -> str:
    return packed({"jsonrpc": "2.0"} | ({} if id is None else {"id": id}) | what | _clock(now))


def _notice(data: list[dict[str, Any]]) -> str:
    params = {"channel": TRADES, "data": data}
    return packed({"jsonrpc": "2.0", "method": "subscription", "params": params})


def _trade(
    market: Instrument, ts: int, direction: str, amount: float, price: float
) -> dict[str, Any]:
    """Amounts are USD of an inverse contract, coins of a linear one; numbers, not texts."""
    amount, price = float(number(amount, market.lot)), float(number(price, market.tick))
    return {
        "trade_seq": ts % 10**9, "trade_id": f"{market.settle}-{ts}", "timestamp": ts,
        "tick_direction": 3, "price": price, "mark_price": price, "index_price": price,
        "instrument_name": market.id, "direction": direction, "amount": amount,
    }  # fmt: skip


def _ordinary(row: Forced) -> dict[str, Any]:
    return _trade(row.market, row.ts, _taker(row), row.market.lot, row.price)


def _marked(row: Forced) -> dict[str, Any]:
    """Forced is the taker, on odd milliseconds the maker: then the taker went the other way."""
    party, direction = "T", _taker(row)
    if row.ts % 2:
        party, direction = "M", {"sell": "buy", "buy": "sell"}[direction]
    return _trade(row.market, row.ts, direction, row.size, row.price) | {"liquidation": party}


def _taker(row: Forced) -> str:
    return "sell" if row.side is Side.LONG else "buy"


def _futures(end: int) -> Iterator[Instrument]:
    """Bitcoin and ether settled in themselves, then every coin settled in USDC."""
    for one in COINS[:2]:
        yield _dollars(one, "PERPETUAL")
        for when in quarter_ends(end):
            yield _dollars(one, f"{when.day}{when:%b%y}".upper(), when)
    yield from (linear("deribit", "future", one, "{}_USDC-PERPETUAL", "USDC") for one in COINS)


def _dollars(one: Coin, suffix: str, when: datetime | None = None) -> Instrument:
    """A contract sized in dollars, by tens."""
    id = f"{one.name}-{suffix}"
    return inverse("deribit", "future", one, id, 1.0, CONTRACT_USD, when)
