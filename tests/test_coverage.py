"""Coverage: connected over wanted venue-time, as examples and as properties."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW, STREAMS, before, connection, frame
from tui.metrics.coverage import HEARTBEAT, Cover, Stream, cover
from tui.tables import BACKFILLED, COVERAGE, LIVING, UNREADABLE

LINEAR = Stream("bybit", "linear")
HOUR = timedelta(hours=1)


def of(*rows: dict[str, Any], wanted: tuple[Stream, ...] = (LINEAR,)) -> Cover:
    """Cover of the hour before NOW."""
    return cover(frame(COVERAGE, rows), wanted, NOW - HOUR, NOW)


def test_a_living_connection_covers_up_to_now_within_a_heartbeat() -> None:
    found = of(connection(until=before(seconds=5)))
    assert (found.share, found.gaps, found.have) == (1.0, (), HOUR)


def test_beyond_a_heartbeat_after_the_last_sign_is_a_gap() -> None:
    found = of(connection(until=before(seconds=65)))
    assert [(gap.since, gap.until) for gap in found.gaps] == [(before(seconds=60), NOW)]
    assert found.gaps[0].reason == "no heartbeat"
    assert found.share == pytest.approx(59 / 60)


def test_an_ended_connection_counts_to_its_end_and_not_a_heartbeat_more() -> None:
    found = of(connection(until=before(minutes=6), reason="ping timeout"))
    assert found.share == pytest.approx(0.9)
    assert found.gaps[0].since == before(minutes=6)
    assert found.gaps[0].reason == "ping timeout"


def test_a_gap_inside_is_named_with_why_it_began() -> None:
    found = of(
        connection(until=before(minutes=30), reason="reset"),
        connection(since=before(minutes=29), conn=2),
    )
    assert [(gap.since, gap.until, gap.reason) for gap in found.gaps] == [
        (before(minutes=30), before(minutes=29), "reset")
    ]


def test_what_was_asked_for_afterwards_makes_the_gap_smaller_and_names_nothing() -> None:
    told: dict[str, Any] = {"conn": 3, "reason": BACKFILLED + "7"}
    found = of(
        connection(until=before(minutes=30), reason="reset"),
        connection(since=before(minutes=20), conn=2),
        connection(since=before(minutes=28), until=before(minutes=21), **told),
    )
    assert [(gap.since, gap.until, gap.reason) for gap in found.gaps] == [
        (before(minutes=30), before(minutes=28), "reset"),
        (before(minutes=21), before(minutes=20), "reset"),
    ]
    assert found.share == pytest.approx(57 / 60)


def test_what_was_asked_for_in_part_counts_in_part() -> None:
    told: dict[str, Any] = {"conn": 3, "reason": BACKFILLED + "0", "wanted": 4, "subscribed": 3}
    found = of(
        connection(until=before(minutes=30), reason="reset"),
        connection(since=before(minutes=20), conn=2),
        connection(since=before(minutes=30), until=before(minutes=20), **told),
    )
    assert found.share == pytest.approx(57.5 / 60)
    assert found.gaps == ()


def test_overlapping_connections_count_once() -> None:
    found = of(
        connection(until=before(minutes=20), reason="replaced"),
        connection(since=before(minutes=40), conn=2),
    )
    assert (found.share, found.gaps) == (1.0, ())


def test_a_connection_counts_as_the_topics_it_has() -> None:
    found = of(connection(wanted=800, subscribed=600, reason=f"{LIVING}200 refused"))
    assert (found.share, found.gaps) == (0.75, ())


def test_where_connections_overlap_the_fuller_one_counts() -> None:
    found = of(
        connection(wanted=4, subscribed=1, reason=f"{LIVING}3 refused"),
        connection(since=before(minutes=30), conn=2),
    )
    assert found.share == pytest.approx((0.25 + 1) / 2)


def test_a_partial_connection_that_ended_does_not_live_on() -> None:
    partial: dict[str, Any] = {"wanted": 4, "subscribed": 2, "until": before(minutes=30)}
    ended = of(connection(**partial, reason="reset"))
    living = of(connection(**partial, reason=f"{LIVING}2 refused"))
    assert (ended.gaps[0].since, ended.gaps[0].reason) == (before(minutes=30), "reset")
    assert living.gaps[0].since == before(minutes=30) + HEARTBEAT
    assert living.gaps[0].reason == "no heartbeat"


def test_unreadable_rows_are_counted_where_they_came_and_cost_no_cover() -> None:
    def stretch(rows: int, **since: float) -> dict[str, Any]:
        ts = before(**since)
        reason = f"{UNREADABLE}{rows}"
        return connection(since=ts, until=ts, conn=-rows, subscribed=0, reason=reason)

    told = frame(COVERAGE, [connection(), stretch(3, minutes=5), stretch(4, minutes=90)])

    def last(span: timedelta) -> Cover:
        return cover(told, (LINEAR,), NOW - span, NOW)

    assert last(timedelta(minutes=1)).unreadable == {}
    assert last(HOUR).unreadable == {"bybit": 3}
    assert last(2 * HOUR).unreadable == {"bybit": 7}
    assert (last(HOUR).share, last(HOUR).gaps) == (1.0, ())


def test_a_hole_after_unreadable_rows_has_the_connections_own_reason() -> None:
    lost = connection(until=before(minutes=30), reason="reset")
    at = before(minutes=20)
    unread = connection(since=at, until=at, conn=-9, subscribed=0, reason=f"{UNREADABLE}1")
    assert [gap.reason for gap in of(lost, unread).gaps] == ["reset"]


def test_a_refused_subscription_is_a_gap_with_its_reason() -> None:
    found = of(connection(subscribed=0, reason="refused: 60018"))
    assert found.share == 0.0
    assert found.gaps[0].reason == "refused: 60018"


def test_a_wanted_stream_without_any_row_counts_as_zero() -> None:
    found = of(wanted=(LINEAR,))
    assert (found.share, found.gaps[0].reason) == (0.0, "not connected")


def test_a_venue_is_the_mean_of_its_streams_and_all_the_mean_of_venues() -> None:
    rows = [connection("binance", "usdm"), connection("bybit", "linear"), connection("okx", "swap")]
    found = of(*rows, wanted=STREAMS)
    assert found.venues == {"binance": 0.5, "bybit": 0.5, "okx": 1.0}
    assert found.share == pytest.approx(2 / 3)


def test_streams_nobody_wants_do_not_count() -> None:
    assert of(connection("bybit", "spot")).share == 0.0


def test_nothing_wanted_or_no_time_is_unknown_not_zero() -> None:
    assert of(connection(), wanted=()).share is None
    assert cover(COVERAGE.empty(), (LINEAR,), NOW, NOW).share is None


# Lives of connections in whole seconds within two minutes around a minute that is asked for.
seconds = st.integers(-30, 90)
lives = st.lists(
    st.tuples(seconds, st.integers(0, 60), st.integers(0, 4), st.booleans()), max_size=8
)
Life = tuple[int, int, int, bool]


def row(life: Life, conn: int) -> dict[str, Any]:
    start, length, subscribed, alive = life
    since = NOW + timedelta(seconds=start)
    return connection(
        since=since,
        until=since + timedelta(seconds=length),
        conn=conn,
        wanted=4,
        subscribed=subscribed,
        reason=None if alive else "lost",
    )


def rows(listed: list[Life]) -> pl.DataFrame:
    return frame(COVERAGE, [row(life, conn) for conn, life in enumerate(listed)])


def minute(coverage: pl.DataFrame) -> Cover:
    return cover(coverage, (LINEAR,), NOW, NOW + timedelta(minutes=1))


def end_of(life: Life) -> int:
    start, length, _, alive = life
    return start + length + (5 if alive else 0)


@given(lives)
def test_the_share_is_the_union_of_the_connections_second_by_second(listed: list[Life]) -> None:
    best = [
        max((life[2] / 4 for life in listed if life[0] <= at < end_of(life)), default=0.0)
        for at in range(60)
    ]
    found = minute(rows(listed))
    assert found.share == pytest.approx(sum(best) / 60)
    assert found.share is not None
    assert 0 <= found.share <= 1


@given(lives)
def test_gaps_are_exactly_the_seconds_without_any_connection(listed: list[Life]) -> None:
    bare = {
        at
        for at in range(60)
        if not any(life[0] <= at < end_of(life) and life[2] for life in listed)
    }
    gaps = minute(rows(listed)).gaps
    told = {at for at in range(60) for gap in gaps if gap.since <= at_second(at) < gap.until}
    assert told == bare
    assert all(one.until < after.since for one, after in pairwise(gaps))


def at_second(at: int) -> datetime:
    return NOW + timedelta(seconds=at)


@given(lives, st.integers(0, 7), st.integers(0, 60))
def test_splitting_a_connection_in_two_adjacent_ones_changes_nothing(
    listed: list[Life], which: int, at: int
) -> None:
    if not listed:
        return
    start, length, subscribed, alive = listed[which % len(listed)]
    cut = at % (length + 1)
    whole = [*listed, (start, length, subscribed, alive)]
    split = [
        *listed,
        (start, cut, subscribed, False),
        (start + cut, length - cut, subscribed, alive),
    ]
    assert minute(rows(whole)).share == pytest.approx(minute(rows(split)).share)


@given(lives)
def test_the_order_of_the_rows_does_not_matter(listed: list[Life]) -> None:
    there, back = rows(listed), rows(listed[::-1])
    assert minute(there).share == minute(back).share


def test_a_heartbeat_is_what_the_recorder_writes() -> None:
    assert timedelta(seconds=5) == HEARTBEAT
