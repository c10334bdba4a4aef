"""Liquidation totals in rolling windows, by side, venue and coin; the minute timeline; the feed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from tui.metrics import amounts, bounds, feed
from tui.metrics.amounts import NOTHING, Amount
from tui.metrics.coverage import Cover, Listening, Stream, listening_of
from tui.metrics.feed import FeedRow, Folded
from tui.metrics.minutes import last_minutes
from tui.metrics.spans import lasts as lasts_of
from tui.metrics.timeline import Minute, timeline
from tui.metrics.trust import Evidence, Trust, trust
from tui.tables import WINDOWS, Class

__all__ = [
    "WINDOWS",
    "Amount",
    "Counted",
    "FeedRow",
    "Folded",
    "Liquidations",
    "Minute",
    "Total",
    "VenueAmounts",
    "liquidations",
]


@dataclass(frozen=True)
class Total:
    """An amount with what it rests on. `reasons` says why it is a lower bound; empty = exact."""

    window: str
    amount: Amount
    cover: Cover
    reasons: tuple[str, ...]

    @property
    def lower_bound(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True)
class VenueAmounts:
    """One venue: what it gives (`all`, `1/s`), its amounts per window, and its last event.

    `last_ts` is exact while the event is among the newest rows, else the start of its minute.
    `lag_s` is the median of `received` − `ts` of its newest rows.
    """

    venue: str
    gives: str
    windows: dict[str, Amount]
    last_ts: datetime | None
    lag_s: float | None


@dataclass(frozen=True)
class Liquidations:
    """The record of the liquidations panel. `coin` is None for all coins of class crypto."""

    as_of: datetime
    coin: str | None
    windows: dict[str, Total]
    venues: dict[str, VenueAmounts]
    coins: dict[str, dict[str, Amount]]  # every coin of the last 24 h, largest 24 h first
    minutes: tuple[Minute, ...]  # 60, oldest first, the last one is still open
    feed: tuple[FeedRow | Folded, ...]  # newest first
    largest: FeedRow | None  # of 24 h
    last_ts: datetime | None
    newest: tuple[FeedRow, ...] = ()  # the newest 50 of any size, none folded
    trust: Trust = field(default_factory=Trust)  # of all coins, whichever is chosen


NEWEST = 50


@dataclass(frozen=True, eq=False)
class Counted:
    """What the windows of a moment are counted of.

    `minutes` are whole rows of `liquidation_minutes`, `edges` the raw rows of the partial minutes
    at the windows' left edges and of the newest minute (`tui.snapshot` says which), `recent` the
    newest raw rows for the feed, `largest` the largest of 24 h (none or one row). `began` is when
    the store first listened: a window reaches no further back than that. `venues` and `coins` are
    the `minutes` summed over coins and over venues, where somebody has them: a query over all of a
    busy day's takes 25 ms, over these 3.
    """

    minutes: pl.DataFrame
    edges: pl.DataFrame
    recent: pl.DataFrame
    largest: pl.DataFrame
    coverage: pl.DataFrame
    as_of: datetime
    wanted: Sequence[Stream]
    gives: Mapping[str, str]
    began: datetime | None
    venues: pl.DataFrame | None = None
    coins: pl.DataFrame | None = None

    @property
    def of_venues(self) -> pl.DataFrame:
        """Minutes of which only the venues are asked."""
        return self.minutes if self.venues is None else self.venues

    @property
    def of_coins(self) -> pl.DataFrame:
        """Minutes of which only the coins are asked."""
        return self.minutes if self.coins is None else self.coins


def liquidations(
    counted: Counted,
    *,
    coin: str | None = None,
    smallest: float = 10_000.0,
    lines: int = feed.LINES,
    listed: int = NEWEST,
    evidence: Evidence | None = None,
    believed: Trust | None = None,
) -> Liquidations:
    """The liquidations record, of `coin` alone if given.

    The feed has at most `lines` lines, of liquidations from `smallest` USD on, `newest` at most
    `listed` rows: making more than are shown is half the cost. Without `evidence` nothing is said
    of how far the venues can be trusted but what is `believed` already: of a part of the rows, what
    all of them tell.
    """
    edges, as_of, began = counted.edges, counted.as_of, counted.began
    mine = counted.minutes if coin else counted.of_venues
    sums, by_coin = amounts.summed(mine, counted.of_coins, edges, as_of, coin)
    listening = listening_of(counted.coverage, tuple(counted.wanted))
    rows = feed.shown(counted.recent, as_of, coin)
    biggest = _largest(counted.largest, rows, as_of, coin, by_coin)
    lasts = _lasts(mine, edges, rows, sums, as_of, coin)
    known = _trusted(counted, evidence, listening) if evidence else believed or Trust()
    return Liquidations(
        as_of=as_of,
        coin=coin,
        windows=_totals(sums, listening, counted.gives, began, as_of, known),
        venues=_venues(sums, counted.wanted, counted.gives, lasts, feed.lags(rows)),
        coins=by_coin,
        minutes=timeline(mine, edges, listening, began, as_of, coin),
        feed=feed.folded(rows, biggest, smallest, lines),
        largest=biggest,
        last_ts=max(lasts.values(), default=None),
        newest=feed.newest(rows, biggest, listed),
        trust=known,
    )


def _trusted(counted: Counted, evidence: Evidence, listening: Listening) -> Trust:
    """How far the venues of these frames can be trusted."""
    tape = counted.minutes, counted.recent, evidence, listening
    return trust(*tape, counted.began, counted.as_of, counted.of_venues)


def _totals(
    venues: Mapping[str, Mapping[str, Amount]],
    listening: Listening,
    gives: Mapping[str, str],
    began: datetime | None,
    as_of: datetime,
    known: Trust,
) -> dict[str, Total]:
    totals, sums = {}, amounts.totals(venues.values())
    unwanted = sorted(set(venues) - {stream.venue for stream in listening.wanted})
    for name, span in WINDOWS.items():
        cover = listening.cover(max(as_of - span, began or as_of), as_of)
        told_of = tuple(venue for venue in unwanted if venues[venue][name].count)
        cover = replace(cover, unwanted=told_of) if told_of else cover
        why = bounds.reasons(name, sums[name], cover, gives, known)
        totals[name] = Total(name, sums[name], cover, why)
    return totals


def _venues(
    sums: Mapping[str, dict[str, Amount]],
    wanted: Sequence[Stream],
    gives: Mapping[str, str],
    lasts: Mapping[str, datetime],
    lags: Mapping[str, float],
) -> dict[str, VenueAmounts]:
    """Largest 24 h first; a wanted venue without a row comes last, with nothing."""
    names = dict.fromkeys([*sums, *(stream.venue for stream in wanted)])
    empty = dict.fromkeys(WINDOWS, NOTHING)
    return {
        name: VenueAmounts(
            name, gives.get(name, "?"), sums.get(name, empty), lasts.get(name), lags.get(name)
        )
        for name in names
    }


def _largest(
    largest: pl.DataFrame,
    rows: pl.DataFrame,
    as_of: datetime,
    coin: str | None,
    coins: Mapping[str, Mapping[str, Amount]],
) -> FeedRow | None:
    """The largest of 24 h; of one coin only when its row is among the newest ones.

    The minutes know how large a coin's largest was, not which row it is: a smaller row that is
    the largest of the newest 2,000 must not take its place.
    """
    kept = feed.shown(largest, as_of, coin)
    if kept.height:
        return feed.largest_row(kept, as_of)
    found = feed.largest_row(rows, as_of)
    known = coins.get(coin or "", {}).get("24h", NOTHING).largest_usd
    return found if found is not None and found.usd == known else None


def _lasts(
    minutes: pl.DataFrame,
    edges: pl.DataFrame,
    rows: pl.DataFrame,
    venues: Iterable[str],
    as_of: datetime,
    coin: str | None,
) -> dict[str, datetime]:
    """The newest event of each of the venues; the newest rows may hold none of a quiet one."""
    exact = lasts_of(rows.head(feed.HEARD_ROWS))
    missing = [venue for venue in venues if venue not in exact]
    if not missing:
        return exact
    whole = last_minutes(minutes, Class.CRYPTO, coin)
    raw = lasts_of(feed.shown(edges, as_of, coin))
    quiet = {venue: [last[venue] for last in (whole, raw) if venue in last] for venue in missing}
    return exact | {venue: max(found) for venue, found in quiet.items() if found}
