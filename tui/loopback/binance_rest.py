"""Binance's REST answers: market lists, candles, open interest, funding and ratios."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any

from tui.loopback.binance_lists import listed, listed_spot
from tui.loopback.books import Books
from tui.loopback.listing import Instrument
from tui.loopback.path import DAY, HOUR, MINUTE, Candle
from tui.loopback.taker import Taker
from tui.loopback.wire import (
    Query,
    Refusal,
    Route,
    newest,
    price_text,
    size_text,
    steps,
    whole,
)
from tui.tables import Measure

if TYPE_CHECKING:
    from tui.loopback.binance import Binance

INTERVALS = {
    "1m": MINUTE, "3m": 3 * MINUTE, "5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE,
    "1h": HOUR, "2h": 2 * HOUR, "4h": 4 * HOUR, "6h": 6 * HOUR, "8h": 8 * HOUR, "12h": 12 * HOUR,
    "1d": DAY, "3d": 3 * DAY, "1w": 7 * DAY,
}  # fmt: skip
EIGHT = 8 * HOUR
LISTS = {
    "usdm": ("fapi.binance.com/fapi/v1/", "fapi.binance.com/futures/data/", 1500),
    "coinm": ("dapi.binance.com/dapi/v1/", "dapi.binance.com/futures/data/", 1500),
    "spot": ("api.binance.com/api/v3/", "", 1000),
}
DEPTHS = (5, 10, 20, 50, 100, 500, 1000)
RATIOS = {
    "globalLongShortAccountRatio": Measure.ACCOUNTS,
    "topLongShortAccountRatio": Measure.TOP_ACCOUNTS,
    "topLongShortPositionRatio": Measure.TOP_POSITIONS,
}


def routes(venue: Binance) -> dict[str, Route]:
    """Every REST path of the three APIs."""
    out: dict[str, Route] = {}
    for stream, (api, data, most) in LISTS.items():
        rest = Rest(venue, stream, most)
        out |= {api + name: route for name, route in rest.common().items()}
        if stream != "spot":
            out |= {api + name: route for name, route in rest.futures().items()}
            out |= {data + name: route for name, route in rest.data().items()}
    return out


class Rest:
    """One of Binance's three APIs: `usdm`, `coinm` or `spot`."""

    def __init__(self, venue: Binance, stream: str, most: int) -> None:
        self._venue, self._stream, self._most = venue, stream, most
        self._list = venue.markets(stream)
        self._scenario, self._mood = venue.scenario, venue.mood
        self._books = Books(venue.scenario, venue.mood)
        self._flow = Taker(venue.scenario)

    def common(self) -> dict[str, Route]:
        return {
            "ping": lambda query, now: {},
            "time": lambda query, now: {"serverTime": now},
            "exchangeInfo": self._info,
            "klines": self._klines,
            "depth": self._depth,
            "ticker/price": partial(self._each, self._price),
            "ticker/24hr": partial(self._each, self._day),
            "ticker/bookTicker": partial(self._each, self._book),
        }

    def futures(self) -> dict[str, Route]:
        return {
            "openInterest": self._interest,
            "premiumIndex": self._premiums,
            "fundingInfo": lambda query, now: self._intervals(),
            "fundingRate": self._funding,
        }

    def data(self) -> dict[str, Route]:
        out: dict[str, Route] = {
            name: partial(self._series, partial(self._ratio, measure))
            for name, measure in RATIOS.items()
        }
        out["takerlongshortRatio"] = partial(self._series, self._taker)
        out["takerBuySellVol"] = partial(self._series, self._volumes)
        out["openInterestHist"] = partial(self._series, self._interests)
        return out

    def _market(self, query: Query) -> Instrument:
        """The market a query names, by `symbol`, or COIN-M's perpetual by `pair`."""
        symbol = query.get("symbol") or f"{query.get('pair', '')}_PERP"
        market = self._list.get(symbol)
        if market is None:
            raise Refusal(400, {"code": -1121, "msg": "Invalid symbol."})
        return market

    def _wanted(self, query: Query) -> list[Instrument]:
        if "symbols" in query:
            try:
                names = loads(query["symbols"])
            except JSONDecodeError:
                raise Refusal(400, {"code": -1101, "msg": "Illegal 'symbols'."}) from None
            return [self._market({"symbol": name}) for name in names]
        if "symbol" in query:
            return [self._market(query)]
        if "pair" in query:
            return [m for m in self._list.values() if m.id.split("_")[0] == query["pair"]]
        return list(self._list.values())

    def _each(self, one: Callable[[Instrument, int], Any], query: Query, now: int) -> Any:
        rows = [one(market, now) for market in self._wanted(query)]
        return rows[0] if "symbol" in query and self._stream != "coinm" else rows

    def _info(self, query: Query, now: int) -> Any:
        # USD-M and COIN-M always answer with the whole list, whatever is asked for.
        markets = self._wanted(query if self._stream == "spot" else {})
        row = listed_spot if self._stream == "spot" else listed
        return {
            "timezone": "UTC", "serverTime": now, "rateLimits": [], "exchangeFilters": [],
            "assets": [], "symbols": [row(market) for market in markets],
        }  # fmt: skip

    def _klines(self, query: Query, now: int) -> Any:
        market, interval = self._market(query), INTERVALS.get(query.get("interval", ""))
        if interval is None:
            raise Refusal(400, {"code": -1120, "msg": "Invalid interval."})
        limit = min(whole(query, "limit", 500), self._most)
        until = min(whole(query, "endTime", now), now)
        since = whole(query, "startTime", until - interval * limit)
        until = min(until, since + interval * limit)
        found = self._scenario.candles(market, interval, since, until, now)
        rows = found[:limit] if "startTime" in query else newest(found, limit)
        if interval == MINUTE:
            return [self._minute(market, c) for c in rows]
        return [
            [
                c.ts, *(price_text(market, p) for p in c[1:5]), f"{c.volume:.5f}",
                c.ts + interval - 1, f"{c.volume * c.close:.5f}", int(c.volume) + 1,
                f"{c.volume / 2:.5f}", f"{c.volume * c.close / 2:.5f}", "0",
            ]
            for c in rows
        ]  # fmt: skip

    def _depth(self, query: Query, now: int) -> Any:
        """Of any limit up to 5,000 on spot; of a few on futures, which say when."""
        market, futures = self._market(query), self._stream != "spot"
        limit = whole(query, "limit", 500 if futures else 100)
        if futures and limit not in DEPTHS:
            raise Refusal(400, {"code": -4021, "msg": f"{limit} is not valid depth limit"})
        book = self._books.of(market, now, min(limit, 5000))
        times = {"E": now, "T": now - 10} if futures else {}
        return {"lastUpdateId": now, **times, "bids": book.bids, "asks": book.asks}

    def _minute(self, market: Instrument, c: Candle) -> list[Any]:
        """A minute with its taker flow. COIN-M counts contracts, the others coins and the quote."""
        flow, price = self._flow.traded(market, c.ts, c.ts + MINUTE), c.close
        usd = [flow.bought + flow.sold, flow.bought]
        coins = [value / price for value in usd]
        contracts = [value / market.contract for value in usd]
        own, other = (contracts, coins) if market.inverse else (coins, usd)
        return [
            c.ts, *(price_text(market, p) for p in c[1:5]), f"{own[0]:.5f}", c.ts + MINUTE - 1,
            f"{other[0]:.5f}", int(usd[0] / 2_000), f"{own[1]:.5f}", f"{other[1]:.5f}", "0",
        ]  # fmt: skip

    def _price(self, market: Instrument, now: int) -> Any:
        price = price_text(market, self._scenario.price(market, now))
        return {"symbol": market.id, "price": price, "time": now}

    def _book(self, market: Instrument, now: int) -> Any:
        price = self._scenario.price(market, now)
        bid, ask = price_text(market, price), price_text(market, price + market.tick)
        return {"symbol": market.id, "bidPrice": bid, "bidQty": "1.2", "askPrice": ask,
                "askQty": "0.8", "time": now}  # fmt: skip

    def _day(self, market: Instrument, now: int) -> Any:
        last = self._scenario.price(market, now)
        start, high, low = self._scenario.day(market, now)
        volume = 40e6 / max(last, 1e-12)
        prices = {
            "priceChange": last - start, "weightedAvgPrice": (high + low) / 2, "lastPrice": last,
            "openPrice": start, "highPrice": high, "lowPrice": low, "bidPrice": last,
            "askPrice": last + market.tick,
        }  # fmt: skip
        return {
            "symbol": market.id, **{k: price_text(market, v) for k, v in prices.items()},
            "priceChangePercent": f"{(last / start - 1) * 100:.3f}", "lastQty": "0.100",
            "volume": f"{volume:.3f}", "quoteVolume": f"{volume * last:.3f}",
            "openTime": now - DAY, "closeTime": now, "firstId": 1, "lastId": 2, "count": 1,
        }  # fmt: skip

    def _interest(self, query: Query, now: int) -> Any:
        market = self._market(query)
        amount = size_text(market, self._mood.open_interest(market, now))
        return {"openInterest": amount, "symbol": market.id, "time": now}

    def _premiums(self, query: Query, now: int) -> Any:
        return self._each(self._premium, query, now)

    def _premium(self, market: Instrument, now: int) -> Any:
        index, mark = self._mood.index(market, now), self._mood.mark(market, now)
        rate = "" if market.expires else f"{self._mood.funding(market, now):.8f}"
        row = {
            "symbol": market.id, "markPrice": f"{mark:.8f}", "indexPrice": f"{index:.8f}",
            "estimatedSettlePrice": f"{index:.8f}", "lastFundingRate": rate,
            "interestRate": "" if market.expires else "0.00010000",
            "nextFundingTime": 0 if market.expires else (now // EIGHT + 1) * EIGHT, "time": now,
        }  # fmt: skip
        return row | {"pair": market.id.split("_")[0]} if self._stream == "coinm" else row

    def _intervals(self) -> Any:
        """Only contracts that differ from 8 hours or the usual cap stand here."""
        return [
            {"symbol": market.id, "adjustedFundingRateCap": "0.02000000",
             "adjustedFundingRateFloor": "-0.02000000", "fundingIntervalHours": 4,
             "disclaimer": False, "updateTime": 1_698_768_000_000}
            for market in self._list.values()
            if not market.path and market.kind == "swap"
        ]  # fmt: skip

    def _funding(self, query: Query, now: int) -> Any:
        market, limit = self._market(query), min(whole(query, "limit", 100), 1000)
        since = whole(query, "startTime", now - EIGHT * limit)
        times = list(steps(EIGHT, since, min(whole(query, "endTime", now), now)))[:limit]
        return [
            {"symbol": market.id, "fundingTime": ts,
             "fundingRate": f"{self._mood.funding(market, ts):.8f}",
             "markPrice": f"{self._mood.mark(market, ts):.8f}"}
            for ts in times
        ]  # fmt: skip

    def _series(self, one: Callable[[Instrument, int, int], Any], query: Query, now: int) -> Any:
        """Rows of `futures/data`: 5 m to 1 d, at most 500, none older than 30 days."""
        market, period = self._market(query), INTERVALS.get(query.get("period", ""))
        if period is None or period < 5 * MINUTE or period > DAY:
            raise Refusal(400, {"code": -1130, "msg": "Invalid parameter 'period'."})
        limit = whole(query, "limit", 30)
        if limit > 500:
            raise Refusal(400, {"code": -1130, "msg": "parameter 'limit' is invalid."})
        since = whole(query, "startTime", 0)
        if since and since < now - 31 * DAY:
            raise Refusal(400, {"code": -1130, "msg": "parameter 'startTime' is invalid."})
        until = min(whole(query, "endTime", now), now)
        times = list(steps(period, max(since, now - 30 * DAY), until))
        times = times[:limit] if since else list(newest(times, limit))
        return [one(market, ts, period) for ts in times]

    def _named(self, market: Instrument, ts: int) -> dict[str, Any]:
        if self._stream == "coinm":
            return {"pair": market.id.split("_")[0], "timestamp": ts}
        return {"symbol": market.id, "timestamp": ts}

    def _ratio(self, measure: Measure, market: Instrument, ts: int, period: int) -> Any:
        long = round(self._mood.long_share("binance", market.path or "BTC", measure, ts), 4)
        row = {"longShortRatio": f"{long / (1 - long):.4f}"}
        names = ("longAccount", "shortAccount")
        if measure is Measure.TOP_POSITIONS and self._stream == "coinm":
            names = ("longPosition", "shortPosition")
        row |= {names[0]: f"{long:.4f}", names[1]: f"{1 - long:.4f}"}
        return self._named(market, ts) | row

    def _taker(self, market: Instrument, ts: int, period: int) -> Any:
        flow = self._mood.taker("binance", market.path or "BTC", ts, period)
        return {
            "buySellRatio": f"{flow.buys / flow.sells:.4f}", "sellVol": f"{flow.sells:.4f}",
            "buyVol": f"{flow.buys:.4f}", "timestamp": ts,
        }  # fmt: skip

    def _volumes(self, market: Instrument, ts: int, period: int) -> Any:
        flow = self._mood.taker("binance", market.path or "BTC", ts, period)
        return self._named(market, ts) | {
            "contractType": "PERPETUAL", "takerBuyVol": f"{flow.buys:.4f}",
            "takerSellVol": f"{flow.sells:.4f}", "takerBuyVolValue": f"{flow.buys:.4f}",
            "takerSellVolValue": f"{flow.sells:.4f}",
        }  # fmt: skip

    def _interests(self, market: Instrument, ts: int, period: int) -> Any:
        amount = self._mood.open_interest(market, ts)
        price = 1 / self._scenario.price(market, ts) if market.inverse else None
        value = amount * market.contract * (price or self._scenario.price(market, ts))
        return self._named(market, ts) | {
            "sumOpenInterest": f"{amount:.8f}",
            "sumOpenInterestValue": f"{value:.8f}",
        }
