"""What happened in the last 24 h, newest first: bursts, the largest, feeds lost or silent, levels.

The same frames give the same events, live and in the past.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from tui.metrics import bounds, rounds
from tui.metrics.averages import averages
from tui.metrics.breaks import Break, breaks
from tui.metrics.bursts import Burst, bursts
from tui.metrics.coverage import HEARTBEAT, Listening, Stream, listening_of
from tui.metrics.feeds import ALERTS
from tui.metrics.series import closes, price_at, spot_symbol
from tui.metrics.silence import Silence
from tui.metrics.spans import AHEAD, words
from tui.tables import Side, State

if TYPE_CHECKING:
    from tui.metrics.cascades.table import Cascade
    from tui.metrics.spells import Spell

SPAN = timedelta(hours=24)
_OWN_EVENTS = ("burst", "feed")
_JUDGED = timedelta(minutes=1)
"""What a venue's silence is judged by changes by the minute: one later it is surely told."""
_WELL = (State.LIVE, State.STARTING, State.OFF)


class Kind(StrEnum):
    """What kind of event it is."""

    BURST = "burst"
    BURST_END = "burst_end"
    CASCADE = "cascade"
    MARKET_WIDE = "market_wide"
    CASCADE_END = "cascade_end"
    LARGEST = "largest"
    LOST = "lost"
    BACK = "back"
    SILENT = "silent"
    ROUND = "round"
    AVERAGE = "average"
    CLOSE = "close"
    ALERT = "alert"


@dataclass(frozen=True)
class Event:
    """One event at `ts`; `look` is the moment at which the screen shows it. None is what its kind
    does not have.

    - BURST: side, share (of longs) and times (of a normal minute) of its first minute; where the
      week tells what is normal it, CASCADE and MARKET_WIDE (it grew worse) have base (whose price),
      sigmas (its move) and venue (which led), MARKET_WIDE names (the coins that followed)
    - BURST_END, CASCADE_END: side, usd of that side, is_low (whether that is a lower bound),
      duration, move of `base`'s price (None where unknown)
    - LARGEST: base, side, usd, venue, price
    - LOST, SILENT: names of the feeds, reason; BACK: names, duration, filled, and `silent` as its
      reason where the feeds were connected all the time; of liquidation feeds that were lost, `of`:
      how many, of how many wanted
    - ROUND: base, level, is_above; AVERAGE: base, names (the line), level, price, is_above
    - ALERT: reason (what was told)
    - CLOSE: base, price, reason (where it stands)
    """

    ts: datetime
    kind: Kind
    look: datetime
    base: str | None = None
    side: Side | None = None
    usd: float | None = None
    share: float | None = None
    times: float | None = None
    duration: timedelta | None = None
    move: float | None = None
    venue: str | None = None
    price: float | None = None
    level: float | None = None
    is_above: bool | None = None
    names: tuple[str, ...] = ()
    of: tuple[int, int] | None = None
    reason: str | None = None
    filled: timedelta | None = None
    is_low: bool | None = None
    sigmas: float | None = None


def events(
    minutes: pl.DataFrame,
    whole: pl.DataFrame,
    largest: pl.DataFrame,
    coverage: pl.DataFrame,
    health: pl.DataFrame,
    quotes: pl.DataFrame,
    candles: pl.DataFrame,
    as_of: datetime,
    *,
    wanted: Sequence[Stream],
    gives: Mapping[str, str],
    began: datetime | None,
    base: str,
    coin: str | None = None,
    alerts: pl.DataFrame | None = None,
    silences: Mapping[str, Silence] | None = None,
    venues: pl.DataFrame | None = None,
    cascades: Sequence["Cascade"] | None = None,
) -> tuple[Event, ...]:
    """The events of the 24 h before `as_of`, newest first. Liquidations are of `coin` alone, if
    given; prices, levels and averages of `base`. Without `silences` nothing is told of venues
    that are silent; `venues` are the minutes they were judged by, where those are not `whole`.
    `cascades` are those known where the week tells what is normal; without them the bursts of the
    day are told."""
    since = max(as_of - SPAN, began or as_of)

    listening = listening_of(coverage, tuple(wanted))

    def low(start: datetime, end: datetime) -> bool:
        return bool(bounds.of_span(listening.cover(start, end), gives))

    found = [
        *(
            _of_bursts(bursts(minutes, whole, began, as_of, coin), quotes, candles, base, low)
            if cascades is None
            else _of_cascades(cascades, coin, low)
        ),
        *_of_largest(largest, coin),
        *_of_breaks(breaks(coverage, wanted, since, as_of), wanted),
        *_of_health(health),
        *_of_spells(
            _spells(whole if venues is None else venues, silences, listening, began, as_of), as_of
        ),
        *_of_rounds(candles, base, as_of),
        *_of_close(candles, base, as_of),
        *(() if alerts is None else _of_alerts(alerts)),
    ]
    due = (one for one in found if as_of - SPAN < one.ts <= as_of + AHEAD)
    return tuple(sorted(due, key=lambda one: one.ts, reverse=True))


def _of_alerts(alerts: pl.DataFrame) -> Iterable[Event]:
    """Those of a person's own rules: bursts and feeds are events of their own."""
    for row in alerts.filter(~pl.col("rule").is_in(_OWN_EVENTS)).iter_rows(named=True):
        yield Event(row["ts"], Kind.ALERT, row["ts"], reason=row["text"])


def _of_bursts(
    found: Iterable[Burst],
    quotes: pl.DataFrame,
    candles: pl.DataFrame,
    base: str,
    low: Callable[[datetime, datetime], bool],
) -> Iterable[Event]:
    symbol = spot_symbol(quotes, base) or ""
    for one in found:
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


def _of_cascades(
    known: Sequence["Cascade"], coin: str | None, low: Callable[[datetime, datetime], bool]
) -> Iterable[Event]:
    from tui.metrics.cascades.told import told  # it makes events of this module

    return told(known, coin, low)


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


def _of_breaks(found: Iterable[Break], wanted: Sequence[Stream]) -> Iterable[Event]:
    for one in found:
        names, of = _names(one.streams, wanted), (len(one.streams), len(wanted))
        if one.since is not None:
            look = one.since + 2 * HEARTBEAT
            yield Event(one.since, Kind.LOST, look, names=names, of=of, reason=one.reason)
        if one.until is not None:
            yield Event(
                one.until,
                Kind.BACK,
                one.until,
                names=names,
                of=of,
                duration=one.until - one.since if one.since else None,
                filled=one.filled or None,
            )


def _names(streams: Sequence[Stream], wanted: Sequence[Stream]) -> tuple[str, ...]:
    """Venues, and the stream beside one that lost only some of its own."""
    lost: dict[str, list[str]] = {}
    for stream in streams:
        lost.setdefault(stream.venue, []).append(stream.stream)
    whole = {venue: sum(one.venue == venue for one in wanted) for venue in lost}
    return tuple(
        venue if len(names) == whole[venue] else f"{venue} {' '.join(names)}"
        for venue, names in lost.items()
    )


def _of_health(health: pl.DataFrame) -> Iterable[Event]:
    """Feeds that are not well now, but for lost liquidation feeds, which coverage tells of."""
    for row in health.iter_rows(named=True):
        if row["state"] in _WELL or row["collector"] in (ALERTS, "liquidations"):
            continue
        name = " ".join(filter(None, (row["venue"], row["collector"])))
        yield Event(row["ts"], Kind.LOST, row["ts"], names=(name,), reason=row["reason"])


def _spells(
    whole: pl.DataFrame,
    silences: Mapping[str, Silence] | None,
    listening: Listening,
    began: datetime | None,
    as_of: datetime,
) -> tuple["Spell", ...]:
    if silences is None:
        return ()
    from tui.metrics.spells import spells  # 3 ms that no first frame waits for

    return spells(whole, silences, listening, began, as_of)


def _of_spells(found: Iterable["Spell"], as_of: datetime) -> Iterable[Event]:
    """Venues that said nothing though they were connected, from their alarm on."""
    for one in found:
        names, lasted = (one.venue,), timedelta(seconds=one.silent_s)
        if one.alarm is not None:
            bound = "in a day" if one.after_s is None else f"for {words(lasted)}"
            alarm = "" if one.after_s is None else f" (alarm after {_words(one.after_s)})"
            look = min(one.alarm + _JUDGED, as_of)
            yield Event(
                one.alarm, Kind.SILENT, look, names=names, reason=f"no event {bound}{alarm}"
            )
        if one.until is not None:
            known = lasted if one.alarm is not None else None
            yield Event(
                one.until, Kind.BACK, one.until, names=names, duration=known, reason="silent"
            )


def _words(seconds: float) -> str:
    return words(timedelta(seconds=seconds))


def _of_rounds(candles: pl.DataFrame, base: str, as_of: datetime) -> Iterable[Event]:
    """Round levels crossed from one hourly close to the next: a price that hovers at a level
    crosses it dozens of times an hour."""
    hourly = closes(candles, spot_symbol(candles, base) or "", "1h", as_of).tail(25)
    if hourly.is_empty():
        return
    prices, times = hourly["close"].to_list(), hourly["ts"].to_list()
    size = rounds.step(base, prices[-1])
    for before, after, ts in zip(prices, prices[1:], times[1:], strict=False):
        level = rounds.crossed(before, after, size)
        if level is not None:
            yield Event(ts, Kind.ROUND, ts, base=base, level=level, is_above=after > before)


def _of_close(candles: pl.DataFrame, base: str, as_of: datetime) -> Iterable[Event]:
    """The last daily close, and the averages it crossed."""
    made = averages(candles, base, None, None, as_of)
    lines = [line for line in made.lines if line.value is not None and line.closed_at is not None]
    closed = max((line.closed_at for line in lines if line.closed_at), default=None)
    if closed is None:
        return
    of_now = [line for line in lines if line.closed_at == closed]
    stands = f"{of_now[0].state} {of_now[0].name} ({of_now[0].closes_since_cross})"
    price = made.last_close_price
    yield Event(closed, Kind.CLOSE, closed, base=base, price=price, reason=stands)
    for line in of_now:
        if line.closes_since_cross == 1 and not line.at_least:
            yield Event(
                closed,
                Kind.AVERAGE,
                closed,
                base=base,
                price=price,
                level=line.value,
                is_above=line.state == "above",
                names=(line.name,),
            )
