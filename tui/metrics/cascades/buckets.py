"""Buckets of what came: rows of the store are sorted into five seconds each, and given out in order
when their time is over. The same buckets, however the rows are handed over.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import polars as pl

from tui.metrics.cascades.rule import BUCKET_MS, CLOSE_MS, WAIT_MS, Bucket, Cell
from tui.metrics.series import LIVE, place
from tui.metrics.spans import ms
from tui.tables import BACKFILLED, UNREADABLE, Class, Side

BEAT_MS = 10_000
"""A connection counts while its last heartbeat is no older: one comes every five seconds."""
_LIVE_MS = LIVE.total_seconds() * 1000
_STREAM = "stream"


class _Quote(NamedTuple):
    ts: int
    rank: tuple[bool, int]  # of the market: against USDT first, then by venue
    price: float


class Buckets:
    """Give rows as they come, then ask for the buckets that are `due`. `is_late` says that a row
    came into the store after its bucket had been given out, though it was received in time."""

    def __init__(self, start: int) -> None:
        self.next = start - start % BUCKET_MS
        self.is_late = False
        self._cents: dict[int, dict[tuple[str, str, str], list[int]]] = {}
        self._quotes: list[tuple[int, str, _Quote]] = []
        self._priced: dict[str, dict[tuple[bool, int], _Quote]] = {}
        self._lives: dict[tuple[str, str, int], tuple[int, int]] = {}

    def liquidations(self, rows: pl.DataFrame) -> None:
        """Rows of LIQUIDATIONS, in any order."""
        wanted = ("ts", "received", "venue", "base", "class", "side", "usd", "source")
        if rows.is_empty():
            return
        rows = rows.select(wanted).with_columns(pl.col("ts", "received").to_physical())
        for ts, received, venue, base, kind, side, usd, source in rows.iter_rows():
            start = ts - ts % BUCKET_MS
            in_time = received <= start + BUCKET_MS + WAIT_MS
            if usd is None or kind != Class.CRYPTO or source != _STREAM or not in_time:
                continue
            if start < self.next:
                self.is_late = True
                continue
            cells = self._cents.setdefault(start, {})
            cell = cells.setdefault((base, venue, side), [0, ts])
            cell[0] += round(usd * 100)  # whole cents: a sum must not hang on the order
            cell[1] = min(cell[1], ts)

    def quotes(self, rows: pl.DataFrame) -> None:
        """Rows of QUOTES; those of spot markets count."""
        if rows.is_empty():
            return
        rows = rows.select("ts", "venue", "symbol", "base", "price")
        rows = rows.with_columns(pl.col("ts").to_physical())
        for ts, venue, symbol, base, price in rows.iter_rows():
            if ":" not in symbol and price:
                rank = (not symbol.endswith("/USDT"), place(venue))
                self._quotes.append((ts, base, _Quote(ts, rank, price)))

    def coverage(self, rows: pl.DataFrame) -> None:
        """Rows of COVERAGE; a later one of a connection takes the place of the one before."""
        for venue, stream, conn, since, until, subscribed, reason in rows.select(
            "venue", "stream", "conn", "since", "until", "subscribed", "reason"
        ).iter_rows():
            if subscribed and not (reason or "").startswith((UNREADABLE, BACKFILLED)):
                self._lives[venue, stream, conn] = (ms(since), ms(until))

    def due(self, now: datetime | int, most: int | None = None) -> Iterator[Bucket]:
        """The buckets whose time is over at `now`, oldest first; at most so many."""
        end = (now if isinstance(now, int) else ms(now)) - CLOSE_MS - BUCKET_MS
        last = end if most is None else min(end, self.next + (most - 1) * BUCKET_MS)
        self._quotes.sort()
        taken = 0
        while self.next <= last:
            start = self.next
            taken = self._price(start + BUCKET_MS, taken)
            self.next += BUCKET_MS
            yield self._bucket(start)
        del self._quotes[:taken]
        horizon = self.next - 2 * BEAT_MS
        self._lives = {key: life for key, life in self._lives.items() if life[1] > horizon}

    def _bucket(self, start: int) -> Bucket:
        cells = sorted(
            Cell(base, venue, Side(side), cents / 100, first)
            for (base, venue, side), (cents, first) in self._cents.pop(start, {}).items()
        )
        prices = {base: price for base in self._priced if (price := self._newest(base, start))}
        venues = frozenset(
            venue
            for (venue, *_), (since, until) in self._lives.items()
            if since < start + BUCKET_MS and until > start - BEAT_MS
        )
        return Bucket(start, tuple(cells), prices, venues)

    def _price(self, end: int, taken: int) -> int:
        """Take in the quotes before the end of a bucket."""
        while taken < len(self._quotes) and self._quotes[taken][0] < end:
            _, base, quote = self._quotes[taken]
            self._priced.setdefault(base, {})[quote.rank] = quote
            taken += 1
        return taken

    def _newest(self, base: str, start: int) -> float | None:
        """By the first market that was quoted within a minute."""
        oldest = start + BUCKET_MS - _LIVE_MS
        live = [quote for quote in self._priced[base].values() if quote.ts >= oldest]
        return min(live, key=lambda quote: quote.rank).price if live else None


def batch(
    liquidations: pl.DataFrame,
    quotes: pl.DataFrame,
    coverage: pl.DataFrame,
    since: int,
    until: datetime | int,
) -> Iterable[Bucket]:
    """The buckets of a stretch of the past that starts at `since` (ms), from its frames."""
    made = Buckets(since)
    made.liquidations(liquidations)
    made.quotes(quotes)
    made.coverage(coverage)
    return made.due(until)
