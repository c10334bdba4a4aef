"""Series of the user's own as they are shown: of their moment, and why where there is none."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from tests.frames import NOW, frame, snapshot
from tui import config
from tui.document import document
from tui.metrics.flows import NEEDS, WANTED, own
from tui.panels import View
from tui.panels.flows import FlowsPanel, told
from tui.tables import HEALTH, SERIES


def stored(name: str, count: int, kind: str = "level") -> list[dict[str, Any]]:
    """A value a day up to yesterday: 1, 2, 3, …"""
    last = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=1)
    row = {"name": name, "unit": "USD", "kind": kind, "received": NOW}
    return [
        row | {"ts": last - timedelta(days=count - n), "value": float(n)}
        for n in range(1, count + 1)
    ]


def said(name: str, state: str, reason: str | None = None) -> dict[str, Any]:
    row = {"ts": NOW, "collector": "series", "venue": name, "stream": "", "attempts": 0}
    return row | {"state": state, "reason": reason}


def test_a_level_is_compared_and_a_flow_summed() -> None:
    rows = frame(SERIES, stored("a", 10) + stored("fund flows", 10, "flow"))
    found = {one.name: one for one in own(rows, HEALTH.empty(), NOW)}
    assert found["a"].value == 10.0
    assert found["a"].spans == {7: 7.0, 30: None}
    assert found["fund flows"].spans == {7: sum(range(4, 11)), 30: None}
    assert told(found["fund flows"]) == "fund flows +10 USD 2026-01-19  7d +49  30d n/a"


def test_without_a_source_it_is_said_and_nothing_is_invented(tmp_path: Path) -> None:
    now = snapshot()
    found = own(now.series, now.health, NOW)
    assert [one.name for one in found] == list(WANTED)
    assert {one.reason for one in found} == {NEEDS}
    assert all(one.value is None for one in found)
    panel = FlowsPanel()
    drawn = [line.plain for line in panel.lines(panel.record(now, View()), View(), 64, 11)]
    assert any("fund flows n/a (needs a source, see config)" in line for line in drawn)
    (tmp_path / "config.toml").write_text("")
    made = document(now, config.load(tmp_path / "config.toml"))["panels"]["flows"]["series"][
        "fund flows"
    ]
    assert (made["value"], made["reason"]) == (None, NEEDS)


def test_a_source_that_fails_says_why_beside_what_it_had() -> None:
    health = frame(HEALTH, [said("a", "waiting", "HTTP 404"), said("b", "waiting", "no JSON")])
    found = {one.name: one for one in own(frame(SERIES, stored("a", 2)), health, NOW)}
    assert (found["a"].value, found["a"].reason) == (2.0, "HTTP 404")
    assert (found["b"].value, found["b"].reason) == (None, "no JSON")
    off = frame(HEALTH, [said("a", "off")])
    assert [one.name for one in own(frame(SERIES, stored("a", 2)), off, NOW)] == list(WANTED)


def test_a_source_that_is_taken_out_of_the_config_is_needed_again() -> None:
    rows, off = frame(SERIES, stored("fund flows", 9)), frame(HEALTH, [said("fund flows", "off")])
    one = own(rows, off, NOW)[0]
    assert (one.value, one.reason) == (None, NEEDS)
    assert told(one) == "fund flows n/a (needs a source, see config)"
    assert own(rows, frame(HEALTH, [said("fund flows", "live")]), NOW)[0].value == 9.0


def test_a_past_moment_knows_no_day_before_it_is_over() -> None:
    """Unless that day's value had been read by then."""
    rows, then = frame(SERIES, stored("fund flows", 10)), NOW - timedelta(days=3)
    assert own(rows, HEALTH.empty(), then)[0].value == 7.0
    midnight = then.replace(hour=0, minute=0, second=0)
    assert own(rows, HEALTH.empty(), midnight)[0].day == midnight - timedelta(days=1)
    assert own(rows, HEALTH.empty(), midnight - timedelta(seconds=1))[0].value == 6.0
    told_early = rows.with_columns(received=pl.col("ts") + timedelta(hours=9))
    assert own(told_early, HEALTH.empty(), then)[0].value == 8.0
    assert own(told_early, HEALTH.empty(), midnight)[0].value == 7.0
    record = FlowsPanel().detail_record(snapshot(then, series=rows), View())
    assert record.values[-1] == 7.0


def test_the_detail_draws_the_days_of_the_chosen_series() -> None:
    panel, view = FlowsPanel(), View(selected=1)
    now = snapshot(series=frame(SERIES, stored("a", 9) + stored("b", 9)))
    record = panel.detail_record(now, view)
    assert record.chosen is not None
    assert record.chosen.name == "b"
    assert record.values == tuple(float(n) for n in range(1, 10))
    assert panel.choices(record, view) == 2
    assert panel.points(record) == 9
    drawn = "\n".join(line.plain for line in panel.detail(record, view, 80, 24))
    assert "── b 9" in drawn
