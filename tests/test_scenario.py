"""The scenario keeps its promises, whatever the seed."""

import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from statistics import correlation, fmean

import polars as pl
import pytest

from tests.loopback_world import world
from tui.loopback.crowd import Crowd
from tui.loopback.encoders import SHOWN
from tui.loopback.forced import Forced
from tui.loopback.mood import Mood
from tui.loopback.path import DAY, HOUR, MINUTE
from tui.loopback.sampling import heard, published, totals
from tui.loopback.scenario import FIXED_END, LONG_USD, SHORT_USD, Scenario
from tui.loopback.volumes import ZONE_SHARE
from tui.metrics.profile import profile
from tui.tables import TIME, Measure, Side

LONG = pytest.mark.campaign
SEEDS = (7, pytest.param(1, marks=LONG))


@pytest.fixture(params=SEEDS, scope="module")
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return world(request.param)


def closes(scenario: Scenario, path: str, days: int) -> list[float]:
    """The last daily closes, newest first."""
    today = scenario.end // DAY * DAY
    return [scenario.prices.paths[path].at(today - i * DAY) for i in range(days)]


def between(rows: list[Forced], since: int, until: int) -> list[Forced]:
    return [row for row in rows if since < row.ts <= until]


@LONG
def test_same_seed_and_end_are_the_same_scenario() -> None:
    a, b, other = world(1), Scenario(1, FIXED_END), world(7)
    assert a.published == b.published
    assert a.truth != other.truth
    until = a.end + 20 * MINUTE
    assert between(a.live(until), 0, until) == between(b.live(until), 0, until)


def test_the_last_day_goes_where_january_2026_went(scenario: Scenario) -> None:
    bitcoin, end = scenario.prices.paths["BTC"], scenario.end
    assert bitcoin.at(end - DAY) == pytest.approx(89_451, rel=1e-4)
    assert bitcoin.at(end) == pytest.approx(89_880, rel=1e-4)
    assert bitcoin.at(end) / bitcoin.at(end - DAY) - 1 == pytest.approx(0.0048, abs=5e-5)
    low, high = bitcoin.extremes(end - DAY, end)
    assert low == pytest.approx(87_800)
    assert high == pytest.approx(93_200)
    top = max(range(end - DAY, end, MINUTE), key=bitcoin.at)
    bottom = min(range(end - DAY, end, MINUTE), key=bitcoin.at)
    assert top < bottom
    assert bitcoin.extremes(end - 7 * DAY, end)[1] > 95_000


def test_the_long_averages_are_where_they_should_be(scenario: Scenario) -> None:
    prices = closes(scenario, "BTC", 2700)
    mean = fmean(prices[:365])
    assert mean == pytest.approx(101_000, rel=0.01)
    assert prices[0] < mean
    below = [prices[i] < fmean(prices[i : i + 365]) for i in range(100)]
    assert 60 <= below.index(False) <= 80
    monday = (scenario.end // DAY - 4) % 7
    assert fmean(prices[monday : monday + 1400 : 7]) == pytest.approx(58_000, rel=0.01)
    assert fmean(prices[:200]) > prices[0]
    assert 88_000 < fmean(prices[:50]) < 93_000


def test_histories_are_as_long_as_promised(scenario: Scenario) -> None:
    for name in ("BTC", "ETH", "SOL"):
        market = scenario.lists["binance", "spot"][f"{name}USDT"]
        daily = scenario.candles(market, DAY, 0, scenario.end, scenario.end)
        assert len(daily) >= 2700
        assert all(b.ts - a.ts == DAY for a, b in pairwise(daily))
        assert all(c.low <= min(c.open, c.close) <= max(c.open, c.close) <= c.high for c in daily)
        assert all(a.close == pytest.approx(b.open) for a, b in pairwise(daily))
    gold = scenario.lists["binance", "spot"]["PAXGUSDT"]
    assert len(scenario.candles(gold, DAY, 0, scenario.end, scenario.end)) >= 900
    young = scenario.lists["binance", "usdm"]["XAUUSDT"]
    assert 10 < len(scenario.candles(young, DAY, 0, scenario.end, scenario.end)) < 40


def test_hours_agree_with_their_day(scenario: Scenario) -> None:
    market = scenario.lists["binance", "spot"]["BTCUSDT"]
    since = scenario.end // DAY * DAY - 20 * DAY
    daily = scenario.candles(market, DAY, since, since, scenario.end)[0]
    hourly = scenario.candles(market, HOUR, since, since + DAY - 1, scenario.end)
    assert len(hourly) == 24
    assert hourly[0].open == pytest.approx(daily.open)
    assert hourly[-1].close == pytest.approx(daily.close)


def hourly(scenario: Scenario) -> pl.DataFrame:
    """The year of bitcoin's hours on a spot market."""
    market = scenario.lists["binance", "spot"]["BTCUSDT"]
    found = scenario.candles(market, HOUR, scenario.end - 365 * DAY, scenario.end, scenario.end)
    ts = pl.Series([c.ts for c in found]).cast(TIME)
    prices = {name: [getattr(c, name) for c in found] for name in ("low", "high", "volume")}
    return pl.DataFrame({"ts": ts, **prices}).head(-1)


def test_most_was_traded_between_97_000_and_101_000(scenario: Scenario) -> None:
    """The zone's ends fall into a bin of half a per cent, or the next one."""
    made = profile({"binance": hourly(scenario)})
    assert made is not None
    assert made.is_whole
    fullest = made.zones[0]
    assert fullest.low == pytest.approx(97_000, rel=0.0075)
    assert fullest.high == pytest.approx(101_000, rel=0.0075)
    assert fullest.share == pytest.approx(ZONE_SHARE, abs=0.04)
    assert fullest.share == max(zone.share for zone in made.zones)
    assert made.above(89_880) > fullest.share


def test_a_day_of_the_year_is_the_sum_of_its_hours(scenario: Scenario) -> None:
    for name in ("BTCUSDT", "SOLUSDT"):
        market = scenario.lists["binance", "spot"][name]
        for days in (2, 89, 91, 200, 364):
            since = scenario.end // DAY * DAY - days * DAY
            (daily,) = scenario.candles(market, DAY, since, since, scenario.end)
            hours = scenario.candles(market, HOUR, since, since + DAY - 1, scenario.end)
            assert len(hours) == 24
            assert sum(hour.volume for hour in hours) == pytest.approx(daily.volume)
            assert (hours[0].open, hours[-1].close) == pytest.approx((daily.open, daily.close))
            for hour in hours:
                assert daily.low * 0.997 <= hour.low <= hour.high <= daily.high * 1.003


def test_gold_rises_alone(scenario: Scenario) -> None:
    gold, end = scenario.prices.paths["GOLD"], scenario.end
    assert gold.at(end) / gold.at(end - DAY) - 1 == pytest.approx(0.017, abs=2e-4)
    assert gold.at(end) > 4_600
    for days, band in ((30, 0.36), (90, 0.21)):
        returns = [
            [math.log(b / a) for a, b in pairwise(closes(scenario, name, days + 1))]
            for name in ("BTC", "GOLD")
        ]
        assert abs(correlation(*returns)) < band


def test_published_rows_inside_coverage_sum_to_860_million(scenario: Scenario) -> None:
    sums = totals(scenario.published)
    assert sums[Side.LONG] == pytest.approx(LONG_USD, rel=0.005)
    assert sums[Side.SHORT] == pytest.approx(SHORT_USD, rel=0.005)
    assert LONG_USD + SHORT_USD == 860e6
    assert all(scenario.end - DAY < row.ts <= scenario.end for row in scenario.published)
    assert 15_000 <= len(scenario.published) <= 40_000


def test_published_is_the_truth_sampled_and_cut_by_the_gaps(scenario: Scenario) -> None:
    every, some = Counter(scenario.truth), Counter(scenario.published)
    assert not some - every
    assert scenario.published == heard(published(scenario.truth, SHOWN), scenario.gaps)
    assert sum(totals(scenario.truth).values()) > 1.02 * sum(totals(scenario.published).values())
    for gap in scenario.gaps:
        lost = between(published(scenario.truth, SHOWN), gap.since, gap.until)
        assert any((r.market.venue, r.market.stream) == (gap.venue, gap.stream) for r in lost)


def test_venues_sample_as_they_say(scenario: Scenario) -> None:
    def per_second(rows: list[Forced]) -> dict[tuple[str, int], list[Forced]]:
        rows = sorted(rows, key=lambda r: (r.market.id, r.ts))
        seconds = groupby(rows, lambda r: (r.market.id, r.ts // 1000))
        return {key: list(group) for key, group in seconds}

    for venue in ("binance", "okx"):
        shown = per_second([r for r in scenario.published if r.market.venue == venue])
        assert max(map(len, shown.values())) == 1
        truth = per_second([r for r in scenario.truth if r.market.venue == venue])
        crowded = [key for key, rows in truth.items() if len(rows) > 1 and key in shown]
        assert crowded
        for key in crowded if venue == "binance" else []:
            assert shown[key][0].usd == max(row.usd for row in truth[key])
    bybit = [[r for r in rows if r.market.venue == "bybit"] for rows in
             (scenario.truth, scenario.published)]  # fmt: skip
    assert bybit[0] == bybit[1]


def test_coins_and_contracts_of_every_kind_are_liquidated(scenario: Scenario) -> None:
    usd: dict[str, float] = defaultdict(float)
    for row in scenario.published:
        usd[row.market.path] += row.usd
    ranked = sorted(usd, key=lambda name: -usd[name])
    assert ranked[:5] == ["BTC", "ETH", "SOL", "XRP", "DOGE"]
    assert len(ranked) >= 40
    markets = {row.market for row in scenario.published}
    assert any(m.tradfi for m in markets)
    assert any(m.inverse for m in markets)
    assert any(m.expires for m in markets)
    assert {m.id for m in markets} >= {"1000PEPEUSDT", "SHIB1000USDT", "ETHBTC", "BTC-USD-SWAP"}


def test_sizes_are_whole_lots_and_prices_near_the_market(scenario: Scenario) -> None:
    for row in scenario.published[::50]:
        market = row.market
        assert row.size / market.lot == pytest.approx(round(row.size / market.lot))
        assert row.price == pytest.approx(scenario.price(market, row.ts), rel=0.006)
        worth = row.size * market.contract * (1 if market.inverse else row.price)
        if market.quote != "BTC":
            assert row.usd == pytest.approx(worth)


def test_longs_go_when_the_price_falls(scenario: Scenario) -> None:
    hours: dict[int, float] = {}
    for row in scenario.published:
        if row.side is Side.LONG:
            hour = (row.ts - scenario.end) // HOUR
            hours[hour] = hours.get(hour, 0.0) + row.usd
    bitcoin = scenario.prices.paths["BTC"]
    worst = sorted(hours, key=lambda h: -hours[h])[:3]
    for hour in worst:
        since = scenario.end + hour * HOUR
        low, high = bitcoin.extremes(since, since + HOUR)
        assert low / high - 1 < -0.004


def test_live_is_quiet_first_and_then_a_wave(scenario: Scenario) -> None:
    rows, end = scenario.live(scenario.end + 20 * MINUTE), scenario.end
    assert rows == sorted(rows, key=lambda row: row.ts)
    assert all(row.ts > end for row in rows)
    quiet = between(rows, end, end + 2 * MINUTE)
    assert sum(totals(quiet).values()) < 4e6
    assert len(between(rows, end, end + 30_000)) >= 20
    wave = between(rows, end + 2 * MINUTE, end + 8 * MINUTE)
    sums = totals(wave)
    assert sums[Side.LONG] == pytest.approx(71e6, rel=0.05)
    assert sums[Side.LONG] / sum(sums.values()) > 0.95
    bitcoin = scenario.prices.paths["BTC"]
    assert -0.015 < bitcoin.at(end + 8 * MINUTE) / bitcoin.at(end) - 1 < -0.01
    assert bitcoin.at(end + 3 * MINUTE) < bitcoin.at(end)
    usd: dict[str, float] = defaultdict(float)
    for row in wave:
        usd[row.market.path] += row.usd
    assert sorted(usd, key=lambda name: -usd[name])[:5] == ["BTC", "ETH", "SOL", "XRP", "DOGE"]
    after = between(rows, end + 8 * MINUTE, end + 13 * MINUTE)
    assert sum(totals(after).values()) < 6e6


@pytest.mark.parametrize("second", [pytest.param(0, marks=LONG), 8, pytest.param(45, marks=LONG)])
def test_the_quiet_start_has_rows_from_its_first_seconds(second: int) -> None:
    """Wherever in its minute the past ends: who waits for a few rows gets them soon."""
    scenario = Scenario(1, datetime(2026, 11, 23, 21, 37, second, tzinfo=UTC))
    rows, end = scenario.live(scenario.end + 3 * MINUTE), scenario.end
    fives = [between(rows, since, since + 5000) for since in range(end, end + 2 * MINUTE, 5000)]
    assert min(map(len, fives)) >= 1
    assert 1.0 <= sum(map(len, fives)) / 120 <= 2.5
    assert sum(totals(between(rows, end, end + 2 * MINUTE)).values()) < 4e6


def test_waves_go_on() -> None:
    scenario = world()
    rows = scenario.live(scenario.end + 110 * MINUTE)
    minutes: Counter[int] = Counter()
    for row in rows:
        minutes[(row.ts - scenario.end) // (30 * MINUTE)] += int(row.usd)
    assert all(minutes[k] > 10e6 for k in range(3))
    assert 85_000 < scenario.prices.paths["BTC"].at(scenario.end + 110 * MINUTE) < 93_000


def test_the_crowd_stands_long_and_pays_for_it(scenario: Scenario) -> None:
    mood, end = Mood(scenario), scenario.end
    for venue in ("binance", "bybit", "okx"):
        assert 0.64 < mood.long_share(venue, "BTC", Measure.ACCOUNTS, end) < 0.71
    assert 0.51 < mood.long_share("binance", "BTC", Measure.TOP_POSITIONS, end) < 0.55
    falls = end + 5 * MINUTE
    flow = mood.taker("binance", "BTC", falls, 5 * MINUTE)
    assert flow.buys / flow.sells < 0.9
    perpetual = scenario.lists["binance", "usdm"]["BTCUSDT"]
    after = end + 8 * MINUTE
    assert (
        -0.04
        < mood.open_interest(perpetual, after) / mood.open_interest(perpetual, end) - 1
        < -0.01
    )
    assert mood.open_interest(perpetual, end - DAY) > mood.open_interest(perpetual, end)
    rates = [mood.funding(perpetual, ts) for ts in (end - DAY, end, after)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] > 0


@pytest.mark.parametrize(("venue", "usd"), [("binance", 10.4e9), ("bybit", 5.9e9), ("okx", 3.6e9)])
def test_open_interest_of_bitcoin_is_in_each_venues_units(venue: str, usd: float) -> None:
    scenario = world()
    mood, total = Mood(scenario), 0.0
    for (of, _), markets in scenario.lists.items():
        for market in markets.values():
            if of == venue and market.path == "BTC" and market.kind == "swap":
                worth = market.contract
                worth *= 1 if market.inverse else scenario.price(market, scenario.end)
                total += mood.open_interest(market, scenario.end) * worth
    assert total == pytest.approx(usd, rel=0.02)


def test_the_end_may_be_any_moment() -> None:
    end = datetime(2026, 11, 23, 21, 37, 41, 512_000, tzinfo=UTC)
    scenario = Scenario(2, end)
    sums = totals(scenario.published)
    assert sums[Side.LONG] == pytest.approx(LONG_USD, rel=0.005)
    assert scenario.prices.paths["BTC"].at(scenario.end) == pytest.approx(89_880, rel=1e-4)
    assert min(row.ts for row in scenario.live(scenario.end + MINUTE)) > scenario.end
    quarter = max(m.expires or 0 for m in scenario.lists["binance", "usdm"].values())
    assert quarter > (end + timedelta(days=90)).timestamp() * 1000


def test_a_thin_book_takes_more_with_it() -> None:
    import random

    def fall(steps: int) -> float:
        crowd = Crowd(random.Random(1), 100.0)
        price, gone = 100.0, 0.0
        for i in range(steps):
            low = 100.0 * (1 - 0.03 * (i + 1) / steps)
            gone += crowd.minute(low, price, low)[0]
            price = low
        return gone

    assert fall(3) > 5  # three per cent reach every position of 50 and 100 times
    calm = Crowd(random.Random(1), 100.0)
    assert sum(sum(calm.minute(99.95, 100.05, 100.0)) for _ in range(10)) < fall(3) / 3
