"""Where in the past the screen is, as the clock goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.frames import NOW
from tui.tables import WINDOWS
from tui.travel import STEPS, Travel, replay, stepped
from tui.values import WINDOW_NAMES

THEN = datetime(2026, 1, 19, 21, 15, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)


def test_a_moment_stands_while_the_clock_goes_on() -> None:
    assert Travel(THEN, NOW).moment(LATER) == THEN
    assert Travel(THEN, NOW).words(LATER)[0] == "AT 2026-01-19 21:15Z"


def test_a_replay_runs_at_its_speed_to_its_end() -> None:
    made = replay(THEN, THEN + timedelta(minutes=40), 60.0, lambda: NOW)
    assert made.moment(LATER) == THEN + timedelta(minutes=30)
    assert made.words(LATER)[0] == "REPLAY ×60 2026-01-19 21:45:00Z"
    assert made.moment(NOW + timedelta(hours=1)) == THEN + timedelta(minutes=40)
    assert made.words(NOW + timedelta(hours=1))[0] == "REPLAY END 2026-01-19 21:55:00Z"


def test_a_held_replay_stands_and_runs_on_from_there() -> None:
    held = replay(THEN, NOW, 60.0, lambda: NOW).held(LATER)
    assert held.moment(LATER + timedelta(hours=1)) == THEN + timedelta(minutes=30)
    going = held.held(LATER + timedelta(hours=1))
    assert going.moment(LATER + timedelta(hours=1, seconds=1)) == THEN + timedelta(minutes=31)


def test_a_moment_that_is_held_stands() -> None:
    assert Travel(THEN, NOW).held(LATER).moment(LATER + timedelta(hours=1)) == THEN


@pytest.mark.parametrize(
    ("count", "at"), [(-1, "14:03:00"), (-2, "14:02:00"), (1, "14:04:00"), (10, "14:13:00")]
)
def test_steps_go_from_one_whole_minute_to_the_next(count: int, at: str) -> None:
    assert f"{stepped(NOW, '5m', count):%H:%M:%S}" == at


def test_every_window_has_a_step_shorter_than_itself() -> None:
    assert tuple(STEPS) == WINDOW_NAMES
    assert all(step < WINDOWS[name] for name, step in STEPS.items())
