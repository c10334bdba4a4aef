"""Binance's sockets: USD-M, COIN-M and spot; one forced order a frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.binance_lists import coinm, listed, listed_spot, usdm
from tui.loopback.binance_rest import routes
from tui.loopback.coins import decimals
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument, spot
from tui.loopback.path import SECOND
from tui.loopback.sampling import Shown
from tui.loopback.wire import Encoder, Frame, Query, Session, packed, price_text, size_text
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

HOSTS = {
    "fstream.binance.com": "usdm",
    "dstream.binance.com": "coinm",
    "stream.binance.com:9443": "spot",
    "stream.binance.com": "spot",
}
ALL = "!forceOrder@arr"


class Binance(Encoder):
    """fapi, dapi and api over REST; fstream, dstream and stream over sockets."""

    name = "binance"
    sizes: ClassVar = {"usdm": 700, "coinm": 25, "spot": 3500}
    shares: ClassVar = {"usdm": 0.38, "coinm": 0.04}
    shown = Shown.LARGEST
    slip = 0.0006
    push_ms = 100

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        if stream == "spot":
            return spot("binance", "{}{}", end)
        return usdm(end) if stream == "usdm" else coinm(end)

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        return listed_spot(market) if stream == "spot" else listed(market)

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        self.routes = routes(self)

    def session(self, path: str, query: Query) -> Session | None:
        host, _, rest = path.partition("/")
        stream, parts = HOSTS.get(host), rest.split("/")
        if stream is None or not {"ws", "stream"} & set(parts):
            return None
        session = Session(self.name, stream, combined="stream" in parts)
        session.topics.update(part for part in parts if "@" in part)
        session.topics.update(part for part in query.get("streams", "").split("/") if part)
        return session

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        try:
            message = loads(text)
            method, params = message["method"], message.get("params") or []
        except (JSONDecodeError, KeyError, TypeError):
            return [packed({"error": {"code": 3, "msg": "Invalid JSON: expected value"}})]
        answer: dict[str, Any] = {"result": None, "id": message.get("id")}
        if refuse and method == "SUBSCRIBE":
            error = {"code": 2, "msg": "Invalid request: request ID or topic is refused"}
            return [packed({"error": error, "id": message.get("id")})]
        if method == "SUBSCRIBE":
            session.topics.update(params)
        elif method == "UNSUBSCRIBE":
            session.topics.difference_update(params)
        elif method == "LIST_SUBSCRIPTIONS":
            answer["result"] = sorted(session.topics)
        return [packed(answer)]

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """One order a frame. `q` was ordered at the limit `p`, `z` filled at `ap` on average."""
        return [
            Frame((ALL, f"{row.market.id.lower()}@forceOrder"), packed(order(row, now)), (row,))
            for row in rows
        ]

    def quotes(self, session: Session, now: int) -> list[str]:
        out = []
        markets = self.markets(session.stream)
        for topic in sorted(session.topics):
            symbol, _, kind = topic.partition("@")
            market = markets.get(symbol.upper())
            data: Any = None
            if symbol in ("!miniTicker", "!ticker"):
                few = [m for m in markets.values() if m.path][:100]
                data = [self._ticker(m, now, symbol == "!ticker") for m in few]
            elif market is not None and kind in ("miniTicker", "ticker"):
                data = self._ticker(market, now, kind == "ticker")
            elif market is not None and kind in ("trade", "aggTrade"):
                data = self._trade(market, now, kind)
            elif market is not None and kind.startswith("markPrice"):
                data = self._mark(market, now)
            if data is not None:
                out.append(packed({"stream": topic, "data": data} if session.combined else data))
        return out

    def _ticker(self, market: Instrument, now: int, full: bool) -> dict[str, Any]:
        last = self.scenario.price(market, now)
        start, high, low = self.scenario.day(market, now)
        prices = {"c": last, "o": start, "h": high, "l": low}
        volume = 40e6 / max(last, 1e-12)
        out: dict[str, Any] = {
            "e": "24hrTicker" if full else "24hrMiniTicker", "E": now, "s": market.id,
            **{key: price_text(market, value) for key, value in prices.items()},
            "v": f"{volume:.3f}", "q": f"{volume * last:.3f}",
        }  # fmt: skip
        if full:
            change = {"p": last - start, "w": (high + low) / 2, "b": last, "a": last + market.tick}
            out |= {key: price_text(market, value) for key, value in change.items()}
            out |= {"P": f"{(last / start - 1) * 100:.3f}", "Q": "0.100", "B": "1.2", "A": "0.8"}
            out |= {"O": now - 86_400_000, "C": now, "F": 1, "L": now // 100, "n": 900_000}
        return out

    def _trade(self, market: Instrument, now: int, kind: str) -> dict[str, Any]:
        price, trade = self.scenario.price(market, now), now // SECOND
        out = {
            "e": kind, "E": now, "T": now - 3, "s": market.id, "p": price_text(market, price),
            "q": size_text(market, max(market.lot, 500 / price)), "m": trade % 2 == 0,
        }  # fmt: skip
        if kind == "trade":
            return out | {"t": trade, "M": True}
        return out | {"a": trade, "f": trade, "l": trade}

    def _mark(self, market: Instrument, now: int) -> dict[str, Any]:
        index, mark = self.mood.index(market, now), self.mood.mark(market, now)
        return {
            "e": "markPriceUpdate", "E": now, "s": market.id, "p": f"{mark:.8f}",
            "i": f"{index:.8f}", "P": f"{index:.8f}", "r": f"{self.mood.funding(market, now):.8f}",
            "T": (now // 28_800_000 + 1) * 28_800_000,
        }  # fmt: skip


def order(row: Forced, now: int) -> dict[str, Any]:
    """A forced order as `!forceOrder@arr` has it. Its side closes the position."""
    market, long = row.market, row.side is Side.LONG
    size, tick = size_text(market, row.size), decimals(market.tick)
    limit = row.price * (0.995 if long else 1.005)
    order: dict[str, Any] = {
        "s": market.id, "S": "SELL" if long else "BUY", "o": "LIMIT", "f": "IOC", "q": size,
        "p": f"{limit:.{tick}f}", "ap": price_text(market, row.price), "X": "FILLED", "l": size,
        "z": size, "T": row.ts,
    }  # fmt: skip
    if market.stream == "coinm":
        order["ps"] = market.id.split("_")[0]
    return {"e": "forceOrder", "E": max(now, row.ts), "o": order}
