"""HTX's notification sockets of linear and inverse perpetuals: gzip frames, pings of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from gzip import compress
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, ClassVar

from tui.loopback.coins import COINS
from tui.loopback.forced import Forced, by_market
from tui.loopback.listing import Instrument, in_contracts, inverse
from tui.loopback.sampling import Shown
from tui.loopback.wire import Encoder, Frame, Query, Refusal, Session, Text, packed, whole
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

HOST = "api.hbdm.vn/"
SOCKETS = {HOST + "linear-swap-notification": "linear", HOST + "swap-notification": "inverse"}
APIS = {"linear": HOST + "linear-swap-api/", "inverse": HOST + "swap-api/"}
ALL = "public.*.liquidation_orders"
PING_MS = 5_000
PATIENCE = 5
"""Pings without an answer after which a socket is closed."""

PAGE, WINDOW_MS = 5, 7_200_000
"""Rows in an answer of the history, and how much of it may be asked for at once."""


@dataclass(eq=False)
class Pinged(Session):
    """A session with the pings it has not answered, and when the newest went out (ms)."""

    pinged: int = 0
    unanswered: int = 0


class Htx(Encoder):
    """api.hbdm.vn, over REST and sockets."""

    name = "htx"
    sizes: ClassVar = {"linear": 220, "inverse": 12}
    shares: ClassVar = {"linear": 0.014, "inverse": 0.001}
    shown = Shown.ALL
    slip = 0.004
    push_ms = 100
    together = 4

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        super().__init__(scenario, mood)
        for stream, api in APIS.items():
            self.routes[api + "v1/swap_contract_info"] = partial(self._contracts, stream)
            self.routes[api + "v3/swap_liquidation_orders"] = partial(self._orders, stream)

    @staticmethod
    def listing(stream: str, end: int) -> Iterable[Instrument]:
        if stream == "linear":
            return in_contracts("htx", stream, "{}-USDT", end, 0.001)
        return _inverse()

    @staticmethod
    def listed(stream: str, market: Instrument) -> Any:
        """A row of swap_contract_info; what tells a linear contract is missing from the others."""
        row = {
            "symbol": market.base, "contract_code": market.id, "contract_size": market.contract,
            "price_tick": market.tick, "delivery_time": "", "create_date": "20201021",
            "contract_status": 1, "settlement_date": "1640764800000",
        }  # fmt: skip
        if stream == "inverse":
            return row
        return row | {
            "delivery_date": "", "support_margin_mode": "all", "business_type": "swap",
            "pair": market.id, "contract_type": "swap", "trade_partition": "USDT",
        }  # fmt: skip

    @staticmethod
    def market_id(symbol: str) -> str:
        return symbol.split(":")[0].replace("/", "-")

    def _contracts(self, stream: str, query: Query, now: int) -> Any:
        data = [self.listed(stream, market) for market in self.markets(stream).values()]
        return {"status": "ok", "data": data, "ts": now}

    def _orders(self, stream: str, query: Query, now: int) -> Any:
        """One contract's, newest first, those before the row `from_id`."""
        market = self.markets(stream).get(query.get("contract", ""))
        if market is None:
            raise Refusal(200, _error(1013, "This contract symbol doesnt exist.", now))
        until = whole(query, "end_time", now)
        since = whole(query, "start_time", until - WINDOW_MS)
        if until - since > WINDOW_MS:
            raise Refusal(200, _error(1030, "Input error.", now))
        rows = self.history.newest([market], since, until, 1_000_000)
        numbered = [(len(rows) - place, row) for place, row in enumerate(rows)]
        before = whole(query, "from_id", len(rows) + 1)
        data = [order(row) | {"query_id": n} for n, row in numbered if n < before][:PAGE]
        return {"code": 200, "msg": "", "data": data, "ts": now}

    def session(self, path: str, query: Query) -> Session | None:
        stream = SOCKETS.get(path)
        return Pinged(self.name, stream) if stream else None

    def hear(self, session: Session, text: str, now: int, refuse: bool) -> list[Text]:
        try:
            message = loads(text)
            op = message["op"]
        except (JSONDecodeError, KeyError, TypeError):
            error = {"op": "error", "err-code": 2040, "err-msg": "Invalid request.", "ts": now}
            return [zipped(error)]
        if op == "pong" and isinstance(session, Pinged):
            session.unanswered = 0
            return []
        topic = message.get("topic", "")
        said = {"op": op, "cid": message.get("cid"), "topic": topic, "ts": now}
        if refuse or not self._known(session, topic):
            return [zipped(said | {"err-code": 2011, "err-msg": "Contract doesn't exist."})]
        (session.topics.add if op == "sub" else session.topics.discard)(topic)
        return [zipped(said | {"err-code": 0})]

    def _known(self, session: Session, topic: str) -> bool:
        contract = topic.removeprefix("public.").removesuffix(".liquidation_orders")
        return topic == ALL or contract in self.markets(session.stream)

    def quotes(self, session: Session, now: int) -> list[Text]:
        """The ping that is due; its time is text."""
        if not isinstance(session, Pinged) or now - session.pinged < PING_MS:
            return []
        session.pinged, session.unanswered = now, session.unanswered + 1
        return [zipped({"op": "ping", "ts": str(now)})]

    def given_up(self, session: Session, now: int) -> bool:
        if not isinstance(session, Pinged) or now - session.pinged < PING_MS:
            return False
        return session.unanswered >= PATIENCE

    def forced(self, stream: str, rows: Sequence[Forced], now: int) -> list[Frame]:
        """A frame a contract. `direction` is the closing order's."""
        out = []
        for code, of in by_market(rows).items():
            topic = f"public.{code}.liquidation_orders"
            head = {"op": "notify", "topic": topic, "ts": max(now, of[-1].ts)}
            text = zipped(head | {"data": [order(row) for row in of]})
            out.append(Frame((ALL, topic), text, tuple(of)))
        return out


def _error(code: int, message: str, now: int) -> dict[str, Any]:
    return {"status": "error", "err_code": code, "err_msg": message, "ts": now}


def zipped(message: Any) -> bytes:
    """JSON as HTX sends it; without a time, so that one message is always the same frame."""
    return compress(packed(message).encode(), 1, mtime=0)


def order(row: Forced) -> dict[str, Any]:
    """A liquidation, on a socket as in the history."""
    market = row.market
    out = {
        "symbol": market.base, "contract_code": market.id,
        "direction": "sell" if row.side is Side.LONG else "buy", "offset": "close",
        "volume": int(row.size), "price": row.price, "created_at": row.ts,
    }  # fmt: skip
    if market.inverse:
        return out
    return out | {
        "amount": round(row.size * market.contract, 12), "trade_turnover": round(row.usd, 8),
        "contract_type": "swap", "pair": market.id, "business_type": "swap",
        "trade_partition": "USDT",
    }  # fmt: skip


def _inverse() -> Iterator[Instrument]:
    for coin in COINS:
        usd = 100.0 if coin.name == "BTC" else 10.0
        yield inverse("htx", "inverse", coin, f"{coin.name}-USD", usd)
