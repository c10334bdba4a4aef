"""What happened in the last 24 h, newest first: bursts, the largest, feeds lost or silent, levels.

The same frames give the same events, live and in the past.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics import bounds
from tui.metrics.breaks import breaks
from tui.metrics.bursts import bursts
from tui.metrics.cascades.table import Cascade
from tui.metrics.cascades.told import told
from tui.metrics.coverage import Stream, listening_of
from tui.metrics.event import Event, Kind
from tui.metrics.levels import of_close, of_rounds
from tui.metrics.outages import of_breaks, of_health, of_spells, spells_of
from tui.metrics.series import price_at, spot_symbol
from tui.metrics.silence import Silence
from tui.metrics.spans import AHEAD
from tui.tables import Side

__all__ = ["Event", "Kind", "Seen", "events"]

SPAN = timedelta(hours=24)
_OWN_EVENTS = ("burst", "feed")


@dataclass(frozen=True, eq=False)
class Seen:
    """What the events of the 24 h before `as_of` are made of. Liquidations are of `coin` alone, if
    given; prices, levels and averages of `base`."""

    as_of: datetime
    base: str
    coin: str | None
    wanted: Sequence[Stream]
    gives: Mapping[str, str]
    began: datetime | None
    minutes: pl.DataFrame
    whole: pl.DataFrame  # the minutes that are over
    venues: pl.DataFrame  # the same of all coins: what silences are judged by
    largest: pl.DataFrame
    coverage: pl.DataFrame
    health: pl.DataFrame
    quotes: pl.DataFrame
    candles: pl.DataFrame
    alerts: pl.DataFrame
    silences: Mapping[str, Silence] | None = None
    """Without them nothing is told of venues that are silent."""
    cascades: Sequence[Cascade] | None = None
    """Those known where the week tells what is normal; without them the day's bursts are told."""


def events(seen: Seen) -> tuple[Event, ...]:
    """The events, newest first."""
    as_of, base, candles = seen.as_of, seen.base, seen.candles
    since = max(as_of - SPAN, seen.began or as_of)
    listening = listening_of(seen.coverage, tuple(seen.wanted))

    def low(start: datetime, end: datetime) -> bool:
        return bool(bounds.of_span(listening.cover(start, end), seen.gives))

    silent = spells_of(seen.venues, seen.silences, listening, seen.began, as_of)
    found = [
        *(_of_bursts(seen, low) if seen.cascades is None else told(seen.cascades, seen.coin, low)),
        *_of_largest(seen.largest, seen.coin),
        *of_breaks(breaks(seen.coverage, seen.wanted, since, as_of), seen.wanted),
        *of_health(seen.health),
        *of_spells(silent, as_of),
        *of_rounds(candles, base, as_of),
        *of_close(candles, base, as_of),
        *_of_alerts(seen.alerts),
    ]
    due = (one for one in found if as_of - SPAN < one.ts <= as_of + AHEAD)
    return tuple(sorted(due, key=lambda one: one.ts, reverse=True))


def _of_alerts(alerts: pl.DataFrame) -> Iterable[Event]:
    """Those of a person's own rules: bursts and feeds are events of their own."""
    for row in alerts.filter(~pl.col("rule").is_in(_OWN_EVENTS)).iter_rows(named=True):
        yield Event(row["ts"], Kind.ALERT, row["ts"], reason=row["text"])


def _of_bursts(seen: Seen, low: Callable[[datetime, datetime], bool]) -> Iterable[Event]:
    quotes, candles, base = seen.quotes, seen.candles, seen.base
    symbol = spot_symbol(quotes, base) or ""
    for one in bursts(seen.minutes, seen.whole, seen.began, seen.as_of, seen.coin):
        first = Side.LONG if one.first_share >= 0.5 else Side.SHORT
        yield Event(
            one.since, Kind.BURST, one.known_at,
            side=first, share=one.first_share, times=one.times,
        )  # fmt: skip
        if one.ended:
            before = price_at(quotes, candles, symbol, one.since)
            after = price_at(quotes, candles, symbol, one.until)
            yield Event(
                one.until,
                Kind.BURST_END,
                one.until,
                base=base,
                side=one.side,
                usd=max(one.long_usd, one.short_usd),
                is_low=bool(one.unpriced) or low(one.since, one.until),
                duration=one.until - one.since,
                move=after / before - 1 if before and after else None,
            )


def _of_largest(largest: pl.DataFrame, coin: str | None) -> Iterable[Event]:
    for row in largest.iter_rows(named=True):
        if coin in (None, row["base"]):
            yield Event(
                row["ts"],
                Kind.LARGEST,
                row["ts"],
                base=row["base"],
                side=Side(row["side"]),
                usd=row["usd"],
                venue=row["venue"],
                price=row["price"],
            )
