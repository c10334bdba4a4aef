"""OKX's v5 answers: `code` is text, rows come newest first, bounds are open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.loopback.books import Books
from tui.loopback.forced import by_market
from tui.loopback.listing import Instrument
from tui.loopback.okx_lists import group, kind, listed
from tui.loopback.path import DAY, HOUR, MINUTE
from tui.loopback.wire import (
    Query,
    Refusal,
    Route,
    newest,
    price_text,
    steps,
    whole,
)
from tui.tables import Measure

if TYPE_CHECKING:
    from tui.loopback.okx import Okx

API = "www.okx.com/api/v5/"
BARS = {
    "1m": MINUTE, "3m": 3 * MINUTE, "5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE,
    "1H": HOUR, "2H": 2 * HOUR, "4H": 4 * HOUR, "6H": 6 * HOUR, "12H": 12 * HOUR, "1D": DAY,
    "6Hutc": 6 * HOUR, "12Hutc": 12 * HOUR, "1Dutc": DAY, "1Wutc": 7 * DAY,
}  # fmt: skip
PERIODS = {"5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE, "1H": HOUR, "4H": 4 * HOUR,
           "1D": DAY}  # fmt: skip
KEPT = 1440
"""Entries of a statistic, and candles of market/candles, that are kept."""

EIGHT = 8 * HOUR
LISTS = {"SPOT": "spot", "SWAP": "swap", "FUTURES": "futures"}
RATIOS = {
    "long-short-account-ratio-contract": Measure.ACCOUNTS,
    "long-short-account-ratio-contract-top-trader": Measure.TOP_ACCOUNTS,
    "long-short-position-ratio-contract-top-trader": Measure.TOP_POSITIONS,
}
Rows = Callable[[Instrument, int], Any]


class Rest:
    """The public, market and rubik endpoints."""

    def __init__(self, venue: Okx) -> None:
        self._venue, self._scenario, self._mood = venue, venue.scenario, venue.mood
        self._books = Books(venue.scenario, venue.mood)

    def routes(self) -> dict[str, Route]:
        """Every path that is answered."""
        rubik = API + "rubik/stat/"
        out: dict[str, Route] = {
            API + "public/time": lambda query, now: _ok([{"ts": str(now)}]),
            API + "public/instruments": self._instruments,
            API + "public/liquidation-orders": self._liquidations,
            API + "public/open-interest": partial(self._each, self._interest),
            API + "public/funding-rate": self._funding,
            API + "public/funding-rate-history": self._fundings,
            API + "public/mark-price": partial(self._each, self._mark),
            API + "market/index-tickers": self._indices,
            API + "market/books": partial(self._book, 400),
            API + "market/books-full": partial(self._book, 5000),
            API + "market/ticker": self._ticker,
            API + "market/tickers": partial(self._each, partial(ticker, self._venue)),
            API + "market/candles": partial(self._candles, 300, KEPT),
            API + "market/history-candles": partial(self._candles, 300, None),
            rubik + "taker-volume-contract": partial(self._series, self._taker),
            rubik + "taker-volume": partial(self._series, self._taker),
            rubik + "contracts/open-interest-history": partial(self._series, self._interests),
            rubik + "contracts/long-short-account-ratio": partial(
                self._series, partial(self._ratio, Measure.ACCOUNTS)
            ),
        }
        for name, measure in RATIOS.items():
            route = partial(self._series, partial(self._ratio, measure))
            out[rubik + "contracts/" + name] = route
        return out

    def _market(self, query: Query) -> Instrument:
        market = self._venue.find(query.get("instId") or f"{query.get('ccy')}-USDT-SWAP")
        if market is None:
            raise Refusal(200, _wrong("51001", "Instrument ID doesn't exist."))
        return market

    def _wanted(self, query: Query) -> list[Instrument]:
        if query.get("instId"):
            return [self._market(query)]
        kind = query.get("instType", "")
        if kind in ("OPTION", "MARGIN", "EVENTS"):
            return []
        if kind not in LISTS:
            raise Refusal(400, _wrong("50014", "Parameter instType can not be empty."))
        markets = list(self._venue.markets(LISTS[kind]).values())
        family = query.get("instFamily") or query.get("uly")
        return [m for m in markets if not family or m.id.startswith(family + "-")]

    def _each(self, one: Rows, query: Query, now: int) -> Any:
        return _ok([one(market, now) for market in self._wanted(query)])

    def _instruments(self, query: Query, now: int) -> Any:
        return _ok([listed(market) for market in self._wanted(query)])

    def _liquidations(self, query: Query, now: int) -> Any:
        """Newest first, a hundred at most, `after` and `before` open; a family has to be named."""
        if not (query.get("uly") or query.get("instFamily")):
            raise Refusal(200, _wrong("50015", "Either parameter uly or instFamily is required"))
        since, until = whole(query, "before", 0) + 1, whole(query, "after", now + 1) - 1
        limit = min(whole(query, "limit", 100), 100)
        rows = self._venue.history.newest(self._wanted(query), since, until, limit)
        return _ok([group(of) | {"totalLoss": "0"} for of in by_market(rows).values()])

    def _interest(self, market: Instrument, now: int) -> Any:
        contracts, price = self._mood.open_interest(market, now), self._mood.mark(market, now)
        usd = contracts * market.contract * (1 if market.inverse else price)
        return {
            "instId": market.id, "instType": kind(market), "oi": f"{contracts:.2f}",
            "oiCcy": f"{usd / price:.4f}", "oiUsd": f"{usd:.4f}", "ts": str(now),
        }  # fmt: skip

    def _funding(self, query: Query, now: int) -> Any:
        markets = list(self._venue.markets("swap").values())
        if query.get("instId", "ANY") != "ANY":
            markets = [self._market(query)]
        return _ok([self._rate(market, now) for market in markets])

    def _rate(self, market: Instrument, now: int) -> Any:
        due = (now // EIGHT + 1) * EIGHT
        return {
            "instId": market.id, "instType": "SWAP", "method": "current_period",
            "formulaType": "withRate", "fundingRate": f"{self._mood.funding(market, now):.10f}",
            "nextFundingRate": "", "fundingTime": str(due), "nextFundingTime": str(due + EIGHT),
            "minFundingRate": "-0.00375", "maxFundingRate": "0.00375", "interestRate": "0.0001",
            "impactValue": "20000", "settState": "settled", "premium": "-0.0001",
            "settFundingRate": f"{self._mood.funding(market, due - EIGHT):.10f}", "ts": str(now),
        }  # fmt: skip

    def _fundings(self, query: Query, now: int) -> Any:
        market, limit = self._market(query), min(whole(query, "limit", 100), 400)
        until = min(whole(query, "after", now + 1) - 1, now)
        since = whole(query, "before", until - EIGHT * limit) + 1
        rows = []
        for ts in newest(steps(EIGHT, since, until), limit)[::-1]:
            rate = f"{self._mood.funding(market, ts):.10f}"
            rows.append({"instType": "SWAP", "instId": market.id, "fundingRate": rate,
                         "realizedRate": rate, "fundingTime": str(ts), "method": "current_period",
                         "formulaType": "withRate"})  # fmt: skip
        return _ok(rows)

    def _mark(self, market: Instrument, now: int) -> Any:
        mark = price_text(market, self._mood.mark(market, now))
        return {"instType": kind(market), "instId": market.id, "markPx": mark, "ts": str(now)}

    def _book(self, most: int, query: Query, now: int) -> Any:
        """Levels with how many orders they are; the short book has a zero before that."""
        market, size = self._market(query), whole(query, "sz", 1)
        if not 1 <= size <= most:
            raise Refusal(200, _wrong("51000", "Parameter sz error."))
        more = ["0", "3"] if most == 400 else ["3"]
        book = self._books.of(market, now, size)
        bids, asks = ([[*rung, *more] for rung in side] for side in book)
        return _ok([{"asks": asks, "bids": bids, "ts": str(now)}])

    def _indices(self, query: Query, now: int) -> Any:
        """An index by pair (`instId`) or all of one `quoteCcy`."""
        pairs = [query["instId"]] if query.get("instId") else [
            f"{m.base}-{m.quote}" for m in self._venue.markets("swap").values()
            if m.quote == query.get("quoteCcy", "USDT")
        ]  # fmt: skip
        return _ok([self._index(pair, now) for pair in pairs])

    def _index(self, pair: str, now: int) -> Any:
        market = self._venue.find(f"{pair}-SWAP") or self._market({"instId": pair})
        start, high, low = self._scenario.day(market, now)
        prices = {"idxPx": self._mood.index(market, now), "high24h": high, "low24h": low,
                  "open24h": start, "sodUtc0": start, "sodUtc8": start}  # fmt: skip
        texts = {key: price_text(market, value) for key, value in prices.items()}
        return {"instId": pair, **texts, "ts": str(now)}

    def _ticker(self, query: Query, now: int) -> Any:
        return _ok([ticker(self._venue, self._market(query), now)])

    def _candles(self, most: int, kept: int | None, query: Query, now: int) -> Any:
        """`after` asks for older rows, `before` for newer ones; neither bound is included."""
        market, bar = self._market(query), query.get("bar", "1m")
        interval = BARS.get(bar)
        if interval is None:
            raise Refusal(200, _wrong("51000", "Parameter bar error"))
        limit = min(whole(query, "limit", 100), most)
        until = min(whole(query, "after", now + 1) - 1, now)
        since = max(whole(query, "before", 0) + 1, until - interval * (limit + 1))
        since = max(since, now - kept * interval) if kept else since
        phase = 16 * HOUR if bar == "1D" else 0  # days of Hong Kong
        found = self._scenario.candles(market, interval, since, until, now, phase)
        rows = []
        for c in reversed(newest(found, limit)):
            contracts = c.volume / market.contract if market.kind != "spot" else c.volume
            confirm = "1" if c.ts + interval <= now else "0"
            prices = (price_text(market, price) for price in c[1:5])
            coins, quote = f"{c.volume:.4f}", f"{c.volume * c.close:.4f}"
            volumes = (f"{contracts:.4f}", coins if market.kind != "spot" else quote, quote)
            rows.append([str(c.ts), *prices, *volumes, confirm])
        return _ok(rows)

    def _series(self, one: Callable[[Instrument, int, int], Any], query: Query, now: int) -> Any:
        """A statistic: newest first, `begin` and `end` open, 1,440 entries kept, 100 at once."""
        market, period = self._market(query), PERIODS.get(query.get("period", "5m"))
        if period is None:
            raise Refusal(200, _wrong("51000", "Parameter period error"))
        limit = min(whole(query, "limit", 100), 100)
        until = min(whole(query, "end", now + 1) - 1, now)
        since = max(whole(query, "begin", 0) + 1, now - KEPT * period)
        return _ok(
            [one(market, ts, period) for ts in newest(steps(period, since, until), limit)[::-1]]
        )

    def _ratio(self, measure: Measure, market: Instrument, ts: int, period: int) -> Any:
        long = self._mood.long_share("okx", market.path or "BTC", measure, ts)
        return [str(ts), f"{long / (1 - long):.16f}"]

    def _taker(self, market: Instrument, ts: int, period: int) -> Any:
        flow = self._mood.taker("okx", market.path or "BTC", ts, period)
        return [str(ts), f"{flow.sells / 5:.4f}", f"{flow.buys / 5:.4f}"]

    def _interests(self, market: Instrument, ts: int, period: int) -> Any:
        contracts, price = self._mood.open_interest(market, ts), self._mood.mark(market, ts)
        usd = contracts * market.contract * (1 if market.inverse else price)
        return [str(ts), f"{contracts:.2f}", f"{usd / price:.4f}", f"{usd:.4f}"]


def _ok(data: Any) -> dict[str, Any]:
    return {"code": "0", "msg": "", "data": data}


def _wrong(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "msg": message, "data": []}


def ticker(venue: Okx, market: Instrument, now: int) -> dict[str, Any]:
    """A market's row of market/tickers and of the tickers channel."""
    last = venue.scenario.price(market, now)
    start, high, low = venue.scenario.day(market, now)
    prices = {
        "last": last, "askPx": last + market.tick, "bidPx": last, "open24h": start,
        "high24h": high, "low24h": low, "sodUtc0": start, "sodUtc8": start,
    }  # fmt: skip
    coins = 40e6 / max(last, 1e-12)
    contracts = coins / market.contract if market.kind != "spot" else coins
    return {
        "instType": kind(market), "instId": market.id, "lastSz": "1", "askSz": "8", "bidSz": "12",
        **{key: price_text(market, value) for key, value in prices.items()},
        "volCcy24h": f"{coins:.4f}", "vol24h": f"{contracts:.4f}", "ts": str(now),
    }  # fmt: skip
