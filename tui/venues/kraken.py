"""Kraken Futures, inverse and linear: marks on public trades."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import Answer, Ask, Market, Request, Venue, Wire, each, moment, positive
from tui.venues.names import coin, is_tradfi

_KINDS = {"futures_inverse": True, "flexible_futures": False, "futures_vanilla": False}
"""The types of instruments that are contracts, and whether they are inverse."""


class Kraken(Venue):
    """The feed `trade` of every contract: `PI_` and `FI_` (inverse), `PF_` and `FF_` (linear).

    Wire, one trade a frame, ordinary ones (`fill`, `block`) among them:

        {"feed":"trade","product_id":"PI_XRPUSD","uid":"3ee209b8-bc9f-4ed5-965b-8c6208b26411",
         "side":"sell","type":"liquidation","seq":41799,"time":1593561965283,"qty":12000,
         "price":0.1736}

    `side` is the taker's; that the taker of a `liquidation` is the liquidated one is how others
    read it, and unverified: a sell closed a long. `qty` is USD of an inverse contract, coins of a
    linear one. Where the book takes no more of a position it is terminated; whose side such a row
    (`termination`) has is not documented, so they are left out, hence `?`. The snapshot of trades
    that follows a subscription is older than the connection and not read: equal rows in it would
    count anew.
    """

    name = "kraken"
    gives = "?"
    streams = ("futures",)
    ccxt_id = "krakenfutures"

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        return list((await ask("publicGetInstruments"))["instruments"])

    @staticmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        """`PI_XBTUSD`: the quote is always USD. `tradfi` is told of shares, metals and currencies;
        whether of all of them is unverified, so the names are looked at, too."""
        inverse = _KINDS.get(row["type"])
        if inverse is None or not row["tradeable"]:
            return None
        id = str(row["symbol"]).upper()
        listed = id.split("_")[1].removesuffix("USD").replace("XBT", "BTC")
        base, multiplier = coin(listed)
        ends = row.get("lastTradingTime")
        tradfi = bool(row.get("tradfi")) or is_tradfi(listed)
        return Market(
            id=id,
            symbol=f"{listed}/USD:{listed if inverse else 'USD'}" + (_expiry(ends) if ends else ""),
            base=base,
            quote="USD",
            kind="future" if ends else "swap",
            inverse=inverse,
            contract_size=positive(row["contractSize"]),
            multiplier=multiplier,
            cls=Class.TRADFI if tradfi else Class.CRYPTO,
            tick=float(row["tickSize"]),
        )

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        return str(urls["ws"])

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return [market.id for market in markets]

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        """How many contracts a frame may name is not documented."""
        frame = {"event": "subscribe", "feed": "trade", "product_ids": list(topics)}
        return Request(tuple(topics), frame, (str(number),))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"event":"subscribed","feed":"trade","product_ids":["PI_XBTUSD"]}`; a refusal is
        `subscribed_failed`, `error` or `alert` with a `message`. None of them has a number."""
        event = str(message.get("event")).strip()  # the documentation has "subscribed "
        if event == "subscribed" and message.get("feed") == "trade":
            return Answer(None, True)
        told = str(message.get("message") or "refused")
        if event not in ("subscribed_failed", "error", "alert") or told.startswith("Already"):
            return None
        return Answer(None, False, told)

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        if not isinstance(message, dict) or message.get("feed") != "trade":
            return []
        return each([message], _row) if message.get("type") == "liquidation" else []


_SIDES = {"sell": Side.LONG, "buy": Side.SHORT}


def _row(row: dict[str, Any]) -> Wire:
    return Wire(
        market_id=str(row["product_id"]),
        ts=moment(row["time"]),
        side=_SIDES[row["side"]],
        size=positive(row["qty"]),
        price=positive(row["price"]),
        price_kind="fill_avg",
        raw=row,
    )


def _expiry(ends: str) -> str:
    return f"-{datetime.fromisoformat(ends):%y%m%d}"
