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
from tests.depth_samples import book, books
from tests.examples import examples
from tests.frames import (
    NOW,
    STREAMS,
    HeldYear,
    connection,
    daily,
    dvol,
    frame,
    liquidation,
    quote,
    snapshot,
)
from tui.alerts import forms
from tui.metrics.flow import ended
from tui.panels import PANELS
from tui.scores import LINES, Line, Reading, Score, note, scorecard
from tui.scores.lines import among
from tui.scores.noted import NEED
from tui.snapshot import Snapshot
from tui.store.year import Frames
from tui.tables import (
    COVERAGE,
    DERIVATIVES,
    FLOW,
    HEALTH,
    LIQUIDATIONS,
    POSITIONING,
    QUOTES,
    SCORES,
    VOLATILITY,
)
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


def flow(buy: float, sell: float, hours: float = 24.0, **other: Any) -> list[dict[str, Any]]:
    """A row each minute of the hours that end with the last minute that counts."""
    last = ended(NOW) - timedelta(minutes=1)
    row: dict[str, Any] = {"venue": "binance", "stream": "klines", "market": "spot", "base": "BTC"}
    row |= {"buy_usd": buy, "sell_usd": sell, "trades": 9, "price": 89_880.0, "cover": 1.0}
    times = [last - timedelta(minutes=n) for n in range(round(hours * 60))]
    return [row | other | {"ts": ts} for ts in reversed(times)]


def test_what_takers_bought_of_spot_as_a_share_of_what_they_traded() -> None:
    rows = flow(1.0, 3.0) + flow(9.0, 3.0, venue="okx") + flow(500.0, 1.0, market="perp")
    rows += flow(7.0, 0.0, hours=12, venue="bybit") + flow(80.0, 1.0, base="ETH")
    one = line(market(flow=frame(FLOW, rows).sort("ts")), "spot_demand")
    assert one.reading.value == pytest.approx((10 - 6) / 16), "bybit was heard for half a day"
    assert one.reading.ts == ended(NOW)
    assert line(market(), "spot_demand").reading.reason == "no taker flow of BTC"
    half = frame(FLOW, flow(1.0, 3.0, hours=12))
    assert line(market(flow=half), "spot_demand").reading.reason == "50% of 24 h heard"
    still = line(market(flow=frame(FLOW, flow(0.0, 0.0))), "spot_demand").reading
    assert (still.value, still.reason) == (None, "nothing traded")


def test_spot_demand_lacks_a_venue_that_was_not_heard_at_all() -> None:
    """As in the panels: one of two sockets of a market has no row of the day."""
    rows = flow(1.0, 3.0) + flow(9.0, 3.0, venue="okx", stream="trades")
    whole = market(flow=frame(FLOW, rows).sort("ts"))
    assert line(whole, "spot_demand").reading.value == pytest.approx((10 - 6) / 16)
    of = {"ts": NOW, "collector": "flow", "venue": "okx", "state": "retrying"}
    said = [of | {"stream": stream} for stream in ("trades", "spot")]
    deaf = replace(whole, health=frame(HEALTH, said))
    assert line(deaf, "spot_demand").reading.value == pytest.approx((1 - 3) / 4)


@examples(10)
@given(st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)), min_size=2, max_size=2))
def test_spot_demand_is_a_share_of_both_sides(taken: list[tuple[float, float]]) -> None:
    rows = [row for venue, two in enumerate(taken) for row in flow(*two, venue=f"v{venue}")]
    value = line(market(flow=frame(FLOW, rows).sort("ts")), "spot_demand").reading.value
    assert value is None or -1 <= value <= 1


def test_dvol_stands_among_a_year_of_closes() -> None:
    closes = [0.40 + 0.001 * n for n in range(365)]
    days = [dvol(close, YESTERDAY + DAY - n * DAY, "1d") for n, close in enumerate(closes[::-1])]
    now = [dvol(0.44, NOW - DAY), dvol(0.4504, NOW - timedelta(seconds=40))]
    one = line(market(volatility=frame(VOLATILITY, days + now)), "options")
    assert one.reading.value == 0.4504
    assert one.reading.change == pytest.approx(0.0104)
    assert one.standing.have == 365
    assert one.standing.percentile == pytest.approx(51 / 365)
    few = line(market(volatility=frame(VOLATILITY, days[:212] + now)), "options").standing
    assert (few.have, few.need, few.percentile) == (212, 365, None)
    assert line(market(), "options", "SOL").reading.reason == "no options of SOL"
    old = frame(VOLATILITY, [dvol(0.44, NOW - timedelta(hours=2))])
    assert line(market(volatility=old), "options").reading.reason == "last DVOL 2h ago"


PERPS = ("binance", "bybit", "okx")


def deep(scales: list[float], far: float = 1.0) -> list[dict[str, Any]]:
    """Books each two hours before NOW, the last of them some seconds old, that reach ±1 %."""
    reach: dict[str, Any] = {"bid_reach": 0.02 * far, "ask_reach": 0.02 * far}
    ago = [timedelta(hours=2 * n) for n in range(len(scales) - 1, 0, -1)] + [timedelta(seconds=6)]
    return [
        book(venue, "perp", NOW - back, scale, **reach)
        for back, scale in zip(ago, scales, strict=True)
        for venue in PERPS
    ]


def both(rows: list[dict[str, Any]], band: str) -> float:
    return float(sum(row[f"bid_{band}"] + row[f"ask_{band}"] for row in rows))


def test_perpetual_books_in_the_widest_whole_band_among_their_month() -> None:
    scales = [1.0 + n / 1_000 for n in range(361)]
    rows = deep([*scales[:-1], scales[180]])
    one = line(market(depth=books(rows)), "liquidity")
    assert one.reading.value == pytest.approx(both(rows[-3:], "100"))
    assert one.reading.change == pytest.approx(both(rows[-3:], "100") - both(rows[-39:-36], "100"))
    assert (one.what, one.reading.is_low) == ("perp bids + asks in 1%", False)
    assert (one.standing.have, one.standing.need) == (30, 30)
    assert one.standing.percentile == pytest.approx(181 / 360, abs=1 / 360)
    assert one.reading.ts == NOW - timedelta(seconds=6)


def test_a_book_that_ends_early_narrows_the_band_of_all_and_of_the_past() -> None:
    rows = deep([1.0] * 361)
    rows[-1] |= {"bid_reach": 0.006}
    one = line(market(depth=books(rows)), "liquidity")
    assert one.what == "perp bids + asks in 0.5%"
    assert one.reading.value == pytest.approx(both(rows[-3:], "50"))
    assert one.standing.percentile == 1.0, "the past is of the same band"
    assert not one.reading.is_low


def test_a_venue_that_is_gone_is_missing_of_the_past_too() -> None:
    rows = [row for row in deep([1.0] * 361) if row["venue"] != "okx" or row["ts"] < NOW - DAY / 4]
    one = line(market(depth=books(rows)), "liquidity")
    assert one.reading.is_low
    assert one.reading.value == pytest.approx(both(rows[-2:], "100"))
    assert (one.standing.percentile, one.reading.change) == (1.0, 0.0)
    assert line(market(), "liquidity").reading.reason == "no fresh perp book of BTC"


def test_books_that_reach_no_band_are_a_lower_bound_without_a_past() -> None:
    rows = deep([1.0] * 361, far=0.04)
    noted_before = noted("liquidity", [1.0] * 400)
    one = line(market(noted_before, depth=books(rows)), "liquidity")
    assert one.reading.is_low
    assert (one.what, one.standing.percentile) == ("perp bids + asks in 0.1%", None)
    assert one.reading.change is None, "what was noted may be of another band"


def test_an_old_reading_is_stale() -> None:
    late = replace(market(), as_of=NOW + timedelta(minutes=16))
    states = {one.line.name: one.stale for one in scorecard(late, "BTC", ()).scores}
    assert states["trend"]
    assert states["positioning"]


def fake(value: float | None, ts: datetime = NOW) -> Line:
    return Line("trend", "supply", "a number", "number", lambda seen: Reading(value, ts))


@examples(10)
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
    empty = {"spot_demand", "options", "liquidity"}
    of_btc = {one.name for one in LINES if not one.is_of_all} - empty
    assert have == {("BTC", name) for name in of_btc} | {("", "forced_flow"), ("", "haven")}
    lines = [fake(1.0), fake(None), fake(2.0, NOW - timedelta(hours=1))]
    assert note(market(), ("BTC",), lines)["value"].to_list() == [1.0], "neither n/a nor stale"


def test_every_line_is_known_where_it_is_named() -> None:
    assert tuple(one.name for one in LINES) == forms.SCORES
    assert len({one.name for one in LINES}) == len(LINES)
    named = {panel.name for panel in PANELS}
    assert named == set(PANEL_NAMES)
    assert all(one.panel in named and one.what for one in LINES)
