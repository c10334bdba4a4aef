"""The record of the detail: the chosen part in the chosen window, in at most sixty bars."""

from dataclasses import replace
from datetime import timedelta

import polars as pl

from tui.metrics import around, feed, prices, windows
from tui.metrics.coverage import Listening, Stream
from tui.metrics.feed import FeedRow
from tui.metrics.groups import groups, groups_of, sizes, sizes_of
from tui.metrics.spans import ms
from tui.metrics.timeline import Minute, timeline
from tui.metrics.windows import Liquidations
from tui.panels import shared
from tui.panels.base import View
from tui.panels.liquidations.deep import COLUMNS, Deep, Near, Part, by, narrowed, only
from tui.panels.liquidations.record import LiquidationsRecord, beside, read
from tui.snapshot import Snapshot

BARS = 60
TAPE = 500
"""Rows of the tape without a filter: more than anybody scrolls through."""


def detailed(snapshot: Snapshot, view: View) -> LiquidationsRecord:
    """The panel's record of the chosen part, with the bars of the whole window, groups, tape."""
    view = replace(view, coin=view.drill.chosen("base") or view.coin)
    frames = narrowed(snapshot, view.drill)
    made = read(snapshot, view)
    if view.drill.path:
        made = part(snapshot, view, frames, made)
    deep = _deep(snapshot, view, frames, made)
    return replace(barred(snapshot, view, frames, beside(snapshot, view, made)), deep=deep)


def streams(snapshot: Snapshot, view: View) -> tuple[Stream, ...]:
    """The feeds that the chosen part could come from."""
    venue = view.drill.chosen("venue")
    return tuple(one for one in snapshot.streams if venue in (None, one.venue))


def part(snapshot: Snapshot, view: View, frames: Part, whole: Liquidations) -> Liquidations:
    """The liquidations of these frames, trusted as far as all of them are."""
    counted = replace(
        snapshot.counted,
        minutes=frames.minutes,
        edges=frames.edges,
        recent=frames.recent,
        largest=frames.largest,
        wanted=streams(snapshot, view),
        venues=None,
        coins=None,
    )
    return windows.liquidations(
        counted,
        coin=view.coin,
        smallest=view.smallest,
        lines=0,
        listed=0,
        believed=whole.trust,
    )


def _deep(snapshot: Snapshot, view: View, frames: Part, made: Liquidations) -> Deep:
    as_of, name = snapshot.as_of, by(view)
    coined = (("base", view.coin),) if view.coin else ()
    minutes, edges = only(frames.minutes, coined), only(frames.edges, coined)
    split = (
        groups(minutes, edges, as_of, view.window, COLUMNS[name], snapshot.gives) if name else ()
    )
    rows = feed.shown(frames.recent, as_of, view.coin)
    since = as_of - windows.WINDOWS[view.window]
    if snapshot.matches is not None:
        return _filtered(snapshot, view, made.largest)
    return Deep(
        split,
        sizes(zip(rows["ts"].to_list(), rows["usd"].to_list(), strict=True), since),
        tape(rows, view, made.largest),
        rows.height,
        near=_near(snapshot, view.drill.row),
    )


def tape(rows: pl.DataFrame, view: View, largest: FeedRow | None) -> tuple[FeedRow, ...]:
    """The newest rows from the smallest size on."""
    large = rows.filter(pl.col("usd").fill_null(0.0) >= view.smallest)
    return feed.newest(large, largest, TAPE)


def _filtered(snapshot: Snapshot, view: View, largest: FeedRow | None) -> Deep:
    """Groups, sizes and tape of all that the filter lets through."""
    assert snapshot.matches is not None
    rows, newest, name = snapshot.matches.rows, snapshot.matches.newest, by(view)
    return Deep(
        groups_of(rows, COLUMNS[name], snapshot.gives) if name else (),
        sizes_of(rows),
        feed.newest(newest, largest, newest.height),
        rows.height,
        rows.height,
    )


def _near(snapshot: Snapshot, row: FeedRow | None) -> Near | None:
    if row is None or snapshot.around is None:
        return None
    known = snapshot.around
    rows = known.rows.filter(abs(pl.col("ts").to_physical() - ms(row.ts)) <= _REACH)
    others = feed.newest(rows, row, rows.height)
    events = tuple(((one.ts - row.ts).total_seconds(), one) for one in others)
    return Near(row, around.raw(known, row), events, around.price_then(known, row))


_REACH = around.SECONDS // timedelta(milliseconds=1)


def barred(
    snapshot: Snapshot, view: View, frames: Part, made: LiquidationsRecord
) -> LiquidationsRecord:
    """The record with minutes and prices reaching back over the whole chosen window."""
    minutes = windows.WINDOWS[view.window] // timedelta(minutes=1)
    if minutes <= BARS:
        return made
    per = minutes // BARS
    # Bars start at multiples of `per` since midnight: they keep still while the newest one fills.
    today = snapshot.as_of.hour * 60 + snapshot.as_of.minute
    count = minutes - per + today % per + 1
    long = timeline(
        frames.minutes,
        frames.edges,
        Listening(snapshot.coverage, streams(snapshot, view)),
        snapshot.began,
        snapshot.as_of,
        view.coin,
        count,
    )
    price = shared.price(snapshot, view.base)
    symbol = price.symbol if price else ""
    known = prices.by_minute(snapshot.quotes, symbol, snapshot.as_of, count)
    return replace(
        made,
        liquidations=replace(made.liquidations, minutes=binned(long, per)),
        prices=tuple(last(known[at : at + per]) for at in range(0, count, per)),
        per=per,
    )


def binned(minutes: tuple[Minute, ...], per: int) -> tuple[Minute, ...]:
    """Bars of `per` minutes from the first; one is covered when all its minutes are."""
    bars = (minutes[at : at + per] for at in range(0, len(minutes), per))
    return tuple(
        Minute(
            bar[0].minute,
            sum(m.long_usd for m in bar),
            sum(m.short_usd for m in bar),
            all(m.covered for m in bar),
        )
        for bar in bars
    )


def last(values: tuple[float | None, ...]) -> float | None:
    """The newest that is known."""
    return next((value for value in reversed(values) if value is not None), None)
