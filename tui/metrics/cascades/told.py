"""Cascades as events: when they began, grew worse, and were over."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from tui.metrics.cascades.rule import Grade
from tui.metrics.cascades.table import Cascade, Step
from tui.metrics.event import Event, Kind
from tui.tables import Side


def told(
    known: Iterable[Cascade], coin: str | None, low: Callable[[datetime, datetime], bool]
) -> Iterator[Event]:
    """The events of those of `coin`, or of all coins together; `low` says whether a total over a
    span is a lower bound."""
    for one in known:
        if one.base != coin:
            continue
        for step in one.steps:
            yield _step(one, step)
        if one.ended is not None:
            yield _end(one, one.ended, low(one.since, one.until))


def _step(one: Cascade, step: Step) -> Event:
    """It begins where it began, though that is known later; what follows, when it is known."""
    is_first = step is one.steps[0]
    return Event(
        one.since if is_first else step.ts,
        Kind[step.grade.name],
        step.ts,
        base=one.priced,
        side=one.side,
        share=step.share if one.side is Side.LONG else 1 - step.share,
        times=step.times,
        sigmas=step.sigmas,
        venue=one.lead,
        names=one.followers if step.grade is Grade.MARKET_WIDE else (),
    )


def _end(one: Cascade, ended: datetime, is_low: bool) -> Event:
    kind = Kind.BURST_END if one.grade is Grade.BURST else Kind.CASCADE_END
    return Event(
        # Never before its last word: who reads them in order must find it over.
        max(one.until, one.steps[-1].ts),
        kind,
        ended,
        base=one.priced,
        side=one.side,
        usd=one.side_usd,
        is_low=is_low,
        duration=one.until - one.since,
        move=one.move,
    )
