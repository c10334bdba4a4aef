"""Order books of the scenario: they thin while liquidations run, and the bids more than the asks.

A book is a ladder whose sum grows with the distance from the price. Each venue's reaches as far as
its REST answer would: some thousand levels of a spot market go beyond one per cent, Binance's
thousand of a perpetual end within a few hundredths of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.loopback.coins import SHARES, decimals
from tui.loopback.listing import Instrument
from tui.loopback.path import MINUTE

if TYPE_CHECKING:
    from tui.loopback.mood import Mood
    from tui.loopback.scenario import Scenario

AT_REST = {
    ("binance", "spot"): (22e6, 0.016), ("binance", "perp"): (60e6, 0.0013),
    ("bybit", "spot"): (9e6, 0.025), ("bybit", "perp"): (30e6, 0.0045),
    ("okx", "spot"): (11e6, 0.022), ("okx", "perp"): (24e6, 0.02),
}  # fmt: skip
"""USD of bitcoin within 1 % on one side while nothing happens, and how far the answer reaches;
other coins by their part in liquidations."""

LEVELS = 48
STEPS = tuple((i / (LEVELS - 1)) ** 2 for i in range(LEVELS))
"""Rungs on a side as parts of its reach: enough for a sum within 0.1 % to be told from one within
0.5, and few enough for a day of books to be made at the start of a demo."""

GROWTH = 0.8
"""The sum within a distance grows with this power of it."""


class Rungs(NamedTuple):
    """A book as its venue writes it: [price, size], best first."""

    bids: list[list[str]]
    asks: list[list[str]]


class Books:
    """Books by market and time."""

    def __init__(self, scenario: Scenario, mood: Mood) -> None:
        self._scenario, self._mood = scenario, mood

    def of(self, market: Instrument, now: int, limit: int) -> Rungs:
        """The best `limit` levels of each side."""
        price, coin = self._scenario.price(market, now), market.path
        left = self._mood.thinness(coin, now) if coin else 1.0
        # Buyers step back first: of the asks less is taken away. A few per cent breathe.
        breath = 1 + 0.05 * self._mood.noise(f"{market.venue} {market.id} book", now, 5 * MINUTE)
        rest, reach = _at_rest(market)
        bids = self._side(market, price, -1, rest * left * breath, reach)
        asks = self._side(market, price, 1, rest * left**0.5 * (2 - breath), reach)
        return Rungs(bids[:limit], asks[:limit])

    def _side(
        self, market: Instrument, price: float, sign: int, usd: float, reach: float
    ) -> list[list[str]]:
        """Rungs ever further apart up to `reach`; those on one tick are one."""
        first = max(market.tick / price / 2, 5e-6)
        digits = decimals(market.tick)
        size_digits = decimals(market.lot / 1000 if market.kind == "spot" else market.lot)
        rungs: dict[str, float] = {}
        before = 0.0
        for step in STEPS:
            far = first + (reach - first) * step
            total = usd * (far / 0.01) ** GROWTH
            text = f"{price * (1 + sign * far):.{digits}f}"
            rungs[text] = rungs.get(text, 0.0) + total - before
            before = total
        made = (
            [text, f"{worth / float(text) / market.contract:.{size_digits}f}"]
            for text, worth in rungs.items()
        )
        return [rung for rung in made if float(rung[1]) > 0]


def _at_rest(market: Instrument) -> tuple[float, float]:
    kind = "spot" if market.kind == "spot" else "perp"
    usd, reach = AT_REST[market.venue, kind]
    share = SHARES.get(market.path, 0.0008)
    return usd * (share / SHARES["BTC"]), reach
