"""What OKX is asked for. Answers come newest first; ratios go back 1,440 entries."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tui.tables import Measure
from tui.venues.asked import (
    INTERVALS,
    Asked,
    Candle,
    Perpetual,
    Ratio,
    Unread,
    candle,
    perpetual,
    quotient,
    readable,
    shares,
)
from tui.venues.base import Ask, Market, moment, positive

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
    async def ratios(
        ask: Ask, market: Market, measure: Measure, period: str, start: int, end: int
    ) -> list[Ratio]:
        """Rows are [time, ratio]; taker volume's are [time, sell, buy]. Both bounds are open."""
        span = {"begin": start - 1, "end": end + 1, "limit": 100}
        params = {"instId": market.id, "period": _PERIODS[period], **span}
        rows = (await ask(_RATIOS[measure], params))["data"]
        one = _taker if measure is Measure.TAKER else _ratio
        return readable(rows, one, f"okx {market.id} {measure} {period}")

    @staticmethod
    async def perpetuals(ask: Ask, markets: Sequence[Market]) -> list[Perpetual | Unread]:
        """All swaps come in two answers, cheaper than nine pairs of them at its 110 ms."""
        swaps = {"instType": "SWAP"}
        open_interest = (await ask("publicGetPublicOpenInterest", swaps))["data"]
        interest = _by_id(open_interest)
        mark_prices = (await ask("publicGetPublicMarkPrice", swaps))["data"]
        marks = _by_id(mark_prices)
        return [
            perpetual(market, partial(_perpetual, market, interest[market.id], marks[market.id]))
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
        ask: Ask, market: Market, interval: str, start: int, end: int, now: int
    ) -> list[Candle]:
        """Both bounds are open. Volume of a swap is in its 7th column, in coins."""
        recent = start > now - _RECENT * INTERVALS[interval]
        method = "publicGetMarketCandles" if recent else "publicGetMarketHistoryCandles"
        span = {"before": start - 1, "after": end, "limit": 300}
        rows = (await ask(method, {"instId": market.id, "bar": _BARS[interval], **span}))["data"]
        volume = 5 if market.kind == "spot" else 6
        return readable(
            rows, lambda row: candle(row, volume), f"okx {market.id} {interval} candles"
        )

    @staticmethod
    def spot_id(base: str, quote: str = "USDT") -> str:
        return f"{base}-{quote}"


def _taker(row: Sequence[Any]) -> Ratio:
    ts, sell, buy, *_ = row
    return shares(ts, buy, sell)


def _ratio(row: Sequence[Any]) -> Ratio:
    ts, ratio, *_ = row
    return quotient(ts, ratio)


def _by_id(rows: Sequence[Any]) -> dict[str, Any]:
    """Rows of all swaps; one without its contract could be anybody's and is nobody's."""
    return {row["instId"]: row for row in rows if isinstance(row, Mapping) and "instId" in row}


async def _funding(ask: Ask, perpetual: Perpetual) -> dict[str, Any]:
    answer = await ask("publicGetPublicFundingRate", {"instId": perpetual.market.id})
    row: dict[str, Any] = answer["data"][0]
    return row


def _perpetual(market: Market, row: Mapping[str, Any], marked: Mapping[str, Any]) -> Perpetual:
    """`oi` counts contracts; `oiUsd`, where it is given, is the same in USD."""
    mark = positive(marked["markPx"])
    contracts = float(row["oi"]) * market.contract_size
    given = float(row.get("oiUsd") or 0.0)
    usd = given or contracts * (1.0 if market.inverse else mark)
    return Perpetual(market, moment(row["ts"]), usd, mark, None, None)
