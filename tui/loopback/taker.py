"""What takers buy and sell, so that price goes where it goes: by perpetuals up, by spot later.

Net flow is in proportion to the move it pushes, so it adds up over any stretch; who pushes changes
with the hours of the scripted day.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tui.loopback.coins import WEIGHTS
from tui.loopback.listing import Instrument
from tui.loopback.path import DAY, HOUR, MINUTE

if TYPE_CHECKING:  # it is made of what the encoders list
    from tui.loopback.scenario import Scenario

PUSH = 12e9
"""Net USD of takers, all venues, for a move of bitcoin by one (in logs): 120 million for 1 %."""

LEDGER = ((-math.inf, 0.78), (6.5, 0.84), (13.2, 0.4), (24.0, 0.84))
"""(hours of the last day from when on, the share of perpetuals in the net flow): the rise to its
top and the fall from there are theirs, the recovery is spot's, and what falls after it theirs."""

DAILY = {"spot": 14e9, "perp": 45e9}
"""USD that takers of bitcoin trade in a day in which nothing moves."""

PARTS = {
    ("spot", "binance"): 0.55, ("spot", "coinbase"): 0.20, ("spot", "bybit"): 0.13,
    ("spot", "okx"): 0.12, ("perp", "binance"): 0.55, ("perp", "bybit"): 0.27,
    ("perp", "okx"): 0.18,
}  # fmt: skip
"""How the flow of a market divides over the venues."""

QUOTES = {("binance", "USD"): 0.05, ("bybit", "USD"): 0.11, ("okx", "USD"): 0.27}
"""And that of a venue's perpetuals over theirs: these, the rest against USDT, none against USDC."""


class Traded(NamedTuple):
    """USD that takers bought and sold."""

    bought: float
    sold: float


class Taker:
    """The taker flow of every market; a stretch must not leave its minute."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def traded(self, market: Instrument, since: int, until: int) -> Traded:
        """What takers did in [since, until), ms, in a market of a coin against a dollar."""
        kind = "spot" if market.kind == "spot" else "perp"
        part = PARTS.get((kind, market.venue), 0.0) * _part(market) * WEIGHTS.get(market.path, 0.0)
        if not part:
            return Traded(0.0, 0.0)
        minute = since - since % MINUTE
        whole = abs(self._move(market.path, minute, minute + MINUTE))
        still = DAILY[kind] * part * (until - since) / DAY * (0.6 + 300 * whole)
        led = self.perps(since)
        net = PUSH * part * self._move(market.path, since, until)
        net *= led if kind == "perp" else 1.0 - led
        return Traded(still / 2 + max(0.0, net), still / 2 + max(0.0, -net))

    def perps(self, ts: int) -> float:
        """The share of perpetuals in the net flow."""
        hours = 24 - (self._scenario.end - ts) / HOUR
        return next(share for begins, share in reversed(LEDGER) if hours >= begins)

    def _move(self, coin: str, since: int, until: int) -> float:
        path = self._scenario.prices.paths[coin]
        return math.log(path.minutes_or(until).at(until) / path.minutes_or(since).at(since))


def _part(market: Instrument) -> float:
    """The part of a venue's flow that goes through this market."""
    if market.kind == "spot":
        return 1.0 if market.quote == ("USD" if market.venue == "coinbase" else "USDT") else 0.0
    own = QUOTES.get((market.venue, market.quote))
    if market.quote != "USDT":
        return own or 0.0
    return 1.0 - QUOTES.get((market.venue, "USD"), 0.0)


class Trade(NamedTuple):
    """A trade as encoders write it: which way, how many contracts, at which moment."""

    bought: bool
    size: float
    ts: int


def trades(taker: Taker, market: Instrument, price: float, since: int, until: int) -> list[Trade]:
    """Two trades for each minute that [since, until) touches, a buy and a sale, where there was
    any flow and where it fills a lot."""
    out = []
    while since < until:
        end = min(until, since - since % MINUTE + MINUTE)
        flow = taker.traded(market, since, end)
        for bought, usd in ((True, flow.bought), (False, flow.sold)):
            worth = market.contract if market.inverse else market.contract * price
            size = round(usd / worth / market.lot) * market.lot
            if size > 0:
                out.append(Trade(bought, size, end - 1))
        since = end
    return out
