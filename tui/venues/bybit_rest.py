"""What Bybit is asked for. Answers come newest first, and ratios and candles by window."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tui.tables import Measure
from tui.venues.asked import (
    Asked,
    Candle,
    Perpetual,
    Ratio,
    Unread,
    candle,
    perpetual,
    readable,
    shares,
)
from tui.venues.base import Ask, Market, moment, positive
from tui.venues.errors import NotListed

_PERIODS = {"5m": "5min", "1h": "1h"}
_INTERVALS = {"1h": "60", "1d": "D"}


class BybitAsked(Asked):
    """Its v5 market endpoints, by category: spot, linear, inverse."""

    name = "bybit"
    streams = ("linear", "inverse")
    linear = "linear"
    measures = (Measure.ACCOUNTS,)
    page = 1000
    ratio_page = 500

    @staticmethod
    async def ratios(
        ask: Ask, market: Market, measure: Measure, period: str, start: int, end: int
    ) -> list[Ratio]:
        params = {
            "category": "linear",
            "symbol": market.id,
            "period": _PERIODS[period],
            "limit": 500,
            "startTime": start,
            "endTime": end,
        }
        rows = (await ask("publicGetV5MarketAccountRatio", params))["result"]["list"]
        return readable(
            rows,
            lambda row: shares(row["timestamp"], row["buyRatio"], row["sellRatio"]),
            f"bybit {market.id} {measure} {period}",
        )

    @staticmethod
    async def perpetuals(ask: Ask, markets: Sequence[Market]) -> list[Perpetual | Unread]:
        found: list[Perpetual | Unread] = []
        for market in markets:
            params = {"category": _category(market), "symbol": market.id}
            try:
                answer = await ask("publicGetV5MarketTickers", params)
            except NotListed:
                continue
            if answer.get("result", {}).get("list") != []:
                found.append(perpetual(market, partial(_perpetual, market, answer)))
        return found

    @staticmethod
    async def interval_h(ask: Ask, perpetual: Perpetual) -> float:
        """The instrument's `fundingInterval` is in minutes."""
        params = {"category": _category(perpetual.market), "symbol": perpetual.market.id}
        answer = await ask("publicGetV5MarketInstrumentsInfo", params)
        return positive(answer["result"]["list"][0]["fundingInterval"]) / 60.0

    @staticmethod
    async def candles(
        ask: Ask, market: Market, interval: str, start: int, end: int, now: int
    ) -> list[Candle]:
        params = {"category": _category(market), "symbol": market.id, "limit": 1000}
        span = {"interval": _INTERVALS[interval], "start": start, "end": end - 1}
        answer = await ask("publicGetV5MarketKline", params | span)
        return readable(answer["result"]["list"], candle, f"bybit {market.id} {interval} candles")

    @staticmethod
    async def tokens(ask: Ask) -> list[tuple[str, str]]:
        """Those whose `symbolType` is `xstocks` (v5/market/instruments-info, spot):

        {"symbol":"TSLAXUSDT","baseCoin":"TSLAX","quoteCoin":"USDT","symbolType":"xstocks",
         "xstockMultiplier":"1","status":"Trading"}

        A token's price is the share's times the multiplier, by which dividends are paid.
        """
        params = {"category": "spot", "symbolType": "xstocks"}
        rows = (await ask("publicGetV5MarketInstrumentsInfo", params))["result"]["list"]
        return [(str(row["symbol"]), str(row["baseCoin"])) for row in rows if _is_token(row)]

    @staticmethod
    def spot_id(base: str, quote: str = "USDT") -> str:
        return f"{base}{quote}"


def _is_token(row: Mapping[str, Any]) -> bool:
    """Said again of each row: a venue that does not know the filter answers with all pairs."""
    told = row.get("symbolType"), row.get("status"), row.get("quoteCoin")
    return told == ("xstocks", "Trading", "USDT")


def _category(market: Market) -> str:
    if market.kind == "spot":
        return "spot"
    return "inverse" if market.inverse else "linear"


def _perpetual(market: Market, answer: Mapping[str, Any]) -> Perpetual:
    """Open interest is coins (linear) or USD (inverse).

    `openInterest` is documented as the sum of both sides, `singleOpenInterest` as one; where only
    the former comes, half of it is one side. Not verified on the live exchange.
    """
    (row,) = answer["result"]["list"]
    single = row.get("singleOpenInterest")
    amount = float(single) if single else float(row["openInterest"]) / 2.0
    mark = positive(row["markPrice"])
    return Perpetual(
        market,
        moment(answer["time"]),
        amount if market.inverse else amount * mark,
        mark,
        float(row["indexPrice"]) or None,
        float(row["fundingRate"]) if row.get("fundingRate") else None,
    )
