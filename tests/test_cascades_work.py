"""What an event costs the detector, counted and not timed: no more after ten times as many."""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from types import FrameType
from typing import Any

import polars as pl
import pytest

from tests.cascade_stage import BEGAN, COINS, HOUR, QUOTED, week
from tests.frames import connection, frame, liquidation, quote
from tui.clock import milliseconds
from tui.metrics.cascades.buckets import Buckets
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.event import Event
from tui.metrics.cascades.normals import ALL
from tui.metrics.cascades.rule import Grade
from tui.tables import COVERAGE, LIQUIDATIONS, QUOTES

MINUTE = timedelta(minutes=1)
WAVES, FALL = 4, 0.994
"""Minutes of an hour that are a wave, and the price after one ÷ before it."""
PROBE = timedelta(minutes=8)
NOISE = 1.01
"""The counts are equal but for a finaliser that Python happens to run meanwhile."""


def counted(work: Callable[[], object]) -> int:
    """Bytecodes that Python runs meanwhile, of the functions called and of their generators, and
    calls: unlike seconds they are the same each time, and a loop over the past shows in them."""
    count = 0

    def step(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += 1
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def minute(at: datetime, many: int) -> tuple[pl.DataFrame, ...]:
    """A minute of the market: the first four of every hour are a wave, in which each second a long
    goes and the price falls; else each five seconds a long and a short of each coin go, and the
    price flickers. Each order comes in `many` equal parts."""
    rows, prices = list[dict[str, Any]](), list[dict[str, Any]]()
    in_wave, hours = at.minute < WAVES, (at - BEGAN) // HOUR
    price = 90_000.0 * FALL ** (hours * WAVES + min(at.minute, WAVES))
    for second in range(60):
        ts = at + timedelta(seconds=second)
        here = price * (FALL ** (second / 60) if in_wave else 1 + 0.00002 * (second % 10 // 5))
        if second % 5 == 0:
            prices += [quote(here / size, ts, f"{coin}/USDT") for coin, size in QUOTED.items()]
        told = [("long", 30_000.0)] * in_wave
        told += [("long", 400.0), ("short", 400.0)] * (second % 5 == 1)
        rows += [
            liquidation(ts + timedelta(milliseconds=part), usd / many, side, coin)
            for coin in COINS
            for side, usd in told
            for part in range(many)
        ]
    return frame(LIQUIDATIONS, rows), frame(QUOTES, prices)


def market(until: datetime, span: timedelta, many: int) -> Iterator[tuple[datetime, Any]]:
    """The minutes of that span before a moment."""
    for back in range(span // MINUTE, 0, -1):
        yield until - back * MINUTE, minute(until - back * MINUTE, many)


class Streaming:
    """Buckets and a detector that take in a market as it comes."""

    def __init__(self, start: datetime) -> None:
        self.buckets, self.detector = Buckets(milliseconds(start)), Detector(week())
        self.liquidations = 0
        self.events: dict[tuple[str, str, int], Event] = {}
        heard = connection(since=start - HOUR, until=start + 100 * HOUR)
        self.buckets.coverage(frame(COVERAGE, [heard]))

    def take(self, at: datetime, frames: tuple[pl.DataFrame, ...]) -> None:
        """A minute's rows, and the buckets that are over with it."""
        liquidations, quotes = frames
        self.buckets.liquidations(liquidations)
        self.buckets.quotes(quotes)
        for bucket in self.buckets.due(at + MINUTE):
            self.detector.step(bucket)
        for event in self.detector.taken()[0]:
            self.events[event.base, event.side, event.since] = event
        self.liquidations += liquidations.height


@cache
def after(hours: int, many: int) -> tuple[int, int, int, int]:
    """Of a detector that had so many hours of this market, each order in so many parts: how many
    liquidations and cascades it had, and the work and the liquidations of the next eight minutes,
    half of which are a wave."""
    until = BEGAN + HOUR
    stream = Streaming(until - hours * HOUR)
    for at, frames in market(until, hours * HOUR, many):
        stream.take(at, frames)
    past, known = stream.liquidations, len(stream.events)
    next_ = list(market(until + PROBE, PROBE, 1))

    def probe() -> None:
        for at, frames in next_:
            stream.take(at, frames)

    work = counted(probe)
    begun = [one for one in stream.events.values() if one.since >= milliseconds(until)]
    assert any(one.base == ALL and one.grade >= Grade.CASCADE for one in begun)
    return past, known, work, stream.liquidations - past


@pytest.mark.parametrize(
    ("hours", "many"), [(20, 1), (2, 10)], ids=["ten times as long", "ten times as many a second"]
)
def test_an_event_costs_no_more_after_ten_times_as_many(hours: int, many: int) -> None:
    little, few, work, events = after(2, 1)
    much, more, then, same = after(hours, many)
    assert much == 10 * little > 10_000
    assert more == few * (hours - 1) > 0  # none in the first hour, which tells σ
    assert same == events
    assert then / same <= NOISE * work / events


def test_the_count_sees_a_loop_over_the_past() -> None:
    """Else the test above would pass whatever the detector does."""
    few, many = [list(range(size)) for size in (100, 1_000)]
    assert counted(lambda: any(n < 0 for n in many)) > 8 * counted(lambda: any(n < 0 for n in few))
