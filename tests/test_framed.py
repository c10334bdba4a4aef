"""Line charts in their frame: sizes, round ticks and times, and what a cursor reads."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.draw import times
from tui.draw.framed import AXIS, Series, Span, framed
from tui.panels.drill import moved

VALUES = st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=60)
T0 = datetime(2026, 1, 20, tzinfo=UTC)
DAYS = Span(T0, T0 + timedelta(days=99), 100, 70)


@given(
    st.lists(VALUES, min_size=1, max_size=3),
    st.integers(1, 120),
    st.integers(0, 20),
    st.sampled_from(["braille", "block", "ascii"]),
    st.one_of(st.none(), st.integers(-200, 200)),
)
def test_a_framed_chart_fills_its_size(
    series: list[list[float | None]], width: int, height: int, symbols: str, cursor: int | None
) -> None:
    lines = [Series(f"{n}", values, f"$s{n}") for n, values in enumerate(series)]
    drawn = framed(lines, width, height, symbols, T0, T0 + timedelta(days=9), cursor, "title")
    assert len(drawn) == height
    assert all(line.cell_length == width for line in drawn)


def rows(cursor: int | None = None, gap: slice | None = None) -> list[str]:
    """A line that climbs by 200 a day for a hundred days, in 70 columns."""
    values: list[float | None] = [80_000 + 200.0 * n for n in range(100)]
    if gap:
        values[gap] = [None] * len(values[gap])
    series = [Series("price", values, "$accent")]
    drawn = framed(series, 80, 14, "block", T0, T0 + timedelta(days=99), cursor, "100 days")
    return [line.plain for line in drawn]


def test_a_chart_has_round_labels_and_dates_beneath() -> None:
    labels = [line[:AXIS].strip(" ┤") for line in rows()[1:]]
    assert [label for label in labels if label] == ["95,000", "90,000", "85,000", "80,000"]
    assert rows()[-1].split() == ["Feb", "2026", "Mar", "2026", "Apr", "2026"]


def test_without_a_cursor_the_newest_value_is_read_behind_the_title() -> None:
    assert rows()[0].rstrip() == "100 days  ── price 99,800"


def test_a_cursor_reads_the_point_it_stands_on() -> None:
    assert rows(0)[0].rstrip() == "21 Jan 2026  ── price 80,200"
    assert rows(-1)[0].rstrip() == "29 Apr 2026  ── price 99,800"


def test_a_cursor_stands_in_one_column_and_hides_no_value() -> None:
    plain, marked = rows()[1:-1], rows(-20)[1:-1]
    assert {line.index("│") for line in marked if "│" in line} == {AXIS + 50}
    assert [line.replace("│", " ") for line in marked] == plain


def test_a_cursor_on_a_gap_says_so() -> None:
    assert rows(-1, gap=slice(95, 100))[0].rstrip() == "29 Apr 2026  ── price n/a"


def test_a_cursor_beyond_an_end_stays_at_it() -> None:
    assert rows(-500) == rows(0)
    assert rows(500) == rows(-1)


@given(st.integers(1, 300), st.integers(5, 200))
def test_every_step_has_a_column_and_a_point_of_its_own(points: int, columns: int) -> None:
    span = Span(T0, T0 + timedelta(days=9), points, columns)
    places = [(span.column(step), span.point(step)) for step in range(span.steps)]
    assert [len(set(side)) for side in zip(*places, strict=True)] == [span.steps] * 2
    assert places == sorted(places)
    assert places[-1][1] == points - 1
    assert all(0 <= column < columns for column, _ in places)


def test_the_first_key_shows_the_newest_point_and_the_cursor_stops_at_the_ends() -> None:
    assert moved(None, -1, 10) == -1
    assert moved(-1, 1, 10) == -1
    assert moved(-1, -1, 10) == -2
    assert moved(-10, -1, 10) == -10
    assert moved(-500, 1, 10) == -9
    assert moved(None, 1, 0) is None


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=5), ["00:01", "00:02", "00:03", "00:04", "00:05"]),
        (timedelta(hours=1), ["00:10", "00:20", "00:30", "00:40", "00:50", "01:00"]),
        (timedelta(hours=24), ["06:00", "12:00", "18:00", "21 Jan"]),
        (timedelta(days=7), ["21 Jan", "23 Jan", "25 Jan", "27 Jan"]),
        (timedelta(days=40), ["26 Jan", "02 Feb", "09 Feb", "16 Feb", "23 Feb"]),
        (timedelta(days=365), ["Apr 2026", "Jul 2026", "Oct 2026", "Jan 2027"]),
    ],
)
def test_times_are_round_for_their_span(span: timedelta, words: list[str]) -> None:
    first = T0 + timedelta(seconds=7)
    assert [word for _, word in times.moments(first, first + span, 6)] == words


@given(st.integers(60, 10**9), st.integers(2, 20), st.integers(0, 10**8))
def test_times_lie_inside_and_are_few(seconds: int, most: int, since: int) -> None:
    first = T0 + timedelta(seconds=since)
    found = times.moments(first, first + timedelta(seconds=seconds), most)
    assert len(found) <= most + 1
    assert all(first <= at <= first + timedelta(seconds=seconds) for at, _ in found)


def test_times_that_have_no_room_are_left_out_and_the_newest_stays() -> None:
    assert times.axis([(0, "06:00"), (3, "12:00"), (9, "18:00")], 12) == " 12:00 18:00"
    assert times.axis([(0, "06:00"), (5, "12:00")], 6) == " 12:00"
    assert times.axis([(0, "06:00")], 4) == " " * 4
