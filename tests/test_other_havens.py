"""Silver and shares beside gold: found among what is stored, drawn from the common start."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from tests.frames import NOW, daily, frame, quote, snapshot
from tests.panel_samples import havens
from tests.test_dashboard import VIEW
from tests.test_havens import LAST, PAXG
from tui.collectors.sources import OTHER_HAVENS
from tui.metrics.other_havens import HAVENS, other_havens
from tui.panels.haven_history import charts, history, words
from tui.tables import CANDLES, QUOTES

XAG, QQQX = "XAG/USDT:USDT", "QQQX/USDT:USDT"


def closes(count: int, symbol: str) -> pl.DataFrame:
    return daily([100.0 + n for n in range(count)], LAST, symbol)


def test_every_base_of_a_haven_is_collected() -> None:
    assert {base for bases in HAVENS.values() for base in bases} == {key for key, _ in OTHER_HAVENS}


def test_a_haven_is_its_newest_price_and_a_path_that_begins_at_one() -> None:
    candles, quotes = closes(40, XAG), frame(QUOTES, [quote(94.2, NOW, XAG)])
    sessions = [LAST + timedelta(days=n) for n in (-29, -1, 0, 1)]
    (silver,) = other_havens(quotes, candles, NOW, sessions)
    assert (silver.name, silver.base, silver.price) == ("silver", "XAG", 94.2)
    assert silver.since == LAST - timedelta(days=38)  # the first of the forty closed then
    assert silver.path == pytest.approx((1.0, 137 / 109, 138 / 109, 139 / 109))


def test_a_session_without_a_close_is_a_gap_and_a_weekend_may_come_first() -> None:
    candles = closes(3, XAG)
    sessions = [LAST + timedelta(days=n) for n in (-4, -3, -1, 1, 2)]
    (silver,) = other_havens(QUOTES.empty(), candles, NOW, sessions)
    assert silver.path == (None, None, 1.0, 1.02, None)
    assert silver.price is None


def test_a_haven_that_is_younger_than_the_start_has_no_path() -> None:
    sessions = [LAST + timedelta(days=n) for n in (-60, -1, 0, 1)]
    (silver,) = other_havens(QUOTES.empty(), closes(3, XAG), NOW, sessions)
    assert (silver.path, silver.since) == ((), LAST - timedelta(days=1))


def test_nothing_is_known_before_it_came() -> None:
    late = frame(QUOTES, [quote(94.2, NOW + timedelta(hours=1), XAG)])
    assert other_havens(late, CANDLES.empty(), NOW, []) == ()


def test_the_first_base_that_is_known_stands_for_shares_and_spot_for_none() -> None:
    quotes = [quote(612.0, NOW, QQQX), quote(1.0, NOW, "SPY/USDT")]
    (shares,) = other_havens(frame(QUOTES, quotes), CANDLES.empty(), NOW, [])
    assert (shares.name, shares.base) == ("dollar-stock tokens", "QQQX")


def test_the_detail_draws_silver_where_it_reaches_back_and_says_what_is_missing() -> None:
    both = [closes(400, "BTC/USDT"), closes(400, PAXG), closes(40, XAG)]
    quotes = frame(QUOTES, [quote(94.2, NOW, XAG)])
    stored = snapshot(quotes=quotes, candles=pl.concat(both))
    month, year = history(stored, 30), history(stored, 365)
    drawn = "\n".join(line.plain for line in charts(month, VIEW, 100, 12))
    assert "── silver XAG 1.2" in drawn
    said = [line.plain.rstrip() for line in words(havens().havens, month, 100)]
    assert "silver XAG 94.200" in said
    assert "dollar-stock tokens n/a (no venue lists it, or none was heard)" in said
    far = "\n".join(line.plain for line in charts(year, VIEW, 100, 12))
    assert "silver" not in far
    said = [line.plain.rstrip() for line in words(havens().havens, year, 100)]
    assert "silver XAG 94.200 (closes since 2025-12-12)" in said
    late = frame(QUOTES, [quote(94.2, NOW - timedelta(minutes=3), XAG)])
    old = history(snapshot(quotes=late, candles=pl.concat(both)), 30)
    assert any("XAG 94.200 (3m old)" in it.plain for it in words(havens().havens, old, 100))
    nothing = replace(year, others=())
    assert any("silver, dollar-stock" in it.plain for it in words(havens().havens, nothing, 100))
