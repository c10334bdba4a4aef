"""What OKX is asked for. Answers come newest first; ratios go back 1,440 entries."""

import time
from collections.abc import Sequence
from typing import Any

from tui.tables import Measure
from tui.venues.asked import (
    INTERVALS,
    Ask,
    Asked,
    Candle,
    Perpetual,
    Ratio,
    candle,
    quotient,
    shares,
)
from tui.venues.base import Market, moment, positive

_RUBIK = "publicGetRubikStat"
_RATIOS = {
    Measure.ACCOUNTS: f"{_RUBIK}ContractsLongShortAccountRatioContract",
    Measure.TOP_ACCOUNTS: f"{_RUBIK}ContractsLongShortAccountRatioContractTopTrader",
    Measure.TOP_POSITIONS: f"{_RUBIK}ContractsLongShortPositionRatioContractTopTrader",
    Measure.TAKER: f"{_RUBIK}TakerVolumeContract",
}
_PERIODS = {"5m": "5m", "1h": "1H"}
_BARS = {"1h": "1H", "1d": "1Dutc"}  # its plain 1D ends at 16:00 UTC
_RECENT = 1439  # candles that `market/candles` has; older ones are history


class OkxAsked(Asked):
    """Its v5 public, market and rubik endpoints."""

    name = "okx"
    streams = ("swap",)
    linear = "swap"
    measures = tuple(_RATIOS)
    page = 300
    ratio_page = 100

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        answer = await ask("publicGetPublicInstruments", {"instType": "SWAP"})
        return list(answer["data"])

    @staticmethod
    async def ratios(
        ask: Ask, market: Market, measure: Measure, period: str, start: int, end: int
    ) -> list[Ratio]:
        """Rows are [time, ratio]; taker volume's are [time, sell, buy]. Both bounds are open."""
        span = {"begin": start - 1, "end": end + 1, "limit": 100}
        params = {"instId": market.id, "period": _PERIODS[period], **span}
        rows = (await ask(_RATIOS[measure], params))["data"]
        if measure is Measure.TAKER:
            return sorted(shares(ts, buy, sell) for ts, sell, buy, *_ in rows)
        return sorted(quotient(ts, ratio) for ts, ratio, *_ in rows)

    @staticmethod
    async def perpetuals(ask: Ask, markets: Sequence[Market]) -> list[Perpetual]:
        """All swaps come in two answers, cheaper than nine pairs of them at its 110 ms."""
        swaps = {"instType": "SWAP"}
        open_interest = (await ask("publicGetPublicOpenInterest", swaps))["data"]
        interest = {row["instId"]: row for row in open_interest}
        mark_prices = (await ask("publicGetPublicMarkPrice", swaps))["data"]
        marks = {row["instId"]: row for row in mark_prices}
        return [
            _perpetual(market, interest[market.id], positive(marks[market.id]["markPx"]))
            for market in markets
            if market.id in interest and market.id in marks
        ]

    @staticmethod
    async def completed(ask: Ask, perpetual: Perpetual) -> Perpetual:
        pair = "-".join(perpetual.market.id.split("-")[:2])
        index = await ask("publicGetMarketIndexTickers", {"instId": pair})
        return perpetual._replace(
            index_price=positive(index["data"][0]["idxPx"]),
            rate=float((await _funding(ask, perpetual))["fundingRate"]),
        )

    @staticmethod
    async def interval_h(ask: Ask, perpetual: Perpetual) -> float:
        """The time between this funding and the next."""
        row = await _funding(ask, perpetual)
        return positive(int(row["nextFundingTime"]) - int(row["fundingTime"])) / INTERVALS["1h"]

    @staticmethod
    async def candles(
        ask: Ask, market: Market, interval: str, start: int, end: int
    ) -> list[Candle]:
        """Both bounds are open. Volume of a swap is in its 7th column, in coins."""
        recent = start > time.time() * 1000 - _RECENT * INTERVALS[interval]
        method = "publicGetMarketCandles" if recent else "publicGetMarketHistoryCandles"
        span = {"before": start - 1, "after": end, "limit": 300}
        rows = (await ask(method, {"instId": market.id, "bar": _BARS[interval], **span}))["data"]
        return sorted(candle(row, 5 if market.kind == "spot" else 6) for row in rows)

    @staticmethod
    def spot_id(base: str) -> str:
        return f"{base}-USDT"


async def _funding(ask: Ask, perpetual: Perpetual) -> dict[str, Any]:
    answer = await ask("publicGetPublicFundingRate", {"instId": perpetual.market.id})
    row: dict[str, Any] = answer["data"][0]
    return row


def _perpetual(market: Market, row: dict[str, Any], mark: float) -> Perpetual:
    """`oi` counts contracts; `oiUsd`, where it is given, is the same in USD."""
    contracts = float(row["oi"]) * market.contract_size
    given = float(row.get("oiUsd") or 0.0)
    usd = given or contracts * (1.0 if market.inverse else mark)
    return Perpetual(market, moment(row["ts"]), usd, mark, None, None)
