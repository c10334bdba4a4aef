"""What nobody listened to is drawn as a gap and not as a zero: in the panel and in its detail, by
block, by braille and in ASCII, read from the text that is drawn."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW, connection, frame, liquidation, snapshot
from tests.test_panels import VIEW
from tui.metrics.coverage import Stream
from tui.panels import BY_NAME
from tui.snapshot import Snapshot
from tui.tables import COVERAGE, LIQUIDATIONS

PANEL = BY_NAME["liquidations"]
NEWEST = NOW.replace(second=0)
MINUTES = [NEWEST - timedelta(minutes=59 - at) for at in range(60)]
QUIET = MINUTES[10]
"""A minute that was listened to and in which nothing came."""
SIGNS = {
    "block": ("┼", "─", "·", "▁"),
    "braille": ("┼", "─", "·", "▁"),
    "ascii": ("+", "-", ".", "_"),
}
"""The zero of the axis, a minute that was heard, one that was not, and the baseline of a zero."""


def lost(since: datetime, until: datetime) -> Snapshot:
    """One feed that was lost in between, and a liquidation ten seconds into each minute that it
    heard but the quiet one."""
    heard = [
        connection(conn=1, until=since, reason="ping timeout"),
        connection(conn=2, since=until),
    ]
    times = [minute + timedelta(seconds=10) for minute in MINUTES if minute != QUIET]
    rows = [
        liquidation(ts, 5e6, side)
        for ts in times
        if not since < ts <= until
        for side in ("long", "short")
    ]
    return snapshot(
        liquidations=frame(LIQUIDATIONS, rows),
        coverage=frame(COVERAGE, heard),
        streams=(Stream("bybit", "linear"),),
        gives={"bybit": "all"},
    )


def drawn(shown: Snapshot, symbols: str, in_detail: bool) -> tuple[str, str, str]:
    """The lowest row of longs, the axis and the first row of shorts, a cell a minute."""
    view = replace(VIEW, symbols=symbols, window="1h")
    if in_detail:
        lines = PANEL.detail(PANEL.detail_record(shown, view), view, 74, 40)
    else:
        lines = PANEL.lines(PANEL.record(shown, view), view, 96, 42)
    plain = [line.plain for line in lines]
    mark = f"0 {SIGNS[symbols][0]}"
    (at,) = [number for number, line in enumerate(plain) if mark in line]
    first = plain[at].index(mark) + len(mark)
    long, axis, short = (line[first : first + 60] for line in plain[at - 1 : at + 2])
    return long, axis, short


@pytest.mark.parametrize("in_detail", [False, True], ids=["panel", "detail"])
@pytest.mark.parametrize("symbols", list(SIGNS))
def test_a_feed_that_was_lost_in_the_middle_is_a_gap_and_no_zero(
    symbols: str, in_detail: bool
) -> None:
    """From 13:33:20 to 13:43:05, of 13:04 to 14:03; nothing came at 13:14."""
    shown = lost(MINUTES[29] + timedelta(seconds=20), MINUTES[39] + timedelta(seconds=5))
    long, axis, short = drawn(shown, symbols, in_detail)
    _, heard, missed, zero = SIGNS[symbols]
    assert axis == heard * 29 + missed * 11 + heard * 20
    assert long[30:39] == " " * 9, "nothing is drawn of what was not heard"
    assert short[30:39] == " " * 9
    assert long[10] == zero, "a zero is not a gap"
    bars = {long[at] for at in (*range(10), *range(11, 30), *range(39, 60))}
    assert len(bars) == 1
    assert not bars & {" ", zero}, "what came in minutes that were heard in part is drawn"


@pytest.mark.parametrize("in_detail", [False, True], ids=["panel", "detail"])
@pytest.mark.parametrize("symbols", list(SIGNS))
@given(st.integers(60, 3_000), st.integers(2, 1_500))
def test_wherever_the_gap_is(symbols: str, in_detail: bool, start: int, length: int) -> None:
    since = MINUTES[0] + timedelta(seconds=start)
    until = min(since + timedelta(seconds=length), NOW - timedelta(seconds=30))
    long, axis, _ = drawn(lost(since, until), symbols, in_detail)
    _, heard, missed, zero = SIGNS[symbols]
    for at, minute in enumerate(MINUTES):
        touched = minute < until and since < minute + timedelta(minutes=1)
        assert axis[at] == (missed if touched else heard), minute
        came = minute != QUIET and not since < minute + timedelta(seconds=10) <= until
        nothing = " " if touched else zero
        assert (long[at] not in (" ", zero)) if came else (long[at] == nothing), minute


def test_a_gap_of_one_of_two_feeds_is_told_on_the_axis_and_the_other_is_drawn() -> None:
    """What the other brought is less than all: the bar stands, over a dot."""
    one = lost(MINUTES[29], MINUTES[40])
    both = (Stream("bybit", "linear"), Stream("okx", "swap"))
    ts = MINUTES[35] + timedelta(seconds=10)
    other = frame(LIQUIDATIONS, [liquidation(ts, 5e6, venue="okx")])
    alive = frame(COVERAGE, [connection("okx", "swap")])
    shown = snapshot(
        liquidations=one.recent.vstack(other),
        coverage=one.coverage.vstack(alive),
        streams=both,
        gives={"bybit": "all", "okx": "1/s"},
    )
    for in_detail in (False, True):
        long, axis, _ = drawn(shown, "block", in_detail)
        assert axis[29:40] == "·" * 11
        assert long[35] == "█"
        assert long[29:35].strip() == "" == long[36:40].strip()


@pytest.mark.parametrize("symbols", list(SIGNS))
def test_in_a_side_pane_it_is_a_gap_too(symbols: str) -> None:
    """The newest forty minutes, 13:24 to 14:03, both sides in one bar."""
    shown = lost(MINUTES[29] + timedelta(seconds=20), MINUTES[39] + timedelta(seconds=5))
    view = replace(VIEW, symbols=symbols)
    lines = [line.plain for line in PANEL.lines(PANEL.record(shown, view), view, 40, 24)]
    (times,) = [at for at, line in enumerate(lines) if line.startswith("13:24")]
    lowest = lines[times - 2]
    assert lowest[10:19] == " " * 9
    assert " " not in lowest[:10] + lowest[19:40]
