"""Deribit perpetuals and dated futures, inverse and linear: marks on public trades."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import Answer, Ask, Market, Request, Venue, Wire, each, moment, positive
from tui.venues.names import coin, is_tradfi

_TOPIC = "trades.future.any.100ms"


class Deribit(Venue):
    """The channel `trades.future.any.100ms`: every trade of every future, perpetuals included.

    Wire; ordinary trades stand among the marked ones, and `data` often holds several rows:

        {"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.future.any.100ms",
         "data":[{"trade_seq":40781986,"trade_id":"66460463","timestamp":1584058044032,
          "tick_direction":3,"price":4469.5,"liquidation":"T","instrument_name":"BTC-PERPETUAL",
          "index_price":4805.41,"direction":"sell","amount":1120}]}}

    `direction` is the taker's. `liquidation` says whose order was forced: `T` the taker's, `M` the
    maker's, `MT` both; such a trade is two liquidations, a long and a short. `amount` is USD of an
    inverse contract and coins of a linear one, never contracts. `raw` instead of `100ms` needs a
    login; 100 ms bundles trades and drops none, hence `all`: every fill of a forced order in the
    book. Options, and what the insurance fund covers without a trade, are no part of it. No
    heartbeat is asked for: the socket's own pings tell whether it lives.
    """

    name = "deribit"
    gives = "all"
    streams = ("future",)

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        """Futures of every currency; that `any` names them all is Deribit's documentation."""
        wanted = {"currency": "any", "kind": stream}
        return list((await ask("publicGetGetInstruments", wanted))["result"])

    @staticmethod
    def market(stream: str, row: Mapping[str, Any]) -> Market | None:
        """`contract_size` of the row (10 USD, 0.001 BTC) is of no use: trades tell the amount."""
        if row["kind"] != "future":
            return None
        listed, quote, settle = (
            row[key] for key in ("base_currency", "counter_currency", "settlement_currency")
        )
        base, multiplier = coin(listed)
        perpetual = row["settlement_period"] == "perpetual"
        return Market(
            id=row["instrument_name"],
            symbol=f"{listed}/{quote}:{settle}" + ("" if perpetual else _expiry(row)),
            base=base,
            quote=quote,
            kind="swap" if perpetual else "future",
            inverse=settle != quote,
            contract_size=1.0,
            multiplier=multiplier,
            cls=Class.TRADFI if is_tradfi(listed) else Class.CRYPTO,
            tick=float(row["tick_size"]),
        )

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        return str(urls["ws"])

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return [_TOPIC]

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        frame = {"jsonrpc": "2.0", "id": number, "method": "public/subscribe"}
        return Request(
            tuple(topics), frame | {"params": {"channels": list(topics)}}, (str(number),)
        )

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"jsonrpc":"2.0","id":2,"result":["trades.future.any.100ms"]}` names what stands: a
        channel that is not taken is left out. An error is `{"code":-32602,"message":"…"}`."""
        if message.get("id") is None:
            return None
        key = str(message["id"])
        if error := message.get("error"):
            return Answer(key, False, f"{error.get('code')} {error.get('message')}")
        stands = bool(message["result"])
        return Answer(key, stands, None if stands else "the channel was left out")

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        params = message.get("params") if isinstance(message, dict) else None
        if not isinstance(params, dict) or params.get("channel") != _TOPIC:
            return []
        data = params.get("data")
        return each(_forced(data if isinstance(data, list) else [data]), _row)


_TAKER = {"sell": Side.LONG, "buy": Side.SHORT}
"""The position that the taker's order closes; the maker's is the other one."""
_SIDES = {
    **{(direction, "T"): side for direction, side in _TAKER.items()},
    ("sell", "M"): Side.SHORT,
    ("buy", "M"): Side.LONG,
}


def _forced(data: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """(T or M, row) of the marked trades; a word not known, or no row at all, is left to `_row`."""
    for row in data:
        marked = row.get("liquidation") if isinstance(row, dict) else "?"
        if marked == "MT":
            yield from (("T", row), ("M", row))
        elif marked is not None:
            yield marked, row


def _row(forced: tuple[str, Any]) -> Wire:
    party, row = forced
    return Wire(
        market_id=str(row["instrument_name"]),
        ts=moment(row["timestamp"]),
        side=_SIDES[row["direction"], party],
        size=positive(row["amount"]),
        price=positive(row["price"]),
        price_kind="fill_avg",
        raw=row,
    )


def _expiry(row: Mapping[str, Any]) -> str:
    return f"-{datetime.fromtimestamp(int(row['expiration_timestamp']) / 1000, UTC):%y%m%d}"
