"""What is held against a venue reaches totals, feeds, JSON and screen."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.frames import GIVES, NOW, STREAMS, before, connection, frame, liquidation, snapshot
from tests.panel_samples import liquidations as wave
from tests.panel_samples import liquidations_record
from tui import config, oneshot
from tui.cli import main
from tui.config import Settings
from tui.document import document
from tui.metrics import bounds
from tui.metrics.amounts import Amount
from tui.metrics.control import Compared
from tui.metrics.coverage import Cover
from tui.metrics.feeds import Feed, silenced
from tui.metrics.saturation import Saturation
from tui.metrics.sides import SideCheck
from tui.metrics.silence import Silence
from tui.metrics.trust import Trust
from tui.panels.base import View
from tui.panels.liquidations import detail, split, trusted
from tui.recorder import Recorder
from tui.snapshot import Snapshot
from tui.status.latest import Latest
from tui.tables import CONTROL, COVERAGE, HEALTH, LIQUIDATIONS, SATURATION, WORD

MINUTE = NOW.replace(second=0) - timedelta(minutes=1)


def full(peak: float, hidden: float | None, venue: str = "binance") -> Saturation:
    return Saturation(venue, peak, "BTC/USDT:USDT", MINUTE, 100, hidden, 5)


def silence(silent: bool, venue: str = "binance") -> Silence:
    return Silence(venue, 840.0 if silent else 20.0, 360.0, silent, 8.0, 1.5)


TRUST = Trust(
    {"5m": {"binance": full(0.62, 310.0), "okx": full(0.98, None, "okx")}},
    {"binance": silence(True), "okx": silence(False, "okx")},
    {"bybit": SideCheck("bybit", "BTC", 3, 60)},
    {"all": {"24h": Compared(8.3e5, 1e6, 280, 4e5, 8)}},
)


def reasons(trust: Trust, *venues: str) -> tuple[str, ...]:
    cover = Cover(1.0, timedelta(minutes=5), dict.fromkeys(venues, 1.0), ())
    return bounds.reasons("5m", Amount(1.0, count=1), cover, GIVES, trust)


def test_a_total_says_how_full_its_samples_are_and_who_is_silent() -> None:
    assert reasons(TRUST, "binance", "bybit", "okx") == (
        "binance silent",
        "binance sampled (1/s, 62% full, ~310 hidden)",
        "okx sampled (1/s, 98% full, hidden unknown)",
    )
    assert reasons(Trust(), "binance", "okx") == ("binance, okx sampled (1/s)",)


def test_samples_that_hide_next_to_nothing_share_a_word() -> None:
    thin = {venue: full(0.049, 0.1, venue) for venue in ("binance", "okx")}
    assert reasons(Trust({"5m": thin}), "binance", "okx") == ("binance, okx sampled (1/s)",)


def test_the_live_feeds_of_a_silent_venue_are_silent_and_others_keep_their_word() -> None:
    live = Feed("liquidations", "binance", "usdm", "live", 1.0, 0, None, False)
    lost = replace(live, stream="coinm", state="retrying", reason="1006")
    other = replace(live, venue="okx", stream="swap")
    quotes = replace(live, collector="quotes", stream="")
    usdm, *kept = silenced([live, lost, other, quotes], TRUST.silences)
    assert kept == [lost, other, quotes]
    assert (usdm.state, usdm.age_s, usdm.is_live) == ("silent", 840.0, False)
    assert usdm.said == "silent: no event, alarm after 6m"


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    empty = tmp_path / "config.toml"
    empty.write_text("")
    return config.load(empty)


def outage(minutes: int, **frames: Any) -> Snapshot:
    """A day of an event in ten seconds on three venues, until Binance said nothing any more."""
    ends = {"binance": before(minutes=minutes), "bybit": NOW, "okx": NOW}
    rows = [
        liquidation(until - timedelta(seconds=10 * place), venue=venue, n=place)
        for venue, until in ends.items()
        for place in range(8_000)
        if until - timedelta(seconds=10 * place) > before(hours=24)
    ]
    lives = {"collector": "liquidations", "state": "live", "attempts": 0, "ts": before(hours=1)}
    return snapshot(
        liquidations=frame(LIQUIDATIONS, rows).sort("ts"),
        coverage=frame(COVERAGE, [connection(s.venue, s.stream) for s in STREAMS]),
        health=frame(HEALTH, [lives | {"venue": s.venue, "stream": s.stream} for s in STREAMS]),
        **frames,
    )


def test_an_outage_is_in_the_json_the_exit_code_and_the_status_bar(settings: Settings) -> None:
    made = document(outage(20), settings)
    venues = made["panels"]["liquidations"]["venues"]
    assert venues["binance"]["silent"]["silent"] is True
    assert venues["binance"]["silent"]["silent_s"] == pytest.approx(1_200, abs=60)
    assert venues["bybit"]["silent"]["silent"] is False
    states = {(row["venue"], row["stream"]): row["state"] for row in made["health"]}
    assert (states["binance", "usdm"], states["okx", "swap"]) == ("silent", "live")
    assert "binance silent" in made["panels"]["liquidations"]["windows"]["1h"]["reasons"]
    assert Latest(made, 0.0).lost() == "binance 20m"
    for panel in made["panels"].values():  # there are no prices here
        panel["stale"] = False
    assert oneshot.exit_code(made) == oneshot.SILENT == 4


def test_snapshot_leaves_with_4_when_all_that_is_wrong_is_a_silent_feed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def left(minutes: int, stale: bool) -> int:
        snap = outage(minutes)
        made = document(snap, settings)
        for panel in made["panels"].values():
            panel["stale"] = stale
        monkeypatch.setattr(oneshot, "opened", lambda settings: None)
        monkeypatch.setattr(oneshot, "taken", lambda *args: (snap, made))
        return main(["snapshot", "--json", "--data-dir", str(settings.data_dir)])

    assert left(20, stale=False) == 4
    assert '"silent"' in capsys.readouterr().out, "the data is printed all the same"
    assert left(20, stale=True) == 3
    assert left(1, stale=False) == 0


def test_an_ordinary_minute_is_in_none_of_them(settings: Settings) -> None:
    made = document(outage(1), settings)
    assert {row["state"] for row in made["health"]} == {"live"}
    assert Latest(made, 0.0).lost() is None


def test_saturation_sides_and_control_totals_are_in_the_json(settings: Settings) -> None:
    fullest = {"minute": MINUTE, "venue": "okx", "saturation": 0.5, "symbol": "A", "pushed": 30}
    start = before(hours=2).replace(minute=0, second=0)
    gate = {"ts": start, "venue": "gate", "base": "BTC", "symbol": "BTC/USDT:USDT"}
    taken = outage(
        1,
        saturation=frame(SATURATION, [fullest | {"hidden": 11.6}]),
        control=frame(CONTROL, [gate | {"period": "5m", "long_usd": 5e4, "short_usd": 1e4}]),
    )
    taken = replace(
        taken,
        minutes=taken.minutes.vstack(
            taken.minutes.head(1).with_columns(venue=pl.lit("gate", WORD))
        ),
    )
    venues = document(taken, settings)["panels"]["liquidations"]["venues"]
    okx = venues["okx"]["saturation"]["1h"]
    assert (okx["peak"], okx["hidden"], okx["symbol"]) == (0.5, 11.6, "A")
    assert venues["binance"]["saturation"]["1h"]["reason"] == "no whole minute recorded"
    assert "saturation" not in venues["bybit"]
    assert venues["okx"]["side_check"] == {
        "doubted": None,
        "reason": "no minute with a clear move",
    }
    day = venues["gate"]["control"]["BTC"]["24h"]
    assert (day["ratio"], day["gate_only_usd"], day["gate_only_intervals"]) == (None, 6e4, 1)


def test_each_venue_has_its_worst_mark() -> None:
    marks = [trusted.mark(TRUST, venue, "5m") for venue in ("binance", "bybit", "okx", "gate")]
    assert marks == [("silent", "$warn"), ("side?", "$warn"), "98% full", ("×0.83", "$warn")]
    assert trusted.mark(Trust(), "okx", "5m") == ""


def test_marks_stand_in_the_split_and_all_of_it_in_the_detail() -> None:
    record = liquidations_record()
    record = replace(record, liquidations=replace(wave(), trust=TRUST))
    table = [line.plain for line in split.by_venue(record, View(), 70, 6)]
    assert [row.split()[-1] for row in table] == ["mark", "side?", "silent", "full"]
    lines = [line.plain.rstrip() for line in detail.rows(record, View(), 140, 40)]
    assert len(lines) == 40
    told = [line for line in lines if line.startswith(("fullest", "silent after", "gate ours"))]
    assert told == [
        "fullest minute in 5m  binance 62% BTC/USDT:USDT 14:02, hid ~310 (76%)"
        "   okx 98% BTC/USDT:USDT 14:02, hid unknown",
        "silent after  binance 6m SILENT   okx 6m",
        "gate ours ÷ theirs  all 24h 0.83!, gate only 400K",
    ]


def test_the_recorder_sums_a_minute_up_once_when_its_rows_are_there(tmp_path: Any) -> None:
    settings = replace(config.load(), data_dir=tmp_path)
    started: datetime = MINUTE - timedelta(minutes=1)
    recorder = Recorder(settings, lambda: started)
    rows = frame(LIQUIDATIONS, [liquidation(MINUTE + timedelta(seconds=9), venue="okx")])

    def summed(second: int) -> Any:
        return recorder.latest.full(snapshot(NOW.replace(second=second), liquidations=rows))

    assert summed(2) == []
    ((_, found),) = summed(6)
    assert found.select("minute", "venue", "pushed").rows() == [
        (MINUTE, "binance", 0),
        (MINUTE, "okx", 1),
    ]
    assert summed(7) == []
    recorder.writer.close()
    recorder.reader.close()
