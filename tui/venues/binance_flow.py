"""What Binance's takers bought and sold, minute by minute: its candles carry it."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from tui.venues.asked import readable
from tui.venues.base import Ask, Market, moment, positive

PAGE = 1000
"""Minutes of one answer. A page weighs 2 of 6,000 a minute on spot, 5 of 2,400 on futures."""


class Taken(NamedTuple):
    """A minute of one market, in USD."""

    ts: int  # ms UTC, when it begins
    buy_usd: float
    sell_usd: float
    trades: int
    price: float  # of the last trade


async def taken(ask: Ask, market: Market, start: int, end: int) -> list[Taken]:
    """The minutes that begin in [start, end) (ms), at most `PAGE`, oldest first, the open one too.

    Exact, and as far back as the market is listed. Those that can't be read are left out;
    Unreadable when none can. NotListed for a pair that Binance does not have.
    """
    api = "public" if market.kind == "spot" else "dapiPublic" if market.inverse else "fapiPublic"
    span = {"startTime": start, "endTime": end - 1, "limit": PAGE}
    rows = await ask(f"{api}GetKlines", {"symbol": market.id, "interval": "1m", **span})
    return readable(rows, partial(_minute, market), f"binance {market.id} taker flow")


def _minute(market: Market, row: Sequence[Any]) -> Taken:
    """Spot and USD-M, in the quote: `[1499040000000,"0.0163","0.8","0.0157","0.0157","148976.1",
    1499040059999,"2434.19",308,"1756.87","28.46","17928899.6"]`: all of it 8th, takers' buys 11th.

    COIN-M counts contracts of 100 or 10 USD: all of them 6th, takers' buys 10th.
    """
    size = market.contract_size if market.inverse else 1.0
    places = (5, 9) if market.inverse else (7, 10)
    whole, bought = (float(row[place]) for place in places)
    if not 0.0 <= bought <= whole < float("inf"):
        raise ValueError(f"{bought!r} bought of {whole!r}")
    sums = bought * size, (whole - bought) * size
    return Taken(moment(row[0]), *sums, int(row[8]), positive(row[4]))
