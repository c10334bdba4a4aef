"""What the screen, the events, the alerts, the document and the status line say of a cascade."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests import panel_samples as samples
from tests.cascade_stage import FALLS, buckets, frames, week, week_rows
from tests.fake_panels import FakeSource, panels
from tests.frames import NOW, connection, frame, snapshot
from tests.test_panels import VIEW, golden, text
from tui import config
from tui.alerts import bursts as alerting
from tui.app import LiqtopApp
from tui.clock import iso
from tui.document import document
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.rule import Grade
from tui.metrics.cascades.standing import BEHIND, Word, standing, unheard
from tui.metrics.cascades.table import row
from tui.metrics.cascades.told import told
from tui.metrics.coverage import Stream
from tui.metrics.events import Kind
from tui.metrics.feeds import Feed
from tui.panels import header
from tui.panels.cascades import CascadesPanel, CascadesRecord
from tui.panels.events import EventsPanel, EventsRecord
from tui.panels.liquidations.totals import times_normal
from tui.screens.panel_view import Rows
from tui.snapshot import Snapshot
from tui.status import line
from tui.status.latest import Latest
from tui.status.readings import times
from tui.status.words import words
from tui.tables import CASCADES, COVERAGE, DERIVATIVES, SATURATION, WINDOWS, State

DEFAULT = Path(__file__).parent.parent / "config" / "default.toml"
PANEL = CascadesPanel()
TOTALS = dict.fromkeys(WINDOWS, 1e6)


@cache
def found() -> pl.DataFrame:
    """The rows of a wave that is over."""
    detector = Detector(week())
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for bucket in buckets(frames()):
        detector.step(bucket)
        for event in detector.taken()[0]:
            made = row(event, DERIVATIVES.empty(), SATURATION.empty())
            rows[event.base, event.side] = made
    return pl.DataFrame(list(rows.values()), schema=CASCADES.schema)


def at(seconds: int, days: float = 7, **other: Any) -> Snapshot:
    """The snapshot so long after the fall began."""
    now = FALLS + timedelta(seconds=seconds)
    heard = frame(COVERAGE, [connection(since=now - timedelta(days=2), until=now)])
    made = {"cascades": found(), "normals": week_rows(days), "coverage": heard}
    return snapshot(now, began=now - timedelta(days=8), **(made | other))


def record() -> CascadesRecord:
    small = samples.past_cascade(
        since=samples.ago(days=2, hours=3),
        until=samples.ago(days=2, hours=2, minutes=59),
        steps=(replace(samples.a_cascade(Grade.BURST).steps[0], ts=samples.ago(days=2, hours=3)),),
        side=samples.SHORT,
        lead=None,
        interest=None,
        saturation=None,
        after=(0.001, None, 0.0),
        short_usd=1.1e6,
    )
    listed = (samples.a_cascade(), samples.past_cascade(), small)
    return CascadesRecord(samples.NOW, listed, samples.ago(seconds=1))


@pytest.mark.parametrize(("width", "height"), [(140, 9), (80, 9), (40, 9)])
def test_the_list_of_past_cascades_looks_as_its_drawing(width: int, height: int) -> None:
    drawn = PANEL.detail(record(), replace(VIEW, selected=1), width, height)
    golden(f"cascades_{width}x{height}", text(drawn))


def test_the_list_says_why_it_is_empty_and_each_row_is_a_moment() -> None:
    empty = replace(record(), found=())
    assert "none is stored yet" in text(PANEL.detail(empty, VIEW, 80, 9))
    young = replace(empty, lacking="2 of 3 days")
    assert "cascades n/a (2 of 3 days)" in text(PANEL.detail(young, VIEW, 80, 9))
    assert PANEL.moments(record())[0] == samples.a_cascade().steps[-1].ts


def test_nothing_is_calm_while_a_feed_is_silent_or_the_store_is_young() -> None:
    none = CASCADES.empty()
    week_ = week_rows()
    assert standing(none, week_, TOTALS, (), NOW).word is Word.CALM
    silent = standing(none, week_, TOTALS, ("binance",), NOW)
    assert silent.word is Word.UNKNOWN
    young = standing(none, week_rows(2), TOTALS, (), NOW)
    assert (young.word, young.lacking) == (Word.YOUNG, "2 of 3 days")
    other = standing(none, week_, TOTALS, (), NOW, "DOGE")
    assert (other.word, other.lacking) == (Word.YOUNG, "no price of it")


def test_what_is_not_heard_is_named_the_detector_too() -> None:
    lost = Feed("liquidations", "okx", "swap", State.RETRYING, 14.0, 3, "ping timeout", False)
    failed = Feed("metrics", "", "", State.RETRYING, None, 1, "cascades: KeyError", False)
    poller = Feed("positioning", "okx", "", State.RETRYING, 14.0, 3, None, False)
    fed = (samples.live_feed("liquidations", "bybit", "linear"), lost, failed, poller)
    assert unheard(fed) == ("okx", "detector")
    behind = replace(failed, state=State.STARTING)
    assert unheard((behind,)) == (BEHIND,)


def test_what_runs_for_a_detector_that_is_behind_may_be_long_over() -> None:
    taken = at(120)
    assert taken.known_cascades
    runs = standing(taken.cascades, taken.normals, TOTALS, ("okx",), taken.as_of)
    assert runs.event is not None
    behind = standing(taken.cascades, taken.normals, TOTALS, (BEHIND,), taken.as_of)
    assert (behind.event, behind.word) == (None, Word.UNKNOWN)
    record = replace(samples.header(), standing=behind)
    assert "unknown (detector behind)" in text(header.lines(record, VIEW, 160, 2))


def test_a_multiple_is_of_the_mean_of_the_same_span_and_wants_a_week() -> None:
    """4 coins × 1,000 USD in 5 s are 48,000 a minute."""
    made = standing(CASCADES.empty(), week_rows(), TOTALS, (), NOW)
    assert made.times["1m"] == pytest.approx(1e6 / 48_000)
    assert made.times["24h"] == pytest.approx(1e6 / (48_000 * 1440))
    few = standing(CASCADES.empty(), week_rows(5), TOTALS, (), NOW)
    assert (few.times["1m"], few.lacking_week) == (None, "5 of 7 days")
    assert few.detects


@pytest.mark.parametrize(
    ("seconds", "word"),
    [(0, Word.CALM), (120, Word.MARKET_WIDE), (600, Word.CALM)],
)
def test_the_state_follows_the_moment(seconds: int, word: Word) -> None:
    now = at(seconds).as_of
    made = standing(found(), week_rows(), TOTALS, (), now)
    assert made.word is word
    assert (made.event is None) == (word is Word.CALM)
    assert (made.last is not None) == (seconds == 600)


def test_the_events_tell_its_start_its_grades_and_its_end() -> None:
    kinds = [one.kind for one in at(600).events("BTC") if one.kind in WAVES]
    assert kinds[0] is Kind.CASCADE_END
    assert kinds[-1] is Kind.BURST
    assert Kind.MARKET_WIDE in kinds
    running = [one.kind for one in at(120).events("BTC") if one.kind in WAVES]
    assert Kind.CASCADE_END not in running
    assert [one.kind for one in at(120, days=2).events("BTC") if one.kind in WAVES] == []


SETTINGS = config.load(DEFAULT)

WAVES = (Kind.BURST, Kind.CASCADE, Kind.MARKET_WIDE, Kind.BURST_END, Kind.CASCADE_END)


def test_the_events_are_worded_as_the_screen_has_them() -> None:
    events = tuple(told([samples.past_cascade()], None, lambda since, until: True))[::-1]
    record = EventsRecord(samples.NOW, events, samples.ago(seconds=1))
    drawn = text(EventsPanel().lines(record, VIEW, 64, 8))
    assert "▼ cascade end  long ≥ 96.4M  7m  BTC −1.92%" in drawn
    assert "▼ market-wide  ETH SOL XRP follow" in drawn
    assert "▼ cascade  ×24 normal  97% long  BTC −2.9σ" in drawn
    assert "▼ burst  BTC long  bybit first" in drawn
    young = replace(record, lacking="2 of 3 days")
    assert "cascades n/a (2 of 3 days)" in text(EventsPanel().lines(young, VIEW, 64, 8))


def test_the_alerts_go_through_the_grades_and_tell_the_end_once() -> None:
    known, ended, fired = None, 0, list[tuple[int, str]]()
    for seconds in (*range(0, 260, 10), *range(260, 700, 30)):
        taken = at(seconds)
        made = document(taken, SETTINGS)
        now = round(taken.as_of.timestamp() * 1000)
        known, ended, new = alerting.told(known, ended, made, now)
        fired += [(one.grade, one.text) for one in new]
    grades = [grade for grade, _ in fired]
    assert grades in ([1, 3, 0], [1, 2, 3, 0])
    assert fired[-2][1].startswith("market-wide long, ×")
    assert fired[-1][1].startswith("cascade end long, ≥ $")


def test_the_document_says_the_state_and_the_numbers_behind_it() -> None:
    made = document(at(120), SETTINGS)["panels"]["liquidations"]["cascade"]
    assert made["state"] == "market-wide"
    assert made["event"]["kind"] == "market-wide"
    assert made["event"]["lead"] == "bybit"
    assert set(made["event"]["coins"]) == {"BTC", "ETH", "SOL", "XRP"}
    assert made["event"]["at_grade"]["sigmas"] < -2.5
    assert made["event"]["age_s"] == pytest.approx(120, abs=15)
    over = document(at(600), SETTINGS)["panels"]["liquidations"]["cascade"]
    assert over["last"]["grade"] == 3
    assert over["last"]["times_normal"] > 10
    young = document(at(0, days=1), SETTINGS)["panels"]["liquidations"]["cascade"]
    assert young == {"state": None, "days": 1.0, "reason": "1 of 3 days"}


def test_the_status_line_says_a_cascade_instead_of_the_hour() -> None:
    window = {"total_usd": 69.6e6, "long_usd": 68.2e6, "lower_bound": True, "have_s": 3600}
    panel = {
        "windows": {
            "5m": window,
            "1m": {"normal": {"times": 47.0}},
            "1h": window,
        },
        "cascade": {"state": "cascade", "event": {"side": "long", "grade": 2}},
    }
    head = {"symbol": "BTC/USDT", "price": 88_640.0, "change_5m": -0.0137, "ts": iso(NOW)}
    latest = Latest({"as_of": iso(NOW), "header": head, "panels": {"liquidations": panel}}, 1.0)
    assert line(words(latest)) == "▼CASC ×47  5m≥69.6M 98%L  BTC −1.4%     "


def test_the_header_of_a_silent_recorder_says_so() -> None:
    record = replace(samples.header(), standing=samples.standing(Word.CALM))
    silent = replace(record, recorder_ts=samples.ago(seconds=40))
    assert "● calm" in text(header.lines(record, VIEW, 160, 2))
    assert "unknown (recorder silent)" in text(header.lines(silent, VIEW, 160, 2))


async def test_a_key_lists_the_past_cascades_and_enter_opens_one_in_time(tmp_path: Path) -> None:
    settings = replace(SETTINGS, data_dir=tmp_path, symbols="block")
    taken = at(600)
    app = LiqtopApp(settings, FakeSource(taken), clock=lambda: taken.as_of, panels=panels())
    async with app.run_test(size=(140, 30)) as pilot:
        await pilot.pause(0.3)
        await pilot.press("C")
        for _ in range(300):
            await pilot.pause(0.02)
            if "market" in (drawn := app.screen.query_one("#detail", Rows).text):
                break
        assert "Liquidations › cascades" in drawn
        await pilot.press("j", "enter")
        await pilot.pause()
        (whole,) = [one for one in taken.known_cascades if one.base is None]
        assert app.time.moment() == whole.steps[-1].ts


def test_a_multiple_is_a_lower_bound_where_a_venue_was_away() -> None:
    """The last twelve hours were listened to: all windows are whole but one."""
    now = FALLS + timedelta(seconds=120)
    heard = frame(COVERAGE, [connection(since=now - timedelta(hours=12), until=now)])
    one = (Stream("bybit", "linear"),)
    made = document(at(120, coverage=heard, streams=one), SETTINGS)
    windows = made["panels"]["liquidations"]["windows"]
    low = {name for name, window in windows.items() if window["normal"]["lower_bound"]}
    assert low == {name for name, window in windows.items() if window["cover"] < 1} == {"24h"}
    whole = document(at(120, streams=one), SETTINGS)["panels"]["liquidations"]["windows"]
    assert not any(window["normal"]["lower_bound"] for window in whole.values())

    tape = samples.liquidations()
    state = samples.standing(low=frozenset(["1m", "24h"]))
    total = tape.windows["1m"]
    assert times_normal(state, total) == "≥×47"
    assert times_normal(samples.standing(), total) == "×47"
    record = replace(samples.header(), standing=state)
    assert "≥×47 normal" in text(header.lines(record, VIEW, 160, 2))
    panel = {"windows": {"1m": {"normal": {"times": 47.0, "lower_bound": True}}}}
    latest = Latest({"as_of": iso(NOW), "panels": {"liquidations": panel}}, 1.0)
    assert times(latest) == "≥×47"
