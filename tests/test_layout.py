"""Drawings of `arrange`: each letter stands for eight columns (four below 80), each line is a
number of equal rows and what stands in them."""

from collections.abc import Sequence
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import DASHBOARD
from tui.panels.base import Form
from tui.screens.layout import arrange

LETTERS = {
    "header": "H",
    "hint": "?",
    "liquidations": "L",
    "long_short": "R",
    "moving_averages": "A",
    "safe_haven": "G",
    "events": "E",
}
NATURAL = {"liquidations": 0, "long_short": 5, "moving_averages": 4, "safe_haven": 3, "events": 5}
TALL = {"liquidations": 0, "long_short": 12, "moving_averages": 11, "safe_haven": 9, "events": 12}


def natural(name: str, width: int) -> int:
    """Naturals like those of the real panels: more rows in a box than beneath a rule."""
    return (TALL if width >= 56 else NATURAL)[name]


def drawing(
    width: int, height: int, zoomed: str | None = None, names: Sequence[str] = DASHBOARD
) -> list[str]:
    grid = [["." for _ in range(width)] for _ in range(height)]
    for p in arrange(width, height, names, zoomed, natural):
        for y in range(p.y, p.y + p.height):
            for x in range(p.x, p.x + p.width):
                grid[y][x] = LETTERS[p.name]
    step = 8 if width >= 80 else 4
    rows = ["".join(row[step // 2 :: step]) for row in grid]
    return [f"{len(list(same)):2} {row}" for row, same in groupby(rows)]


def test_wide_has_liquidations_at_the_left_in_full_height() -> None:
    assert drawing(160, 45) == [
        " 2 HHHHHHHHHHHHHHHHHHHH",
        "12 LLLLLLLLLLLLRRRRRRRR",
        "11 LLLLLLLLLLLLAAAAAAAA",
        " 9 LLLLLLLLLLLLGGGGGGGG",
        "10 LLLLLLLLLLLLEEEEEEEE",
        " 1 ????????????????????",
    ]


def test_wide_columns_are_96_and_64_cells() -> None:
    widths = {p.name: p.width for p in arrange(160, 45, DASHBOARD)}
    assert (widths["liquidations"], widths["long_short"]) == (96, 64)


def test_side_pane_stacks_and_the_feed_takes_what_is_left() -> None:
    assert drawing(40, 50) == [
        " 3 HHHHHHHHHH",
        "29 LLLLLLLLLL",
        " 5 RRRRRRRRRR",
        " 4 AAAAAAAAAA",
        " 3 GGGGGGGGGG",
        " 5 EEEEEEEEEE",
        " 1 ??????????",
    ]


def test_small_pane_keeps_a_row_of_every_panel_but_the_last() -> None:
    assert drawing(28, 20) == [
        " 3 HHHHHHH",
        "13 LLLLLLL",
        " 1 RRRRRRR",
        " 1 AAAAAAA",
        " 1 GGGGGGG",
        " 1 ???????",
    ]


def test_28_by_10_is_the_first_ten_rows_of_28_by_20() -> None:
    assert drawing(28, 10) == [" 3 HHHHHHH", " 7 LLLLLLL"]


def test_strip_of_six_rows_puts_the_slow_panels_side_by_side() -> None:
    assert drawing(160, 6) == [
        " 1 HHHHHHHHHHHHHHHHHHHH",
        " 3 LLLLLLLLLLLLLLLLLLLL",
        " 1 RRRRRRRRRRRRRRRRRRRR",
        " 1 AAAAAAAAAAAGGGGGGGGG",
    ]


def test_two_panels_of_one_row_have_a_gap_between_them_and_the_width_of_a_strip() -> None:
    """Else an age at the end of the one would be read as the beginning of the other."""
    for width in (114, 160, 250):
        left, right = arrange(width, 6, DASHBOARD)[3:]
        assert left.y == right.y
        assert left.x + left.width + 2 == right.x
        assert right.x + right.width == width
        assert left.form is right.form is Form.STRIP


def test_strip_of_seven_rows_has_one_of_events_too() -> None:
    assert drawing(160, 7)[2:] == [
        " 1 RRRRRRRRRRRRRRRRRRRR",
        " 1 AAAAAAAAAAAGGGGGGGGG",
        " 1 EEEEEEEEEEEEEEEEEEEE",
    ]


def test_strip_of_three_rows_is_header_and_liquidations() -> None:
    assert drawing(160, 3) == [" 1 HHHHHHHHHHHHHHHHHHHH", " 2 LLLLLLLLLLLLLLLLLLLL"]


def test_80_by_24_stacks_liquidations_over_a_row_each() -> None:
    assert drawing(80, 24) == [
        " 2 HHHHHHHHHH",
        "17 LLLLLLLLLL",
        " 1 RRRRRRRRRR",
        " 1 AAAAAAAAAA",
        " 1 GGGGGGGGGG",
        " 1 EEEEEEEEEE",
        " 1 ??????????",
    ]


def test_100_by_30_has_two_columns() -> None:
    assert drawing(100, 30)[1][3:] == "LLLLLLLRRRRR"


def test_a_first_panel_that_would_leave_rows_blank_shares_its_column() -> None:
    slow = ["long_short", "safe_haven", "moving_averages", "events"]
    assert drawing(160, 45, names=slow) == [
        " 2 HHHHHHHHHHHHHHHHHHHH",
        "11 RRRRRRRRRRAAAAAAAAAA",
        " 1 RRRRRRRRRREEEEEEEEEE",
        "30 GGGGGGGGGGEEEEEEEEEE",
        " 1 ????????????????????",
    ]
    assert drawing(160, 45, names=slow[:2])[1] == "42 RRRRRRRRRRRRGGGGGGGG"


def test_zoom_gives_one_panel_all_the_room() -> None:
    assert drawing(160, 45, zoomed="safe_haven")[1] == "42 GGGGGGGGGGGGGGGGGGGG"


def test_an_unknown_zoom_is_no_zoom() -> None:
    assert drawing(160, 45, zoomed="nothing") == drawing(160, 45)


def test_one_panel_alone_has_the_whole_width() -> None:
    (_, panel, _) = arrange(160, 45, ["long_short"])
    assert (panel.name, panel.x, panel.width, panel.height) == ("long_short", 0, 160, 42)


def test_forms_follow_from_size() -> None:
    forms = {p.name: p.form for p in arrange(160, 45, DASHBOARD)}
    assert forms["liquidations"] is Form.BOX
    assert {p.form for p in arrange(160, 6, DASHBOARD)} == {Form.STRIP}
    assert {p.form for p in arrange(40, 50, DASHBOARD)} == {Form.RULES}
    assert {p.form for p in arrange(28, 20, DASHBOARD)} == {Form.BARE}


@given(
    st.integers(1, 250),
    st.integers(1, 80),
    st.lists(st.sampled_from(DASHBOARD), unique=True, max_size=5),
    st.sampled_from([None, *DASHBOARD]),
)
def test_placements_never_overlap_or_overflow(
    width: int, height: int, names: list[str], zoomed: str | None
) -> None:
    taken: set[tuple[int, int]] = set()
    for p in arrange(width, height, names, zoomed, natural):
        assert p.width > 0
        assert p.height > 0
        assert 0 <= p.x <= width - p.width
        assert 0 <= p.y <= height - p.height
        cells = {(x, y) for x in range(p.x, p.x + p.width) for y in range(p.y, p.y + p.height)}
        assert not cells & taken
        taken |= cells


@given(st.integers(1, 250), st.integers(1, 80))
def test_every_row_of_the_screen_belongs_to_something(width: int, height: int) -> None:
    rows = {
        y
        for p in arrange(width, height, DASHBOARD, None, natural)
        for y in range(p.y, p.y + p.height)
    }
    assert rows == set(range(height))


@pytest.mark.parametrize("width", [20, 28, 40, 60, 80])
def test_a_panel_once_there_stays_at_every_greater_height(width: int) -> None:
    there: set[str] = set()
    for height in range(1, 81):
        names = {p.name for p in arrange(width, height, DASHBOARD, None, natural)} - {"hint"}
        assert there <= names
        there = names
