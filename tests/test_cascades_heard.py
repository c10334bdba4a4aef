"""The detector beside a venue that is not listened to though something of it comes: a connection
whose topics no answer confirmed yet, or the last rows of one that is lost."""

from collections.abc import Collection

import pytest

from tests.cascade_stage import BEGAN, COINS
from tui.clock import milliseconds
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.event import Event
from tui.metrics.cascades.normals import ALL, HOUR_MS, Hour, Week, frame, level
from tui.metrics.cascades.rule import BUCKET_MS, Bucket, Cell, Grade
from tui.tables import Side

START = milliseconds(BEGAN)
NORMAL = {"bybit": 1_000.0, "okx": 30_000.0}
"""USD of each coin a bucket, by venue."""
QUIET = 63 * 60_000 // BUCKET_MS
"""Buckets that tell σ, before a fall of two minutes."""
BOTH = frozenset(NORMAL)


def a_week() -> Week:
    """Of buckets that are all as large as the normal one."""
    hour = Hour()
    for venue, usd in NORMAL.items():
        hour.listened[venue] = hour.normal[venue] = 3600
        for base in COINS:
            hour.sizes[venue, base][level(usd)] = 720
            for of in (base, ALL):
                hour.cents[venue, of] += round(usd * 100) * 720
    return Week(frame({START - (at + 1) * HOUR_MS: hour for at in range(7 * 24)}))


def falling(usd: dict[str, float], venues: Collection[str]) -> list[Bucket]:
    """An hour that is quiet, and two minutes in which the price falls by 0.05 % a bucket and longs
    of every coin go, so much at each venue; `venues` are listened to then."""
    made = []
    for at in range(QUIET + 24):
        start, in_fall = START + at * BUCKET_MS, at >= QUIET
        price = 1 - 0.0005 * max(0, at - QUIET + 1) + 0.0002 * (start // 60_000 % 2)
        cells = tuple(
            Cell(base, venue, Side.LONG, amount, start)
            for base in COINS
            for venue, amount in usd.items()
            if in_fall
        )
        heard = frozenset(venues) if in_fall else BOTH
        made.append(Bucket(start, cells, dict.fromkeys(COINS, 100 * price), heard))
    return made


def found(buckets: list[Bucket]) -> dict[str, Event]:
    """The events of these, by coin."""
    detector = Detector(a_week())
    for bucket in buckets:
        detector.step(bucket)
    return {event.base: event for event in detector.taken()[0]}


@pytest.mark.parametrize("venues", [BOTH, {"bybit"}, set()])
def test_what_is_normal_of_a_venue_is_no_event_when_that_venue_is_not_listened_to(
    venues: set[str],
) -> None:
    assert found(falling(NORMAL, venues)) == {}


def test_a_cascade_is_told_by_the_venues_that_are_listened_to_alone() -> None:
    loud = {"bybit": 60_000.0}
    alone = found(falling(loud, {"bybit"}))
    beside = found(falling(loud | {"okx": 30_000.0}, {"bybit"}))
    assert alone[ALL].grade is Grade.MARKET_WIDE
    assert alone[ALL].times == 12 * 4 * 60_000 / (12 * 4 * 1_000)
    assert beside == alone


def test_the_normal_of_an_hour_is_of_the_seconds_that_were_listened_to() -> None:
    """Else a venue that was listened to for half of an hour would count twice in it."""
    detector, start = Detector(), START - START % HOUR_MS
    for at in range(HOUR_MS // BUCKET_MS):
        cells = (Cell("BTC", "okx", Side.LONG, 30_000.0, start + at * BUCKET_MS),)
        venues = BOTH if at % 2 else frozenset({"bybit"})
        detector.step(Bucket(start + at * BUCKET_MS, cells, {}, venues))
    known = Week(frame(detector.taken()[1]))
    assert known.mean("BTC", start, BOTH) == pytest.approx(30_000.0)
