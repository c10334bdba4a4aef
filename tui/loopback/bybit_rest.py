"""Bybit's v5 market answers. Lists come newest first, numbers as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.loopback.books import Books
from tui.loopback.listing import Instrument
from tui.loopback.path import DAY, HOUR, MINUTE
from tui.loopback.wire import (
    Query,
    Refusal,
    Route,
    newest,
    number,
    price_text,
    size_text,
    steps,
    whole,
)
from tui.tables import Measure

if TYPE_CHECKING:
    from tui.loopback.bybit import Bybit

HOST = "api.bybit.com/v5/market/"
INTERVALS = {
    "1": MINUTE, "3": 3 * MINUTE, "5": 5 * MINUTE, "15": 15 * MINUTE, "30": 30 * MINUTE,
    "60": HOUR, "120": 2 * HOUR, "240": 4 * HOUR, "360": 6 * HOUR, "720": 12 * HOUR, "D": DAY,
    "W": 7 * DAY,
}  # fmt: skip
PERIODS = {
    "5min": 5 * MINUTE, "15min": 15 * MINUTE, "30min": 30 * MINUTE, "1h": HOUR, "4h": 4 * HOUR,
    "1d": DAY,
}  # fmt: skip
EIGHT = 8 * HOUR
CATEGORIES = ("linear", "inverse", "spot", "option")


class Rest:
    """The market endpoints of api.bybit.com, by category."""

    def __init__(self, venue: Bybit) -> None:
        self._venue, self._scenario, self._mood = venue, venue.scenario, venue.mood
        self._books = Books(venue.scenario, venue.mood)

    def routes(self) -> dict[str, Route]:
        """Every path that is answered."""
        return {
            HOST + "time": self._time,
            HOST + "instruments-info": self._instruments,
            HOST + "kline": self._klines,
            HOST + "orderbook": self._book,
            HOST + "full_orderbook": self._full_book,
            HOST + "tickers": self._tickers,
            HOST + "account-ratio": self._ratios,
            HOST + "open-interest": self._interests,
            HOST + "funding/history": self._funding,
        }

    def _list(self, query: Query) -> dict[str, Instrument]:
        category = query.get("category", "")
        if category not in CATEGORIES:
            raise _refused(10001, "params error: Category is invalid")
        return {} if category == "option" else self._venue.markets(category)

    def _market(self, query: Query) -> Instrument:
        market = self._list(query).get(query.get("symbol", ""))
        if market is None:
            raise _refused(10001, "params error: symbol invalid")
        return market

    def _time(self, query: Query, now: int) -> Any:
        return _ok({"timeSecond": str(now // 1000), "timeNano": str(now * 1_000_000)}, now)

    def _instruments(self, query: Query, now: int) -> Any:
        markets = list(self._list(query).values())
        if query.get("symbol"):
            markets = [self._market(query)]
        if query.get("baseCoin"):
            markets = [m for m in markets if m.base == query["baseCoin"]]
        if query.get("symbolType"):
            markets = [m for m in markets if _symbol_type(m) == query["symbolType"]]
        if query.get("status", "Trading") != "Trading":
            markets = []
        if query.get("category") == "spot":  # spot knows neither limit nor cursor
            page, cursor = markets, ""
        else:
            page, cursor = _page(markets, query, 500, 1000)
        rows = [listed(market) for market in page]
        category = query["category"]
        return _ok({"category": category, "list": rows, "nextPageCursor": cursor}, now)

    def _klines(self, query: Query, now: int) -> Any:
        market, interval = self._market(query), INTERVALS.get(query.get("interval", ""))
        if interval is None:
            raise _refused(10001, "params error: Invalid interval")
        limit = min(whole(query, "limit", 200), 1000)
        until = min(whole(query, "end", now), now)
        since = whole(query, "start", 0)
        if "start" in query and "end" not in query:
            until = min(until, since + interval * limit - 1)
        since = max(since, until - interval * limit)
        rows = newest(self._scenario.candles(market, interval, since, until, now), limit)
        kept = [
            [str(c.ts), *(price_text(market, p) for p in c[1:5]), f"{c.volume:.4f}",
             f"{c.volume * c.close:.4f}"]
            for c in reversed(rows)
        ]  # fmt: skip
        return _ok({"symbol": market.id, "category": query["category"], "list": kept}, now)

    def _book(self, query: Query, now: int) -> Any:
        spot = query.get("category") == "spot"
        limit = whole(query, "limit", 1 if spot else 25)
        if not 1 <= limit <= (200 if spot else 500):
            raise _refused(10001, "params error: Limit is invalid")
        return self._ladder(query, now, limit)

    def _full_book(self, query: Query, now: int) -> Any:
        """Of spot alone."""
        if query.get("category") != "spot":
            raise _refused(10001, "params error: Category is invalid")
        return self._ladder(query, now, 10_000)

    def _ladder(self, query: Query, now: int, limit: int) -> Any:
        market = self._market(query)
        book = self._books.of(market, now, limit)
        head = {"s": market.id, "b": book.bids, "a": book.asks}
        return _ok(head | {"ts": now, "u": now // 100, "seq": now, "cts": now - 15}, now)

    def _tickers(self, query: Query, now: int) -> Any:
        markets = list(self._list(query).values())
        if query.get("symbol"):
            markets = [self._market(query)]
        rows = [ticker(self._venue, market, now) for market in markets]
        return _ok({"category": query["category"], "list": rows}, now)

    def _ratios(self, query: Query, now: int) -> Any:
        market, period = self._market(query), PERIODS.get(query.get("period", ""))
        if period is None or query.get("category") not in ("linear", "inverse"):
            raise _refused(10001, "params error: Invalid period")
        since = whole(query, "startTime", now - 500 * period)
        until = min(whole(query, "endTime", now), now)
        times = list(reversed(steps(period, max(since, now - 900 * DAY), until)))
        page, cursor = _page(times, query, 50, 500)
        rows = []
        for ts in page:
            long = self._mood.long_share("bybit", market.path or "BTC", Measure.ACCOUNTS, ts)
            long = round(long, 4)
            rows.append(
                {"symbol": market.id, "buyRatio": f"{long:.4f}", "sellRatio": f"{1 - long:.4f}",
                 "timestamp": str(ts)}
            )  # fmt: skip
        return _ok({"list": rows, "nextPageCursor": cursor}, now)

    def _interests(self, query: Query, now: int) -> Any:
        market, period = self._market(query), PERIODS.get(query.get("intervalTime", ""))
        if period is None:
            raise _refused(10001, "params error: Invalid intervalTime")
        since = whole(query, "startTime", now - 200 * period)
        until = min(whole(query, "endTime", now), now)
        times = list(reversed(steps(period, since, until)))
        page, cursor = _page(times, query, 50, 200)
        rows = [
            {"openInterest": f"{2 * self._mood.open_interest(market, ts):.8f}",
             "singleOpenInterest": f"{self._mood.open_interest(market, ts):.8f}",
             "timestamp": str(ts)}
            for ts in page
        ]  # fmt: skip
        head = {"symbol": market.id, "category": query["category"]}
        return _ok(head | {"list": rows, "nextPageCursor": cursor}, now)

    def _funding(self, query: Query, now: int) -> Any:
        market, limit = self._market(query), min(whole(query, "limit", 200), 200)
        until = min(whole(query, "endTime", now), now)
        since = whole(query, "startTime", until - EIGHT * limit)
        rows = [
            {"symbol": market.id, "fundingRate": f"{self._mood.funding(market, ts):.8f}",
             "fundingRateTimestamp": str(ts)}
            for ts in newest(list(steps(EIGHT, since, until)), limit)
        ]  # fmt: skip
        return _ok({"category": query["category"], "list": rows[::-1]}, now)


def _ok(result: Any, now: int) -> dict[str, Any]:
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": now}


def _refused(code: int, message: str) -> Refusal:
    """Bybit refuses with HTTP 200 and a code."""
    body = {"retCode": code, "retMsg": message, "result": {}, "retExtInfo": {}, "time": 0}
    return Refusal(200, body)


def _page(rows: list[Any], query: Query, usual: int, most: int) -> tuple[list[Any], str]:
    """One page and the cursor of the next; the cursor is where that one begins."""
    start, limit = whole(query, "cursor", 0), min(whole(query, "limit", usual), most)
    page = rows[start : start + limit]
    return page, str(start + limit) if start + limit < len(rows) else ""


def ticker(venue: Bybit, market: Instrument, now: int) -> dict[str, Any]:
    """A market's row of v5/market/tickers. `openInterest` counts both sides, `single…` one."""
    scenario, mood = venue.scenario, venue.mood
    last = scenario.price(market, now)
    start, high, low = scenario.day(market, now)
    prices = {
        "lastPrice": last, "prevPrice24h": start, "highPrice24h": high, "lowPrice24h": low,
        "bid1Price": last, "ask1Price": last + market.tick,
    }  # fmt: skip
    volume = 40e6 / max(last, 1e-12)
    row = {
        "symbol": market.id, **{k: price_text(market, v) for k, v in prices.items()},
        "price24hPcnt": f"{last / start - 1:.6f}", "volume24h": f"{volume:.4f}",
        "turnover24h": f"{volume * last:.4f}", "bid1Size": "1.2", "ask1Size": "0.8",
    }  # fmt: skip
    if market.kind == "spot":
        return row | {"usdIndexPrice": price_text(market, last)}
    amount, mark = mood.open_interest(market, now), mood.mark(market, now)
    value = 2 * amount / mark if market.inverse else 2 * amount * mark
    rate = "" if market.expires else f"{mood.funding(market, now):.8f}"
    return row | {
        "indexPrice": price_text(market, mood.index(market, now)),
        "markPrice": price_text(market, mark),
        "prevPrice1h": price_text(market, scenario.price(market, now - HOUR)),
        "openInterest": size_text(market, 2 * amount), "openInterestValue": f"{value:.2f}",
        "singleOpenInterest": size_text(market, amount), "fundingRate": rate,
        "nextFundingTime": "0" if market.expires else str((now // EIGHT + 1) * EIGHT),
        "fundingIntervalHour": "8", "deliveryTime": str(market.expires or 0), "basisRate": "",
        "deliveryFeeRate": "", "predictedDeliveryPrice": "", "basis": "",
    }  # fmt: skip


def _symbol_type(market: Instrument) -> str:
    """`xstocks` of tokens; of contracts it is left empty."""
    return "xstocks" if market.kind == "spot" and market.tradfi else ""


def listed(market: Instrument) -> dict[str, Any]:
    """A market's row of v5/market/instruments-info."""
    tick, lot = number(market.tick, market.tick), number(market.lot, market.lot)
    head = {"symbol": market.id, "baseCoin": market.base, "quoteCoin": market.quote}
    prices = {"minPrice": tick, "maxPrice": "1999999.80", "tickSize": tick}
    if market.kind == "spot":
        lots = {"basePrecision": lot, "quotePrecision": "0.0000001", "minOrderQty": lot,
                "maxOrderQty": "71.7", "minOrderAmt": "5", "maxOrderAmt": "8000000"}  # fmt: skip
        return head | {
            "innovation": "0", "symbolType": _symbol_type(market), "xstockMultiplier": "1",
            "status": "Trading", "marginTrading": "utaOnly", "stTag": "0",
            "lotSizeFilter": lots, "priceFilter": {"tickSize": tick},
            "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
        }  # fmt: skip
    kind = "Inverse" if market.inverse else "Linear"
    lots = {"maxOrderQty": "1190000", "minOrderQty": lot, "qtyStep": lot, "minNotionalValue": "5",
            "postOnlyMaxOrderQty": "1190000", "maxMktOrderQty": "119000"}  # fmt: skip
    return head | {
        "contractType": kind + ("Futures" if market.expires else "Perpetual"),
        "status": "Trading", "launchTime": str(market.began), "settleCoin": market.settle,
        "deliveryTime": str(market.expires or 0), "deliveryFeeRate": "", "priceScale": "2",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "priceFilter": prices, "lotSizeFilter": lots, "unifiedMarginTrade": True,
        "fundingInterval": 480, "copyTrading": "both", "upperFundingRate": "0.00375",
        "lowerFundingRate": "-0.00375", "isPreListing": False, "preListingInfo": None,
        "symbolType": "",
    }  # fmt: skip
