"""A venue with every trait a wire may have: gzip, pings of its own, lists, data as confirmation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import Answer, Ask, Market, Request, Venue, Wire, each, moment, positive
from tui.venues.packed import gunzipped


class Chatty(Venue):
    """`["liq",[id,ts,size,price]]` is a liquidated long, and a subscription's only answer.

    It goes through Binance's class and address: what ccxt does is the same for all.
    """

    name = "chatty"
    gives = "?"
    streams = ("all",)
    ccxt_id = "binance"

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        return ["BTC"]

    @staticmethod
    def market(stream: str, row: Any) -> Market | None:
        return Market(row, f"{row}!", row, "USD", "swap", False, 1.0, 1.0, Class.CRYPTO, None)

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        return str(urls["ws"]["inverse"]) + "/0"

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return ["liq"]

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        return Request(tuple(topics), {"want": list(topics)}, ("liq",))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        return Answer("liq", True) if message[0] == "liq" else None

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        if not isinstance(message, list) or message[:1] != ["liq"]:
            return []
        return each(message[1:], _row)

    @staticmethod
    def text(frame: bytes) -> str:
        return gunzipped(frame)

    @staticmethod
    def reply(message: Any) -> Any:
        return {"pong": message["ping"]} if "ping" in message else None


def _row(row: Any) -> Wire:
    id, ts, size, price = row
    return Wire(
        id, moment(ts), Side.LONG, positive(size), positive(price), "fill_avg", {"row": row}
    )
