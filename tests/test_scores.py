"""The scorecard: each line against a hand-made market, where it stands, and what is noted of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import panel_samples as samples
from tests.frames import (
    NOW,
    STREAMS,
    HeldYear,
    connection,
    daily,
    frame,
    liquidation,
    quote,
    snapshot,
)
from tui.alerts import known
from tui.panels import PANELS
from tui.scores import LINES, Line, Reading, Score, note, scorecard
from tui.scores.lines import among
from tui.scores.noted import NEED
from tui.snapshot import Snapshot
from tui.store.year import Frames
from tui.tables import COVERAGE, DERIVATIVES, LIQUIDATIONS, POSITIONING, QUOTES, SCORES
from tui.values import PANEL_NAMES

DAY = timedelta(days=1)
YESTERDAY = (NOW - DAY).replace(hour=0, minute=0, second=0)


class Noted(HeldYear):
    """With what was noted of any coin."""

    def __init__(self, held: Mapping[str, Frames], scores: pl.DataFrame) -> None:
        super().__init__(held)
        self._scores = scores

    def scores(self, base: str, now: int) -> pl.DataFrame:
        return self._scores


def noted(name: str, values: list[float]) -> pl.DataFrame:
    """A value an hour, the last of them of the hour of NOW."""
    hour = NOW.replace(minute=0, second=0)
    times = [hour - timedelta(hours=len(values) - 1 - n) for n in range(len(values))]
    rows = {"ts": times, "name": [name] * len(values), "value": values}
    return pl.DataFrame(rows, schema={n: SCORES.schema[n] for n in ("ts", "name", "value")})


def market(scores: pl.DataFrame | None = None, **other: pl.DataFrame) -> Snapshot:
    """Bitcoin at 89,880 under a mean of about 100,000, gold at 4,600, two venues, a wave."""
    btc = [99_000.0 + 10 * (n % 200) for n in range(800)]
    gold = [4_000.0 + n for n in range(800)]
    interest = {"base": "BTC", "funding_8h": 0.0001}
    rows = [
        interest | {"venue": venue, "ts": NOW - ago, "open_interest_usd": usd}
        for venue in ("binance", "okx")
        for ago, usd in ((timedelta(seconds=8), 4.8e9), (DAY + timedelta(seconds=30), 5e9))
    ]
    ratio = {"venue": "binance", "base": "BTC", "measure": "accounts", "period": "1h"}
    crowd = [
        ratio | {"ts": NOW - timedelta(minutes=4, hours=n), "ratio": 2.0 - n / 1_000}
        for n in range(24 * 31)
    ]
    prices = [(89_880.0, NOW), (89_000.0, NOW - DAY)]
    quotes = [quote(value, ts) for value, ts in prices]
    quotes += [quote(4_600.0, ts, "PAXG/USDT") for ts in (NOW, NOW - DAY)]
    made: dict[str, Any] = {
        "quotes": frame(QUOTES, quotes).sort("ts"),
        "candles": pl.concat([daily(btc, YESTERDAY), daily(gold, YESTERDAY, "PAXG/USDT")]),
        "derivatives": frame(DERIVATIVES, rows).sort("ts"),
        "positioning": frame(POSITIONING, crowd[::-1]),
        "coverage": frame(COVERAGE, [connection(s.venue, s.stream) for s in STREAMS]),
    } | other
    forced = [
        liquidation(NOW - timedelta(hours=n), 1e6, "long" if n % 2 else "short", "ETH", "binance")
        for n in range(1, 24)
    ]
    taken = snapshot(liquidations=frame(LIQUIDATIONS, forced), **made)
    past = SCORES.empty().select("ts", "name", "value") if scores is None else scores
    return replace(taken, year=Noted({"BTC": samples.hours()}, past))


def line(taken: Snapshot, name: str, base: str = "BTC") -> Score:
    made = scorecard(taken, base, ("BTC", "ETH"))
    return next(one for one in made.scores if one.line.name == name)


def test_the_price_against_its_mean_among_a_year_of_closes() -> None:
    one = line(market(), "trend")
    closes = [99_000.0 + 10 * (n % 200) for n in range(800)]
    mean = sum(closes[-365:]) / 365
    assert one.reading.value == pytest.approx(89_880 / mean - 1)
    assert (one.standing.have, one.standing.percentile) == (365, 0.0), "no close was as far below"
    before = sum(closes[-366:-1]) / 365
    assert one.reading.change == pytest.approx(89_880 / mean - 89_000 / before)
    assert one.reading.ts == NOW


def test_a_short_history_has_no_percentile_and_no_mean() -> None:
    candles = daily([100_000.0] * 500, YESTERDAY)
    one = line(market(candles=candles), "trend")
    assert (one.standing.have, one.standing.need, one.standing.percentile) == (136, 365, None)
    none = line(market(candles=candles.tail(300)), "trend").reading
    assert (none.value, none.reason) == (None, "fewer than 365 daily closes")


def test_open_interest_and_funding_are_those_of_all_venues() -> None:
    taken = market()
    one = line(taken, "leverage")
    assert one.reading.value == pytest.approx(4.8 / 5 - 1)
    assert line(taken, "funding").reading.value == pytest.approx(0.0001)
    assert line(taken, "funding").reading.change == pytest.approx(0.0)
    assert line(taken, "leverage", "ETH").reading.reason == "no open interest of ETH"


def test_accounts_stand_in_their_month() -> None:
    one = line(market(), "positioning")
    assert one.reading.value == pytest.approx(2 / 3)
    assert one.reading.change == pytest.approx(2 / 3 - 1.976 / 2.976)
    assert one.standing.percentile == 1.0
    assert one.reading.ts == NOW - timedelta(minutes=4)


def test_the_nearest_zone_above_and_how_much_nearer_it_came() -> None:
    one = line(market(), "supply")
    low = samples.supplied(price=89_880.0).zones[2].zone.low
    assert one.reading.value == pytest.approx(low / 89_880 - 1)
    assert one.reading.change == pytest.approx(low / 89_880 - low / 89_000)
    assert line(market(), "supply", "ETH").reading.reason == "no hourly spot candle of ETH"


def test_bitcoin_in_ounces() -> None:
    one = line(market(), "haven")
    assert one.reading.value == pytest.approx(89_880 / 4_600)
    assert one.reading.change == pytest.approx((89_880 - 89_000) / 4_600)
    assert one.standing.percentile == 0.0, "each close of the year was worth more gold"


def test_what_was_liquidated_is_a_lower_bound_and_as_old_as_the_feeds() -> None:
    one = line(market(), "forced_flow")
    assert one.reading.value == pytest.approx(23e6)
    assert one.reading.is_low
    assert one.reading.ts == NOW
    young = replace(market(), began=NOW - timedelta(hours=3))
    assert line(young, "forced_flow").reading.reason == "the store is younger than 24 h"


def test_a_line_without_a_source_says_what_it_needs() -> None:
    for one in scorecard(market(), "BTC", ("BTC",)).scores:
        if one.line.read is None:
            assert one.reading.reason == f"needs {one.line.needs}"
            assert one.line.needs
            assert not one.stale


def test_an_old_reading_is_stale() -> None:
    late = replace(market(), as_of=NOW + timedelta(minutes=16))
    states = {one.line.name: one.stale for one in scorecard(late, "BTC", ()).scores}
    assert states["trend"]
    assert states["positioning"]


def fake(value: float | None, ts: datetime = NOW) -> Line:
    return Line("trend", "supply", "a number", "number", lambda seen: Reading(value, ts))


@given(st.lists(st.integers(-50, 50).map(float), min_size=NEED * 24, max_size=400))
def test_a_number_stands_among_those_that_were_noted(values: list[float]) -> None:
    taken = market(noted("trend", values))
    (one,) = scorecard(taken, "BTC", (), lines=[fake(7.0)]).scores
    assert one.standing.percentile == pytest.approx(sum(v <= 7 for v in values) / len(values))
    assert one.standing.have == len(values) // 24
    assert one.reading.change == 7.0 - values[-25], "against the hour of 24 h before"


def test_of_less_than_a_week_there_is_no_percentile() -> None:
    taken = market(noted("trend", [1.0] * (NEED * 24 - 1)))
    (one,) = scorecard(taken, "BTC", (), lines=[fake(7.0)]).scores
    assert (one.standing.have, one.standing.percentile) == (6, None)
    few = market(noted("trend", [1.0] * 20))
    (one,) = scorecard(few, "BTC", (), lines=[fake(7.0)]).scores
    assert one.reading.change is None, "nothing was noted so long before"


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=30), st.floats(-1, 1))
def test_a_share_of_days_were_no_higher(past: list[float], value: float) -> None:
    found = among(value, past, need=3)
    assert found.have == 3
    assert found.percentile == sum(v <= value for v in past) / len(past)
    assert among(value, past[:2], need=3).percentile is None


def test_each_hour_every_fresh_number_is_noted_once() -> None:
    rows = note(market(), ("BTC", "ETH"))
    assert rows.schema == SCORES.schema
    assert set(rows["ts"]) == {NOW.replace(minute=0, second=0)}
    have = {(base, name) for _, base, name, _ in rows.iter_rows()}
    of_btc = {one.name for one in LINES if one.read and not one.is_of_all}
    assert have == {("BTC", name) for name in of_btc} | {("", "forced_flow"), ("", "haven")}
    lines = [fake(1.0), fake(None), fake(2.0, NOW - timedelta(hours=1))]
    assert note(market(), ("BTC",), lines)["value"].to_list() == [1.0], "neither n/a nor stale"


def test_every_line_is_known_where_it_is_named() -> None:
    assert tuple(one.name for one in LINES) == known.SCORES
    assert len({one.name for one in LINES}) == len(LINES)
    named = {panel.name for panel in PANELS}
    assert named == set(PANEL_NAMES)
    assert all(one.panel in named for one in LINES if one.read)
    assert all((one.read is None) == bool(one.needs) for one in LINES)
