"""How full a sampled venue's tape is, and how much it hides: per minute, for waves are short.

A venue that gives `1/s` pushes at most one liquidation per symbol and second. A symbol's
saturation s in a minute is the share of its seconds with a push. Were its orders to come evenly,
−ln(1 − s) of them came per second, and −ln(1 − s) − s of these were never sent (definitions §1).
Orders come in clusters inside the minute, so what is estimated is rather too little than too much.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from operator import neg

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, between, moment, ms
from tui.tables import SATURATION, WINDOWS

FULL = 0.95
"""Above this share of seconds nothing can be said of what is hidden: 58 of 60 seconds could be 3
orders a second or 300."""

SAMPLED = "1/s"
"""What a venue gives whose saturation this is."""

LATE = timedelta(seconds=10)
"""A minute is summed up this long after its end at the latest; windows reach that much further
back, so that the shortest is never without a minute."""

_SECONDS = 60


@dataclass(frozen=True)
class Saturation:
    """One venue in one window, over the whole minutes in it that are known.

    `peak` is the saturation of the fullest symbol in its fullest minute (`symbol`, `minute`; both
    None when nothing was pushed): a mean over symbols or over a day says nothing about a wave.
    `pushed` liquidations came, and about `hidden` more did not: the sum over symbols and minutes,
    in which a symbol without a push counts nothing; None as soon as one of them was over 95 %
    full. `minutes` are known: fewer than the window has where nobody recorded.
    """

    venue: str
    peak: float
    symbol: str | None
    minute: datetime | None
    pushed: int
    hidden: float | None
    minutes: int

    @property
    def hidden_share(self) -> float | None:
        """Hidden ÷ (pushed + hidden); None when unknown or nothing was pushed."""
        if self.hidden is None or not self.pushed:
            return None
        return self.hidden / (self.pushed + self.hidden)


def true_rate(share: float) -> float | None:
    """Orders per second behind a share of seconds with a push; None above 95 %."""
    return None if share > FULL else -log(1.0 - share)


def hidden_rate(share: float) -> float | None:
    """Orders per second that were not pushed; None above 95 %."""
    rate = true_rate(share)
    return None if rate is None else rate - share


def of_minutes(
    rows: pl.DataFrame, venues: Collection[str], minutes: Sequence[datetime]
) -> pl.DataFrame:
    """Rows of SATURATION, one for each of `venues` and whole `minutes` that raw `rows` hold.

    A push is a message's second: the rows of one message that fall into one second are one push,
    and two messages are two, though the venue's second need not begin with the clock's. Rows of a
    backfill were not pushed.
    """
    inside = between(rows, ms(minutes[0]), ms(minutes[-1]) + MINUTE_MS - 1)
    streamed = (pl.col("source") == "stream") & pl.col("venue").is_in(list(venues))
    push = pl.struct("received", pl.col("ts").dt.truncate("1s"))
    symbols = (
        inside.filter(streamed)
        .group_by(pl.col("ts").dt.truncate("1m").alias("minute"), "venue", "symbol")
        .agg(push.n_unique().alias("pushes"), pl.len().alias("rows"))
        .sort("pushes", "symbol", descending=[True, False])
    )
    found: dict[tuple[datetime, str], list[tuple[str, int, int]]] = {
        (minute, venue): [] for minute in minutes for venue in venues
    }
    for minute, venue, *symbol in symbols.iter_rows():
        if (minute, venue) in found:
            found[minute, venue].append((symbol[0], symbol[1], symbol[2]))
    made = [_row(minute, venue, listed) for (minute, venue), listed in found.items()]
    return pl.DataFrame(made, schema=SATURATION.schema, orient="row")


def _row(minute: datetime, venue: str, symbols: list[tuple[str, int, int]]) -> tuple[object, ...]:
    """The fullest symbol comes first."""
    shares = [min(1.0, pushes / _SECONDS) for _, pushes, _ in symbols]
    rates = [hidden_rate(share) for share in shares]
    known = [rate * _SECONDS for rate in rates if rate is not None]
    hidden = sum(known) if len(known) == len(rates) else None
    first = symbols[0][0] if symbols else None
    pushed = sum(count for *_, count in symbols)
    return minute, venue, max(shares, default=0.0), first, pushed, hidden


def saturation(rows: pl.DataFrame, as_of: datetime) -> dict[str, dict[str, Saturation]]:
    """By window and venue, from rows of SATURATION; a venue without a known minute is not there.

    Of a window the whole minutes that reach into it count, and `LATE` more.
    """
    return _by_window(rows, ms(as_of) // MINUTE_MS)


@kept(4)
def _by_window(rows: pl.DataFrame, now: int) -> dict[str, dict[str, Saturation]]:
    """`now` in minutes: a window changes with the minute. One pass, from the newest row back: a
    window holds what the one before it does."""
    end = now * MINUTE_MS
    back = int(LATE / timedelta(milliseconds=1)) + MINUTE_MS
    listed = between(rows, 0, end - 1, "minute").reverse()
    minutes = listed["minute"].to_physical().to_list()
    values = zip(*(listed[name].to_list() for name in _SUMMED), strict=True)
    found: dict[str, _Sum] = {}
    windows, place = {}, 0
    for name, span in WINDOWS.items():
        since = end - int(span / timedelta(milliseconds=1)) - back
        # The times fall: as many of them are later as come before the first that is not.
        until = bisect_left(minutes, -since, lo=place, key=neg)
        for minute, (venue, *row) in zip(minutes[place:until], values, strict=False):
            found.setdefault(venue, _Sum()).add(minute, *row)
        windows[name] = {venue: one.told(venue) for venue, one in found.items()}
        place = until
    return windows


_SUMMED = ("venue", "saturation", "symbol", "pushed", "hidden")


@dataclass
class _Sum:
    """A venue's minutes so far, from the newest back. `minute` in ms."""

    peak: float = -1.0
    symbol: str | None = None
    minute: int = 0
    pushed: int = 0
    hidden: float | None = 0.0
    minutes: int = 0

    def add(
        self, minute: int, peak: float, symbol: str | None, pushed: int, hidden: float | None
    ) -> None:
        if peak > self.peak:
            self.peak, self.symbol, self.minute = peak, symbol, minute
        self.pushed += pushed
        self.hidden = None if self.hidden is None or hidden is None else self.hidden + hidden
        self.minutes += 1

    def told(self, venue: str) -> Saturation:
        fullest = moment(self.minute) if self.symbol else None
        sums = self.pushed, self.hidden, self.minutes
        return Saturation(venue, self.peak, self.symbol, fullest, *sums)
