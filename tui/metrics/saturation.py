"""How full a sampled venue's tape is, and how much it hides: per minute, for waves are short.

A venue that gives `1/s` pushes at most one liquidation per symbol and second. A symbol's
saturation s in a minute is the share of its seconds with a push. Were its orders to come evenly,
−ln(1 − s) of them came per second, and −ln(1 − s) − s of these were never sent (definitions §1).
Orders come in clusters inside the minute, so what is estimated is rather too little than too much.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

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
    found: dict[str, Saturation] = {}
    windows, place = {}, 0
    for name, span in WINDOWS.items():
        since = moment(end - int(span / timedelta(milliseconds=1)) - back)
        for row in listed.slice(place).iter_rows():
            if row[0] <= since:
                break
            _add(found, *row)
            place += 1
        windows[name] = dict(found)
    return windows


def _add(
    found: dict[str, Saturation],
    minute: datetime,
    venue: str,
    peak: float,
    symbol: str | None,
    pushed: int,
    hidden: float | None,
) -> None:
    one = Saturation(venue, peak, symbol, minute if symbol else None, pushed, hidden, 1)
    old = found.get(venue)
    found[venue] = one if old is None else _added(old, one)


def _added(old: Saturation, new: Saturation) -> Saturation:
    fullest = new if new.peak > old.peak else old
    hidden = None if old.hidden is None or new.hidden is None else old.hidden + new.hidden
    return Saturation(
        old.venue,
        fullest.peak,
        fullest.symbol,
        fullest.minute,
        old.pushed + new.pushed,
        hidden,
        old.minutes + new.minutes,
    )
