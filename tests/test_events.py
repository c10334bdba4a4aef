"""What is an event and what is none: bursts against a normal minute, breaks, levels, closes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.frames import (
    NOW,
    STREAMS,
    before,
    candle,
    connection,
    daily,
    frame,
    liquidation,
    minutes_of,
    quote,
    snapshot,
)
from tui.metrics.breaks import breaks
from tui.metrics.bursts import PAUSE, Burst, bursts
from tui.metrics.coverage import Stream
from tui.metrics.events import Event, Kind, Seen, events
from tui.panels.events import told as row
from tui.screens.seeking import Seek, found
from tui.snapshot import Snapshot
from tui.tables import CANDLES, COVERAGE, HEALTH, LIQUIDATIONS, QUOTES, Side

MINUTE = timedelta(minutes=1)
START = NOW.replace(second=0)
BYBIT = (Stream("bybit", "linear"), Stream("bybit", "inverse"))


def wave(minutes: dict[int, float], side: str = "long", base: str = "BTC") -> list[dict[str, Any]]:
    """A row of so much USD in the minute that began so many minutes before 14:03."""
    return [
        liquidation(START - ago * MINUTE + timedelta(seconds=10), usd, side, base)
        for ago, usd in minutes.items()
    ]


def of(rows: list[dict[str, Any]], as_of: datetime = NOW, **other: Any) -> tuple[Burst, ...]:
    made = snapshot(as_of, liquidations=frame(LIQUIDATIONS, rows))
    began = other.pop("began", NOW - timedelta(hours=25))
    return bursts(made.minutes, made.whole_minutes, began, as_of, **other)


def listed(made: Snapshot, **other: Any) -> tuple[Event, ...]:
    given: dict[str, Any] = {
        "as_of": made.as_of,
        "base": "BTC",
        "coin": None,
        "wanted": made.streams,
        "gives": {},
        "began": made.began,
        "minutes": made.minutes,
        "whole": made.whole_minutes,
        "venues": made.venue_minutes,
        "largest": made.largest,
        "coverage": made.coverage,
        "health": made.health,
        "quotes": made.quotes,
        "candles": made.candles,
        "alerts": made.alerts,
    }
    return events(Seen(**given | other))


# bursts


def test_a_minute_ten_times_a_normal_one_and_a_million_is_a_burst() -> None:
    (burst,) = of(wave({30: 1.5e6}))
    assert (burst.since, burst.until) == (START - 30 * MINUTE, START - 29 * MINUTE)
    assert burst.times is None, "nothing was liquidated before"
    assert burst.side is Side.LONG
    assert burst.known_at == START - 29 * MINUTE


def test_a_minute_below_a_million_or_below_ten_normal_ones_is_none() -> None:
    assert of(wave({30: 0.99e6})) == ()
    assert of(wave(dict.fromkeys(range(1, 1440, 7), 2e6))) == (), "200 such minutes are normal"


def normal_day(usd: float = 2e5) -> list[dict[str, Any]]:
    """So much USD in every minute of the day, in two rows."""
    return wave(dict.fromkeys(range(1, 1440), usd))


def test_a_later_wave_takes_nothing_from_an_earlier_burst() -> None:
    """Neither its place in the list and for the keys, nor how many times normal it was."""
    rows, at = [*normal_day(), *wave({300: 4.92e6})], START - 299 * MINUTE
    (alone,) = of(rows)
    assert alone.times == pytest.approx(25.6, rel=2e-3)
    later = [*rows, *wave(dict.fromkeys(range(1, 13), 30e6))]
    both = of(later)
    assert [one.since for one in both] == [alone.since, START - 12 * MINUTE]
    assert both[0].times == pytest.approx(25.6, rel=2e-3)
    assert both[1].times == pytest.approx(30.2e6 / 2e5, rel=1e-3)
    busy = [*rows, *wave(dict.fromkeys(range(1, 200), 1.2e6))]
    (still,) = of(busy)
    assert still.since == alone.since, "seven times normal for three hours is no burst"
    assert still.times == pytest.approx(25.6, rel=0.2)
    seek = Seek(NOW, NOW, NOW - timedelta(hours=25), forward=False)
    whole = snapshot(NOW, liquidations=frame(LIQUIDATIONS, later)).whole_minutes
    back = found(replace(seek, at=at + MINUTE), lambda _: whole)
    assert back.at == at


def test_what_is_a_burst_is_measured_against_what_was_before_it() -> None:
    """Of a quiet half day and a busy one: 2M is much where the busy one begins, not at its end."""
    quiet = wave(dict.fromkeys(range(720, 1440), 5e4))
    busy = wave(dict.fromkeys(range(1, 720), 4.5e5))
    assert len(of([*quiet, *busy, *wave({719: 1.6e6})])) == 1
    assert of([*quiet, *busy, *wave({2: 1.6e6})]) == ()


def test_minutes_are_one_burst_over_a_short_pause_and_two_over_a_long() -> None:
    pause = PAUSE // MINUTE
    (one,) = of(wave({30: 2e6, 30 - pause: 3e6, 28: 4e5}))
    assert one.until - one.since == (pause + 1) * MINUTE
    assert one.long_usd == pytest.approx(5.4e6), "what falls in the pause is part of it"
    assert len(of(wave({30: 2e6, 29 - pause: 3e6}))) == 2


def test_a_burst_has_ended_when_the_pause_is_over() -> None:
    rows = wave({6: 2e6})
    assert not of(rows, START - timedelta(seconds=1))[0].ended
    assert of(rows, START)[0].ended


def test_the_open_minute_begins_a_burst_at_once() -> None:
    (burst,) = of(wave({0: 2e6}))
    assert (burst.since, burst.until, burst.ended) == (START, NOW, False)


def test_a_young_store_has_no_bursts() -> None:
    assert of(wave({10: 9e6}), began=NOW - timedelta(minutes=59)) == ()
    assert of(wave({10: 9e6}), began=None) == ()
    assert len(of(wave({10: 9e6}), began=NOW - timedelta(minutes=61))) == 1


def test_a_burst_of_a_coin_is_against_a_normal_minute_of_that_coin() -> None:
    rows = wave(dict.fromkeys(range(1, 1440, 7), 4e6)) + wave({51: 1.2e6}, "short", "ETH")
    assert of(rows) == ()
    (burst,) = of(rows, coin="ETH")
    assert burst.side is Side.SHORT


def test_bursts_are_the_same_live_and_in_the_past() -> None:
    rows = wave({400: 3e6, 120: 2e6, 3: 4e6})
    then = NOW - 60 * MINUTE
    earlier = [row for row in rows if row["ts"] <= then]
    assert of(rows, then) == of(earlier, then)


def test_the_end_says_total_duration_and_move() -> None:
    minutes = {31: 2e6, 30: 3e6}
    quotes = [quote(90_000.0, START - 31 * MINUTE), quote(88_200.0, START - 29 * MINUTE)]
    rows = frame(LIQUIDATIONS, wave(minutes))
    made = listed(snapshot(liquidations=rows, quotes=frame(QUOTES, quotes)))
    (end,) = [one for one in made if one.kind is Kind.BURST_END]
    assert (end.ts, end.usd, end.duration) == (START - 29 * MINUTE, 5e6, 2 * MINUTE)
    assert end.is_low, "nobody was connected"
    assert end.move == pytest.approx(-0.02)
    without = listed(snapshot(liquidations=rows))
    assert next(one for one in without if one.kind is Kind.BURST_END).move is None


@pytest.mark.parametrize(
    ("gives", "priced", "back", "is_low"),
    [
        ("all", True, 0, False),
        ("1/s", True, 0, True),
        ("all", False, 0, True),
        ("all", True, 10, True),
    ],
)
def test_the_end_says_whether_its_total_is_a_lower_bound(
    gives: str, priced: bool, back: int, is_low: bool
) -> None:
    """Of a sampled venue, with a row without a price, with a gap in it: not for a gap elsewhere."""
    rows = wave({31: 2e6, 30: 3e6})
    rows += [] if priced else [liquidation(START - 30 * MINUTE, None, n=2)]
    gap = before(minutes=60) if not back else START - 31 * MINUTE
    heard = [
        connection(until=gap, reason="lost"),
        connection(since=gap + timedelta(seconds=back or 60), conn=2),
    ]
    made = snapshot(liquidations=frame(LIQUIDATIONS, rows), coverage=frame(COVERAGE, heard))
    ends = [
        one
        for one in listed(made, wanted=BYBIT[:1], gives={"bybit": gives})
        if one.kind is Kind.BURST_END
    ]
    assert [one.is_low for one in ends] == [is_low]


def test_the_largest_is_told_at_its_own_moment() -> None:
    rows = frame(LIQUIDATIONS, [*wave({30: 5e5, 20: 7e5}), *wave({10: 6e5}, base="ETH")])
    made = [one for one in listed(snapshot(liquidations=rows)) if one.kind is Kind.LARGEST]
    assert [(one.usd, one.look) for one in made] == [(7e5, made[0].ts)]
    eth = listed(snapshot(liquidations=rows), coin="ETH")
    assert not [one for one in eth if one.kind is Kind.LARGEST], "no smaller one takes its place"


# breaks


def lost(minutes: float, seconds: float, **other: Any) -> list[dict[str, Any]]:
    """Bybit's two streams lost so long ago for so many seconds."""
    at = before(minutes=minutes)
    back = at + timedelta(seconds=seconds)
    return [
        row
        for stream in ("linear", "inverse")
        for row in (
            connection("bybit", stream, until=at, reason="ping timeout"),
            connection("bybit", stream, since=back, conn=2, **other),
        )
    ]


def broken(rows: list[dict[str, Any]], as_of: datetime = NOW) -> Any:
    return breaks(frame(COVERAGE, rows), BYBIT, as_of - timedelta(hours=24), as_of)


def test_streams_lost_together_are_one_break() -> None:
    (one,) = broken(lost(10, 14))
    assert one.streams == (BYBIT[1], BYBIT[0])
    assert (one.since, one.until) == (before(minutes=10), before(minutes=9, seconds=46))
    assert (one.reason, one.filled) == ("ping timeout", timedelta())


def test_what_was_backfilled_was_lost_all_the_same() -> None:
    at = before(minutes=10)
    fill: dict[str, Any] = {
        "since": at,
        "until": at + timedelta(seconds=14),
        "reason": "backfilled: 3",
        "conn": 3,
    }
    (one,) = broken([*lost(10, 14), connection("bybit", "linear", **fill)])
    assert one.filled == timedelta(seconds=14)


def test_a_break_that_lasts_has_no_end_and_one_from_before_no_beginning() -> None:
    lasts = [row for row in lost(10, 14) if row["conn"] == 1]
    (lasting,) = broken(lasts, NOW + timedelta(microseconds=700))
    assert lasting.until is None
    (older,) = broken([row for row in lost(10, 14) if row["conn"] == 2])
    assert older.since is None


def test_less_than_a_second_is_no_break() -> None:
    assert broken(lost(10, 0.9)) == ()


def test_a_lost_venue_is_named_and_a_lost_stream_of_it_with_its_name() -> None:
    rows = [connection(one.venue, one.stream) for one in STREAMS if one.venue != "bybit"]
    whole = frame(COVERAGE, [*rows, *lost(10, 14)])
    part = frame(COVERAGE, [*rows, connection("bybit", "linear"), *lost(10, 14)[2:]])

    def told(coverage: pl.DataFrame) -> list[tuple[Kind, tuple[str, ...]]]:
        made = listed(snapshot(coverage=coverage))
        return [(one.kind, one.names) for one in made if one.names]

    assert told(whole) == [(Kind.BACK, ("bybit",)), (Kind.LOST, ("bybit",))]
    assert told(part) == [(Kind.BACK, ("bybit inverse",)), (Kind.LOST, ("bybit inverse",))]


def test_feeds_lost_together_are_counted_with_those_wanted() -> None:
    at = before(minutes=5)
    every = [connection(one.venue, one.stream, until=at, reason="1006") for one in STREAMS]
    (all_lost,) = [
        one for one in listed(snapshot(coverage=frame(COVERAGE, every))) if one.kind is Kind.LOST
    ]
    assert all_lost.of == (len(STREAMS), len(STREAMS))
    rest = [connection(one.venue, one.stream) for one in STREAMS if one.venue != "bybit"]
    made = listed(snapshot(coverage=frame(COVERAGE, [*rest, *lost(10, 14)])))
    assert {one.of for one in made if one.names} == {(2, len(STREAMS))}


@pytest.mark.parametrize(
    ("names", "of", "first", "then"),
    [
        (("okx",), (1, 8), "okx lost: ping timeout", "okx back after 14s"),
        (
            ("okx", "gate", "htx"),
            (4, 8),
            "okx, gate, htx lost: ping timeout",
            "okx, gate, htx back after 14s",
        ),
        (
            ("okx", "gate", "htx", "kraken"),
            (5, 8),
            "5 of 8 feeds lost: ping timeout  okx, gate, htx, kraken",
            "5 of 8 feeds back after 14s  okx, gate, htx, kraken",
        ),
        (("okx", "gate"), (3, 3), "all 3 feeds lost: ping timeout", "all 3 feeds back after 14s"),
        (("okx",), (1, 1), "okx lost: ping timeout", "okx back after 14s"),
    ],
)
def test_many_feeds_lost_or_back_at_once_are_counted(
    names: tuple[str, ...], of: tuple[int, int], first: str, then: str
) -> None:
    gone = Event(NOW, Kind.LOST, NOW, names=names, of=of, reason="ping timeout")
    come = Event(NOW, Kind.BACK, NOW, names=names, of=of, duration=timedelta(seconds=14))
    assert (row(gone, False), row(come, False)) == (first, then)


def test_a_poller_that_fails_is_told() -> None:
    said = {"venue": "okx", "ts": before(minutes=3), "attempts": 2}
    rows = [
        said | {"collector": "positioning", "stream": "", "state": "retrying", "reason": "503"},
        said | {"collector": "liquidations", "stream": "swap", "state": "retrying"},
        said | {"collector": "quotes", "stream": "", "state": "live"},
    ]
    made = listed(snapshot(health=frame(HEALTH, rows), streams=()))
    assert [(one.kind, one.names, one.reason) for one in made] == [
        (Kind.LOST, ("okx positioning",), "503")
    ]


# levels


def test_a_round_level_is_crossed_at_an_hourly_close() -> None:
    hours = [before(hours=count).replace(minute=0, second=0) for count in (5, 4, 3, 2)]
    closes = [90_400.0, 89_900.0, 89_700.0, 90_100.0]
    rows = [candle(close, at, "1h") for close, at in zip(closes, hours, strict=True)]
    made = listed(snapshot(candles=frame(CANDLES, rows)))
    assert [(one.ts.hour, one.level, one.is_above) for one in made if one.kind is Kind.ROUND] == [
        (13, 90_000.0, True),
        (11, 90_000.0, False),
    ]


def test_a_daily_close_is_told_with_the_average_it_crossed() -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0)
    closes = [100.0] * 60 + [101.0, 90.0]
    made = listed(snapshot(candles=daily(closes, midnight - timedelta(days=1))))
    assert {one.kind: (one.ts, one.price, one.names) for one in made} == {
        Kind.CLOSE: (midnight, 90.0, ()),
        Kind.AVERAGE: (midnight, 90.0, ("50d",)),
    }
    assert not next(one for one in made if one.kind is Kind.AVERAGE).is_above


def test_nothing_is_told_of_an_empty_store() -> None:
    assert listed(snapshot(streams=(), began=None)) == ()


def test_events_are_newest_first_and_of_a_day() -> None:
    rows = frame(LIQUIDATIONS, wave({30: 2e6, 300: 3e6}))
    made = listed(snapshot(liquidations=rows, coverage=frame(COVERAGE, lost(10, 14))))
    times = [one.ts for one in made]
    assert times == sorted(times, reverse=True)
    assert {Kind.BURST, Kind.BURST_END, Kind.LARGEST, Kind.LOST} <= {one.kind for one in made}
    assert all(NOW - timedelta(hours=24) < ts <= NOW for ts in times)


# the next and the previous burst

ROWS = frame(LIQUIDATIONS, wave({2_000: 4e6, 400: 3e6, 120: 2e6}))


def minutes(as_of: datetime) -> pl.DataFrame:
    """The whole minutes of the day before a moment."""
    ended = pl.col("minute").is_between(as_of - timedelta(hours=24), as_of - MINUTE)
    return minutes_of(ROWS).filter(ended)


@pytest.mark.parametrize(
    ("ago", "forward", "known_ago"),
    [
        (0, False, 119),
        (119, False, 399),
        (399, False, 1_999),
        (1_999, False, None),
        (4_000, True, 1_999),
        (1_999, True, 399),
        (200, True, 119),
        (119, True, None),
        (0, True, None),
    ],
)
def test_bursts_are_sought_over_days(ago: int, forward: bool, known_ago: int | None) -> None:
    seek = Seek(START - ago * MINUTE, NOW, NOW - timedelta(days=3), forward)
    known = None if known_ago is None else START - known_ago * MINUTE
    assert found(seek, minutes).at == known
