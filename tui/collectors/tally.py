"""Trades summed by minute: what takers bought and sold, and how much of a minute was heard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tui.collectors.base import UNREAD
from tui.venues.base import MOST_USD, Market, Trade

MINUTE = 60_000
GRACE = 5_000
"""ms after its end at which a minute is told: trades arrive some tenths of a second late."""
KEPT = 3
"""Minutes for which what comes late still counts: it changes what was told."""
AHEAD = 60_000
"""ms ahead of the clock beyond which a trade's time is an error."""

Group = tuple[str, str]
"""A kind of market, spot or perp, and a coin."""

Row = tuple[Any, ...]
"""A row of FLOW with its time in ms."""


def group(market: Market) -> Group:
    """What a market's trades are summed with."""
    return "spot" if market.kind == "spot" else "perp", market.base


@dataclass
class Sum:
    """One minute of a group. The price is that of its first market."""

    buy: float = 0.0
    sell: float = 0.0
    trades: int = 0
    price: float | None = None
    priced_at: int = 0


class Tally:
    """The minutes of one socket. It outlives the connections, so that a minute in which one ended
    and the next began is one row, with the share of it that was heard as its cover.

    `add`, `heard` and `garbled` must not fail: they are called from within a socket's reading.
    """

    def __init__(self, venue: str, stream: str) -> None:
        self._venue, self._stream = venue, stream
        self._markets: dict[str, Market] = {}
        self._first: dict[Group, str] = {}
        self._sums: dict[tuple[int, Group], Sum] = {}
        self._spans: list[list[int]] = []
        self._bad: set[int] = set()
        self._told: dict[tuple[int, Group], Row] = {}
        self._living = False

    def follow(self, markets: Sequence[Market]) -> None:
        """The markets that are listened to, of each group the one that gives its price first."""
        self._markets = {market.id: market for market in markets}
        self._first = {group(market): market.id for market in reversed(markets)}

    def opened(self, now: int) -> None:
        """The subscription stands from now (ms) on."""
        self._spans.append([now, now])
        self._living = True

    def heard(self, now: int) -> None:
        """A frame came, pongs included: up to now nothing is missing."""
        if self._living and now > self._spans[-1][1]:
            self._spans[-1][1] = now

    def lost(self) -> None:
        """The socket is gone; what was under way with it was not heard."""
        if self._living:
            last = self._spans[-1]
            last[1] = max(last[0], last[1] - UNREAD.seconds * 1000)
        self._living = False

    def garbled(self, now: int) -> bool:
        """A message could not be read: how much of its minute is missing nobody knows. Whether it
        is the first of that minute."""
        minute = now - now % MINUTE
        is_first = minute not in self._bad
        self._bad.add(minute)
        return is_first

    def add(self, trade: Trade, now: int) -> None:
        """Count a trade in its minute; one of another market or of too long ago is passed over."""
        market = self._markets.get(trade.market_id)
        minute = trade.ts - trade.ts % MINUTE
        if market is None or not now - KEPT * MINUTE <= minute <= now + AHEAD:
            return
        usd = _usd(trade, market)
        if usd >= MOST_USD:
            self.garbled(now)
            return
        of = group(market)
        sum_ = self._sums.get((minute, of))
        if sum_ is None:
            sum_ = self._sums[minute, of] = Sum()
        sum_.trades += 1
        if trade.bought:
            sum_.buy += usd
        else:
            sum_.sell += usd
        if trade.market_id == self._first[of] and trade.ts >= sum_.priced_at:
            sum_.price, sum_.priced_at = trade.price, trade.ts

    def due(self, now: int) -> list[Row]:
        """Rows of the minutes that are over, those told before only when they changed."""
        return self._rows(minute for minute in self._minutes(now) if minute + MINUTE + GRACE <= now)

    def rest(self, now: int) -> list[Row]:
        """The same with the minute that is not over: what there is of it when a socket is lost."""
        return self._rows(self._minutes(now))

    def _minutes(self, now: int) -> range:
        """The minutes that may have a row, oldest first; what is older is forgotten."""
        newest = now - now % MINUTE
        oldest = newest - KEPT * MINUTE
        self._sums = {key: value for key, value in self._sums.items() if key[0] >= oldest}
        self._told = {key: value for key, value in self._told.items() if key[0] >= oldest}
        self._spans = [span for span in self._spans if span[1] > oldest or span is self._spans[-1]]
        self._bad = {minute for minute in self._bad if minute >= oldest}
        return range(oldest, newest + 1, MINUTE)

    def _rows(self, minutes: Iterable[int]) -> list[Row]:
        rows = []
        for minute in minutes:
            cover = self._cover(minute)
            for of in self._first if cover else ():
                row = self._row(minute, of, cover)
                if self._told.get((minute, of)) != row:
                    self._told[minute, of] = row
                    rows.append(row)
        return rows

    def _row(self, minute: int, of: Group, cover: float) -> Row:
        sum_ = self._sums.get((minute, of)) or Sum()
        usd = round(sum_.buy, 2), round(sum_.sell, 2)
        known = 0.0 if minute in self._bad else round(cover, 4)
        return minute, self._venue, self._stream, *of, *usd, sum_.trades, sum_.price, known

    def _cover(self, minute: int) -> float:
        """The share of a minute that was heard."""
        both = (min(until, minute + MINUTE) - max(since, minute) for since, until in self._spans)
        return min(1.0, sum(max(0, span) for span in both) / MINUTE)


def _usd(trade: Trade, market: Market) -> float:
    """Linear by price, inverse by contract value."""
    value = trade.size * market.contract_size
    return value if market.inverse else value * trade.price
