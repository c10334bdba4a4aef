"""OKX's v5 public socket: text pings, one channel for the liquidations of all swaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.forced import Forced, by_market
from tui.loopback.listing import Instrument, spot
from tui.loopback.okx_lists import futures, group, listed, swap
from tui.loopback.okx_rest import Rest, ticker
from tui.loopback.sampling import Shown
from tui.loopback.taker import Taker, trades
from tui.loopback.wire import Encoder, Frame, Query, Session, packed, price_text, size_text

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

HOSTS = ("ws.okx.com:8443", "ws.okx.com:443", "ws.okx.com", "wsaws.okx.com:8443")
ALL = "liquidation-orders:SWAP"


class Okx(Encoder):
    """www.okx.com over REST, ws.okx.com over sockets."""

    name = "okx"
    sizes: ClassVar = {"swap": 350, "futures": 12, "spot": 700}
    shares: ClassVar = {"swap": 0.18}
    shown = Shown.LAST
    slip = 0.004
    push_ms = 200
    together = 8
    first_price = True

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        if stream == "spot":
            return spot("okx", "{}-{}", end)
        return swap(end) if stream == "swap" else futures(end)

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        return listed(market)

    @staticmethod
    def market_id(symbol: str) -> str:
        pair = symbol.split(":")[0].replace("/", "-")
        return pair if pair.endswith("-SWAP") else pair + "-SWAP"

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        self.routes = Rest(self).routes()
        self._taker = Taker(scenario)

    def session(self, path: str, query: Query) -> Session | None:
        host, _, rest = path.partition("/")
        known = host in HOSTS and rest in ("ws/v5/public", "ws/v5/business")
        return Session(self.name, "swap") if known else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[str]:
        if text == "ping":
            return ["pong"]
        try:
            message = loads(text)
            op, args = message["op"], message["args"]
        except (JSONDecodeError, KeyError, TypeError):
            return [self._error(session, "60012", f"Invalid request: {text[:60]}")]
        if op not in ("subscribe", "unsubscribe"):
            return [self._error(session, "60012", f"Invalid request: {text[:60]}")]
        return [self._change(session, op, arg, refuse) for arg in args]

    def _change(self, session: Session, op: str, arg: dict[str, str], refuse: bool) -> str:
        topic = f"{arg.get('channel')}:{arg.get('instId') or arg.get('instType')}"
        if op == "unsubscribe":
            session.topics.discard(topic)
        elif refuse or not self._known(arg):
            asked = ",".join(f"{key}:{value}" for key, value in arg.items())
            return self._error(session, "60018", f"Wrong URL or {asked} doesn't exist.")
        else:
            session.topics.add(topic)
        return packed({"event": op, "arg": arg, "connId": f"loop{session.number:06d}"})

    def _known(self, arg: dict[str, str]) -> bool:
        channel = arg.get("channel")
        if channel == "liquidation-orders":
            return arg.get("instType") in ("SWAP", "FUTURES", "MARGIN", "OPTION")
        return channel in ("tickers", "trades", "mark-price") and bool(self.find(arg.get("instId")))

    def _error(self, session: Session, code: str, message: str) -> str:
        said = {"event": "error", "code": code, "msg": message}
        return packed(said | {"connId": f"loop{session.number:06d}"})

    def find(self, symbol: str | None) -> Instrument | None:
        """A market by its id, of any of the lists."""
        for stream in ("swap", "spot", "futures"):
            if market := self.markets(stream).get(symbol or ""):
                return market
        return None

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """One frame a push; the rows of a contract stand together in `details`."""
        if not rows:
            return []
        grouped = by_market(rows)
        data = [group(of) for of in grouped.values()]
        arg = {"channel": "liquidation-orders", "instType": "SWAP"}
        kept = tuple(row for of in grouped.values() for row in of)
        return [Frame((ALL,), packed({"arg": arg, "data": data}), kept)]

    def quotes(self, session: Session, now: int) -> list[str]:
        out = []
        since, session.traded = session.traded or now - 1000, now
        for topic in sorted(session.topics):
            channel, _, symbol = topic.partition(":")
            market = self.find(symbol)
            if market is None:
                continue
            row: Any = None
            if channel == "tickers":
                row = ticker(self, market, now)
            elif channel == "mark-price":
                mark = price_text(market, self.mood.mark(market, now))
                row = {"instType": "SWAP", "instId": symbol, "markPx": mark, "ts": str(now)}
            elif channel == "trades":
                out += self.matches(session.stream, market.id, since, now)
                continue
            out.append(packed({"arg": {"channel": channel, "instId": symbol}, "data": [row]}))
        return out

    def matches(self, stream: str, id: str, since: int, until: int) -> list[str]:
        """A frame a trade. Spot and swaps are on one socket."""
        market = self.find(id)
        if market is None:
            return []
        price = self.scenario.price(market, until)
        arg = {"channel": "trades", "instId": market.id}
        rows = [
            {
                "instId": market.id, "tradeId": f"{one.ts}{one.bought:d}",
                "px": price_text(market, price), "sz": size_text(market, one.size),
                "side": "buy" if one.bought else "sell", "ts": str(one.ts), "count": "1",
                "seqId": one.ts,
            }
            for one in trades(self._taker, market, price, since, until)
        ]  # fmt: skip
        return [packed({"arg": arg, "data": [row]}) for row in rows]
