"""What `liqtop doctor` says of alerts."""

from dataclasses import replace
from pathlib import Path

import pytest

from tui import doctor
from tui.alerts.listing import command
from tui.config import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    alerts = load().alerts._replace(bursts=True, feeds_s=60.0, rules=())
    return replace(load(), data_dir=tmp_path, alerts=alerts)


def test_without_a_recorder_nobody_tells_the_alerts(settings: Settings) -> None:
    found = doctor._alerts(settings)
    assert found.found == "2 rules, on_alert none; no recorder runs that would tell them"
    assert found.do == "start `liqtop` or `liqtop record`"


def test_a_recorder_tells_them(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "holder", lambda folder: object())
    found = doctor._alerts(settings)
    assert (found.found, found.do) == ("2 rules, on_alert none; the recorder tells them", None)


def test_no_rule_needs_no_recorder(settings: Settings) -> None:
    none = settings.alerts._replace(bursts=False, feeds_s=0.0)
    found = doctor._alerts(replace(settings, alerts=none))
    assert found.found.startswith("0 rules, on_alert none")
    assert found.do is None


def test_the_program_is_named_without_its_arguments(settings: Settings) -> None:
    run = settings.alerts._replace(on_alert=("notify", "--token", "secret"), feeds_s=0.0)
    found = doctor._alerts(replace(settings, alerts=run)).found
    assert found.startswith(f"1 rule, on_alert {command(run)}")
    assert "notify with 2 arguments" in found
    assert "secret" not in found
