"""Safe haven: which gold market counts, returns by span, correlation with its band, flight."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt
from pathlib import Path
from statistics import correlation, stdev

import polars as pl
import pytest

from tests import panel_samples as samples
from tests.frames import NOW, before, candle, daily, frame, quote, snapshot
from tui.document.panels import safe_haven
from tui.metrics import gold
from tui.metrics.havens import Havens, band, flight_lacks, havens, paths
from tui.panels import View
from tui.panels.base import Form
from tui.panels.safe_haven import SafeHavenPanel, flight
from tui.tables import CANDLES, QUOTES

LAST = datetime(2026, 1, 19, tzinfo=UTC)  # opens the last day that has closed at NOW
XAU, PAXG, XAUT = "XAU/USDT:USDT", "PAXG/USDT", "XAUT/USDT"


def of(quotes: list[dict[str, object]], *candles: pl.DataFrame) -> Havens:
    return havens(frame(QUOTES, quotes), pl.concat([CANDLES.empty(), *candles]), NOW)


def walk(steps: list[float], symbol: str, start: float = 100.0) -> pl.DataFrame:
    """Daily candles whose log returns are the steps."""
    logs = [log(start)]
    for step in steps:
        logs.append(logs[-1] + step)
    return daily([exp(value) for value in logs], LAST, symbol)


def test_history_is_the_first_market_with_366_daily_bars() -> None:
    short = daily([1.0] * 365, LAST, XAU)
    paxg, xaut = daily([1.0] * 366, LAST, PAXG), daily([1.0] * 900, LAST, XAUT)
    assert of([], short, paxg, xaut).gold_history == PAXG
    assert of([], short, xaut).gold_history == XAUT
    assert of([], daily([1.0] * 366, LAST, XAU), paxg).gold_history == XAU
    assert of([], short).gold_history is None


def test_quote_is_the_first_market_that_is_live() -> None:
    dead = quote(4_700.0, before(seconds=60), XAU)
    paxg, xaut = quote(4_683.0, before(seconds=59), PAXG), quote(4_679.0, NOW, XAUT)
    found = of([dead, paxg, xaut])
    assert (found.gold_quote, found.gold_price) == (PAXG, 4_683.0)
    assert found.gold_prices == {PAXG: 4_683.0, XAUT: 4_679.0}
    assert of([quote(4_700.0, NOW, XAU), paxg]).gold_quote == XAU


def test_when_none_is_live_the_newest_quote_stands_with_its_time() -> None:
    found = of([quote(1.0, before(hours=3), XAU), quote(2.0, before(hours=2), PAXG)])
    assert (found.gold_quote, found.gold_ts) == (PAXG, before(hours=2))


def test_ounces_and_their_change() -> None:
    yesterday = before(hours=24)
    found = of(
        [
            quote(100.0, yesterday),
            quote(90.0, NOW),
            quote(10.0, yesterday, PAXG),
            quote(12.0, NOW, PAXG),
        ]
    )
    assert found.btc_in_ounces == pytest.approx(7.5)
    assert found.ounces_change_24h == pytest.approx(7.5 / 10 - 1)


def test_a_return_takes_the_quote_then_an_hourly_then_a_daily_close() -> None:
    week, year = NOW - timedelta(days=7), NOW - timedelta(days=365)
    hour = frame(CANDLES, [candle(80.0, week - timedelta(minutes=90), "1h")])
    day = frame(
        CANDLES,
        [
            candle(50.0, (year - timedelta(days=1)).replace(hour=0, minute=0, second=0)),
            candle(40.0, (week - timedelta(days=1)).replace(hour=0, minute=0, second=0)),
        ],
    )
    returns = of([quote(100.0)], hour, day).returns["BTC"]
    assert returns["7d"] == pytest.approx(100 / 80 - 1)
    assert returns["1y"] == pytest.approx(1.0)
    assert (returns["24h"], returns["30d"]) == (None, None)
    near = of([quote(100.0), quote(64.0, week - timedelta(seconds=30))], hour, day)
    assert near.returns["BTC"]["7d"] == pytest.approx(100 / 64 - 1)


def test_a_daily_close_is_too_far_for_24_hours() -> None:
    assert of([quote(100.0)], daily([50.0] * 10, LAST)).returns["BTC"]["24h"] is None


def test_gold_returns_never_mix_two_markets() -> None:
    xau = daily([1_000.0] * 20, LAST, XAU)
    paxg = daily([2_000.0] * 400, LAST, PAXG)
    both = [quote(1_100.0, NOW, XAU), quote(3_000.0, NOW, PAXG)]
    both.append(quote(1_000.0, NOW - timedelta(days=7), XAU))
    returns = of(both, xau, paxg).returns["gold"]
    assert returns["7d"] == pytest.approx(0.1)
    assert returns["1y"] == pytest.approx(0.5)


def test_correlation_needs_all_its_sessions() -> None:
    closes = [100.0 + place % 7 for place in range(400)]
    found = of([], daily(closes[:30], LAST), daily(closes, LAST, PAXG)).correlations
    assert (found[30].n, found[30].r, found[30].significant) == (29, None, None)


def test_correlation_is_pearsons_of_the_newest_log_returns() -> None:
    steps = [((place * 37) % 19 - 9) / 300 for place in range(400)]
    other = [((place * 11) % 23 - 11) / 300 for place in range(400)]
    found = of([], walk(steps, "BTC/USDT"), walk(other, PAXG)).correlations
    for need in (30, 90):
        expected = correlation(steps[-need:], other[-need:])
        assert found[need].r == pytest.approx(expected)
        assert found[need].significant == (abs(expected) > band(need))
    same = of([], walk(steps, "BTC/USDT"), walk(steps, PAXG)).correlations[30]
    assert same.r == pytest.approx(1.0)
    assert same.significant


def test_correlation_is_over_common_sessions_only() -> None:
    steps = [((place * 37) % 19 - 9) / 300 for place in range(400)]
    weekdays = walk(steps, PAXG).filter(pl.col("ts").dt.weekday() < 6)
    found = of([], walk(steps, "BTC/USDT"), weekdays)
    assert found.gold_history is None  # 286 bars
    long = [((place * 37) % 19 - 9) / 300 for place in range(700)]
    weekdays = walk(long, PAXG).filter(pl.col("ts").dt.weekday() < 6)
    assert of([], walk(long, "BTC/USDT"), weekdays).correlations[90].r == pytest.approx(1.0)


def test_the_band_of_no_correlation() -> None:
    assert (band(30), band(90)) == (0.36, 0.21)


@pytest.mark.parametrize(
    ("btc", "metal", "flight"),
    [(-1.01, 1.01, True), (-0.99, 1.5, False), (-1.5, 0.99, False), (1.5, -1.5, False)],
)
def test_flight_is_bitcoin_below_and_gold_above_one_sigma_of_a_week(
    btc: float, metal: float, flight: bool
) -> None:
    steps = [0.01 * (-1) ** place for place in range(400)]
    sigma = stdev(steps[-90:]) * sqrt(7)
    quotes, candles = [], []
    for symbol, size in (("BTC/USDT", btc), (PAXG, metal)):
        candles.append(walk(steps, symbol))
        week = candles[-1].filter(pl.col("ts") == LAST - timedelta(days=7))["close"][0]
        quotes.append(quote(week, NOW - timedelta(days=7), symbol))
        quotes.append(quote(week * exp(size * sigma), NOW, symbol))
    found = of(quotes, *candles)
    assert found.sigma_7d == {"BTC": pytest.approx(btc), "gold": pytest.approx(metal)}
    assert found.flight is flight


STEPS = [0.01 * (-1) ** place for place in range(400)]
WEEK = [quote(100.0, before(days=7), symbol) for symbol in ("BTC/USDT", PAXG)]
LIVE = [quote(101.0, NOW, symbol) for symbol in ("BTC/USDT", PAXG)]


@pytest.mark.parametrize(
    ("quotes", "days", "reason"),
    [
        (LIVE + WEEK, 400, ""),
        (LIVE, 400, "no price of BTC and gold 7 days ago"),
        (LIVE + WEEK[:1], 400, "no price of gold 7 days ago"),
        (LIVE + WEEK, 89, "fewer than 90 daily returns of BTC"),
        (LIVE + WEEK[1:], 89, "no price of BTC 7 days ago"),
        (LIVE[1:], 400, "no live price of BTC"),
    ],
)
def test_an_unknown_flight_says_what_lacks(
    quotes: list[dict[str, object]], days: int, reason: str
) -> None:
    """One reason in the panel and in the document."""
    candles = walk(STEPS[:days], "BTC/USDT"), walk(STEPS, PAXG)
    made = of(quotes, *candles)
    assert (made.flight is None) == bool(reason)
    assert flight_lacks(made) == reason
    if reason:
        assert flight(made) == f"n/a ({reason})"
    told = safe_haven(snapshot(quotes=frame(QUOTES, quotes), candles=pl.concat(candles)))
    assert told.get("reason", "") == told["sigma_7d"].get("reason", "") == reason


def test_without_rows_everything_is_unknown_with_the_reason() -> None:
    found = of([])
    assert found.reason == (
        "no live price of BTC, no live gold market, no gold market with 366 daily bars"
    )
    assert (found.flight, found.btc_in_ounces, found.gold_price) == (None, None, None)
    assert found.returns == {
        name: dict.fromkeys(("24h", "7d", "30d", "1y")) for name in ("BTC", "gold")
    }


def test_a_perpetuals_index_is_frozen_over_the_weekend() -> None:
    saturday, monday = datetime(2026, 1, 17, 12, tzinfo=UTC), datetime(2026, 1, 19, 12, tzinfo=UTC)
    assert gold.index_frozen(XAU, saturday)
    assert not gold.index_frozen(XAU, monday)
    assert not gold.index_frozen(PAXG, saturday)


def test_paths_start_together_and_end_at_the_quotes() -> None:
    btc, metal = daily([100.0, 110.0, 120.0], LAST), daily([10.0, 9.0, 8.0], LAST, PAXG)
    quotes = frame(QUOTES, [quote(130.0), quote(12.0, NOW, PAXG)])
    found = paths(pl.concat([btc, metal]), quotes, NOW, 30)
    assert found.columns == ["ts", "btc", "gold"]
    assert found["btc"].to_list() == pytest.approx([1.0, 1.1, 1.2, 1.3])
    assert found["gold"].to_list() == pytest.approx([1.0, 0.9, 0.8, 1.2])


def test_recorded_bitcoin_and_gold(recorded: Path) -> None:
    frames = []
    for name, symbol in (("BTCUSDT", "BTC/USDT"), ("PAXGUSDT", PAXG)):
        rows = pl.read_csv(recorded / "daily" / f"binance_{name}_1d.csv", try_parse_dates=True)
        days = [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in rows["timestamp"]]
        made = [candle(c, d, symbol=symbol) for c, d in zip(rows["close"], days, strict=True)]
        frames.append(frame(CANDLES, made))
    as_of = datetime(2026, 1, 4, tzinfo=UTC)
    closes = {name: table["close"].to_list() for name, table in zip("bg", frames, strict=True)}
    quotes = [quote(closes["b"][-1], as_of), quote(closes["g"][-1], as_of, PAXG)]
    week = as_of - timedelta(days=7)
    quotes += [quote(closes["b"][-8], week), quote(closes["g"][-8], week, PAXG)]
    found = havens(frame(QUOTES, quotes), pl.concat(frames), as_of)
    for name, key in (("BTC", "b"), ("gold", "g")):
        past = closes[key]
        assert found.returns[name]["1y"] == pytest.approx(past[-1] / past[-366] - 1)
        assert found.returns[name]["7d"] == pytest.approx(past[-1] / past[-8] - 1)
        steps = [log(b / a) for a, b in zip(past[-91:-1], past[-90:], strict=True)]
        expected = log(past[-1] / past[-8]) / (stdev(steps) * sqrt(7))
        assert found.sigma_7d[name] == pytest.approx(expected)
    assert found.correlations[90].n == 90
    assert found.gold_history == PAXG


@pytest.mark.parametrize("frozen", [True, False])
def test_a_frozen_index_is_said_in_the_panel_and_in_its_detail(frozen: bool) -> None:
    panel, made = SafeHavenPanel(), samples.havens()
    record = replace(made, havens=replace(made.havens, index_frozen=frozen))
    rows = panel.rows(record, View(), 80, 12, Form.BOX)
    detail = panel.detail_rows(record, View(), 120, 40)
    for lines in (rows, detail):
        assert any("off-hours: index frozen" in line.plain for line in lines) is frozen
