"""What a coin costs in dollars at Coinbase against Binance in tethers, and again in dollars there.

Prices are last trades of the same minute; that of USDT in dollars, which trades seldom, may be some
minutes older.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.flow import ORDER, SPOT, ended, of_coin
from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, moment, ms

NEAR = timedelta(minutes=5)
"""A price to compare with may be so much older; a minute without a trade has none."""
USDT_NEAR = timedelta(minutes=30)
OURS, THEIRS, USDT = "coinbase", "binance", "USDT"

Prices = dict[int, float]
"""The last price of each minute, by its start in ms."""


@dataclass(frozen=True)
class Premium:
    """The Coinbase premium as fractions: with a tether taken as a dollar, and at `usdt` dollars.

    `ts` is the end of the minute; None and the `reason` where a price lacks.
    """

    ts: datetime | None
    as_dollar: float | None
    with_usdt: float | None
    usdt: float | None
    reason: str | None = None


def premium(frame: pl.DataFrame, base: str, as_of: datetime) -> Premium:
    """The premium of the newest minute that counts, or of one at most `NEAR` before it."""
    end = ms(ended(as_of))
    ours, theirs = (prices(of_coin(frame, base), venue) for venue in (OURS, THEIRS))
    usdt = prices(of_coin(frame, USDT), OURS)
    for start in range(end - MINUTE_MS, end - MINUTE_MS - ms_of(NEAR), -MINUTE_MS):
        if start in ours and start in theirs:
            worth = at(usdt, start, USDT_NEAR)
            why = None if worth else "no price of USDT in dollars"
            dear = ours[start] / theirs[start]
            both = dear / worth - 1 if worth else None
            return Premium(moment(start + MINUTE_MS), dear - 1, both, worth, why)
    lacking = [venue for venue, found in ((OURS, ours), (THEIRS, theirs)) if not found]
    why = f"no spot price of {' and '.join(lacking)}" if lacking else "none of the same minute"
    return Premium(None, None, None, None, why)


def history(frame: pl.DataFrame, base: str, since: datetime, end: datetime) -> list[float | None]:
    """The premium with USDT at its price of each minute from `since` on, None where one lacks."""
    ours, theirs = (prices(of_coin(frame, base), venue) for venue in (OURS, THEIRS))
    usdt = prices(of_coin(frame, USDT), OURS)
    made: list[float | None] = []
    for start in range(ms(since), ms(end), MINUTE_MS):
        worth = at(usdt, start, USDT_NEAR)
        known = start in ours and start in theirs and worth
        made.append(ours[start] / theirs[start] / worth - 1 if known and worth else None)
    return made


@kept(12)
def prices(rows: pl.DataFrame, venue: str) -> Prices:
    """A venue's spot prices of a coin's rows."""
    mine = rows.filter(
        (pl.col("venue") == venue) & (pl.col("market") == SPOT) & pl.col("price").is_not_null()
    )
    return dict(zip(mine["ts"].to_physical().to_list(), mine["price"].to_list(), strict=True))


def at(found: Prices, start: int, near: timedelta) -> float | None:
    """The price of the minute that begins at `start`, or the newest at most `near` before it."""
    for minute in range(start, start - ms_of(near) - 1, -MINUTE_MS):
        if minute in found:
            return found[minute]
    return None


def change(rows: pl.DataFrame, end: int, span: int) -> float | None:
    """How far the price moved in the `span` before `end` (ms): of the first venue that has both."""
    for venue in ORDER:
        found = prices(rows, venue)
        now = at(found, end - MINUTE_MS, NEAR)
        then = at(found, end - span - MINUTE_MS, NEAR)
        if now and then:
            return now / then - 1
    return None


def ms_of(span: timedelta) -> int:
    """A length in ms."""
    return span // timedelta(milliseconds=1)
