"""Gate's futures sockets and market lists, settled in USDT and in BTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from json import JSONDecodeError, loads
from sys import maxsize
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.coins import COINS
from tui.loopback.forced import Forced, by_market
from tui.loopback.gate_stats import answer as contract_stats
from tui.loopback.listing import Instrument, in_contracts, inverse
from tui.loopback.sampling import Shown
from tui.loopback.wire import (
    Encoder,
    Frame,
    Query,
    Refusal,
    Session,
    number,
    packed,
    price_text,
    whole,
)
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

SOCKET = "fx-ws.gateio.ws/v4/ws/"
API = "api.gateio.ws/api/v4/futures/"
CHANNEL = "futures.public_liquidates"
ALL = "!all"
MOST = 20
"""Rows of one contract in a push."""


class Gate(Encoder):
    """api.gateio.ws over REST, fx-ws.gateio.ws over sockets."""

    name = "gate"
    sizes: ClassVar = {"usdt": 600, "btc": 1}
    shares: ClassVar = {"usdt": 0.11, "btc": 0.001}
    shown = Shown.ALL
    slip = 0.005
    push_ms = 1000
    together = 8
    signed = True

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        for stream in self.sizes:
            self.routes[f"{API}{stream}/contracts"] = partial(self._contracts, stream)
            self.routes[f"{API}{stream}/liq_orders"] = partial(self._orders, stream)
            self.routes[f"{API}{stream}/contract_stats"] = partial(self._stats, stream)

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        if stream == "usdt":
            return in_contracts("gate", stream, "{}_USDT", end, 0.0001)
        return [_bitcoin()]

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        """A row of futures/{settle}/contracts, with as much of it as anybody reads."""
        tick = number(market.tick, market.tick)
        return {
            "name": market.id, "type": "inverse" if market.inverse else "direct",
            "quanto_multiplier": "0" if market.inverse else f"{market.contract:.12g}",
            "order_price_round": tick, "mark_price_round": tick, "order_size_min": 1,
            "order_size_max": 1_000_000, "enable_decimal": False, "leverage_min": "1",
            "leverage_max": "100", "mark_type": "index", "funding_interval": 28_800,
            "status": "trading", "in_delisting": False, "contract_type": "",
            "create_time": market.began // 1000, "launch_time": market.began // 1000,
        }  # fmt: skip

    @staticmethod
    def market_id(symbol: str) -> str:
        return symbol.split(":")[0].replace("/", "_")

    def _contracts(self, stream: str, query: Query, now: int) -> Any:
        return [self.listed(stream, market) for market in self.markets(stream).values()]

    def _orders(self, stream: str, query: Query, now: int) -> Any:
        """Newest first, times in whole seconds, at most an hour and a thousand rows."""
        until = whole(query, "to", now // 1000)
        since = whole(query, "from", until - 3600)
        if until - since > 3600:
            label = {"label": "INVALID_PARAM_VALUE", "message": "from and to are too far apart"}
            raise Refusal(400, label)
        markets = self.markets(stream)
        asked = [m for m in markets.values() if query.get("contract") in (None, m.id)]
        limit = min(whole(query, "limit", 100), 1000)
        rows = self.history.newest(asked, since * 1000, until * 1000 + 999, limit)
        return [closed(row) for row in rows]

    def _stats(self, stream: str, query: Query, now: int) -> Any:
        """What was liquidated of a contract by the exchange's own count: all of it is published."""
        market = self.markets(stream).get(query.get("contract", ""))
        if market is None:
            raise Refusal(400, {"label": "CONTRACT_NOT_FOUND", "message": "contract not found"})
        rows = self.history.newest([market], 0, now, maxsize)
        return contract_stats(reversed(rows), query, now)

    def session(self, path: str, query: Query) -> Session | None:
        stream = path.removeprefix(SOCKET)
        return Session(self.name, stream) if stream in self.sizes else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        try:
            message = loads(text)
            channel, event = message["channel"], message.get("event")
            asked = list(message.get("payload") or ())
        except (JSONDecodeError, KeyError, TypeError, AttributeError):
            return [self._said(now, {}, {"code": 1, "message": "Invalid request body"})]
        if channel == "futures.ping":
            return [packed({"time": now // 1000, "time_ms": now, "channel": "futures.pong"})]
        wrong = self._wrong(session, channel, asked, refuse)
        if event == "subscribe" and wrong is None:
            session.topics.update(asked)
        elif event == "unsubscribe":
            session.topics.difference_update(asked)
        return [self._said(now, message, wrong)]

    def _wrong(self, session: Session, channel: str, asked: list[str], refuse: bool) -> Any:
        """Why a request is turned down, None when it is not."""
        if refuse or channel != CHANNEL:
            return {"code": 2, "message": f"unknown channel {channel}"}
        unlisted = [id for id in asked if id != ALL and id not in self.markets(session.stream)]
        return {"code": 2, "message": f"unknown contract {unlisted[0]}"} if unlisted else None

    def _said(self, now: int, message: dict[str, Any], error: Any) -> str:
        said = {
            key: message[key] for key in ("id", "channel", "event", "payload") if key in message
        }
        result = None if error else {"status": "success"}
        head = {"time": now // 1000, "time_ms": now, "conn_id": "loopback"}
        return packed(head | said | {"error": error, "result": result})

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """A frame a contract, of 20 rows at most. A long has a positive size."""
        return [
            self._batch(symbol, of[start : start + MOST], now)
            for symbol, of in by_market(rows).items()
            for start in range(0, len(of), MOST)
        ]

    def _batch(self, symbol: str, rows: Sequence[Forced], now: int) -> Frame:
        at = max(now, rows[-1].ts)
        head = {"time": at // 1000, "time_ms": at, "channel": CHANNEL, "event": "update"}
        result = [
            {
                "price": price_text(row.market, row.price), "size": signed(row), "time": row.ts,
                "contract": symbol,
            }
            for row in rows
        ]  # fmt: skip
        return Frame((ALL, symbol), packed(head | {"result": result}), tuple(rows))


def closed(row: Forced) -> dict[str, Any]:
    """A row of liq_orders; the loopback's orders are filled at their price."""
    price = price_text(row.market, row.price)
    return {
        "time": row.ts // 1000, "contract": row.market.id, "size": int(float(signed(row))),
        "left": 0, "order_price": price, "fill_price": price,
    }  # fmt: skip


def signed(row: Forced) -> str:
    """Contracts with the sign of the position."""
    sign = "" if row.side is Side.LONG else "-"
    return sign + number(row.size, row.market.lot)


def _bitcoin() -> Instrument:
    """The one inverse contract: a dollar each."""
    return inverse("gate", "btc", COINS[0], "BTC_USD", 1.0)
