"""How alerts reach somebody: bytes to a terminal, a program with JSON on stdin, the monitor."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from textual.widgets import Static

from tests.fake_panels import FakeSource, panels
from tests.frames import NOW, frame, snapshot
from tests.processes import gone
from tests.test_recorder import forever, poller, recording, rows, until
from tui import config
from tui.alerts import command, rules, watch
from tui.alerts.delivery import BELL, sound
from tui.alerts.fired import Fired
from tui.alerts.hearing import Hearing
from tui.alerts.settings import Alerts
from tui.app import LiqtopApp
from tui.doctor import _failed
from tui.document import document
from tui.metrics.events import Kind
from tui.panels.alerts import AlertsPanel
from tui.panels.base import View
from tui.panels.events import EventsPanel
from tui.screens.alerts import AlertHistory
from tui.screens.dashboard import Dashboard
from tui.screens.panel_view import PanelView, Rows
from tui.store import Reader, store_path
from tui.tables import ALERTS, HEALTH, QUOTES

FIRED = Fired(NOW, "wave", NOW - timedelta(seconds=9), 1, "5m ≥ $52.3M", 52.3e6, True, False)


def told(**other: Any) -> dict[str, Any]:
    """A row of `alerts`."""
    made = FIRED._asdict() | other
    del made["late"]
    return made


# a terminal


@pytest.mark.parametrize(
    ("notify", "tmux", "sent"),
    [
        ("off", False, ""),
        ("off", True, ""),
        ("osc9", False, "\x1b]9;a≥b,c\x1b\\"),
        ("osc777", False, "\x1b]777;notify;liqtop;a≥b,c\x1b\\"),
        ("osc99", False, "\x1b]99;;liqtop: a≥b,c\x1b\\"),
        ("osc9", True, "\x1bPtmux;\x1b\x1b]9;a≥b,c\x1b\x1b\\\x1b\\"),
    ],
)
def test_what_a_terminal_is_sent(notify: str, tmux: bool, sent: str) -> None:
    environment = {"TMUX": "/tmp/tmux-0/default,1,0"} if tmux else {}
    how: dict[str, Any] = {"notify": notify, "environment": environment}
    text = "a≥b;c\x1b[2J"[:5] + "\x07"
    assert sound(text, bell=True, is_terminal=True, **how) == BELL + sent
    assert sound(text, bell=False, is_terminal=True, **how) == sent
    assert sound(text, bell=True, is_terminal=False, **how) == ""


# the program


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def test_the_program_gets_the_alert_as_one_line_of_json(tmp_path: Path) -> None:
    file = tmp_path / "told"
    words = python(f"import sys; open({str(file)!r}, 'w').write(sys.stdin.read())")
    assert await command.run(words, command.payload(FIRED), 10.0) is None
    assert file.read_text().count("\n") == 1
    assert json.loads(file.read_text()) == {
        "schema": 1,
        "ts": "2026-01-20T14:03:20.000Z",
        "rule": "wave",
        "event": "2026-01-20T14:03:11.000Z",
        "grade": 1,
        "text": "5m ≥ $52.3M",
        "value": 52.3e6,
        "bell": True,
        "quiet": False,
    }


async def test_at_its_limit_it_is_killed_with_all_it_started(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    child = "import os, subprocess, sys, time\n"
    child += "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    child += f"open({str(file)!r}, 'w').write(f'{{os.getpid()}} {{other.pid}}')\ntime.sleep(60)"
    began = time.monotonic()
    assert await command.run(python(child), b"{}", 1.0) == "killed after 1 s"
    assert time.monotonic() - began < 5.0
    await until(lambda: all(gone(int(pid)) for pid in file.read_text().split()))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("/no/such/program", "s3cret"), "can't be started: No such file or directory"),
        (python("import sys; sys.exit('s3cret')"), "exit code 1"),
        (python("import os; os.kill(os.getpid(), 9)"), "ended by signal 9"),
        (python("import os; os.close(0)"), None),  # it need not read what it is told
    ],
)
async def test_a_failure_is_told_without_what_the_program_says(
    words: tuple[str, ...], said: str | None
) -> None:
    assert await command.run(words, b"{}" * 100_000, 10.0) == said


async def test_alerts_wait_in_order_and_quiet_ones_run_nothing(tmp_path: Path) -> None:
    file, failures = tmp_path / "told", list[str | None]()
    words = python(f"import sys; open({str(file)!r}, 'a').write(sys.stdin.read())")
    commands = command.Commands(words, 10.0, failures.append)
    for n in range(3):
        commands.put(FIRED._replace(rule=f"rule {n}", quiet=n == 1))
    running = asyncio.create_task(commands.run())
    await until(lambda: len(failures) == 2)
    running.cancel()
    assert [json.loads(line)["rule"] for line in file.read_text().splitlines()] == [
        "rule 0",
        "rule 2",
    ]
    assert failures == [None, None]


def test_what_waits_for_a_slow_program_is_bounded() -> None:
    failures = list[str | None]()
    commands = command.Commands(("true",), 10.0, failures.append)
    for _ in range(command.WAITING + 2):
        commands.put(FIRED)
    assert failures == [f"{command.WAITING} alerts wait for it, one was left out"] * 2


# the recorder


async def test_the_recorder_tells_without_a_monitor_and_says_when_its_program_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent() -> AsyncIterator[pl.DataFrame]:
        await forever()
        yield QUOTES.empty()

    deaf = rules.rules([{"name": "deaf", "when": "events.stale == true"}], ("okx",), None)
    alerts = Alerts(rules=deaf, feeds_s=0.0, on_alert=python("raise SystemExit(3)"))
    settings = replace(config.load(), data_dir=tmp_path, alerts=alerts)
    monkeypatch.setattr("tui.config.load", lambda path=None: settings)
    for _ in range(2):  # a recorder that starts again does not tell it twice
        async with recording(tmp_path, monkeypatch, lambda context: [poller("okx", silent)]):
            await until(lambda: _latest(tmp_path))
            await until(lambda: rows(tmp_path, ALERTS).height == 1)
            await until(lambda: "exit code 3" in rows(tmp_path, HEALTH)["reason"].to_list())
            await asyncio.sleep(1.2)
    found = rows(tmp_path, ALERTS)
    assert found["rule"].to_list() == ["deaf"]
    assert found["bell"].to_list() == [True]
    reader = Reader(store_path(tmp_path))
    (finding,) = _failed(reader, settings)
    assert "last failed" in finding.found
    assert finding.found.endswith("exit code 3")
    reader.close()


def _latest(folder: Path) -> bool:
    reader = Reader(store_path(folder))
    try:
        return reader.latest() is not None
    finally:
        reader.close()


def test_what_is_under_way_is_kept_when_it_changed_and_not_each_second() -> None:
    made = rules.rules([{"name": "n", "when": "header.price > 10"}], ("okx",), None)
    it = watch.Watch(Alerts(rules=made, bursts=False, feeds_s=0.0), None, None)
    assert it.to_keep() is None
    high = {"header": {"price": 11.0}, "panels": {}}
    assert [one.rule for one in it.look(high, NOW)] == ["n"]
    kept = it.to_keep()
    assert kept is not None
    assert it.to_keep() == kept, "as long as nobody could write it"
    it.keeps(kept)
    later = NOW + timedelta(seconds=1)
    assert it.look(high, later) == ()
    assert it.to_keep() is None
    stored = json.loads(json.dumps(kept))
    again = watch.Watch(Alerts(rules=made, bursts=False, feeds_s=0.0), stored, later)
    assert again.look(high, NOW + timedelta(seconds=60)) == ()
    long = watch.Watch(Alerts(rules=made, bursts=False, feeds_s=0.0), stored, later)
    assert len(long.look(high, NOW + timedelta(hours=1))) == 1, "an hour later it is another event"


def test_what_fired_is_a_row_of_the_table() -> None:
    assert watch.rows([FIRED]).to_dicts() == [told()]


# a monitor


def test_only_what_came_since_is_new() -> None:
    hearing = Hearing()
    old = frame(ALERTS, [told()])
    assert hearing.new(old) == []
    both = frame(ALERTS, [told(), told(ts=NOW + timedelta(seconds=1), grade=2)])
    assert [one.grade for one in hearing.new(both)] == [2]
    assert hearing.new(both) == []
    first = Hearing()
    assert first.new(ALERTS.empty()) == []
    assert len(first.new(old)) == 1, "the first alert of a new store is new"


def test_mute_lasts_a_quarter_of_an_hour_or_until_it_is_pressed_again() -> None:
    hearing = Hearing()
    assert hearing.mute(NOW)
    assert hearing.said(NOW) == "muted 15m"
    assert hearing.said(NOW + timedelta(minutes=14, seconds=1)) == "muted 1m"
    assert hearing.said(NOW + timedelta(minutes=15)) == ""
    assert not hearing.mute(NOW + timedelta(minutes=3))
    assert hearing.said(NOW + timedelta(minutes=3)) == ""


def texts(app: LiqtopApp, selector: str) -> str:
    return app.screen.query_one(selector, Rows).text


async def test_a_monitor_says_rings_mutes_and_shows_the_history(tmp_path: Path) -> None:
    source, rung = FakeSource(snapshot()), list[str]()
    settings = replace(config.load(), data_dir=tmp_path, symbols="block")
    app = LiqtopApp(settings, source, panels=panels())
    app._ring = rung.append  # type: ignore[method-assign, assignment]
    async with app.run_test(size=(160, 45)) as pilot:

        async def shows(selector: str, words: str) -> None:
            for _ in range(300):
                await pilot.pause(0.02)
                if app.screen.query(selector) and words in texts(app, selector):
                    return
            raise AssertionError(texts(app, selector))

        async def alert(seconds: float, **other: Any) -> None:
            before = source.base.alerts
            new = frame(ALERTS, [told(ts=app.clock() + timedelta(seconds=seconds), **other)])
            source.base = replace(source.base, alerts=pl.concat([before, new]))

        await shows("#panel-liquidations", "row 1")
        await alert(0, text="OI -3.10% (< -3.00%)")
        await shows("#header", "OI −3.10% (< −3.00%)")
        assert rung == ["OI -3.10% (< -3.00%)"]
        await alert(1, text="unheard", bell=False)
        await shows("#header", "unheard")
        await pilot.press("m")
        await shows("#hint", "muted 15m")
        await alert(2, text="muted")
        await shows("#header", "muted")
        assert len(rung) == 1
        await pilot.press("m")
        await alert(3, text="heard again", grade=2)
        await shows("#header", "heard again")
        assert rung[1:] == ["heard again"]
        await pilot.press("a")
        await shows("#detail", "heard again")
        assert isinstance(app.screen, AlertHistory)
        lines = texts(app, "#detail").splitlines()
        assert "!!  ♪ heard again" in lines[1]
        assert "!   ♪ OI −3.10%" in lines[4]
        await pilot.press("question_mark")
        page = str(app.screen.query_one("#help-text", Static).content)
        here = page.partition("Keys everywhere")[0]
        assert "(alerts)" in here
        assert "(open)" in here, "what a history has of a detail works there too"
        await pilot.press("escape")
        await pilot.press("j", "j", "j", "j", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Dashboard)
        moment = app.time.moment()
        assert moment is not None
        assert moment == source.base.alerts["ts"][0]
        await pilot.press("a", "a")
        assert isinstance(app.screen, Dashboard)


async def test_a_narrow_screen_says_in_its_header_that_it_is_mute(tmp_path: Path) -> None:
    settings = replace(config.load(), data_dir=tmp_path, symbols="block")
    app = LiqtopApp(settings, FakeSource(snapshot()), panels=panels())
    async with app.run_test(size=(28, 20)) as pilot:
        await pilot.pause(0.3)
        await pilot.press("m")
        for _ in range(200):
            await pilot.pause(0.02)
            if "muted 15m" in texts(app, "#header"):
                break
        assert "muted 15m" in texts(app, "#header")
        assert isinstance(app.screen.query(PanelView).first(), PanelView)


# the history


def history(width: int, height: int, selected: int | None = None) -> list[str]:
    texts = {0: "burst end long, ≥ $96.4M, 7m20s, BTC -1.90%", 1: "wave: ≥ $52.3M (> $50.0M)"}
    listed = [
        told(ts=NOW - timedelta(days=1), text="late in the night", bell=False, quiet=True),
        *(told(ts=NOW - timedelta(minutes=n), grade=n, text=texts[n]) for n in (1, 0)),
    ]
    made = snapshot(alerts=frame(ALERTS, listed), recorder_ts=NOW)
    panel, view = AlertsPanel(), View(selected=selected)
    record = panel.record(made, view)
    assert panel.moments(record) == (NOW, NOW - timedelta(minutes=1), NOW - timedelta(days=1))
    lines = panel.detail(record, view, width, height)
    assert [line.cell_length for line in lines] == [width] * height
    return [line.plain.strip("│ ") for line in lines]


def test_the_history_is_newest_first_with_grade_bell_and_numbers() -> None:
    assert history(120, 6)[1:4] == [
        "14:03:20     end ♪ burst end long, ≥ $96.4M, 7m20s, BTC −1.90%",
        "14:02:20     !   ♪ wave: ≥ $52.3M (> $50.0M)",
        "01-19 14:03  !   z late in the night",
    ]


@pytest.mark.parametrize(("selected", "numbers"), [(None, "BTC −1.90%"), (1, "(> $50.0M)")])
def test_where_words_are_cut_one_alert_is_shown_whole(selected: int | None, numbers: str) -> None:
    for width, height in ((40, 20), (28, 12), (80, 24)):
        lines = history(width, height, selected)
        assert numbers in " ".join(lines[-5:])


def test_a_young_history_says_how_to_see_the_rules() -> None:
    panel = AlertsPanel()
    lines = panel.detail(panel.record(snapshot(), View()), View(), 80, 5)
    assert "nothing was told yet; `liqtop alerts` lists the rules" in lines[1].plain


def test_the_events_tell_of_a_persons_own_rules_beside_bursts_and_feeds() -> None:
    listed = [told(rule="burst", text="burst long"), told(text="OI 15m: -3.10% (< -3.00%)")]
    made = snapshot(alerts=frame(ALERTS, listed))
    panel = EventsPanel()
    (event,) = panel.record(made, View()).events
    assert (event.kind, event.ts, event.look) == (Kind.ALERT, NOW, NOW)
    line = panel.lines(panel.record(made, View()), View(), 80, 6)[1].plain
    assert "14:03:20  ♪ OI 15m: −3.10% (< −3.00%)" in line
    (said,) = document(made, config.load())["panels"]["events"]["events"]
    assert (said["kind"], said["said"]) == ("alert", "OI 15m: -3.10% (< -3.00%)")
