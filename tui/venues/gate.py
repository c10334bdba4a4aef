"""Gate perpetuals, settled in USDT and in BTC: batches of about a second, or of 20 rows."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import Answer, Ask, Market, Request, Wire, each, moment, positive, signed
from tui.venues.history import Backfills, Filled, listed, paged
from tui.venues.names import coin, is_tradfi

_CHANNEL = "futures.public_liquidates"
_HOUR, _PAGE = 3_600, 1_000  # seconds of its history at once, and rows
_BATCH_MS = 1_000  # a push may hold orders that are so old
_SECONDS = 100_000_000_000  # a time below it is in seconds: as ms it would be before March 1973


class Gate(Backfills):
    """The channel `futures.public_liquidates` of all contracts of one settlement.

    Wire, with sizes in decimals because ccxt asks for them (`X-Gate-Size-Decimal: 1`):

        {"channel":"futures.public_liquidates","event":"update","time":1541505434,
         "time_ms":1541505434123,"result":[{"price":"215.1","size":"-124.5",
          "time":1541486601123,"contract":"BTC_USDT"}]}

    A positive size is a long, as in Gate's REST history, where it is the position's; that the
    socket's has the same sign is unverified. Price is the *order's* by Gate's word. `time` was
    seconds, with `time_ms` beside it, until 2026-08-20; since that day, by Gate's changelog, the
    orders of a second are sent together and none of them is dropped any more, hence `all`. No one
    has measured that; Gate's own statistics of liquidated USD are what it can be checked against.
    Contracts settled in USD1 have a socket that ccxt does not know, and are left out.
    """

    name = "gate"
    gives = "all"
    streams = ("usdt", "btc")
    exact = False  # whole seconds, and the socket milliseconds

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        return list(await ask("publicFuturesGetSettleContracts", {"settle": stream}))

    @staticmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        """A contract is `quanto_multiplier` coins; an inverse one has 0 there and is one USD.

        A quanto contract (ETH_USD settled in BTC) is neither: its rows stay without a worth.
        """
        listed, quote, *_ = row["name"].split("_")
        settle = stream.upper()
        inverse = settle == listed and quote == "USD"
        if not inverse and settle != quote:
            return None
        base, multiplier = coin(listed)
        return Market(
            id=row["name"],
            symbol=f"{listed}/{quote}:{settle}",
            base=base,
            quote=quote,
            kind="swap",
            inverse=inverse,
            contract_size=1.0 if inverse else positive(row["quanto_multiplier"]),
            multiplier=multiplier,
            cls=Class.TRADFI if is_tradfi(listed) else Class.CRYPTO,
            tick=float(row["order_price_round"]) if row.get("order_price_round") else None,
        )

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        return str(urls["swap"][stream])

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return ["!all"]

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        """`time` has to be there; for a public channel Gate's samples send one long past."""
        frame = {"id": number, "time": int(time.time()), "channel": _CHANNEL}
        frame |= {"event": "subscribe", "payload": list(topics)}
        return Request(tuple(topics), frame, (str(number),))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"id":1,"channel":…,"event":"subscribe","error":null,"result":{"status":"success"}}`;
        an error is `{"code":2,"message":"…"}`. Without an `id` it is of the oldest."""
        if message.get("event") != "subscribe":
            return None
        key = None if message.get("id") is None else str(message["id"])
        if error := message.get("error"):
            return Answer(key, False, f"{error.get('code')} {error.get('message')}")
        return Answer(key, True)

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        if not isinstance(message, dict) or message.get("channel") != _CHANNEL:
            return []
        if message.get("event") != "update":
            return []
        result = message.get("result")
        return each(result if isinstance(result, list) else [result], _row)

    @staticmethod
    async def backfill(
        ask: Ask, stream: str, markets: Sequence[Market], since: int, until: int
    ) -> Filled:
        """`liq_orders` of all contracts, times in *seconds*, at most an hour of them at once.

        A row's time is whole seconds (cut off, one must think), the socket's milliseconds: seconds
        that were heard in part, or of which the first batch may have told, are left out.
        """
        first, last = since // 1000 + 1, (until - _BATCH_MS) // 1000 - 1
        if last < first:
            return Filled([], until, until)

        async def page(start: int, end: int) -> list[Any]:
            span = {"settle": stream, "from": start, "to": end + 1, "limit": _PAGE}
            return listed(await ask("publicFuturesGetSettleLiqOrders", span))

        rows, reach = await paged(page, _time, (first, last), _HOUR, _PAGE)
        return Filled(each(rows, _closed), reach * 1000, (last + 1) * 1000)


def _time(row: dict[str, Any]) -> int:
    return int(row["time"])


def _closed(row: dict[str, Any]) -> Wire:
    """`{"contract":"BTC_USDT","left":0,"size":-165,"fill_price":"28070","order_price":"28225",
    "time":1696736132}`: `size` is the position's, the price what it was closed at on average.

    A size of 0, with an `order_size` of the closing order beside it, has been seen by others.
    """
    size = float(row["size"]) or -float(row["order_size"])
    return Wire(
        market_id=str(row["contract"]),
        ts=moment(int(row["time"]) * 1000),
        side=Side.LONG if size > 0 else Side.SHORT,
        size=positive(abs(size)),
        price=positive(row["fill_price"]),
        price_kind="fill_avg",
        raw=row,
    )


def _row(row: dict[str, Any]) -> Wire:
    size = signed(row["size"])
    at = int(row.get("time_ms") or row["time"])
    return Wire(
        market_id=str(row["contract"]),
        ts=moment(at * 1000 if at < _SECONDS else at),
        side=Side.LONG if size > 0 else Side.SHORT,
        size=abs(size),
        price=positive(row["price"]),
        price_kind="order_limit",
        raw=row,
    )
