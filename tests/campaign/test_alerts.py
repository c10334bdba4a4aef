"""Alerts of a recorder on the loopback exchange, with no monitor open: the program is run."""

import json
import sys
from pathlib import Path

import pytest

from tests.processes import Home, exchange, recorder, until
from tui.tables import ALERTS

pytestmark = pytest.mark.campaign

RULE = """
[alerts]
on_alert = [{python!r}, "-c", {code!r}]
[[alert]]
name = "anything"
when = "liquidations.windows.1m.total_usd > 1"
cool_down = "1h"
"""


def test_a_recorder_alone_tells_and_runs_the_program(tmp_path: Path) -> None:
    home, told = Home(tmp_path), tmp_path / "told"
    code = f"import sys; open({str(told)!r}, 'a').write(sys.stdin.read())"
    home.configure(RULE.format(python=sys.executable, code=code))
    with exchange() as market, recorder(home, market.endpoint):
        until(lambda: home.counted() > 0, "a liquidation")
        until(lambda: told.exists() and told.read_text().endswith("\n"), "the program")
        assert "the recorder tells them" in home.run("doctor").stdout
        (row,) = home.read(ALERTS).filter(rule="anything").to_dicts()
    (line,) = told.read_text().splitlines()
    said = json.loads(line)
    assert (said["rule"], said["grade"], said["bell"]) == ("anything", 1, True)
    assert said["text"] == row["text"]
    assert said["value"] == row["value"] > 1
    log = next(home.folder.rglob("recorder.log")).read_text()
    assert f"alert: {row['text']}" in log
    assert code not in log
