"""Bybit's v5 public sockets: one topic a contract, liquidations pushed twice a second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.bybit_rest import Rest, listed, ticker
from tui.loopback.coins import COINS
from tui.loopback.forced import Forced, by_market
from tui.loopback.listing import (
    Instrument,
    filled,
    gold,
    inverse,
    linear,
    quarter_ends,
    spot,
    tokens,
)
from tui.loopback.sampling import Shown
from tui.loopback.taker import Taker, trades
from tui.loopback.wire import Encoder, Frame, Query, Session, packed, price_text, size_text
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

LIQUIDATION = "allLiquidation."
MOST_SPOT = 10
"""Topics in one subscription on the spot socket; contracts have no documented number."""

MOVING = ("symbol", "lastPrice", "markPrice", "indexPrice", "openInterest", "openInterestValue")
"""What a ticker's delta of a contract carries here."""


class Bybit(Encoder):
    """api.bybit.com over REST, stream.bybit.com over sockets."""

    name = "bybit"
    sizes: ClassVar = {"linear": 800, "inverse": 30, "spot": 600}
    shares: ClassVar = {"linear": 0.35, "inverse": 0.03}
    shown = Shown.ALL
    slip = 0.004
    push_ms = 500
    together = 8
    first_price = True

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        if stream == "spot":
            return chain(tokens("bybit", "{}{}"), spot("bybit", "{}{}", end))
        return _linear(end) if stream == "linear" else _inverse(end)

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        return listed(market)

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        self.routes = Rest(self).routes()
        self._taker = Taker(scenario)

    def session(self, path: str, query: Query) -> Session | None:
        parts = path.split("/")
        if not parts[0].startswith("stream.by") or parts[1:3] != ["v5", "public"]:
            return None
        known = parts[-1] in ("linear", "inverse", "spot")
        return Session(self.name, parts[-1]) if known else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        try:
            message = loads(text)
            op, args = message.get("op"), message.get("args") or []
        except (JSONDecodeError, AttributeError):
            return [self._said(session, {}, "error:Invalid JSON")]
        if op == "ping":
            pong = {"success": True, "ret_msg": "pong", "op": "ping"}
            if session.stream == "spot":
                pong = {"success": True, "ret_msg": "pong", "op": "pong"}
            return [packed(pong | self._ids(session, message))]
        if op == "unsubscribe":
            session.topics.difference_update(args)
            return [self._said(session, message, "")]
        if op != "subscribe":
            return [self._said(session, message, "error:invalid op")]
        wrong = "error:refused" if refuse else self._wrong(session, args)
        if not wrong:
            session.topics.update(args)
        return [self._said(session, message, wrong)]

    def _wrong(self, session: Session, args: list[str]) -> str:
        """Why the whole request is turned down; empty when it is not."""
        if session.stream == "spot" and len(args) > MOST_SPOT:
            return f"error:args size >{MOST_SPOT}"
        markets = self.markets(session.stream)
        for topic in args:
            kind, _, symbol = topic.rpartition(".")
            known = kind.split(".")[0] in (
                "allLiquidation",
                "liquidation",
                "tickers",
                "publicTrade",
            )
            if not known or symbol not in markets:
                return f"error:handler not found,topic:{topic}"
        return ""

    def _ids(self, session: Session, message: dict[str, Any]) -> dict[str, Any]:
        request = {"req_id": message["req_id"]} if "req_id" in message else {}
        return request | {"conn_id": f"loopback-{session.number:08d}"}

    def _said(self, session: Session, message: dict[str, Any], wrong: str) -> str:
        said = {"success": not wrong, "ret_msg": wrong, "op": message.get("op", "")}
        return packed(said | self._ids(session, message))

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """One frame a contract with all its rows. `S` is the position's side: Buy was long."""
        return [self._liquidations(symbol, of, now) for symbol, of in by_market(rows).items()]

    def _liquidations(self, symbol: str, rows: list[Forced], now: int) -> Frame:
        data = [
            {
                "T": row.ts, "s": symbol, "S": "Buy" if row.side is Side.LONG else "Sell",
                "v": size_text(row.market, row.size), "p": price_text(row.market, row.price),
            }
            for row in rows
        ]  # fmt: skip
        topic = LIQUIDATION + symbol
        ts = max(now, rows[-1].ts)
        text = packed({"topic": topic, "type": "snapshot", "ts": ts, "data": data})
        return Frame((topic,), text, tuple(rows))

    def quotes(self, session: Session, now: int) -> list[str]:
        out = []
        markets = self.markets(session.stream)
        since, session.traded = session.traded or now - 1000, now
        for topic in sorted(session.topics):
            kind, _, symbol = topic.rpartition(".")
            if kind == "tickers" and symbol in markets:
                row = ticker(self, markets[symbol], now)
                delta = session.stream != "spot" and topic in session.primed
                session.primed.add(topic)
                data = {key: row[key] for key in MOVING} if delta else row
                head = {"topic": topic, "type": "delta" if delta else "snapshot", "cs": now // 100}
                out.append(packed(head | {"ts": now, "data": data}))
            elif kind == "publicTrade" and symbol in markets:
                out += self.matches(session.stream, symbol, since, now)
        return out

    def matches(self, stream: str, id: str, since: int, until: int) -> list[str]:
        """All trades in one frame; no frame without any."""
        market = self.markets(stream)[id]
        price = self.scenario.price(market, until)
        data = [
            {
                "T": one.ts, "s": id, "S": "Buy" if one.bought else "Sell",
                "v": size_text(market, one.size), "p": price_text(market, price),
                "L": "ZeroPlusTick", "i": f"{one.ts:031x}{one.bought:d}", "BT": False,
                "seq": one.ts,
            }
            for one in trades(self._taker, market, price, since, until)
        ]  # fmt: skip
        topic = f"publicTrade.{id}"
        head = {"topic": topic, "type": "snapshot", "ts": until, "data": data}
        return [packed(head)] if data else []


def _linear(end: int) -> Iterator[Instrument]:
    yield from (linear("bybit", "linear", coin, "{}USDT", "USDT") for coin in COINS)
    yield gold("bybit", "linear", "{}USDT", end)
    yield from (linear("bybit", "linear", coin, "{}PERP", "USDC") for coin in COINS[:12])
    yield from filled("bybit", "linear", "{}USDT")


def _inverse(end: int) -> Iterator[Instrument]:
    """Contracts of one USD; dated ones are named by the quarter's letter."""
    for coin in COINS[:26]:
        yield inverse("bybit", "inverse", coin, f"{coin.name}USD", 1.0)
    for coin in COINS[:2]:
        for when in quarter_ends(end):
            code = f"{coin.name}USD{'HMUZ'[(when.month - 1) // 3]}{when:%y}"
            yield inverse("bybit", "inverse", coin, code, 1.0, when=when)
