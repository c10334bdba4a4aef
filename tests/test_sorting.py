"""Tables sorted by a column: which order, where the arrow stands, and what the keys do."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from tests import panel_samples as samples
from tests.test_app import monitor  # noqa: F401
from tests.test_panels import BY_NAME, RECORDS, VIEW
from tui.panels import View
from tui.panels.liquidations import grouped
from tui.panels.sorting import following, ordered

ROWS = [("a", 3.0), ("b", None), ("c", 1.0), ("d", 3.0), ("e", 7.0)]
VALUES: Any = {"n": lambda row: row[1], "name": lambda row: row[0]}


def names(**look: Any) -> str:
    return "".join(name for name, _ in ordered(ROWS, VALUES, View(**look)))


def test_numbers_fall_what_is_equal_stays_in_its_order_and_unknown_is_last() -> None:
    assert names() == "abcde"
    assert names(sort="n") == "eadcb"
    assert names(sort="n", rising=True) == "cadeb"
    assert names(sort="name") == "abcde"
    assert names(sort="name", rising=True) == "edcba"
    assert names(sort="another table's") == "abcde"


@given(st.lists(st.tuples(st.text(max_size=2), st.none() | st.floats(-9, 9))), st.booleans())
def test_no_row_is_lost_and_the_known_are_in_order(rows: list[Any], rising: bool) -> None:
    made = ordered(rows, VALUES, View(sort="n", rising=rising))
    assert sorted(map(str, made)) == sorted(map(str, rows))
    known = [value for _, value in made if value is not None]
    assert known == sorted(known, reverse=not rising)
    assert all(value is None for _, value in made[len(known) :])


def test_the_columns_come_in_turn_and_then_the_tables_own_order() -> None:
    keys, sort, seen = ("long", "n"), "", []
    for _ in range(4):
        sort = following(keys, sort)
        seen.append(sort)
    assert seen == ["long", "n", "", "long"]
    assert following(keys, "a detail's column") == "long"
    assert following((), "") == ""


def heads_and_first(lines: list[Content], head: str, skip: int = 1) -> tuple[str, list[str]]:
    """The row of heads that has the word, and the first cells of the rows below it."""
    texts = [line.plain.strip(" │") for line in lines]
    at = next(n for n, text in enumerate(texts) if head in text)
    return texts[at], [text.split()[0] for text in texts[at + 1 :] if text]


@pytest.mark.parametrize(
    ("sort", "rising", "first"),
    [("", False, "BTC"), ("price", True, "SOL"), ("name", False, "ADA"), ("name", True, "XRP")],
)
def test_coins_are_sorted_on_the_dashboard(sort: str, rising: bool, first: str) -> None:
    view = replace(VIEW, sort=sort, rising=rising)
    lines = BY_NAME["liquidations"].lines(RECORDS["liquidations"], view, 70, 42)
    head, rows = heads_and_first(lines, "largest")
    assert rows[0] == first
    arrow = "↑" if rising else "↓"
    assert (f"{arrow}{sort}" in head) == (sort == "price")


def test_venues_are_sorted_beside_them() -> None:
    view = replace(VIEW, sort="lag", group="venue")
    lines = BY_NAME["liquidations"].lines(RECORDS["liquidations"], view, 70, 42)
    head, rows = heads_and_first(lines, "gives")
    assert "↓lag" in head
    venues = samples.liquidations().venues.values()
    assert rows[0] == max(venues, key=lambda venue: venue.lag_s or 0).venue


def test_the_groups_of_the_detail_are_sorted_and_enter_opens_the_one_that_is_shown() -> None:
    panel, record = BY_NAME["liquidations"], samples.detail_records()["liquidations"]
    for rising in (False, True):
        view = replace(VIEW, sort="long", rising=rising, selected=0)
        shown = grouped.listed(record.deep, view)
        shares = [one.long_usd / one.usd for one in shown if one.usd]
        assert shares == sorted(shares, reverse=not rising)
        there = panel.deeper(record, view)
        assert there is not None
        assert there.chosen("base") == shown[0].name
        row = next(
            line.plain
            for line in panel.detail(record, view, 120, 40)
            if any(span.style == "reverse" for span in line.spans)
        )
        assert shown[0].name in row


def test_ratios_are_sorted_with_the_cells_that_are_gone_through() -> None:
    panel, record = BY_NAME["long_short"], RECORDS["long_short"]
    view = replace(VIEW, sort="accounts", rising=True)
    head, rows = heads_and_first(panel.lines(record, view, 64, 13), "toppos")
    assert "↑account" in head
    assert rows[:3] == ["okx", "bybit", "binance"]
    chosen = panel.detail(
        samples.detail_records()["long_short"], replace(view, selected=0), 100, 30
    )
    first = next(line for line in chosen if any(span.style == "reverse" for span in line.spans))
    assert first.plain.strip(" │").startswith("okx")


def test_averages_are_sorted_by_level_as_a_ladder() -> None:
    view = replace(VIEW, sort="level")
    lines = BY_NAME["moving_averages"].lines(RECORDS["moving_averages"], view, 64, 9)
    head, rows = heads_and_first(lines, "level")
    assert "↓level" in head
    assert rows[:4] == ["200d", "365d", "50d", "200w"]  # 105,628 101,326 91,212; n/a is last


def test_a_sorted_head_is_no_wider() -> None:
    for name, panel in BY_NAME.items():
        for sort in panel.sorts(detail=False):
            for width in (28, 40, 64, 96):
                lines = panel.lines(RECORDS[name], replace(VIEW, sort=sort), width, 20)
                assert {line.cell_length for line in lines} == {width}


async def test_the_keys_sort_the_panel_that_has_the_focus(monitor: Any) -> None:  # noqa: F811
    async with monitor() as run:
        for panel in run.panels:
            panel.sorts = lambda detail: ("usd",) if detail else ("long", "n")
        run.panels[3].sorts = lambda detail: ()
        await run.press("s", "s")
        assert run.app.sorted == {"liquidations": ("n", False)}
        await run.press("S")
        assert run.app.sorted["liquidations"] == ("n", True)
        await run.until(lambda: "sorted by n" in run.header())
        await run.press("4", "s")
        await run.until(lambda: "safe_haven: no table to sort" in run.header())
        await run.press("2", "S")
        assert run.app.sorted["long_short"] == ("long", True)
        await run.press("enter")
        await run.shows("detail of long_short")
        await run.press("s")
        assert run.app.sorted["long_short"] == ("usd", True)
        await run.press("s")
        assert run.app.sorted["long_short"] == ("", True)
