"""Whole order books over REST, each venue's in its own words.

Binance, `GET /api/v3/depth` (spot, up to 5,000 levels a side, weight 250 of 6,000 a minute) and
`GET /fapi/v1/depth` (USD-M, up to 1,000, weight 20 of 2,400); only USD-M says when (`T`):

    {"lastUpdateId":1027024,"E":1589436922972,"T":1589436922959,
     "bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]}

Bybit, `GET /v5/market/orderbook` (linear up to 500 levels, spot 200) and, where a market has it,
`GET /v5/market/full_orderbook` (up to 10,000; spot since July 2026, not verified), both alike:

    {"retCode":0,"retMsg":"OK","result":{"s":"BTCUSDT","a":[["65557.7","16.606555"]],
     "b":[["65485.47","47.081829"]],"ts":1716863719031,"u":230704,"seq":1432604333,
     "cts":1716863718905},"retExtInfo":{},"time":1716863719382}

OKX, `GET /api/v5/market/books-full` (up to 5,000 levels, 10 requests in 2 s; not verified), whose
sizes are coins on spot and contracts on a swap; what follows the size is not read:

    {"code":"0","msg":"","data":[{"asks":[["41006.8","0.60038921","1"]],
     "bids":[["41006.3","0.30178218","2"]],"ts":"1629966436396"}]}
"""

from collections.abc import Awaitable, Callable, Sequence
from math import isfinite
from operator import itemgetter
from typing import Any, NamedTuple

from tui.venues.base import VENUE_ERRORS, Ask, Market, moment
from tui.venues.errors import Unanswered, Unreadable


class Level(NamedTuple):
    """An order, or all at one price: the price, and USD's worth of it."""

    price: float
    usd: float


class Book(NamedTuple):
    """The orders that were received, in the order of the wire."""

    ts: int  # ms UTC
    bids: list[Level]
    asks: list[Level]


Asking = Callable[[Ask, Market, int], Awaitable[Book]]
"""Asks for the book of a spot pair or a linear contract; the number is the time in ms."""


async def _binance(ask: Ask, market: Market, now: int) -> Book:
    spot = market.kind == "spot"
    method, limit = ("publicGetDepth", 5000) if spot else ("fapiPublicGetDepth", 1000)
    answer = await ask(method, {"symbol": market.id, "limit": limit})
    return _read(market, lambda: (answer.get("T", now), answer["bids"], answer["asks"]))


async def _bybit(ask: Ask, market: Market, now: int) -> Book:
    """A spot market by its full book; by the usual one where that is refused."""
    spot = market.kind == "spot"
    params = {"category": "spot" if spot else "linear", "symbol": market.id}
    if not spot:
        answer = await ask("publicGetV5MarketOrderbook", params | {"limit": 500})
        return _of_bybit(market, answer)
    try:
        return _of_bybit(market, await ask("publicGetV5MarketFullOrderbook", params))
    except Unanswered:
        answer = await ask("publicGetV5MarketOrderbook", params | {"limit": 200})
        return _of_bybit(market, answer)


def _of_bybit(market: Market, answer: Any) -> Book:
    return _read(market, lambda: itemgetter("ts", "b", "a")(answer["result"]))


async def _okx(ask: Ask, market: Market, now: int) -> Book:
    answer = await ask("publicGetMarketBooksFull", {"instId": market.id, "sz": 5000})
    return _read(market, lambda: itemgetter("ts", "bids", "asks")(answer["data"][0]))


BOOKS: dict[str, Asking] = {"binance": _binance, "bybit": _bybit, "okx": _okx}
"""Every venue that is asked for books, by its name."""


def _read(market: Market, found: Callable[[], tuple[Any, Any, Any]]) -> Book:
    """A book of what `found` picks out of an answer: time, bids, asks. Unreadable where one level
    is none: a sum without it would look like a thinner book."""
    try:
        ts, bids, asks = found()
        contract = market.contract_size
        return Book(moment(ts), levels(bids, contract), levels(asks, contract))
    except VENUE_ERRORS as error:
        why = f"{type(error).__name__}: {error}"[:80]
        raise Unreadable(f"{market.id}: order book: {why}") from error


def levels(rows: Sequence[Any], contract: float) -> list[Level]:
    """Every level; ValueError where a price or a size is no positive number. Checked by their sum
    and least, not one by one: a full book has 20,000 levels."""
    prices, sizes = ([float(row[at]) for row in rows] for at in (0, 1))
    for values in (prices, sizes):
        if values and not (min(values) > 0.0 and isfinite(sum(values))):
            raise ValueError("a price or size that is no positive number")
    return [
        Level(price, price * size * contract) for price, size in zip(prices, sizes, strict=True)
    ]
