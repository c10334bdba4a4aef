"""A venue that falls silent is an event, and so is its end."""

from datetime import timedelta
from typing import Any

from tests.frames import NOW, STREAMS, connection, frame, liquidation, snapshot
from tui.metrics.events import Event, Kind
from tui.panels.events import told as said
from tui.tables import COVERAGE, LIQUIDATIONS

MINUTE = timedelta(minutes=1)
START = NOW.replace(second=0)


def rows(quiet: range) -> list[dict[str, Any]]:
    """An event every ten seconds of a day on three venues, but none of Binance in the minutes that
    began so many minutes ago."""
    return [
        liquidation(START - ago * MINUTE + timedelta(seconds=10 * tenth), venue=venue)
        for ago in range(24 * 60, -1, -1)
        for venue in ("binance", "bybit", "okx")
        for tenth in range(6 if ago else 2)
        if venue != "binance" or ago not in quiet
    ]


def told(quiet: range, lost: range = range(0)) -> list[Event]:
    """What is told of Binance, newest first; in the minutes `lost` ago it was not listened to."""
    coverage = []
    for one in STREAMS:
        if one.venue == "binance" and lost:
            gone, back = START - lost[-1] * MINUTE, START - (lost[0] - 1) * MINUTE
            coverage.append(connection(one.venue, one.stream, until=gone, reason="closed"))
            coverage.append(connection(one.venue, one.stream, since=back, conn=2))
        else:
            coverage.append(connection(one.venue, one.stream))
    made = snapshot(
        liquidations=frame(LIQUIDATIONS, rows(quiet)), coverage=frame(COVERAGE, coverage)
    )
    return [one for one in made.events("BTC") if one.names == ("binance",)]


def test_a_venue_that_is_silent_is_told_when_its_alarm_went_off() -> None:
    (one,) = told(range(12))
    assert (one.kind, one.reason) == (Kind.SILENT, "no event for 11m (alarm after 3m)")
    last = START - 13 * MINUTE + timedelta(seconds=50)
    assert timedelta(minutes=3) <= one.ts - last < timedelta(minutes=5)
    assert one.ts < one.look < NOW


def test_its_end_is_told_by_the_minute_in_which_events_came_again() -> None:
    back, one = told(range(100, 112))
    assert (back.kind, back.reason, back.ts) == (Kind.BACK, "silent", START - 99 * MINUTE)
    assert back.duration == timedelta(minutes=12)
    assert (one.kind, one.reason) == (Kind.SILENT, "no event for 12m (alarm after 3m)")
    assert timedelta(minutes=3) <= one.ts - (START - 111 * MINUTE) < timedelta(minutes=4)


def test_it_has_ended_as_soon_as_an_event_comes_in_the_open_minute() -> None:
    back, one = told(range(1, 13))
    assert (back.kind, back.ts) == (Kind.BACK, START)
    assert one.kind is Kind.SILENT


def test_a_pause_as_any_venue_makes_is_none() -> None:
    assert told(range(100, 103)) == []


def test_while_nobody_listens_nobody_is_silent() -> None:
    minutes = range(100, 112)
    assert [one.reason for one in told(minutes, lost=minutes)] == [None, "closed"]
    whole = next(one for one in told(minutes) if one.kind is Kind.SILENT)
    parted = next(one for one in told(minutes, range(106, 111)) if one.kind is Kind.SILENT)
    assert parted.ts - whole.ts == timedelta(minutes=5), "the alarm waits for as long"


def test_a_venue_that_is_back_after_a_day_was_silent_for_nobody_knows_how_long() -> None:
    (one,) = told(range(30, 24 * 60 + 2))
    assert (one.kind, one.duration, one.reason) == (Kind.BACK, None, "silent")


def test_the_words_of_both() -> None:
    lines = [said(one, brief=False) for one in told(range(100, 112))]
    assert lines == [
        "binance back after 12m silent",
        "binance silent: no event for 12m (alarm after 3m)",
    ]
