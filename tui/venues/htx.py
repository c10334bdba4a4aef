"""HTX (Huobi) perpetuals, linear and inverse: all contracts by one topic, every frame packed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import Answer, Ask, Market, Request, Wire, each, moment, positive
from tui.venues.errors import NotListed
from tui.venues.history import REQUESTS, Backfills, Filled, listed
from tui.venues.names import coin, is_tradfi
from tui.venues.packed import gunzipped

_WINDOW_MS = 7_200_000  # HTX tells no more than two hours of its history at once
_LISTS = {
    "linear": "contractPublicGetLinearSwapApiV1SwapContractInfo",
    "inverse": "contractPublicGetSwapApiV1SwapContractInfo",
}
_HISTORY = {
    "linear": "contractPublicGetLinearSwapApiV3SwapLiquidationOrders",
    "inverse": "contractPublicGetSwapApiV3SwapLiquidationOrders",
}
_SIDES = {"sell": Side.LONG, "buy": Side.SHORT}


class Htx(Backfills):
    """The topic `public.*.liquidation_orders` of both notification sockets, without a key.

    Wire, of September 2026; before 2021, and in the inverse rows that are recorded, without
    `amount` and what follows it:

        {"op":"notify","topic":"public.ETH-USDT.liquidation_orders","ts":1789670297217,"data":[
          {"symbol":"ETH","contract_code":"ETH-USDT","direction":"buy","offset":"close",
           "volume":500,"price":2446.26,"created_at":1789670297212,"amount":5,
           "trade_turnover":12231.3,"contract_type":"swap","pair":"ETH-USDT",
           "business_type":"swap","trade_partition":"USDT"}]}

    `direction` is the closing order's: a forced sell closes a long. That is read off the fields
    (`close`, and `short` beside `buy` in the newer REST history); nobody has held it against the
    price. `volume` is contracts, price the bankruptcy price (so the REST history calls it).
    Whether all liquidations come is unknown: a quarter of an event a minute was seen on a calm
    day. Dated linear contracts come over the same topic; dated inverse ones have a socket of their
    own and are left out. That the inverse socket knows `*` is HTX's word, tried by no one here.
    """

    name = "htx"
    gives = "?"
    streams = ("linear", "inverse")
    per_frame = 1

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        everything = {"business_type": "all"} if stream == "linear" else {}
        return list((await ask(_LISTS[stream], everything))["data"])

    @staticmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        """`contract_size` is coins, or USD where inverse. Whatever its status, it is a contract."""
        listing = row["symbol"]
        _, quote, *date = row["contract_code"].split("-")
        inverse = stream == "inverse"
        base, multiplier = coin(listing)
        return Market(
            id=row["contract_code"],
            symbol="-".join([f"{listing}/{quote}:{listing if inverse else quote}", *date]),
            base=base,
            quote=quote,
            kind="future" if date else "swap",
            inverse=inverse,
            contract_size=positive(row["contract_size"]),
            multiplier=multiplier,
            cls=Class.TRADFI if is_tradfi(listing) else Class.CRYPTO,
            tick=float(row["price_tick"]) if row.get("price_tick") else None,
        )

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        """What ccxt keeps for private topics; the public ones here need no key."""
        return str(urls["ws"]["api"]["swap"][stream]["private"])

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return ["public.*.liquidation_orders"]

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        (topic,) = topics
        key = str(number)
        return Request((topic,), {"op": "sub", "cid": key, "topic": topic}, (key,))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"op":"sub","cid":"1","topic":…,"ts":…,"err-code":0}`, another code with `err-msg`."""
        if message.get("op") not in ("sub", "error"):
            return None
        code = message["err-code"]
        reason = None if code == 0 else f"{code} {message.get('err-msg')}"
        return Answer(message.get("cid"), code == 0, reason)

    @staticmethod
    def text(frame: bytes) -> str:
        return gunzipped(frame)

    @staticmethod
    def reply(message: Any) -> Any:
        """`{"op":"ping","ts":"1789676447110"}`, every 5 s; five without an answer end the socket.

        The time is given back as it came: text here, though a number in every other message.
        """
        return {"op": "pong", "ts": message["ts"]} if message.get("op") == "ping" else None

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        if not isinstance(message, dict) or message.get("op") != "notify":
            return []
        if not str(message.get("topic")).endswith(".liquidation_orders"):
            return []
        data = message.get("data")
        return each(data if isinstance(data, list) else [data], _row)

    @staticmethod
    async def backfill(
        ask: Ask, stream: str, markets: Sequence[Market], since: int, until: int
    ) -> Filled:
        """`v3/swap_liquidation_orders`, contract by contract: some 250 requests at ccxt's 100 ms.

        So much for the newest two hours; of a longer hole the older part stays a gap. A row has
        the socket's fields and must have its `created_at` for the store to know it again, which
        is unverified, as is that the list is whole; others had a single row an answer.
        """
        first = max(since + 1, until - _WINDOW_MS + 1)
        rows: list[Any] = []
        answered = 0
        for market in markets:
            span = {"contract": market.id, "start_time": first, "end_time": until}
            try:
                found, whole = await _history(ask, _HISTORY[stream], span)
            except NotListed:
                continue
            rows += [row for row in found if first <= int(row["created_at"]) <= until]
            answered += whole
        return Filled(each(rows, _row), first - 1, until, len(markets), answered)


async def _history(ask: Ask, method: str, span: dict[str, Any]) -> tuple[list[Any], bool]:
    """A contract's rows from the newest back to where an answer brings no new one, and whether it
    came to that. How many rows an answer holds at most, HTX does not say."""
    seen: dict[int, Any] = {}
    params = span | {"trade_type": 0, "direct": "prev"}
    for _ in range(REQUESTS):
        found = {int(row["query_id"]): row for row in listed((await ask(method, params))["data"])}
        if found.keys() <= seen.keys():
            return list(seen.values()), True
        seen |= found
        params = params | {"from_id": min(found)}
    return list(seen.values()), False


def _row(row: dict[str, Any]) -> Wire:
    return Wire(
        market_id=str(row["contract_code"]),
        ts=moment(row["created_at"]),
        side=_SIDES[row["direction"]],
        size=positive(row["volume"]),
        price=positive(row["price"]),
        price_kind="bankruptcy",
        raw=row,
    )
