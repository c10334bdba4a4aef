"""`liqtop alerts`: the rules in force, and what they would have told of a stored past."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.frames import (
    GIVES,
    NOW,
    STREAMS,
    connection,
    frame,
    liquidation,
    minutes_of,
    quote,
)
from tests.processes import Home
from tests.test_snapshot import assert_same
from tui import cli, config
from tui.alerts import rules
from tui.alerts.fired import Fired
from tui.alerts.past import Arrival, Past
from tui.alerts.settings import Alerts
from tui.document import document, lazily
from tui.metrics.bursts import least
from tui.snapshot import Walk, take
from tui.store import Reader, Writer, store_path
from tui.tables import COVERAGE, HEALTH, LIQUIDATIONS, QUOTES

MINUTE = timedelta(minutes=1)
START = NOW.replace(second=0)
BEGAN = NOW - timedelta(hours=5)


def stored(folder: Path, rows: list[dict[str, Any]]) -> Path:
    """A store of five hours with these liquidations, and a small one each minute."""
    writer = Writer(store_path(folder), None)
    writer.set_meta("began", int(BEGAN.timestamp() * 1000))
    writer.set_meta("streams", [[one.venue, one.stream] for one in STREAMS])
    writer.set_meta("gives", GIVES)
    quiet = [
        liquidation(START - n * MINUTE + timedelta(seconds=3), 2e4, venue=venue, conn=9)
        for n in range(1, 299)
        for venue in GIVES
    ]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [*quiet, *rows]))
    lives = {"collector": "liquidations", "state": "live", "attempts": 0, "ts": BEGAN}
    health = [lives | {"venue": one.venue, "stream": one.stream} for one in STREAMS]
    writer.append(HEALTH, frame(HEALTH, health))
    living = [connection(one.venue, one.stream, since=BEGAN, wanted=1) for one in STREAMS]
    writer.append(COVERAGE, frame(COVERAGE, living))
    prices = [quote(90_000.0 - n, NOW - n * MINUTE) for n in range(290)]
    writer.append(QUOTES, frame(QUOTES, prices))
    writer.close()
    return folder


def wave(ago: float, usd: float, late: float = 0.4, **other: Any) -> dict[str, Any]:
    """A liquidation so many minutes before 14:03 that arrived so many seconds later."""
    ts = START - ago * MINUTE + timedelta(seconds=20)
    return liquidation(ts, usd, received=ts + timedelta(seconds=late), **other)


def told(folder: Path, minutes: int, *when: dict[str, Any]) -> list[Fired]:
    reader = Reader(store_path(folder))
    made = rules.rules(list(when), tuple(GIVES), None)
    settings = replace(config.load(), data_dir=folder, alerts=Alerts(rules=made))
    past = Past(reader, settings, START - minutes * MINUTE, START)
    found = [one for fired in past.fired() for one in fired if not one.late]
    assert past.minutes == minutes
    reader.close()
    return found


BIG = {"name": "big", "when": "liquidations.windows.5m.total_usd > 3M", "cool_down": "0s"}


def test_a_burst_is_told_to_the_millisecond_it_arrived_and_a_rule_to_the_minute(
    tmp_path: Path,
) -> None:
    rows = [wave(20, 8e5), wave(20, 4e6, late=0.7, n=1), wave(19, 2e6, side="short")]
    found = told(stored(tmp_path, rows), 30, BIG)
    at = START - 20 * MINUTE
    assert [(one.rule, one.grade, one.ts) for one in found] == [
        ("burst", 1, at + timedelta(seconds=20.7)),
        ("big", 1, at + timedelta(seconds=20.7)),
        ("big", 0, at + 6 * MINUTE),
        ("burst", 0, at + 7 * MINUTE),
    ]
    assert [one.bell for one in found] == [True, False, False, True]
    assert found[2].text == "big end: ≥ $2.30M after 5m39s"
    assert "burst end long, ≥ $4.92M, 2m, BTC" in found[3].text


def test_what_came_by_a_backfill_counts_from_the_moment_it_came(tmp_path: Path) -> None:
    late = [wave(20, 9e6, late=600.0, source="backfill", conn=3)]
    found = told(stored(tmp_path, late), 30, BIG | {"when": BIG["when"].replace("5m", "15m")})
    assert [(one.rule, one.ts) for one in found if one.grade] == [
        ("big", START - 9 * MINUTE)  # it came ten minutes and twenty seconds late
    ]


def test_a_lost_feed_is_told_of_the_past_too(tmp_path: Path) -> None:
    folder = stored(tmp_path, [])
    writer = Writer(store_path(folder), None)
    lost = {"collector": "liquidations", "venue": "okx", "stream": "swap", "attempts": 1}
    at = START - 10 * MINUTE - timedelta(seconds=5)
    told_of = [
        lost | {"ts": at, "state": "retrying", "reason": "ping timeout"},
        lost | {"ts": at + 4 * MINUTE, "state": "live", "attempts": 0},
    ]
    writer.append(HEALTH, frame(HEALTH, told_of))
    writer.close()
    found = told(folder, 20)
    assert [(one.rule, one.grade, one.ts, one.text, one.bell) for one in found] == [
        ("feed", 1, START - 9 * MINUTE, "okx lost for 1m: ping timeout", True),
        ("feed", 0, START - 6 * MINUTE, "okx back after 4m", False),
    ]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    rows = [wave(n, 1e5 * n, late=0.4 + 37 * (n % 5)) for n in range(1, 90)]
    found = Reader(store_path(stored(tmp_path, rows)))
    yield found
    found.close()


def test_a_walk_gives_the_snapshots_that_are_taken_one_by_one(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.store.recent._AHEAD", 3)  # fewer than there are ahead
    walk = Walk(reader)
    for minutes in (150, 149.5, 100, 89, 88.99, 3, 0):
        at = START - minutes * MINUTE
        assert_same(walk.at(at), take(reader, at))


def test_a_snapshot_by_arrival_is_that_of_the_rows_that_had_come(reader: Reader) -> None:
    raw = reader.read(LIQUIDATIONS)
    arrival = Arrival(reader, BEGAN, NOW)
    for minutes in (80, 60.5, 31, 2):
        at = START - minutes * MINUTE
        cut = arrival.cut(take(reader, at))
        come = raw.filter((pl.col("ts") <= at) & (pl.col("received") <= at))
        assert cut.minutes.sort(cut.minutes.columns).equals(
            minutes_of(come).sort(cut.minutes.columns)
        )
        newest = at.replace(second=0, microsecond=0)
        whole = minutes_of(come).filter(pl.col("minute") < newest)
        assert cut.whole_minutes["usd"].sum() == pytest.approx(whole["usd"].sum())
        assert cut.recent.filter(pl.col("received") > at).is_empty()
        assert cut.edges.filter(pl.col("received") > at).is_empty()


def test_a_document_made_part_by_part_is_the_whole_one(reader: Reader) -> None:
    snap, settings = take(reader, NOW), config.load()
    whole, parts = document(snap, settings), lazily(snap, settings)
    assert parts["health"] == whole["health"], "silent feeds are known without the tape, too"
    assert dict(parts) | {"panels": dict(parts["panels"])} == whole
    assert list(whole) == ["schema", "as_of", "endpoint", "header", "panels", "health"]


@pytest.mark.parametrize("burst", [{}, {20: 9e6}])
def test_from_how_much_on_a_minute_is_a_burst(burst: dict[int, float]) -> None:
    """Ten times a normal minute, whatever burst there was among them."""
    rows = [wave(n, burst.get(n, 2e5)) for n in range(1, 301)]
    whole = minutes_of(frame(LIQUIDATIONS, rows))
    assert least(whole, None, NOW) is None
    assert least(whole, BEGAN, NOW) == pytest.approx(10 * 2e5, rel=0.01)


def test_the_command_lists_rules_without_the_words_of_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path)
    home.configure(
        '[alerts]\non_alert = ["curl", "-H", "s3cret"]\nquiet = "23:00-07:00"\n'
        '[[alert]]\nname = "wave"\nwhen = "liquidations.windows.5m.total_usd > 50M"\n'
        'hold = "30s"\nhysteresis = 1e7\ngrades = [1e8]\n'
    )
    here = ["--config", str(home.config), "--data-dir", str(home.data)]
    assert cli.main(["alerts", *here]) == 0
    said = capsys.readouterr()
    lines = [line.split(maxsplit=1) for line in said.out.splitlines()]
    assert ["on_alert", "curl with 2 arguments, at most 10s"] in lines
    assert ["quiet", "23:00-07:00 UTC"] in lines
    wave = "held 30s, back by $10.0M, worse at $100M, once in 5m"
    assert ["wave", f"liquidations.windows.5m.total_usd > 50M, {wave}"] in lines
    assert "no recorder runs" in said.err
    assert "s3cret" not in said.out + said.err


def test_the_command_prints_what_would_have_been_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = stored(tmp_path, [wave(20, 4e6)])
    span = ["--since", "2026-01-20 13:30", "--until", "2026-01-20 14:00"]
    assert cli.main(["alerts", "test", *span, "--data-dir", str(folder)]) == 0
    said = capsys.readouterr()
    assert [line.split()[1:6] for line in said.out.splitlines()] == [
        ["13:43:20Z", "bell", "burst", "burst", "long,"],
        ["13:49:00Z", "bell", "burst", "burst", "end"],
    ]
    assert "2 alerts in 30m from 2026-01-20 13:30Z, 2 with a bell" in said.err


def test_a_stretch_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = stored(tmp_path, [])
    span = ["--since", "2026-01-20 13:30", "--until", "2026-01-20 13:00"]
    assert cli.main(["alerts", "test", *span, "--data-dir", str(folder)]) == 2
    assert "is not before" in capsys.readouterr().err
