"""The selected row stays where it was, and what it leads to, whatever the pictures bring."""

from datetime import datetime, timedelta

from tests.frames import NOW
from tui.panels.drill import Drill
from tui.screens.picture import Picture
from tui.screens.selection import Selection

EARLIER = NOW - timedelta(minutes=1)


def told(selection: Selection, *moments: datetime) -> None:
    rows = {"events": len(moments)}
    selection.told("events", Picture(None, moments={"events": moments}, selectable=rows))


def test_a_row_stays_that_of_its_moment_when_others_come_above_it() -> None:
    selection = Selection()
    told(selection, EARLIER)
    selection.select("events", 0)
    told(selection, NOW, EARLIER)
    assert selection.row("events") == 1
    assert selection.moment("events") == EARLIER
    told(selection, NOW)
    assert selection.row("events") is None, "its moment is gone"


def test_one_panel_at_a_time_has_a_selected_row_and_none_lies_above_the_first() -> None:
    selection = Selection()
    selection.select("events", 2)
    selection.select("scorecard", 1)
    assert (selection.row("events"), selection.row("scorecard")) == (None, 1)
    selection.select("scorecard", -1)
    assert selection.panel is None


def test_a_row_that_is_no_longer_there_gives_way_to_the_last() -> None:
    selection = Selection()
    selection.select("scorecard", 5)
    selection.told("scorecard", Picture(None, selectable={"scorecard": 3}))
    assert selection.row("scorecard") == 2
    selection.told("scorecard", Picture(None, selectable={"scorecard": 0}))
    assert selection.row("scorecard") is None


def test_where_a_row_leads_is_known_once_it_is_drawn() -> None:
    selection, there = Selection(), Drill(panel="depth")
    selection.select("scorecard", 1)
    assert not selection.is_drawn("scorecard")
    selection.told("scorecard", Picture(None, opens={"scorecard": (1, there)}))
    assert selection.is_drawn("scorecard")
    assert selection.opens("scorecard") == there
