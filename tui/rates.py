"""What a unit of a quote currency is worth in USD, from the newest stored prices."""

from datetime import datetime, timedelta

import polars as pl

from tui.clock import Clock
from tui.venues.base import DOLLARS


class Rates:
    """USD per unit of a quote currency: 1 for the dollar coins, else its newest stored price."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest: dict[str, tuple[datetime, float]] = {}

    def learn(self, quotes: pl.DataFrame) -> None:
        """Take the newest price of every base in a frame of quotes."""
        for base, ts, price in quotes.select("base", "ts", "price").iter_rows():
            self._newest[base] = (ts, price)

    def __call__(self, quote: str) -> float | None:
        """None when the newest price is older than 60 s (definitions: the row stays unpriced)."""
        if quote in DOLLARS:
            return 1.0
        ts, price = self._newest.get(quote, (None, None))
        if ts is None or self._clock() - ts > timedelta(seconds=60):
            return None
        return price
