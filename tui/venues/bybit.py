"""Bybit linear and inverse: every liquidation, pushed twice a second."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
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
from tui.venues.bybit_rest import BybitAsked
from tui.venues.names import coin, is_tradfi

_TOPIC = "allLiquidation."
_TRADES = "publicTrade."
_LISTED = frozenset({"Trading", "Settling", "Delivering"})
_TRADFI = frozenset({"xstocks", "stock", "stocks", "commodity", "metal", "forex", "index"})


class Bybit(Priced, Traded):
    """One topic a contract, `allLiquidation.<id>`, of `linear` and of `inverse`.

    Wire; `data` often holds several rows:

        {"topic":"allLiquidation.ROSEUSDT","type":"snapshot","ts":1739502303204,
         "data":[{"T":1739502302929,"s":"ROSEUSDT","S":"Sell","v":"20000","p":"0.04499"}]}

    `S` is the side of the *position*, unlike everywhere else: `Buy` says a long was liquidated.
    Size is coins of the listed base (linear) or USD (inverse), price the bankruptcy price. How
    many topics Bybit takes in a frame is not documented for contracts; 200 has been seen to work.
    """

    name = "bybit"
    gives = "all"
    streams = ("linear", "inverse")
    per_frame = 200
    asked = BybitAsked

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        rows: list[Any] = []
        cursor = None
        while True:
            params = {"category": stream, "limit": 1000} | ({"cursor": cursor} if cursor else {})
            result = (await ask("publicGetV5MarketInstrumentsInfo", params))["result"]
            rows += result["list"]
            cursor = result.get("nextPageCursor")
            if not cursor or not result["list"]:
                return rows

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        if not isinstance(message, dict) or not str(message.get("topic")).startswith(_TOPIC):
            return []
        data = message.get("data")
        return each(data if isinstance(data, list) else [data], _row)

    @staticmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        if row["status"] not in _LISTED:  # PreLaunch trades elsewhere, Closed not at all
            return None
        listed, quote, settle = row["baseCoin"], row["quoteCoin"], row["settleCoin"]
        base, multiplier = coin(listed)
        perpetual = "Perpetual" in row["contractType"]
        return Market(
            id=row["symbol"],
            symbol=f"{listed}/{quote}:{settle}" + ("" if perpetual else _expiry(row)),
            base=base,
            quote=quote,
            kind="swap" if perpetual else "future",
            inverse=stream == "inverse",
            contract_size=1.0,
            multiplier=multiplier,
            cls=Class.TRADFI
            if is_tradfi(listed) or str(row.get("symbolType")).lower() in _TRADFI
            else Class.CRYPTO,
            tick=float(row["priceFilter"]["tickSize"]) if row.get("priceFilter") else None,
        )

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return [_TOPIC + market.id for market in markets]

    @staticmethod
    def quote_topic(market: Market) -> str:
        return "tickers." + market.id

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        frame = {"op": "subscribe", "req_id": str(number), "args": list(topics)}
        return Request(tuple(topics), frame, (str(number),))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"success":true,"ret_msg":"","op":"subscribe","req_id":"1"}`; success false refuses."""
        if not isinstance(message, dict) or "success" not in message:
            return None
        if message.get("op") not in ("subscribe", None) or message.get("ret_msg") == "pong":
            return None
        number = message.get("req_id")
        reason = None if message["success"] else str(message.get("ret_msg") or "refused")
        return Answer(str(number) if number else None, bool(message["success"]), reason)

    @staticmethod
    def quote(message: Any) -> Quote | None:
        """`{"topic":"tickers.BTCUSDT","ts":…,"data":{"symbol":"BTCUSDT","lastPrice":"…"}}`.

        Contracts send only what changed, so `lastPrice` may be absent.
        """
        if not isinstance(message, dict) or not str(message.get("topic")).startswith("tickers."):
            return None
        data = message["data"]
        if "lastPrice" not in data:
            return None
        return Quote(str(data["symbol"]), positive(data["lastPrice"]), moment(message["ts"]))

    @staticmethod
    def trade_topic(market: Market) -> str:
        return _TRADES + market.id

    @staticmethod
    def trades(message: Any) -> list[Trade]:
        """`S` is the taker's side here, unlike that of a liquidation:

        {"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[
          {"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick",
           "i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false}]}

        Size is coins of the listed base (linear, spot) or USD (inverse). Block trades (`BT`) are
        agreed on beside the book and are nobody's taking.
        """
        if not isinstance(message, dict) or not str(message.get("topic")).startswith(_TRADES):
            return []
        return [_trade(row) for row in message["data"] if row.get("BT") is not True]

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        return str(urls["ws"]["public"][stream])


_SIDES = {"Buy": Side.LONG, "Sell": Side.SHORT}


def _row(row: dict[str, Any]) -> Wire:
    return Wire(
        market_id=str(row["s"]),
        ts=moment(row["T"]),
        side=_SIDES[row["S"]],
        size=positive(row["v"]),
        price=positive(row["p"]),
        price_kind="bankruptcy",
        raw=row,
    )


_BOUGHT = {"Buy": True, "Sell": False}


def _trade(row: Mapping[str, Any]) -> Trade:
    bought, size, price = _BOUGHT[row["S"]], positive(row["v"]), positive(row["p"])
    return Trade(str(row["s"]), moment(row["T"]), bought, size, price)


def _expiry(row: Mapping[str, Any]) -> str:
    delivery = datetime.fromtimestamp(int(row["deliveryTime"]) / 1000, UTC)
    return f"-{delivery:%y%m%d}"
