"""A silent feed is told from a quiet night."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any

import polars as pl
import pytest

from tests.frames import connection, frame
from tests.loopback_world import world
from tests.quiet_nights import DAY, RATES, counted, days
from tui.metrics.coverage import Listening, Stream
from tui.metrics.silence import Silence, silences
from tui.metrics.tail import CHANCE, chance, longest
from tui.metrics.usual import LEAST_S
from tui.tables import COVERAGE, LIQUIDATION_MINUTES, TIME

BEGINS = datetime(2026, 1, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Events = Mapping[str, Sequence[Sequence[float]]]

ORDINARY = RATES | {"binance": 14.0}
"""Binance as recorded on 2025-11-30 and 12-01: 929 liquidations in the 67 minutes listened to."""


def at(minute: float) -> datetime:
    return BEGINS + minute * MINUTE


def minutes_of(counts: Mapping[str, Sequence[int]]) -> pl.DataFrame:
    """Rows of liquidation_minutes with these counts from BEGINS on, in order of time."""
    rows = [
        (place, venue, count)
        for venue, listed in counts.items()
        for place, count in enumerate(listed)
        if count
    ]
    made = pl.DataFrame(rows, schema=["place", "venue", "count"], orient="row").sort("place")
    start = pl.lit(BEGINS).cast(TIME)
    return made.select(
        (start + pl.duration(minutes="place")).cast(TIME).alias("minute"),
        "venue",
        base=pl.lit("BTC"),
        **{"class": pl.lit("crypto")},
        side=pl.lit("long"),
        usd=pl.lit(1_000.0),
        count=pl.col("count").cast(pl.Int64),
        unpriced=pl.lit(0, pl.Int64),
        largest=pl.lit(1_000.0),
    ).select(pl.col(name).cast(kind) for name, kind in LIQUIDATION_MINUTES.schema.items())


def listening(
    venues: Sequence[str], until: datetime, *holes: tuple[str, float, float]
) -> Listening:
    """Every venue listened to all along, but for holes (venue, first minute, end)."""
    rows: list[dict[str, Any]] = []
    for venue in venues:
        since = BEGINS
        for _, start, end in sorted(hole for hole in holes if hole[0] == venue):
            lost = connection(venue, "swap", since, at(start), reason="closed", conn=len(rows))
            rows.append(lost)
            since = at(end)
        rows.append(connection(venue, "swap", since, until, conn=len(rows)))
    return Listening(frame(COVERAGE, rows), [Stream(venue, "swap") for venue in venues])


def seen(
    minutes: pl.DataFrame,
    lasts: Mapping[str, datetime],
    as_of: datetime,
    *holes: tuple[str, float, float],
    venues: Sequence[str] = tuple(RATES),
) -> dict[str, Silence]:
    heard = listening(venues, as_of, *holes)
    return silences(minutes, lasts, heard, max(BEGINS, as_of - timedelta(days=2)), as_of)


def last_of(events: Events, venue: str, minute: int) -> datetime:
    """The newest event of a venue before a minute."""
    place = next(place for place in range(minute - 1, -1, -1) if events[venue][place])
    return at(place) + timedelta(seconds=events[venue][place][-1])


def alarms(events: Events, first: int, end: int) -> list[str]:
    """What is silent in these minutes, looked at when each longer gap ends."""
    minutes, raised = minutes_of(counted(events)), []
    lasts = {venue: last_of(events, venue, first) for venue in events}
    bounds = dict.fromkeys(events, 0.0)
    for minute in range(first, end):
        until = {
            venue: at(minute) + timedelta(seconds=listed[minute][0] if listed[minute] else 60.0)
            for venue, listed in events.items()
        }
        # Only a gap that comes near the bound last known is worth the look.
        gaps = {venue: (until[venue] - lasts[venue]).total_seconds() for venue in events}
        if any(gaps[venue] > max(LEAST_S, bounds[venue] / 3) for venue in events):
            for venue in events:
                one = seen(minutes, lasts, until[venue])[venue]
                bounds[venue] = one.silent_after_s or 0.0
                if one.silent:
                    raised.append(f"{venue} {until[venue]:%d %H:%M} {one}")
        for venue, listed in events.items():
            if listed[minute]:
                lasts[venue] = at(minute) + timedelta(seconds=listed[minute][-1])
    return raised


def raised_after(events: Events, venue: str, minute: int) -> float | None:
    """Minutes from the beginning of an outage to its alarm; None beyond an hour."""
    history = {
        name: counts[: minute if name == venue else None]
        for name, counts in counted(events).items()
    }
    minutes = minutes_of(history)
    for late in range(1, 61):
        lasts = {name: last_of(events, name, minute + late) for name in events if name != venue}
        lasts[venue] = last_of(events, venue, minute)
        if seen(minutes, lasts, at(minute + late))[venue].silent:
            return late
    return None


def test_the_tail_of_gaps_is_exponential_for_events_one_by_one_and_wider_for_clusters() -> None:
    assert chance(5.0, 1.0) == pytest.approx(exp(-5.0))
    assert chance(20.0, 3.0) > chance(20.0, 2.0) > chance(20.0, 1.0)
    assert longest(1.0) == pytest.approx(20.72, abs=0.01)
    for spread in (1.0, 1.5, 4.0, 20.0):
        assert chance(longest(spread), spread) == pytest.approx(CHANCE, rel=1e-3)
        mean = sum(chance(step / 100, spread) for step in range(100 * 400)) / 100
        assert mean == pytest.approx(1.0, abs=0.02)


def test_a_quiet_night_raises_nothing() -> None:
    assert alarms(days(2, seed=1), DAY, DAY + 9 * 60) == []


@pytest.mark.campaign
@pytest.mark.parametrize("seed", [2, 3])
def test_thirty_quiet_days_raise_nothing(seed: int) -> None:
    assert alarms(days(31, seed), DAY, 31 * DAY) == []


def ordinary(events: Events, minute: int) -> bool:
    """Whether Binance has in the ten minutes from there what it has in the mean of such a day."""
    return sum(map(len, events["binance"][minute : minute + 10])) >= 10 * ORDINARY["binance"]


def test_an_outage_is_told_within_ten_minutes_of_an_ordinary_day() -> None:
    events = days(2, 4, ORDINARY)
    minute = next(m for m in range(DAY + 600, 2 * DAY) if ordinary(events, m))
    late = raised_after(events, "binance", minute)
    assert late is not None
    assert late <= 10


@pytest.mark.campaign
def test_outages_at_any_hour_are_told_within_ten_minutes_of_ordinary_traffic() -> None:
    """After a lull the history lags behind: one in twenty may take some minutes more."""
    late = []
    for seed in range(5, 15):
        events = days(3, seed, ORDINARY)
        chosen = [m for m in range(DAY, 3 * DAY - 60, 45) if ordinary(events, m)]
        late += [raised_after(events, "binance", minute) or 99.0 for minute in chosen]
    assert len(late) > 150
    assert sum(minutes <= 10 for minutes in late) >= 0.95 * len(late)
    assert max(late) <= 20


def test_a_slow_venue_takes_its_own_longer_time_and_says_which() -> None:
    events = days(2, seed=1)
    minute = DAY + 12 * 60
    lasts = {venue: last_of(events, venue, minute) for venue in events}
    found = seen(minutes_of(counted(events)), lasts, at(minute))
    after = {venue: one.silent_after_s or 0.0 for venue, one in found.items()}
    assert after["htx"] > 3_600 > after["okx"] >= LEAST_S
    assert after["htx"] > after["gate"] > after["okx"]
    assert (found["htx"].rate or 9) < 2


def test_only_time_connected_counts() -> None:
    events = days(2, 4, ORDINARY)
    minute, hole = DAY + 12 * 60, ("binance", DAY + 12 * 60, DAY + 12 * 60 + 40)
    cut = {n: c[:minute] if n == "binance" else c for n, c in counted(events).items()}
    lasts = {name: last_of(events, name, minute + 41) for name in events}
    lasts["binance"] = last_of(events, "binance", minute)
    as_of = at(minute + 41)
    assert seen(minutes_of(cut), lasts, as_of)["binance"].silent
    away = seen(minutes_of(cut), lasts, as_of, hole)["binance"]
    assert not away.silent
    assert away.silent_s < 120


@pytest.mark.parametrize(
    ("streams", "silent_s"), [(["coinm"], 1_860.0), (["coinm", "usdm"], 1_800.0)]
)
def test_a_gap_of_two_streams_is_taken_off_once(streams: list[str], silent_s: float) -> None:
    """The recorder was down for an hour; half an hour later the venue has not said a word."""
    down, back = DAY - 90, DAY - 30
    steady = [6 * (minute < down or minute >= back) for minute in range(DAY)]
    lost = {"coinm": down, "usdm": down - 1}  # one a minute before the other
    lives = [(s, at(b), at(e)) for s in streams for b, e in ((0, lost[s]), (back, DAY))]
    rows = [
        connection("binance", stream, since, until, reason="closed", conn=conn)
        for conn, (stream, since, until) in enumerate(lives)
    ]
    heard = Listening(frame(COVERAGE, rows), [Stream("binance", stream) for stream in streams])
    minutes = minutes_of({"binance": steady[:down], "okx": steady})
    found = silences(minutes, {"binance": at(down - 1)}, heard, BEGINS, at(DAY))["binance"]
    assert found.silent_s == silent_s
    assert found.silent
    before_s = silent_s - 1_800.0  # listened to before the gap
    assert found.alarm == at(back) + timedelta(seconds=(found.silent_after_s or 0.0) - before_s)


def test_when_the_others_are_quieter_too_it_takes_longer() -> None:
    steady = {venue: [6] * DAY for venue in ("binance", "okx", "bybit")}
    lull = steady | {venue: [6] * (DAY - 10) + [1] * 10 for venue in ("okx", "bybit")}
    steady["binance"] = [6] * (DAY - 10)
    lull["binance"] = steady["binance"]
    lasts = dict.fromkeys(steady, at(DAY - 10))
    usual, quiet = (
        seen(minutes_of(counts), lasts, at(DAY), venues=tuple(steady))["binance"]
        for counts in (steady, lull)
    )
    assert (quiet.silent_after_s or 0) > 3 * (usual.silent_after_s or 0)
    assert usual.spread == 1.0


def test_without_history_nothing_is_said_and_after_a_day_without_an_event_everything() -> None:
    few = minutes_of({"okx": [1] * 10})
    young = silences(few, {"okx": at(10)}, listening(["okx"], at(40)), BEGINS, at(40))["okx"]
    assert (young.silent, young.silent_after_s) == (None, None)
    assert young.reason == "10 events in 10m of history"
    dead = seen(minutes_of({"okx": [9] * 2 * DAY}), {}, at(2 * DAY), venues=("okx", "binance"))
    assert dead["binance"].silent
    assert dead["binance"].reason == "no event in a day"


def test_the_scenario_raises_nothing_until_a_venue_of_it_falls_silent() -> None:
    made = world()
    begins = made.end - DAY * 60_000
    events: dict[str, list[list[float]]] = {
        venue: [[] for _ in range(DAY + 15)] for venue in ("binance", "okx", "bybit")
    }
    for row in [*made.published, *made.live(made.end + 15 * 60_000)]:
        minute, rest = divmod(row.ts - begins, 60_000)
        if minute < DAY + 15 and row.market.venue in events:
            events[row.market.venue][minute].append(rest / 1_000)
    assert alarms(events, DAY - 120, DAY + 15) == []
    late = raised_after(events, "binance", DAY - 20)
    assert late is not None
    assert late <= 10
