"""Coinbase Exchange: spot trades alone, without a key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tui.clock import milliseconds
from tui.venues.base import Answer, Market, Request, Trade, Traded, positive

_BOUGHT = {"sell": True, "buy": False}
"""By the maker's side: where a seller was in the book, a buyer took."""


class Coinbase(Traded):
    """The channel `matches`, a product at a time.

    Wire:

        {"type":"match","trade_id":82047307,"maker_order_id":"0f358725-2134-435e-be11-753912a326e0",
         "taker_order_id":"252b7002-87a3-425c-ac73-f5b9e23f3caf","side":"sell","size":"0.00513192",
         "price":"9314.78","product_id":"BTC-USD","sequence":12038915443,
         "time":"2020-01-31T20:03:41.158814Z"}

    `side` is the *maker's*, unlike everywhere else (ccxt 4.5.90 gives it unturned where both orders
    are named). The `last_match` that follows a subscription is older than the connection and not
    read. Its answer to a subscription names all that stands on the socket.
    """

    name = "coinbase"
    ccxt_id = "coinbaseexchange"

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        return str(urls["ws"])

    @staticmethod
    def trade_topic(market: Market) -> str:
        return market.id

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        """How many products a frame may name is not documented."""
        channels = [{"name": "matches", "product_ids": list(topics)}]
        return Request(
            tuple(topics), {"type": "subscribe", "channels": channels}, (f"matches {number}",)
        )

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"type":"subscriptions","channels":[…]}`; a refusal is
        `{"type":"error","message":"Failed to subscribe","reason":"ZZZ-USD is not a valid product"}`
        and takes the whole frame with it."""
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "subscriptions":
            return Answer(None, True)
        if kind != "error":
            return None
        told = message.get("reason") or message.get("message") or "refused"
        return Answer(None, False, str(told))

    @staticmethod
    def trades(message: Any) -> list[Trade]:
        if not isinstance(message, dict) or message.get("type") != "match":
            return []
        at = datetime.fromisoformat(message["time"])
        if at.tzinfo is None:
            raise ValueError(f"a time without its zone: {message['time']!r}")
        bought, size = _BOUGHT[message["side"]], positive(message["size"])
        price = positive(message["price"])
        return [Trade(str(message["product_id"]), milliseconds(at), bought, size, price)]
