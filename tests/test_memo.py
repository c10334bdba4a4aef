"""A kept result is of the very frames and values it was asked for, and holds no frame alive."""

from datetime import timedelta
from weakref import ref

import polars as pl
from polars.testing import assert_frame_equal

from tests.frames import NOW
from tui.metrics.memo import kept
from tui.metrics.spans import between, ms
from tui.tables import TIME


@kept(2)
def doubled(frame: pl.DataFrame, times: int) -> list[int]:
    return [value * times for value in frame["a"]]


def test_the_same_frame_and_values_give_the_same_result() -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    assert doubled(frame, 2) is doubled(frame, 2)
    assert doubled(frame, 3) == [3, 6]


def test_an_equal_but_other_frame_is_read_anew() -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    first = doubled(frame, 2)
    assert doubled(frame.clone(), 2) is not first


def test_frames_made_one_after_another_in_the_same_place_are_told_apart() -> None:
    assert [doubled(pl.DataFrame({"a": [n]}), 2) for n in range(200)] == [
        [2 * n] for n in range(200)
    ]


def test_only_the_newest_results_are_kept_and_no_frame() -> None:
    frame = pl.DataFrame({"a": [1]})
    first = doubled(frame, 2)
    doubled(frame, 3)
    doubled(frame, 4)
    assert doubled(frame, 2) is not first
    gone = ref(frame)
    del frame
    assert gone() is None


def test_rows_between_two_moments_are_the_same_in_order_of_time_and_out_of_it() -> None:
    moments = [NOW + timedelta(seconds=second) for second in (0, 1, 1, 2, 5)]
    rows = pl.DataFrame({"ts": moments, "n": range(5)}, schema_overrides={"ts": TIME})
    since, until = ms(NOW) + 1000, ms(NOW) + 2000
    assert between(rows, since, until)["n"].to_list() == [1, 2, 3]
    mixed = rows.reverse()
    assert_frame_equal(between(mixed, since, until).sort("n"), between(rows, since, until))
    assert between(rows, until + 4000, until + 9000).is_empty()
