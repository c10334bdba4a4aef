"""DVOL in its year, skew along the tenors, their words, and what is not known any more."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW, before, dvol, frame, snapshot, tenor
from tui import config
from tui.document import document
from tui.metrics.options import CoinOptions, Options, TenorIv, dearer, far, front, history, options
from tui.panels import BY_NAME, View
from tui.snapshot import Snapshot
from tui.tables import HEALTH, OPTIONS, TENORS, VOLATILITY

DAY = timedelta(days=1)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0)
PANEL = BY_NAME["options"]

Row = dict[str, Any]


def year(values: list[float]) -> list[Row]:
    """Daily closes, the last of them at the midnight before NOW."""
    return [
        dvol(value, MIDNIGHT - (len(values) - 1 - place) * DAY, "1d")
        for place, value in enumerate(values)
    ]


def made(index: list[Row], tenors: list[Row] | None = None, as_of: datetime = NOW) -> Options:
    return options(frame(VOLATILITY, index), frame(OPTIONS, tenors or []), as_of)


def bitcoin(
    index: list[Row], tenors: list[Row] | None = None, as_of: datetime = NOW
) -> CoinOptions:
    (coin,) = made(index, tenors, as_of).coins
    return coin


def test_rank_and_percentile_by_hand() -> None:
    """365 closes from 40 to 76.4 in steps of a tenth, and 45.04 now."""
    closes = [0.40 + 0.001 * n for n in range(365)]
    rank = bitcoin([*year(closes), dvol(0.4504)]).rank
    assert (rank.n, rank.low) == (365, 0.40)
    assert rank.high == pytest.approx(0.764)
    assert rank.rank == pytest.approx((0.4504 - 0.40) / 0.364)
    assert rank.percentile == pytest.approx(51 / 365)
    assert rank.reason is None


@given(st.lists(st.floats(0.1, 2.0), min_size=365, max_size=365), st.floats(0.1, 2.0))
def test_a_rank_is_within_its_year(closes: list[float], now: float) -> None:
    rank = bitcoin([*year(closes), dvol(now)]).rank
    if rank.rank is None:
        assert rank.low == rank.high
        return
    assert 0.0 <= rank.rank <= 1.0
    assert rank.percentile == sum(close < now for close in closes) / 365
    if now <= min(closes):
        assert (rank.rank, rank.percentile) == (0.0, 0.0)


def test_closes_before_the_year_are_no_part_of_it() -> None:
    rank = bitcoin([*year([2.0] * 30 + [0.4] * 364 + [0.5]), dvol(0.45)]).rank
    assert (rank.n, rank.high) == (365, 0.5)
    assert rank.rank == pytest.approx(0.5)


@pytest.mark.parametrize(("count", "reason"), [(212, "212 of 365 days"), (360, None)])
def test_a_short_year_has_no_rank(count: int, reason: str | None) -> None:
    rank = bitcoin([*year([0.4, 0.5] * (count // 2)), dvol(0.45)]).rank
    assert (rank.rank is None, rank.reason) == (reason is not None, reason)


def test_the_change_is_against_the_newest_value_a_day_before() -> None:
    past = [dvol(0.41, before(hours=24, seconds=10)), dvol(0.5, before(hours=23, minutes=59))]
    assert bitcoin([*past, dvol(0.39)]).dvol_change == pytest.approx(-0.02)
    by_hour = [dvol(0.43, before(hours=24, minutes=50), "1h"), dvol(0.39)]
    assert bitcoin(by_hour).dvol_change == pytest.approx(-0.04)
    assert bitcoin([dvol(0.43, before(hours=26)), dvol(0.39)]).dvol_change is None


def test_what_is_an_hour_old_is_no_value_any_more() -> None:
    late = [dvol(0.39, before(minutes=59))], [tenor("7d", 0.4, ts=before(minutes=59))]
    assert bitcoin(*late).dvol == 0.39
    later = bitcoin(*late, NOW + timedelta(hours=2))
    assert (later.dvol, later.reason) == (None, "last DVOL 2h ago")
    assert later.tenors[0].reason == "last chain 2h ago"
    assert later.tenors[1].reason == "no chain yet"
    assert later.rank.rank is None
    assert made(*late, NOW + timedelta(hours=2)).seen == before(minutes=59)


def test_of_a_moment_in_the_past_only_what_was_known_counts() -> None:
    index = [*year([0.4] * 365), dvol(0.39, before(hours=3)), dvol(0.6)]
    tenors = [tenor("7d", 0.5, ts=before(hours=3)), tenor("7d", 0.9)]
    then = bitcoin(index, tenors, before(hours=2, minutes=50))
    assert (then.dvol, then.tenors[0].atm) == (0.39, 0.5)
    assert then.polled == before(hours=3)


def test_a_tenor_has_its_reversal_and_both_changes() -> None:
    past = tenor("180d", 0.44, -0.028, before(hours=24, minutes=4))
    (coin,) = made([dvol(0.39)], [past, tenor("180d", 0.43, -0.031)]).coins
    last = coin.tenors[-1]
    assert last.risk_reversal == pytest.approx(-0.031)
    assert (last.atm_change, last.reversal_change) == pytest.approx((-0.01, -0.003))
    assert (coin.parity, coin.iv_gap) == (1.4e-5, 2e-4)


def test_a_tenor_that_is_not_listed_says_why() -> None:
    gone = tenor("180d", None, reason="no expiry beyond 120 d", near=None, far=None, strikes=0)
    coin = bitcoin([dvol(0.39)], [tenor("7d", 0.37), tenor("90d", 0.42), gone])
    assert coin.tenors[-1].risk_reversal is None
    assert coin.words == "front calm, 180 d n/a (no expiry beyond 120 d)"


def tenors_of(week: float | None, quarter: float | None, reversal: float) -> tuple[TenorIv, ...]:
    far_out = TenorIv("180d", 0.44, 0.44 + reversal / 2, 0.44 - reversal / 2)
    return TenorIv("7d", week), TenorIv("90d", quarter), far_out


@pytest.mark.parametrize(
    ("week", "quarter", "reversal", "words"),
    [
        (0.372, 0.416, -0.031, "front calm, 180 d puts +3.1 vol"),
        (0.82, 0.68, 0.0471, "front tense, 180 d calls +4.7 vol"),
        (0.41, 0.416, 0.0, "front level, 180 d even"),
        (None, 0.416, -0.0006, "front n/a, 180 d puts +0.1 vol"),
    ],
)
def test_it_is_said_in_words(
    week: float | None, quarter: float | None, reversal: float, words: str
) -> None:
    told = tenors_of(week, quarter, reversal)
    assert f"{front(told)}, {far(told)}" == words


@given(st.floats(-0.5, 0.5))
def test_the_word_says_the_sign(reversal: float) -> None:
    said = dearer(reversal)
    assert said.startswith("puts +") == (reversal <= -0.0005)
    assert said.startswith("calls +") == (reversal >= 0.0005)
    assert dearer(None) == "n/a"


def test_the_history_has_its_gaps() -> None:
    rows = year([0.4 + 0.001 * n for n in range(20)])
    del rows[10]
    found = history(frame(VOLATILITY, rows), "BTC", NOW, 30)
    assert len(found) == 30
    assert found[:10] == [None] * 10
    assert found[20] is None
    assert found[-1] == pytest.approx(0.419)
    assert history(frame(VOLATILITY, []), "BTC", NOW, 3) == [None] * 3


def taken(**frames: Any) -> Snapshot:
    rows = [*year([0.40 + 0.0005 * n for n in range(365)]), dvol(0.42, before(minutes=1))]
    polls = [tenor(name, 0.4, -0.031, before(minutes=3)) for name in TENORS]
    both = {"volatility": frame(VOLATILITY, rows), "options": frame(OPTIONS, polls)}
    return snapshot(**(both | frames))


def test_the_age_is_of_the_older_of_both(tmp_path: Path) -> None:
    whole = taken()
    age = PANEL.age(PANEL.record(whole, View()))
    assert (age.age_s, age.stale) == (180.0, False)
    alone = replace(whole, options=OPTIONS.empty())
    assert PANEL.age(PANEL.record(alone, View())).text == "n/a"
    settings = config.load(written(tmp_path))
    panel = document(whole, settings)["panels"]["options"]
    assert (panel["age_s"], panel["stale"]) == (180.0, False)
    assert document(alone, settings)["panels"]["options"]["stale"]


def written(folder: Path) -> Path:
    (folder / "config.toml").write_text("")
    return folder / "config.toml"


def test_the_document_has_plain_numbers(tmp_path: Path) -> None:
    coin = document(taken(), config.load(written(tmp_path)))["panels"]["options"]["coins"]["BTC"]
    assert coin["dvol"]["value"] == 0.42
    assert coin["dvol"]["reason"] == "no stored DVOL so long before"
    assert coin["rank"]["rank"] == pytest.approx(0.02 / 0.182)
    assert (coin["rank"]["n"], coin["rank"]["need"]) == (365, 365)
    assert coin["tenors"]["180d"]["risk_reversal"] == pytest.approx(-0.031)
    assert coin["tenors"]["7d"]["reason"] == "no chain stored so long before"
    assert coin["words"] == "front level, 180 d puts +3.1 vol"
    assert coin["checks"] == {
        "ts": "2026-01-20T14:00:20.000Z",
        "parity": 1.4e-5,
        "iv_gap": 2e-4,
    }


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "needs deribit on, and BTC or ETH followed"),
        ([{"state": "off"}], "needs deribit on, and BTC or ETH followed"),
        ([{"state": "retrying", "reason": "HTTP 502"}], "deribit retrying: HTTP 502"),
        ([{"state": "starting"}], "deribit starting"),
    ],
)
def test_an_empty_panel_says_why(said: list[Row], reason: str) -> None:
    feed = {"ts": before(minutes=1), "collector": "options", "venue": "deribit", "attempts": 0}
    none = snapshot(health=frame(HEALTH, [feed | one for one in said]))
    record = PANEL.record(none, View())
    assert record.options.reason == reason
    drawn = PANEL.lines(record, View(), 100, 6)
    assert f"n/a ({reason})" in drawn[1].plain
    assert f"n/a ({reason})" in PANEL.detail(record, View(), 100, 10)[1].plain


def test_the_detail_draws_the_span_that_was_chosen() -> None:
    whole = taken()
    for span, days in (("30d", 30), ("90d", 90), ("1y", 365), ("all", 398)):
        view = View(drill=replace(View().drill, span=span))
        record = PANEL.detail_record(whole, view)
        assert PANEL.points(record) == days
        drawn = "\n".join(line.plain for line in PANEL.detail(record, view, 120, 40))
        assert f"DVOL, {days} daily closes" in drawn
    assert PANEL.span(View()) == "1y"
