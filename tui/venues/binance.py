"""Binance USD-M and COIN-M: at most one liquidation a second and contract, so a lower bound."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import (
    Answer,
    Ask,
    Market,
    Priced,
    Quote,
    Request,
    Wire,
    each,
    moment,
    positive,
)
from tui.venues.binance_rest import BinanceAsked
from tui.venues.names import coin, is_tradfi

_TICK = "PRICE_FILTER"


class Binance(Priced):
    """The all-market liquidation streams of USD-M (`usdm`) and COIN-M (`coinm`).

    Wire, USD-M (COIN-M names its pair in `ps`, and counts contracts of 100 or 10 USD):

        {"e":"forceOrder","E":1698871323061,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC",
         "q":"1.437","p":"35100.81","ap":"34959.70","X":"FILLED","l":"1.437","z":"1.437",
         "T":1698871323059}}

    `S` is the side of the forced *order*: SELL closes a long. Size is what was filled in all
    (`z`; `l` is only the last fill), price the average fill (`ap`). Published is the largest
    order of each second and contract since 2026-04-10, the latest one before.
    """

    name = "binance"
    gives = "1/s"
    streams = ("usdm", "coinm")
    asked = BinanceAsked

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        """USD-M says `status`, COIN-M `contractStatus`; what is being settled still liquidates."""
        api = "dapiPublic" if stream == "coinm" else "fapiPublic"
        rows = (await ask(f"{api}GetExchangeInfo"))["symbols"]
        gone = ("PENDING_TRADING", "CLOSE")
        return [row for row in rows if row.get("status", row.get("contractStatus")) not in gone]

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        if isinstance(message, dict) and "stream" in message:
            message = message.get("data")
        events = message if isinstance(message, list) else [message]
        return each((e for e in events if isinstance(e, dict) and e.get("e") == "forceOrder"), _row)

    @staticmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        listed, quote, settle = row["baseAsset"], row["quoteAsset"], row["marginAsset"]
        base, multiplier = coin(listed)
        perpetual = "PERPETUAL" in row.get("contractType", "")  # also TRADIFI_PERPETUAL
        inverse = stream == "coinm"
        return Market(
            id=row["symbol"],
            symbol=f"{listed}/{quote}:{settle}" + ("" if perpetual else _expiry(row["symbol"])),
            base=base,
            quote=quote,
            kind="swap" if perpetual else "future",
            inverse=inverse,
            contract_size=positive(row["contractSize"]) if inverse else 1.0,
            multiplier=multiplier,
            cls=_class(row, listed),
            tick=next(
                (float(f["tickSize"]) for f in row.get("filters", ()) if f["filterType"] == _TICK),
                None,
            ),
        )

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return ["!forceOrder@arr"]

    @staticmethod
    def quote_topic(market: Market) -> str:
        return market.id.lower() + "@miniTicker"

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        frame = {"method": "SUBSCRIBE", "params": list(topics), "id": number}
        return Request(tuple(topics), frame, (str(number),))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"result":null,"id":1}`, or `{"error":{"code":2,"msg":"…"},"id":1}`.

        Older refusals are flat, `{"code":2,"msg":"…"}`, with or without their id.
        """
        if not isinstance(message, dict) or "e" in message:
            return None
        key = None if message.get("id") is None else str(message["id"])
        error = message["error"] if message.get("error") else message
        if isinstance(error, dict) and "code" in error:
            return Answer(key, False, str(error.get("msg")))
        return Answer(key, True) if "result" in message else None

    @staticmethod
    def quote(message: Any) -> Quote | None:
        """`{"e":"24hrMiniTicker","E":1698871323061,"s":"BTCUSDT","c":"35100.81",…}`."""
        if isinstance(message, dict) and "stream" in message:
            message = message.get("data")
        if not isinstance(message, dict) or message.get("e") != "24hrMiniTicker":
            return None
        return Quote(str(message["s"]), positive(message["c"]), moment(message["E"]))

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        """USD-M left the bare `/ws` on 2026-04-23: market data is under `/market/ws`."""
        sockets = urls["ws"]
        if stream == "usdm":
            return str(sockets["linear"]).removesuffix("/ws") + "/market/ws/0"
        return str(sockets["inverse" if stream == "coinm" else "spot"]) + "/0"


def _row(event: dict[str, Any]) -> Wire:
    order = event["o"]
    filled, average = order.get("z") or 0, order.get("ap") or 0
    has_average = float(average) > 0
    return Wire(
        market_id=str(order["s"]),
        ts=moment(order["T"]),
        side=_SIDES[order["S"]],
        size=positive(filled if float(filled) > 0 else order["q"]),
        price=positive(average if has_average else order["p"]),
        price_kind="fill_avg" if has_average else "order_limit",
        raw=order,
    )


_SIDES = {"SELL": Side.LONG, "BUY": Side.SHORT}


def _expiry(market_id: str) -> str:
    """`BTCUSDT_260327` → `-260327`; nothing for an id that carries no date."""
    _, _, date = market_id.rpartition("_")
    return f"-{date}" if date.isdigit() else ""


def _class(row: Mapping[str, Any], listed: str) -> Class:
    """By the venue's own field: `TRADIFI_PERPETUAL`, or an underlying that is not a coin.

    COIN, INDEX and PREMARKET are crypto, other underlyings (EQUITY, COMMODITY, …) are not. Which
    it sends for shares is unverified, so metals and shares are known by name too.
    """
    if "TRADIFI" in row.get("contractType", "") or is_tradfi(listed):
        return Class.TRADFI
    crypto = row.get("underlyingType", "COIN") in ("COIN", "INDEX", "PREMARKET", "")
    return Class.CRYPTO if crypto else Class.TRADFI
