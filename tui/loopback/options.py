"""The options of the scenario: a calm front, dearer puts half a year out, and DVOL low in its year.

Volatility is a function of coin, expiry, strike and time; marks follow from it by Black-76.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tui.loopback.path import DAY, HOUR, MINUTE
from tui.loopback.wire import Query, Refusal, newest, steps, whole
from tui.metrics import black76
from tui.metrics.smile import Smile

if TYPE_CHECKING:
    from tui.loopback.scenario import Scenario

DVOL = (
    (400, 56.0), (365, 55.0), (330, 52.0), (290, 61.0), (255, 45.0), (200, 40.5), (160, 38.0),
    (145, 39.5), (106, 43.0), (101, 56.0), (90, 49.0), (60, 54.0), (33, 46.0), (12, 41.0),
    (4, 39.8), (0, 39.4),
)  # fmt: skip
"""(days before the end, DVOL of bitcoin in %): low in its year at the end."""

LEVELS = {"BTC": 1.0, "ETH": 1.55}
"""Each coin's volatility, of bitcoin's."""

TERM = ((1, -0.040), (7, -0.022), (30, -0.008), (90, 0.016), (180, 0.034), (365, 0.048))
"""(days to the expiry, volatility at the forward less DVOL): the front is calm."""

SKEW = ((1, -0.004), (7, -0.009), (30, -0.019), (90, -0.031), (365, -0.031))
"""(days to the expiry, 25Δ risk reversal): puts are dearer, by 3.1 points half a year out."""

WING = 0.011
"""How much dearer both 25Δ options are than their mean says."""

CARRY = 0.05
"""A year's premium of the forward."""

STRIKES = 36
"""Of an expiry, about: both sides of four standard deviations."""

LENGTHS = {"1": 1_000, "60": MINUTE, "3600": HOUR, "43200": 12 * HOUR, "1D": DAY}
"""The resolutions of the index, in ms."""

PAGE = 1_000
"""Candles in one answer; the rest is had by `continuation`."""

_YEAR = 365 * DAY


class Options:
    """DVOL, the smile of each expiry and the marks of every option, at any time (ms)."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._knots: dict[tuple[str, int, int], float] = {}
        self._newest = ("", 0), 0.0

    def summary(self, coin: str, now: int) -> list[dict[str, Any]]:
        """Rows of get_book_summary_by_currency, with as much of them as anybody reads; none of a
        coin without options."""
        if coin not in LEVELS:
            return []
        return [
            row
            for expiry in expiries(now)
            for strike in self._strikes(coin, expiry, now)
            for row in self._pair(coin, expiry, strike, now)
        ]

    def index(self, query: Query, now: int) -> dict[str, Any]:
        """DVOL in candles of the resolution asked for, the newest thousand of them; and where the
        next answer has to end, if there are older ones. Refusal of what Deribit has no index of."""
        coin, length = query.get("currency", ""), LENGTHS.get(query.get("resolution", ""))
        if coin not in LEVELS or length is None:
            raise Refusal(400, {"error": {"code": -32602, "message": "Invalid params"}})
        since, until = whole(query, "start_timestamp", 0), whole(query, "end_timestamp", now)
        starts = steps(length, since - since % length, min(until, now))
        shown = newest(starts, PAGE)
        data = [self._candle(coin, ts, min(ts + length, now)) for ts in shown]
        return {"data": data, "continuation": shown[0] - 1 if len(starts) > PAGE else None}

    def dvol(self, coin: str, ts: int) -> float:
        """DVOL, a fraction; at the scenario's end it is that of its anchors."""
        days = (self._scenario.end - ts) / DAY
        level = _line(DVOL[::-1], days) / 100
        wobble = self._noise(coin, ts, DAY) * 0.010 + self._noise(coin, ts, HOUR) * 0.002
        fallen = math.log(self._spot(coin, ts) / self._spot(coin, ts - HOUR))
        return LEVELS[coin] * (level + wobble * min(1.0, abs(days)) - 0.3 * min(0.0, fallen))

    def smiles(self, coin: str, now: int) -> list[Smile]:
        """The three points of every expiry, as they were made."""
        found = []
        for expiry in expiries(now):
            at = datetime.fromtimestamp(expiry / 1000, UTC)
            middle = self.volatility(coin, expiry, self.forward(coin, expiry, now), now)
            atm, skew = self._points(coin, expiry, now)
            call, put = atm + WING + skew / 2, atm + WING - skew / 2
            count = len(self._strikes(coin, expiry, now))
            found.append(Smile(at, (expiry - now) / _YEAR, middle, call, put, count))
        return found

    def volatility(self, coin: str, expiry: int, strike: float, now: int) -> float:
        """Implied volatility: a parabola over the delta, which it is itself needed for."""
        atm, skew = self._points(coin, expiry, now)
        forward, years, sigma = self.forward(coin, expiry, now), (expiry - now) / _YEAR, atm
        for _ in range(12):
            off = 0.5 - black76.delta(forward, strike, years, sigma, True)
            sigma = (sigma + atm + 2 * skew * off + 16 * WING * off * off) / 2
        return sigma

    def forward(self, coin: str, expiry: int, now: int) -> float:
        """The price of the coin at an expiry."""
        return self._spot(coin, now) * math.exp(CARRY * (expiry - now) / _YEAR)

    def _points(self, coin: str, expiry: int, now: int) -> tuple[float, float]:
        """Volatility at a delta of one half, and the 25Δ risk reversal."""
        days = (expiry - now) / DAY
        if self._newest[0] != (coin, now):  # a chain asks for it 2,000 times
            self._newest = (coin, now), self.dvol(coin, now)
        return self._newest[1] + _line(TERM, days), _line(SKEW, days)

    def _pair(self, coin: str, expiry: int, strike: float, now: int) -> Iterator[dict[str, Any]]:
        """The call and the put of a strike; marks in coins, to a millionth as Deribit's are."""
        forward, years = self.forward(coin, expiry, now), (expiry - now) / _YEAR
        sigma = self.volatility(coin, expiry, strike, now)
        for is_call in (True, False):
            mark = black76.price(forward, strike, years, sigma, is_call) / forward
            yield {
                "base_currency": coin, "quote_currency": coin, "creation_timestamp": now,
                "underlying_index": f"{coin}-{_name(expiry)}", "interest_rate": 0.0,
                "underlying_price": round(forward, 4), "volume": 0.0,
                "mark_iv": round(sigma * 100, 2), "open_interest": 10.0,
                "instrument_name": f"{coin}-{_name(expiry)}-{strike:g}-{'C' if is_call else 'P'}",
                "mark_price": round(mark, 6),
            }  # fmt: skip

    def _strikes(self, coin: str, expiry: int, now: int) -> list[float]:
        """Round strikes within four standard deviations of the forward."""
        forward, years = self.forward(coin, expiry, now), (expiry - now) / _YEAR
        spread = 4 * self._points(coin, expiry, now)[0] * math.sqrt(years)
        low, high = forward * math.exp(-spread), forward * math.exp(min(spread, 1.2))
        step = _round_step((high - low) / STRIKES)
        return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]

    def _candle(self, coin: str, since: int, until: int) -> list[float]:
        values = [self.dvol(coin, since + (until - since) * k // 4) * 100 for k in range(5)]
        told = (values[0], max(values), min(values), values[-1])
        return [since, *(round(value, 4) for value in told)]

    def _spot(self, coin: str, ts: int) -> float:
        return self._scenario.prices.paths[coin].at(ts)

    def _noise(self, coin: str, ts: int, period: int) -> float:
        """A number in [-1, 1] for each period, going straight from one to the next."""
        at = ts / period
        a, b = (self._knot(coin, period, int(at) + i) for i in (0, 1))
        return a + (b - a) * (at - int(at))

    def _knot(self, coin: str, period: int, k: int) -> float:
        key = (coin, period, k)
        if key not in self._knots:
            self._knots[key] = random.Random(f"{self._scenario.seed}:{key}").uniform(-1, 1)
        return self._knots[key]


def expiries(now: int) -> list[int]:
    """Three days, four Fridays, the last Fridays of three months and of four quarters, each once
    and at 08:00 UTC."""
    at = datetime.fromtimestamp(now / 1000, UTC)
    today = at.replace(hour=8, minute=0, second=0, microsecond=0)
    days = (today + timedelta(days=k) for k in range(5))
    near = [day for day in days if day.timestamp() * 1000 > now][:3]
    friday = near[0] + timedelta(days=(4 - near[0].weekday()) % 7)
    weeks = [friday + timedelta(days=7 * k) for k in range(4)]
    months = [last for k in range(16) if (last := _last_friday(today, k)) > near[0]]
    quarters = [last for last in months if last.month % 3 == 0][:4]
    found = {*near, *weeks, *months[:3], *quarters}
    return sorted(int(each.timestamp()) * 1000 for each in found)


def _last_friday(today: datetime, months: int) -> datetime:
    month = today.month + months
    first = today.replace(year=today.year + month // 12, month=month % 12 + 1, day=1)
    return first - timedelta(days=(first.weekday() - 5) % 7 + 1)


def _name(expiry: int) -> str:
    at = datetime.fromtimestamp(expiry / 1000, UTC)
    return f"{at.day}{at:%b%y}".upper()


def _line(points: tuple[tuple[float, float], ...], x: float) -> float:
    """Straight between points of ascending x, level beyond them."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def _round_step(least: float) -> float:
    """The first of 1, 2, 2.5, 5 times a power of ten from `least` on."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * of for of in (1, 2, 2.5, 5, 10) if power * of >= least)
