"""What Binance is asked for. Ratios reach back 30 days, 500 rows a request."""

from collections.abc import Sequence
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

_RATIOS = {
    Measure.ACCOUNTS: ("fapiDataGetGlobalLongShortAccountRatio", "longAccount", "shortAccount"),
    Measure.TOP_ACCOUNTS: ("fapiDataGetTopLongShortAccountRatio", "longAccount", "shortAccount"),
    Measure.TOP_POSITIONS: ("fapiDataGetTopLongShortPositionRatio", "longAccount", "shortAccount"),
    Measure.TAKER: ("fapiDataGetTakerlongshortRatio", "buyVol", "sellVol"),
}


class BinanceAsked(Asked):
    """USD-M (`fapi`), COIN-M (`dapi`) and spot (`api`)."""

    name = "binance"
    streams = ("usdm", "coinm")
    linear = "usdm"
    measures = tuple(_RATIOS)
    page = 1000
    ratio_page = 500

    @staticmethod
    async def ratios(
        ask: Ask, market: Market, measure: Measure, period: str, start: int, end: int
    ) -> list[Ratio]:
        method, long, short = _RATIOS[measure]
        span = {"symbol": market.id, "period": period, "limit": 500}
        rows = await ask(method, {**span, "startTime": start, "endTime": end})
        return readable(
            rows,
            lambda row: shares(row["timestamp"], row[long], row[short]),
            f"binance {market.id} {measure} {period}",
        )

    @staticmethod
    async def perpetuals(ask: Ask, markets: Sequence[Market]) -> list[Perpetual | Unread]:
        found: list[Perpetual | Unread] = []
        for market in markets:
            try:
                found.append(await _perpetual(ask, market))
            except NotListed:
                continue
        return found

    @staticmethod
    async def interval_h(ask: Ask, perpetual: Perpetual) -> float:
        """`fundingInfo` names only contracts whose interval is not the usual 8 hours."""
        rows = await ask(f"{_api(perpetual.market.inverse)}GetFundingInfo")
        ours = (r["fundingIntervalHours"] for r in rows if r["symbol"] == perpetual.market.id)
        return positive(next(ours, 8))

    @staticmethod
    async def candles(
        ask: Ask, market: Market, interval: str, start: int, end: int, now: int
    ) -> list[Candle]:
        method = "publicGetKlines" if market.kind == "spot" else "fapiPublicGetKlines"
        span = {"startTime": start, "endTime": end - 1, "limit": 1000}
        rows = await ask(method, {"symbol": market.id, "interval": interval, **span})
        return readable(rows, candle, f"binance {market.id} {interval} candles")

    @staticmethod
    def spot_id(base: str, quote: str = "USDT") -> str:
        return f"{base}{quote}"


def _api(inverse: bool) -> str:
    return "dapiPublic" if inverse else "fapiPublic"


async def _perpetual(ask: Ask, market: Market) -> Perpetual | Unread:
    api, symbol = _api(market.inverse), {"symbol": market.id}
    interest = await ask(f"{api}GetOpenInterest", symbol)
    premium = await ask(f"{api}GetPremiumIndex", symbol)
    return perpetual(market, lambda: _read(market, interest, premium))


def _read(market: Market, interest: Any, premium: Any) -> Perpetual:
    """Open interest is coins (linear) or contracts of 100 or 10 USD (inverse)."""
    prices = premium[0] if isinstance(premium, list) else premium  # COIN-M answers with a list
    amount, mark = float(interest["openInterest"]), positive(prices["markPrice"])
    return Perpetual(
        market,
        moment(interest["time"]),
        amount * market.contract_size * (1.0 if market.inverse else mark),
        mark,
        float(prices["indexPrice"]) or None,
        float(prices["lastFundingRate"]) if prices.get("lastFundingRate") else None,
    )
