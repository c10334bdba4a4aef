"""`liqtop replay` on a real terminal: a stretch of the store, held, stepped through, and left."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.frames import frame, liquidation
from tests.processes import Home, viewer
from tui.store import Writer, store_path
from tui.tables import LIQUIDATIONS

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)


def stored(home: Home) -> None:
    """A long of 3 M at 12:10:30 in a store that began the day before."""
    home.data.mkdir()
    writer = Writer(store_path(home.data), None)
    rows = [liquidation(NOON + timedelta(minutes=10, seconds=30), 3e6)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    writer.set_meta("began", int((NOON - timedelta(days=1)).timestamp() * 1000))
    writer.close()


@pytest.mark.campaign  # twelve seconds of playing
def test_a_replay_runs_is_held_stepped_and_left(tmp_path: Path) -> None:
    home = Home(tmp_path)
    stored(home)
    stretch = ("--from", "2026-01-20 12:00", "--to", "2026-01-20 12:20", "--speed", "120")
    with viewer(home, "replay", *stretch) as shown:
        shown.until(lambda: shown.shows("REPLAY ×120 2026-01-20 12:0"), "the beginning")
        shown.until(lambda: shown.shows("normal  100% long"), "the burst, in the events")
        shown.until(lambda: shown.shows("REPLAY END 2026-01-20 12:20:00Z"), "the end")
        shown.type("<")
        shown.until(lambda: shown.shows("2026-01-20 12:1"), "ten steps back, running on")
        shown.type(" ")
        shown.until(lambda: shown.shows("REPLAY HELD 2026-01-20 12:"), "the hold")
        shown.type("@")
        shown.until(lambda: shown.shows("2026-01-19 21:15 or -3h"), "the question")
        shown.type("2026-01-20 12:05\r")
        shown.until(lambda: shown.shows("REPLAY HELD 2026-01-20 12:05Z"), "the typed time")
        shown.until(lambda: not shown.shows("normal  100% long"), "no burst yet")
        shown.type("n")
        shown.until(lambda: shown.shows("REPLAY HELD 2026-01-20 12:11Z"), "the next burst")
        assert home.holder() is None, "nobody records for a replay"
        shown.type("q")
        shown.until(lambda: not shown.shows("REPLAY"), "live again")
        shown.type("q")
        assert shown.ended() == 0
        assert shown.sound()


def test_a_monitor_may_begin_in_the_past(tmp_path: Path) -> None:
    home = Home(tmp_path)
    stored(home)
    with viewer(home, "--at", "2026-01-20 12:11", "--endpoint", "") as shown:
        shown.until(lambda: shown.shows("AT 2026-01-20 12:11Z"), "the moment")
        shown.until(lambda: shown.shows("3.00M"), "what was liquidated then")
        shown.type("L")
        shown.until(lambda: not shown.shows("AT 2026"), "live again")
