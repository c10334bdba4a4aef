"""Lighter perpetuals: the forced ones among its public trades. Off by default, for their bulk."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import Answer, Ask, Market, Request, Venue, Wire, each, moment, positive
from tui.venues.names import coin, is_tradfi

_UPDATE = "update/trade"
_ALREADY = 30003  # "Already Subscribed to : …": what was asked for stands


class Lighter(Venue):
    """One channel a market, `trade/<market_id>`, with its forced trades in a list of their own.

    Wire, cut short; a trade has 900 bytes:

        {"type":"update/trade","channel":"trade:1","nonce":10380968790,"trades":[],
         "liquidation_trades":[{"trade_id":18237797923,"type":"liquidation","market_id":1,
          "size":"0.01664","price":"75602.8","usd_amount":"1258.030592","is_maker_ask":true,
          "timestamp":1776687656653,"taker_position_size_before":"-0.01664"}]}

    The liquidated one is the taker: Lighter sends an immediate-or-cancel order for him. A maker
    who bid (`is_maker_ask` false) met a forced sell, so a long. Size is coins, and size times
    price is `usd_amount`; the list's `quote_multiplier`, which ccxt takes for the size of a
    contract, is not in it. Trades of another `type` (a deleveraged counterparty) are left out, and
    that every liquidation is such a trade is not documented, hence `?`. What `subscribed/trade`
    tells was before the connection and is not read: equal rows in it would count anew.

    Limits by the documentation, per address: 200 frames a minute from a client, hence the pause;
    500 channels a connection. A client that is not heard of for two minutes is cut; Lighter's
    pings are answered. Whether a ping of the protocol's counts as well is unverified.
    """

    name = "lighter"
    gives = "?"
    streams = ("perp",)
    per_frame = 1
    pause_s = 0.3

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        return list((await ask("publicGetOrderBookDetails"))["order_book_details"])

    @staticmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        """Symbols are of the base alone. That shares and metals, and they alone, have hours in
        which they trade is unverified, so the names are looked at, too."""
        if row["market_type"] != stream or row["status"] != "active":
            return None
        listed = str(row["symbol"])
        base, multiplier = coin(listed)
        hours = (row.get("market_config") or {}).get("trading_hours")
        return Market(
            id=str(row["market_id"]),
            symbol=f"{listed}/USDC:USDC",
            base=base,
            quote="USDC",
            kind="swap",
            inverse=False,
            contract_size=1.0,
            multiplier=multiplier,
            cls=Class.TRADFI if hours or is_tradfi(listed) else Class.CRYPTO,
            tick=10.0 ** -int(row["price_decimals"]),
        )

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        """Lighter's address for those who only read."""
        return f"{urls['ws']}?readonly=true"

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return [f"trade/{market.id}" for market in markets]

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        (topic,) = topics
        return Request((topic,), {"type": "subscribe", "channel": topic}, (topic,))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """The channel's first data, `{"type":"subscribed/trade","channel":"trade:1",…}`; a refusal
        is `{"error":{"code":30005,"message":"Invalid Channel:  (marketId)"}}`, of no channel."""
        if error := message.get("error"):
            told = f"{error.get('code')} {error.get('message')}"
            return (
                Answer(None, True) if error.get("code") == _ALREADY else Answer(None, False, told)
            )
        if message.get("type") != "subscribed/trade":
            return None
        return Answer(message["channel"].replace(":", "/"), True)

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        if not isinstance(message, dict) or message.get("type") != _UPDATE:
            return []
        forced = message.get("liquidation_trades") or []
        rows = forced if isinstance(forced, list) else [forced]
        return each(filter(_liquidated, rows), _row)

    @staticmethod
    def reply(message: Any) -> Any:
        return {"type": "pong"} if message.get("type") == "ping" else None


def _liquidated(row: Any) -> bool:
    """Not what is known to be another trade; what is no trade at all is left to `_row`."""
    return not isinstance(row, dict) or row.get("type") == "liquidation"


_SIDES = {False: Side.LONG, True: Side.SHORT}


def _row(row: dict[str, Any]) -> Wire:
    return Wire(
        market_id=str(row["market_id"]),
        ts=moment(row["timestamp"]),
        side=_SIDES[row["is_maker_ask"]],
        size=positive(row["size"]),
        price=positive(row["price"]),
        price_kind="fill_avg",
        raw=row,
    )
