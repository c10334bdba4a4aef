"""Hold, hysteresis, cool-down, quiet hours, grades and bell, as tables of seconds and values."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW
from tui.alerts import rules, state
from tui.alerts.fired import Fired
from tui.alerts.settings import Alerts, Quiet
from tui.alerts.state import State

VENUES = ("binance", "bybit", "okx")
Event = dict[str, Any]


def document(
    price: float | None = 1.0,
    events: list[Event] | None = None,
    health: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A document with one number to make rules of, and with events and feeds."""
    window = {"total_usd": 68.2e6, "long_usd": 66.8e6, "lower_bound": True}
    return {
        "panels": {
            "liquidations": {"stale": False, "windows": {"5m": window, "24h": window}},
            "events": {"stale": False, "events": events or []},
        },
        "header": {"price": price, "symbol": "BTC/USDT", "change_5m": -0.0137},
        "health": health or [],
    }


def told(
    values: Mapping[float, float | None], quiet: Quiet | None = None, **rule: Any
) -> list[tuple[float, int]]:
    """When (seconds) a rule over these values, each at its second, fired, and of which grade."""
    made = rules.rules([{"when": "header.price > 10", "cool_down": "0s"} | rule], VENUES, None)
    alerts = Alerts(rules=made, quiet=quiet)
    found = played({s: document(v) for s, v in values.items()}, alerts)
    return [(s, one.grade) for s, one in found if not one.late and one.grade]


def played(
    documents: Mapping[float, dict[str, Any]], alerts: Alerts, before: State | None = None
) -> list[tuple[float, Fired]]:
    now, found = before or State(), []
    for second, made in documents.items():
        now, fired = state.step(now, alerts, made, NOW + timedelta(seconds=second))
        found += [(second, one) for one in fired]
    return found


@pytest.mark.parametrize(
    ("rule", "values", "fired"),
    [
        # Once an event, and again when it came back.
        ({}, {0: 5, 1: 11, 2: 12, 3: 9, 4: 11}, [(1, 1), (4, 1)]),
        # It has to hold for so long without a break.
        ({"hold": "3s"}, {0: 11, 1: 11, 2: 9, 3: 11, 5: 11, 6: 11, 7: 11}, [(6, 1)]),
        ({"hold": "3s"}, {0: 11, 1: None, 2: 11, 4: 11, 5: 11}, [(5, 1)]),
        # Nobody looked meanwhile: nobody knows that it held.
        ({"hold": "30s"}, {0: 11, 120: 11, 150: 11}, [(150, 1)]),
        # It is over when the number came back by the hysteresis.
        ({"hysteresis": 3}, {0: 11, 1: 8, 2: 11, 3: 7, 4: 11}, [(0, 1), (4, 1)]),
        # What is n/a ends nothing.
        ({}, {0: 11, 1: None, 2: 11}, [(0, 1)]),
        # The next event waits for the cool-down, and begins then if it is still one.
        ({"cool_down": "1m"}, {0: 11, 5: 1, 6: 11, 59: 11, 60: 11}, [(0, 1), (60, 1)]),
        ({"cool_down": "1m"}, {0: 11, 5: 1, 6: 11, 50: 1, 70: 1}, [(0, 1)]),
        # Again only when the grade rises.
        ({"grades": [20, 40]}, {0: 11, 1: 25, 2: 15, 3: 25, 4: 90}, [(0, 1), (1, 2), (4, 3)]),
        ({"grades": [20, 40]}, {0: 90, 1: 50}, [(0, 3)]),
        # Long unseen it is over.
        ({}, {0: 11, 599: 11, 1200: 11}, [(0, 1), (1200, 1)]),
    ],
)
def test_when_a_rule_fires(
    rule: dict[str, Any], values: dict[float, float | None], fired: list[tuple[float, int]]
) -> None:
    assert told(values, **rule) == fired


def rung(values: Mapping[float, float], *when: str) -> list[tuple[float, str, bool]]:
    """What rang or was told in silence: second, rule, bell."""
    listed = [{"when": one, "cool_down": "0s", "name": one[-2:]} for one in when]
    alerts = Alerts(rules=rules.rules(listed, VENUES, None))
    found = played({s: document(v) for s, v in values.items()}, alerts)
    return [(s, one.rule, one.bell) for s, one in found if one.grade]


def test_the_end_of_a_rule_is_told_without_a_bell_with_its_number_and_how_long_it_was() -> None:
    rule = {"name": "n", "when": "header.price > 10", "hysteresis": 3, "hold": "2s"}
    made = Alerts(rules=rules.rules([rule], VENUES, None))
    values = {0: 11.0, 2: 25.0, 60: 8.0, 100: None, 442: 6.5, 443: 6.0}
    found = played({s: document(v) for s, v in values.items()}, made)
    assert [(s, one.grade, one.text, one.value, one.bell) for s, one in found] == [
        (2, 1, "n: 25 (> 10)", 25.0, True),
        (442, 0, "n end: 6.5 after 7m22s", 6.5, False),
    ]
    assert found[0][1].event == found[1][1].event == NOW


def test_an_end_in_a_rules_quiet_hours_is_quiet() -> None:
    rule = {"when": "header.price > 10", "quiet": "14:00-15:00"}
    made = Alerts(rules=rules.rules([rule], VENUES, None))
    found = played({0: document(11.0), 1: document(1.0)}, made)
    assert [(one.grade, one.quiet, one.bell) for _, one in found] == [
        (1, True, False),
        (0, True, False),
    ]


def test_one_bell_a_minute_and_the_other_when_the_minute_is_over() -> None:
    values: dict[float, float] = {0: 11, 10: 25, 59: 25, 60: 25, 61: 25, 130: 25}
    expected = [(0, "10", True), (10, "20", False), (60, "20", True)]
    assert rung(values, "header.price > 10", "header.price > 20") == expected


def test_a_bell_that_waits_is_forgotten_when_its_event_is_over() -> None:
    values: dict[float, float] = {0: 11, 10: 25, 20: 15, 60: 15, 90: 25}
    expected = [(0, "10", True), (10, "20", False), (90, "20", True)]
    assert rung(values, "header.price > 10", "header.price > 20") == expected


def test_no_other_takes_the_place_of_a_burst_that_waits_for_its_bell() -> None:
    rule = {"name": "n", "when": "header.price > 10", "cool_down": "0s"}
    alerts = Alerts(rules=rules.rules([rule], VENUES, None))
    documents: dict[float, dict[str, Any]] = {
        0: document(11),
        5: document(1, events=[begun(5)]),
        9: document(11, events=[begun(5)]),
        60: document(11, events=[begun(5)]),
        61: document(11, events=[begun(5)]),
    }
    found = played(documents, alerts)
    assert [(s, one.rule, one.bell, one.late) for s, one in found if one.grade] == [
        (0, "n", True, False),
        (5, "burst", False, False),
        (9, "n", False, False),
        (60, "burst", True, True),
    ]


@pytest.mark.parametrize(
    ("hours", "is_quiet"),
    [("14:00-15:00", True), ("13:00-14:03", False), ("23:00-14:04", True), ("15:00-14:00", False)],
)
def test_in_quiet_hours_nothing_rings_and_all_is_written_down(hours: str, is_quiet: bool) -> None:
    """At 14:03 UTC."""
    for settings in (
        {"rules": rules.rules([{"when": "header.price > 1", "quiet": hours}], VENUES, None)},
        {
            "rules": rules.rules([{"when": "header.price > 1"}], VENUES, None),
            "quiet": rules.quiet(hours),
        },
    ):
        ((_, fired),) = played({0: document(2.0)}, Alerts(**settings))
        assert (fired.quiet, fired.bell) == (is_quiet, not is_quiet)


@pytest.mark.parametrize(
    ("hours", "utc", "is_quiet"),
    [
        ("23:00-07:00 Europe/Berlin", "2026-01-19T22:00Z", True),  # 23:00 there, in winter
        ("23:00-07:00 Europe/Berlin", "2026-01-19T21:59Z", False),
        ("23:00-07:00 Europe/Berlin", "2026-01-20T05:59Z", True),
        ("23:00-07:00 Europe/Berlin", "2026-01-20T06:00Z", False),
        ("23:00-07:00 Europe/Berlin", "2026-07-19T21:00Z", True),  # 23:00 there, in summer
        ("23:00-07:00 Europe/Berlin", "2026-07-20T05:00Z", False),
        ("09:00-17:30  Asia/Kolkata", "2026-01-20T03:30Z", True),  # half an hour off the hour
        ("09:00-17:30  Asia/Kolkata", "2026-01-20T12:00Z", False),
        ("23:00-07:00 UTC", "2026-07-19T22:59Z", False),
    ],
)
def test_quiet_hours_are_those_of_the_clocks_of_a_zone(
    hours: str, utc: str, is_quiet: bool
) -> None:
    made = rules.quiet(hours)
    assert made is not None
    assert made.holds(datetime.fromisoformat(utc)) == is_quiet


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 20)), max_size=60),
    st.integers(0, 5),
    st.integers(0, 20),
    st.floats(0, 5),
)
def test_however_a_number_goes_its_events_are_apart_and_were_true(
    values: list[float | None], hold: int, cool_down: int, hysteresis: float
) -> None:
    rule: dict[str, Any] = {"hold": f"{hold}s", "cool_down": f"{cool_down}s"}
    rule["hysteresis"] = hysteresis
    starts = [at for at, _ in told(dict(enumerate(values)), **rule)]
    for at in starts:
        held = values[int(at) - hold : int(at) + 1]
        assert len(held) == hold + 1
        assert all(value is not None and value > 10 for value in held)
    for before, after in pairwise(starts):
        assert after - before >= cool_down
        between = values[int(before) : int(after)]
        assert any(value is not None and value <= 10 - hysteresis for value in between)


# bursts


def moment(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat()


def begun(seconds: float) -> Event:
    return {"kind": "burst", "ts": moment(seconds), "side": "long", "times_normal": 47.2}


def ended(seconds: float) -> Event:
    sums = {"usd": 96.4e6, "lower_bound": True, "duration_s": 440.0, "base": "BTC", "move": -0.019}
    return {"kind": "burst_end", "ts": moment(seconds), "side": "long", **sums}


def test_a_burst_is_told_at_its_start_and_at_its_end_with_total_duration_and_move() -> None:
    found = played(
        {
            0: document(events=[]),
            20: document(events=[begun(0)]),
            21: document(events=[begun(0)]),
            90: document(events=[begun(60)]),  # its first minute no longer counts
            400: document(events=[ended(100), begun(60)]),
            401: document(events=[ended(100), begun(60)]),
            900: document(events=[begun(880), ended(100), begun(60)]),
        },
        Alerts(),
    )
    texts = [(s, one.grade, one.text) for s, one in found]
    assert texts == [
        (20, 1, "burst long, ×47 normal, 5m ≥ $68.2M (98% long), BTC -1.37% in 5m"),
        (400, 0, "burst end long, ≥ $96.4M, 7m20s, BTC -1.90%"),
        (900, 1, "burst long, ×47 normal, 5m ≥ $68.2M (98% long), BTC -1.37% in 5m"),
    ]
    assert found[0][1].event == found[1][1].event == NOW


def test_bursts_that_were_over_before_anybody_looked_are_not_told() -> None:
    assert played({0: document(events=[ended(-400), begun(-900)])}, Alerts()) == []


def test_a_burst_that_a_normal_minute_outgrew_ends_in_words() -> None:
    found = played({0: document(events=[begun(0)]), 9: document(events=[])}, Alerts())
    assert [one.text for _, one in found][1:] == ["burst end, no longer ten times a normal minute"]


def test_a_part_that_could_not_be_made_starts_and_ends_nothing() -> None:
    hole: Any = {"stale": True, "reason": "can't be computed"}
    eventless, bare = document(health=[feed("okx", "retrying")]), document(events=[begun(0)])
    eventless["panels"]["events"] = hole
    bare["panels"]["liquidations"] = bare["header"] = hole
    del bare["health"]
    lost = played({0: bare, 1: eventless, 60: eventless, 61: bare, 62: eventless}, Alerts())
    assert [(s, one.text) for s, one in lost] == [
        (0, "burst long, ×47 normal"),
        (62, "okx lost for 1m01s"),
    ]


def test_bursts_can_be_switched_off() -> None:
    assert played({0: document(events=[begun(0)])}, Alerts(bursts=False)) == []


def test_a_worse_kind_of_the_same_burst_rises_its_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a detector of worse kinds will add by one line."""
    monkeypatch.setattr("tui.alerts.bursts.STARTS", {"burst": 1, "avalanche": 2})
    worse = begun(60) | {"kind": "avalanche"}
    found = played(
        {20: document(events=[begun(0)]), 80: document(events=[worse, begun(0)])}, Alerts()
    )
    assert [(one.grade, one.bell, one.event) for _, one in found] == [
        (1, True, NOW),
        (2, True, NOW),
    ]


# feeds


def feed(venue: str, state: str = "live", stale: bool = False, **other: Any) -> dict[str, Any]:
    row = {"collector": "liquidations", "venue": venue, "stream": "swap", "reason": None}
    return row | {"state": state, "stale": stale} | other


LOST = feed("okx", "retrying", reason="ping timeout")
SILENT = feed("bybit", "silent", reason="no event, alarm after 3m")
SILENT_TEXT = "bybit silent: no event, alarm after 3m"


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        (
            {s: [LOST, feed("bybit")] for s in (0, 30, 59, 60, 61)},
            ["okx lost for 1m: ping timeout"],
        ),
        ({0: [LOST], 30: [feed("okx")], 60: [LOST]}, []),
        (  # one that comes and goes
            {s: [LOST if s % 90 < 80 else feed("okx")] for s in range(0, 700, 10)},
            ["okx lost for 1m: ping timeout", "okx back after 1m20s"] * 2,
        ),
        ({0: [SILENT, feed("okx")]}, [SILENT_TEXT]),
        ({s: [feed("okx", stale=True)] for s in (0, 60)}, ["okx lost for 1m"]),
        ({s: [feed("okx", "starting", True)] for s in (0, 60)}, []),
        ({s: [feed("okx", "off", True)] for s in (0, 60)}, []),
        ({s: [feed("", "retrying", collector="alerts")] for s in (0, 60)}, []),
        (
            {s: [LOST, LOST | {"venue": "bybit"}] for s in (0, 60)},
            ["okx, bybit lost for 1m: ping timeout"],
        ),
        (  # starting is neither lost nor back
            {0: [LOST], 60: [LOST], 65: [feed("okx", "starting")], 70: [feed("okx")]},
            ["okx lost for 1m: ping timeout", "okx back after 1m10s"],
        ),
        (  # those that are back together are told as one, by the longest
            {
                **{s: [LOST, feed("bybit")] for s in (0, 10)},
                **{s: [LOST, LOST | {"venue": "bybit"}] for s in (20, 60, 80)},
                130: [feed("okx"), feed("bybit")],
            },
            [
                "okx lost for 1m: ping timeout",
                "bybit lost for 1m: ping timeout",
                "okx, bybit back after 2m10s",
            ],
        ),
        ({0: [SILENT], 300: [feed("bybit")]}, [SILENT_TEXT, "bybit back after 5m"]),
        # One that is no longer wanted is not back.
        ({0: [SILENT], 300: [feed("bybit", "off")]}, [SILENT_TEXT]),
        ({0: [SILENT], 300: []}, [SILENT_TEXT]),
        (
            {s: [LOST, feed("okx", stream="more")] for s in (0, 60)},
            ["okx swap lost for 1m: ping timeout"],
        ),
    ],
)
def test_a_feed_is_told_when_it_was_lost_for_a_minute_and_a_silent_one_at_once(
    rows: dict[float, list[dict[str, Any]]], texts: list[str]
) -> None:
    found = played({s: document(health=listed) for s, listed in rows.items()}, Alerts())
    assert [one.text for _, one in found if not one.late] == texts


def test_a_state_comes_back_from_the_store_as_it_was() -> None:
    alerts = Alerts(rules=rules.rules([{"when": "header.price > 10"}], VENUES, None))
    before, fired = state.step(State(), alerts, document(11.0, events=[begun(0)]), NOW)
    assert len(fired) == 2
    kept = state.unpacked(state.packed(before))._replace(seen=before.seen)
    assert kept == before._replace(pending={}, owed=None)
    again = document(12.0, events=[begun(0)])
    assert state.step(kept, alerts, again, NOW + timedelta(seconds=30))[1] == ()


@pytest.mark.parametrize("kept", [None, 3, {}, {"open": 3}, {"open": {"a": ["x", 1]}, "told": {}}])
def test_a_state_of_another_version_is_none(kept: Any) -> None:
    assert state.unpacked(kept) == State()
