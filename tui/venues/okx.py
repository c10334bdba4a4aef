"""OKX perpetual swaps: at most one liquidation a second and contract, so a lower bound."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import (
    Answer,
    Ask,
    Market,
    Priced,
    Quote,
    Request,
    Trade,
    Traded,
    Wire,
    each,
    moment,
    positive,
)
from tui.venues.errors import NotListed
from tui.venues.history import Backfills, Filled, listed, paged
from tui.venues.names import coin, is_tradfi
from tui.venues.okx_rest import OkxAsked

_CHANNEL = "liquidation-orders"
_PAGE = 100  # rows of its history at once
_NAMED = re.compile(r"channel:([\w-]+),inst(?:Id|Type):([\w-]+)")


class Okx(Priced, Traded, Backfills):
    """The channel `liquidation-orders` of all swaps, linear and inverse alike.

    Wire; `data` and `details` may both hold several rows:

        {"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[
          {"bkLoss":"0","bkPx":"0.007831","ccy":"","posSide":"short","side":"buy","sz":"13",
           "ts":"1692266434010"}],
         "instFamily":"IOST-USDT","instId":"IOST-USDT-SWAP","instType":"SWAP","uly":"IOST-USDT"}]}

    `posSide` names the position; in net mode (`net`, which no recorded row shows) the order side
    does: a forced sell closes a long. Size is contracts, price the bankruptcy price.
    """

    name = "okx"
    gives = "1/s"
    streams = ("swap",)
    asked = OkxAsked

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        answer = await ask("publicGetPublicInstruments", {"instType": "SWAP"})
        return list(answer["data"])

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        if not isinstance(message, dict) or not isinstance(message.get("arg"), dict):
            return []
        if message["arg"].get("channel") != _CHANNEL or "data" not in message:
            return []
        return each(_details(message["data"]), _row)

    @staticmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        if row.get("state") not in ("live", "suspend", None):
            return None
        listed, quote = row["instFamily"].split("-")[:2]
        base, multiplier = coin(listed)
        tradfi = is_tradfi(listed) or row.get("instCategory") in ("3", "4", "5", "6")
        return Market(
            id=row["instId"],
            symbol=f"{listed}/{quote}:{row['settleCcy']}",
            base=base,
            quote=quote,
            kind="swap",
            inverse=row["ctType"] == "inverse",
            contract_size=positive(row["ctVal"]) * positive(row.get("ctMult") or 1),
            multiplier=multiplier,
            cls=Class.TRADFI if tradfi else Class.CRYPTO,
            tick=float(row["tickSz"]) if row.get("tickSz") else None,
        )

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return [f"{_CHANNEL}:SWAP"]

    @staticmethod
    def quote_topic(market: Market) -> str:
        return "tickers:" + market.id

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        args = []
        for topic in topics:
            channel, _, of = topic.partition(":")
            args.append({"channel": channel, "instType" if channel == _CHANNEL else "instId": of})
        return Request(tuple(topics), {"op": "subscribe", "args": args}, tuple(topics))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"event":"subscribe","arg":{…}}` a topic, or `{"event":"error","code":…,"msg":…}`.

        An error is not tied to its topic but in its words: `Wrong URL or
        channel:tickers,instId:GONE-USDT doesn't exist`. Where it names none it is of the oldest.
        """
        event = message.get("event") if isinstance(message, dict) else None
        if event == "error":
            named = _NAMED.search(str(message.get("msg")))
            key = ":".join(named.groups()) if named else None
            return Answer(key, False, f"{message.get('code')} {message.get('msg')}")
        if event != "subscribe":
            return None
        arg = message.get("arg") or {}
        return Answer(f"{arg.get('channel')}:{arg.get('instId') or arg.get('instType')}", True)

    @staticmethod
    def quote(message: Any) -> Quote | None:
        """`{"arg":{"channel":"tickers","instId":…},"data":[{"instId":…,"last":…,"ts":…}]}`."""
        arg = message.get("arg") if isinstance(message, dict) else None
        if not arg or arg.get("channel") != "tickers" or "data" not in message:
            return None
        row = message["data"][-1]
        return Quote(str(row["instId"]), positive(row["last"]), moment(row["ts"]))

    @staticmethod
    def trade_topic(market: Market) -> str:
        return "trades:" + market.id

    @staticmethod
    def trades(message: Any) -> list[Trade]:
        """`side` is the taker's; one row may be several fills of one order at one price:

        {"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT",
          "tradeId":"216970876","px":"31684.5","sz":"0.00001186","side":"buy",
          "ts":"1626531038288"}]}

        Size is contracts of a swap and coins of a spot pair.
        """
        arg = message.get("arg") if isinstance(message, dict) else None
        if not arg or arg.get("channel") != "trades" or "data" not in message:
            return []
        return [_trade(row) for row in message["data"]]

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        return f"{urls['ws']}/public"

    @staticmethod
    async def backfill(
        ask: Ask, stream: str, markets: Sequence[Market], since: int, until: int
    ) -> Filled:
        """`public/liquidation-orders`, a request a family: 350 of them in 40 s at ccxt's 110 ms.

        Rows are those of the channel, their times too, so the store knows them again; that none
        is missing on either side is unverified. A family of many rows is asked for page by page,
        and what one of them does not reach is not whole for any.
        """
        families = sorted({market.id.removesuffix("-SWAP") for market in markets})
        rows: list[Any] = []
        reach, answered = since + 1, 0
        for family in families:
            try:
                found, begins = await _history(ask, family, since + 1, until)
            except NotListed:
                continue
            rows += found
            reach, answered = max(reach, begins), answered + 1
        wires = each(rows, _row)
        return Filled(wires, min(reach - 1, until), until, len(families), answered)


async def _history(ask: Ask, family: str, since: int, until: int) -> tuple[list[Any], int]:
    """The details of a family in [since, until], and from when on they are whole."""

    async def page(start: int, end: int) -> list[Any]:
        params = {"instType": "SWAP", "uly": family, "state": "filled", "limit": _PAGE}
        answer = await ask("public/liquidation-orders", params | {"after": end + 1})
        return list(_details(listed(answer["data"])))

    return await paged(page, lambda row: int(row["ts"]), (since, until), until - since + 1, _PAGE)


_SIDES = {"long": Side.LONG, "short": Side.SHORT, "sell": Side.LONG, "buy": Side.SHORT}


def _details(data: Any) -> Iterator[Any]:
    """Every detail with the contract it stands under; a group that is none is its own bad row."""
    for group in data if isinstance(data, list) else [data]:
        details = group.get("details") if isinstance(group, dict) else None
        if not isinstance(details, list):
            yield group
            continue
        for detail in details:
            contract = {"instId": group.get("instId")}
            yield contract | detail if isinstance(detail, dict) else detail


def _row(row: dict[str, Any]) -> Wire:
    position = row["posSide"]
    if not row["instId"]:
        raise ValueError("a liquidation without its contract")
    return Wire(
        market_id=str(row["instId"]),
        ts=moment(row["ts"]),
        side=_SIDES[position if position in ("long", "short") else row["side"]],
        size=positive(row["sz"]),
        price=positive(row["bkPx"]),
        price_kind="bankruptcy",
        raw=row,
    )


_BOUGHT = {"buy": True, "sell": False}


def _trade(row: Mapping[str, Any]) -> Trade:
    bought, size, price = _BOUGHT[row["side"]], positive(row["sz"]), positive(row["px"])
    return Trade(str(row["instId"]), moment(row["ts"]), bought, size, price)
