"""The record of the detail: the chosen window in at most sixty bars, with the price of each."""

from dataclasses import replace
from datetime import timedelta

from tui.metrics import prices, windows
from tui.metrics.coverage import Listening
from tui.metrics.timeline import Minute, timeline
from tui.panels import shared
from tui.panels.base import View
from tui.panels.liquidations.record import LiquidationsRecord, record
from tui.snapshot import Snapshot

BARS = 60


def detailed(snapshot: Snapshot, view: View) -> LiquidationsRecord:
    """The panel's record, its minutes and prices reaching back over the whole chosen window."""
    made = record(snapshot, view)
    minutes = windows.WINDOWS[view.window] // timedelta(minutes=1)
    if minutes <= BARS:
        return made
    per = minutes // BARS
    # Bars start at multiples of `per` since midnight: they keep still while the newest one fills.
    today = snapshot.as_of.hour * 60 + snapshot.as_of.minute
    count = minutes - per + today % per + 1
    long = timeline(
        snapshot.minutes,
        snapshot.edges,
        Listening(snapshot.coverage, snapshot.streams),
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
