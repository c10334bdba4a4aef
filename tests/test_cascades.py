"""The detector of cascades: its rule by hand, that it sees nothing early, and how well it sees."""

import json
import math
from collections import Counter
from datetime import datetime, timedelta
from functools import cache

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.benchmarks.bench_cascades import of, played
from tests.cascade_stage import BEGAN, COINS, END, FALLEN, FALLS, Frames, buckets, frames, week
from tests.simulated_market import Market, Setting
from tui.clock import milliseconds
from tui.metrics.cascades.buckets import Buckets
from tui.metrics.cascades.coin import Coin, Price, led, sigmas
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.event import Event
from tui.metrics.cascades.normals import ALL, HOUR_MS, Hour, Week, frame, level, percentile
from tui.metrics.cascades.rule import CLOSE_MS, RULE, Bucket, Cell, Grade
from tui.metrics.cascades.state import packed, unpacked
from tui.metrics.cascades.table import Cascade, as_of, row
from tui.tables import CASCADES, DERIVATIVES, SATURATION, Side

LONG, SHORT = Side.LONG, Side.SHORT
EVERYBODY = frozenset({"bybit"})


@cache
def wave() -> tuple[Frames, list[Bucket]]:
    made = frames()
    return made, buckets(made)


def run(given_: list[Bucket], detector: Detector | None = None) -> tuple[Detector, list[Event]]:
    """The events of these buckets, the oldest first."""
    detector = detector or Detector(week())
    found: dict[tuple[str, str, int], Event] = {}
    for bucket in given_:
        detector.step(bucket)
        for event in detector.taken()[0]:
            found[event.base, event.side, event.since] = event
    return detector, sorted(found.values(), key=lambda one: (one.since, one.base))


def rows(events: list[Event]) -> pl.DataFrame:
    made = [row(event, DERIVATIVES.empty(), SATURATION.empty()) for event in events]
    return pl.DataFrame(made, schema=CASCADES.schema)


# the rule by hand


def test_the_score_grows_by_log1p_of_the_bucket_less_the_drift_and_never_falls_below_0() -> None:
    coin = Coin()
    usd = (0.0, 9_000.0, 9_000.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    scores = []
    for at, amount in enumerate(usd):
        cells = (Cell("BTC", "bybit", LONG, amount, at),) if amount else ()
        coin.add(5_000 * at, cells, 1_000.0)
        scores.append(coin.legs[LONG].score)
    one = math.log1p(9) - RULE.drift
    expected = [0.0, one, 2 * one, 2 * one - 1, 2 * one - 2, 0.0, 0.0, 0.0]
    assert scores == pytest.approx(expected)
    assert coin.legs[SHORT].score == 0


def test_the_share_is_of_all_since_the_score_left_0() -> None:
    coin = Coin()
    coin.add(0, (Cell("BTC", "bybit", SHORT, 500.0, 0),), 1_000.0)
    coin.add(5_000, (Cell("BTC", "bybit", LONG, 9_000.0, 0),), 1_000.0)
    coin.add(10_000, (Cell("BTC", "okx", SHORT, 1_000.0, 0),), 1_000.0)
    assert coin.legs[LONG].anchor == 5_000
    assert coin.share(LONG) == 0.9


def test_the_venue_that_led_is_the_first_to_reach_a_normal_bucket() -> None:
    coin = Coin()
    first = (Cell("BTC", "okx", LONG, 400.0, 1_000), Cell("BTC", "bybit", LONG, 900.0, 2_000))
    coin.add(0, first, 1_000.0)
    more = (Cell("BTC", "okx", LONG, 800.0, 5_100), Cell("BTC", "bybit", LONG, 200.0, 5_000))
    coin.add(5_000, more, 1_000.0)
    assert led(coin.spent, 0, LONG, 1_000.0) == "bybit"
    assert led(coin.spent, 0, SHORT, 1_000.0) is None


def test_sigma_is_of_returns_over_a_minute_and_grows_with_the_root_of_time() -> None:
    price = Price()
    for minute in range(62):
        price.add(minute * 60_000 - 5_000, 100.0 * 1.001 ** (minute % 2))
    assert price.sigma == pytest.approx(math.log(1.001), rel=1e-3)
    assert sigmas(100.0, 99.0, 0.001, 240_000) == pytest.approx(math.log(0.99) / 0.002)
    assert sigmas(100.0, 99.0, 0.001, 5_000) == pytest.approx(math.log(0.99) / 0.001)
    assert Price().sigma is None


def test_the_baseline_is_the_mean_of_the_same_hour_and_never_below_its_floors() -> None:
    made = {}
    for at in range(7 * 24):
        hour = Hour()
        hour.listened["bybit"] = hour.normal["bybit"] = 3600
        hour.cents["bybit", "BTC"] = (20_000 if at % 24 == 13 else 2_000) * 720 * 100
        hour.sizes["bybit", "BTC"].update({level(4_000.0): 95, level(60_000.0): 5})
        hour.sizes["bybit", "ADA"].update({level(80_000.0): 3})
        made[at * HOUR_MS] = hour
    known = Week(frame(made))
    assert known.bucket("BTC", 8 * 24 * HOUR_MS + 13 * HOUR_MS, EVERYBODY) == 20_000
    assert known.bucket("BTC", 8 * 24 * HOUR_MS, EVERYBODY) == 2_000
    assert known.bucket("XRP", 0, EVERYBODY) == 1_000
    assert known.bucket("ADA", 0, EVERYBODY) == pytest.approx(8_000, rel=0.2)
    assert known.days == 7


def test_a_venue_that_is_not_connected_is_no_part_of_the_baseline() -> None:
    hour = Hour()
    for venue, usd in (("bybit", 5_000), ("okx", 3_000)):
        hour.listened[venue] = hour.normal[venue] = 3600
        hour.cents[venue, "BTC"] = usd * 720 * 100
        hour.sizes[venue, "BTC"][level(usd)] = 720
    known = Week(frame({at * HOUR_MS: hour for at in range(168)}))
    assert known.bucket("BTC", 0, frozenset({"bybit", "okx"})) == 8_000
    assert known.bucket("BTC", 0, frozenset({"okx"})) == 3_000


@given(st.lists(st.floats(1.0, 1e8), min_size=1, max_size=60), st.floats(0.01, 1.0))
def test_a_percentile_is_within_a_step_of_the_exact_one(sizes: list[float], part: float) -> None:
    counts: dict[int, int] = {}
    for size in sizes:
        counts[level(size)] = counts.get(level(size), 0) + 1
    exact = sorted(sizes)[max(0, math.ceil(part * len(sizes) - 1e-9) - 1)]
    assert percentile(counts, part) / exact == pytest.approx(1.0, abs=0.2)


@st.composite
def hours_heard(draw: st.DrawFn) -> Hour:
    """An hour in which two venues were listened to, or not, and gave something, or not."""
    hour = Hour()
    for venue in draw(st.sets(st.sampled_from(["bybit", "okx"]))):
        hour.listened[venue] = 3600
        hour.normal[venue] = draw(st.sampled_from([0, 100, 3600]))
        for base in draw(st.sets(st.sampled_from(["BTC", "ETH"]))):
            cents = draw(st.integers(1, 10**10))
            hour.cents[venue, base] = cents
            hour.cents[venue, ALL] += cents
            hour.sizes[venue, base][level(cents / 100)] += 1
    return hour


@settings(max_examples=40, deadline=None)
@given(st.lists(hours_heard(), min_size=1, max_size=200), st.integers(0, 23))
def test_a_week_that_grew_by_the_hour_is_that_of_its_rows(made: list[Hour], at: int) -> None:
    grown, everybody = Week(), frozenset({"bybit", "okx"})
    for place, hour in enumerate(made):
        grown.add(place * HOUR_MS, hour)
    kept = {place * HOUR_MS: hour for place, hour in enumerate(made)}
    whole = Week(frame({start: kept[start] for start in list(kept)[-168:]}))
    assert grown.rows.sort(grown.rows.columns).equals(whole.rows.sort(whole.rows.columns))
    assert grown.days == whole.days
    for base in ("BTC", "ETH", ALL):
        found = grown.bucket(base, at * HOUR_MS, everybody)
        assert found == whole.bucket(base, at * HOUR_MS, everybody)
        assert found == pytest.approx(_by_hand(list(kept.items())[-168:], base, at))


def _by_hand(made: list[tuple[int, Hour]], base: str, at: int) -> float:
    """The baseline as definitions §1.6 tell it, hour by hour."""
    total = 0.0
    for venue in ("bybit", "okx"):
        same = [hour for start, hour in made if start // HOUR_MS % 24 == at]
        if sum(hour.normal[venue] for hour in same) < 600:
            same = [hour for _, hour in made]
        seconds = sum(hour.normal[venue] for hour in same)
        if seconds:
            total += sum(hour.cents[venue, base] for hour in same) / 100 / seconds * 5
    sizes = Counter[int]()
    for _, hour in made:
        for (_, name), counts in hour.sizes.items():
            sizes += counts if name == base else Counter()
    floor = percentile(sizes, 0.95) / 10 if base != ALL else 0.0
    return max(total, floor, 1_000.0)


# what it finds


def test_a_wave_is_a_burst_then_market_wide_and_is_over_after_a_minute() -> None:
    _, events = run(wave()[1])
    (market,) = [one for one in events if one.base == ALL]
    assert [step.grade for step in market.steps][::2] in ([1, 3], [1])
    assert market.grade is Grade.MARKET_WIDE
    assert market.side is LONG
    assert milliseconds(FALLS) - 10_000 <= market.since <= milliseconds(FALLS) + 10_000
    assert market.steps[0].at <= milliseconds(FALLS) + 60_000
    assert abs(market.until - milliseconds(FALLEN)) <= 120_000
    assert market.ended == market.until + 60_000 + CLOSE_MS
    assert set(market.coins) == set(COINS)
    assert market.lead == "bybit"
    assert market.priced in {"BTC", "ETH", "SOL"}
    assert -0.025 < market.move < -0.015
    truth = wave()[0].liquidations.filter(
        pl.col("ts").to_physical().is_between(market.since, market.until - 1)
    )
    per_side = dict(truth.group_by("side").agg(pl.col("usd").sum()).iter_rows())
    assert market.long_usd == pytest.approx(per_side["long"])
    assert market.short_usd == pytest.approx(per_side.get("short", 0.0))
    assert market.times > 10


def test_without_a_move_of_the_price_there_is_no_event() -> None:
    assert run(buckets(frames(depth=0.0)))[1] == []


def test_with_less_than_three_days_there_is_no_event() -> None:
    assert run(wave()[1], Detector(week(days=2.9)))[1] == []
    assert run(wave()[1], Detector(week(days=3)))[1] != []


def test_three_coins_besides_bitcoin_make_it_market_wide_and_fewer_do_not() -> None:
    _, events = run(buckets(frames(coins=("BTC", "ETH", "SOL"))))
    assert max(one.grade for one in events) is Grade.CASCADE


def test_a_coin_that_nobody_quotes_begins_nothing() -> None:
    assert run(buckets(frames(coins=("XRP",), depth=0.02)))[1] == []


def test_the_hours_that_are_learnt_leave_the_event_out() -> None:
    detector = Detector(week())
    for bucket in wave()[1]:
        detector.step(bucket)
    hour = detector.hour  # the second one, which has the wave
    seconds = hour.normal["bybit"]
    assert hour.listened["bybit"] - seconds >= (FALLEN - FALLS).total_seconds()
    assert hour.cents["bybit", "BTC"] / 100 / seconds < 400  # 190 USD a second without it


def test_what_is_loud_for_hours_is_cut_and_begins_nothing_anew() -> None:
    cells = tuple(Cell(base, "bybit", LONG, 40_000.0, 0) for base in ("BTC", "ETH"))
    detector, price = Detector(week()), 100.0
    found = []
    for at in range(7 * 720):
        price *= 1 - (0.0002 if at > 720 else 0.00001 * (-1) ** (at // 12))
        start = milliseconds(BEGAN) + at * 5_000
        loud = cells if at > 720 else ()
        detector.step(Bucket(start, loud, {"BTC": price, "ETH": price}, EVERYBODY))
        found += [one for one in detector.taken()[0] if one.ended is not None and one.base == ALL]
    (market,) = found
    assert market.ended is not None
    assert 4 * HOUR_MS <= market.ended - market.since <= 4 * HOUR_MS + 10_000
    assert not detector.running


# the same live, in replay, after a restart


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.data())
def test_the_buckets_are_the_same_however_the_rows_are_handed_over(data: st.DataObject) -> None:
    made, whole = wave()
    since, until = BEGAN + timedelta(minutes=78), BEGAN + timedelta(minutes=82)
    expected = [b for b in whole if milliseconds(since) <= b.start < milliseconds(until)]
    tape = made.liquidations.sort("received")
    it = Buckets(milliseconds(since))
    it.coverage(made.coverage)
    at, found = since - timedelta(minutes=1), list[Bucket]()
    for step in data.draw(st.lists(st.floats(0.1, 60.0), min_size=1, max_size=40)):
        to = min(at + timedelta(seconds=step), END)
        it.quotes(made.quotes.filter(pl.col("received").is_between(at, to, closed="right")))
        new = tape.filter(pl.col("received").is_between(at, to, closed="right"))
        it.liquidations(new.filter(pl.col("ts") >= since).sample(fraction=1.0, shuffle=True))
        found += it.due(to)
        at = to
    assert not it.is_late
    found = [bucket for bucket in found if bucket.start < milliseconds(until)]
    assert found == expected[: len(found)]


def test_a_row_that_came_late_or_by_a_backfill_counts_in_no_bucket() -> None:
    made = wave()[0].liquidations.head(3)
    late = made.with_columns(pl.col("received") + timedelta(seconds=9))
    filled = made.with_columns(source=pl.lit("backfill"))
    it = Buckets(milliseconds(BEGAN))
    it.liquidations(late)
    it.liquidations(filled)
    assert all(not bucket.cells for bucket in it.due(END))
    assert not it.is_late
    it.liquidations(made)
    assert it.is_late


@pytest.mark.parametrize("seconds", range(0, 480, 37))
def test_nothing_is_known_before_it_can_be(seconds: int) -> None:
    """What the rows of the whole say of a moment is what the rows of then say."""
    now = FALLS + timedelta(seconds=seconds)
    _, whole = run(wave()[1])
    _, then = run([bucket for bucket in wave()[1] if bucket.known <= milliseconds(now)])
    assert shown(as_of(rows(whole), now)) == shown(as_of(rows(then), now))


def shown(known: tuple[Cascade, ...]) -> list[Cascade]:
    return sorted(known, key=lambda one: (one.since, one.base or ""))


@pytest.mark.parametrize("minutes", [75, 81, 82, 86])
def test_a_detector_that_was_put_away_goes_on_as_if_it_had_not_been(minutes: int) -> None:
    parts = milliseconds(BEGAN + timedelta(minutes=minutes))
    first = [bucket for bucket in wave()[1] if bucket.start < parts]
    rest = [bucket for bucket in wave()[1] if bucket.start >= parts]
    detector, before = run(first)
    again = unpacked(json.loads(json.dumps(packed(detector))), Week(detector.week.rows))
    assert again is not None
    again.hour = detector.hour  # kept at the end of an hour, when it is empty
    _, after = run(rest, again)
    _, straight = run(wave()[1])
    both = {(one.base, one.side, one.since): one for one in (*before, *after)}
    assert (
        rows(list(both.values())).sort("since", "base").equals(rows(straight).sort("since", "base"))
    )


def test_a_state_that_is_not_understood_is_none() -> None:
    assert unpacked({"schema": 99}, week()) is None
    assert unpacked({"schema": 1, "at": "x"}, week()) is None


# how well it sees; the whole table is in tests/benchmarks


def test_it_finds_known_cascades_of_a_simulated_market_whole_and_thinned() -> None:
    setting = Setting(per_minute=12.0, days=1 / 3, seed=5, rhythm=0.0)
    market = Market(setting, warm_up=1 / 12)
    # Its first two hours are what a week of it is like.
    learnt: dict[int, Hour] = {}
    for hour in range(2):
        learnt |= _learnt(market, hour)
    found = played(market, Week(frame(_weekly(list(learnt.values())))))
    for events in found:
        whole = [one for one in events if one.base == ALL]
        seen = [any(of(one, truth) for one in whole) for truth in market.truths]
        assert sum(seen) >= 0.75 * len(seen) > 0
        assert all(any(of(one, truth) for truth in market.truths) for one in whole)


def _learnt(market: Market, number: int) -> dict[int, Hour]:
    hour = Hour()
    twin = Market(market.setting, warm_up=1 / 12)
    for at, (bucket, _) in enumerate(twin.buckets()):
        if at // 720 == number:
            hour.add(bucket, is_normal=True)
        if at // 720 > number:
            break
    return {number: hour}


def _weekly(two: list[Hour]) -> dict[int, Hour]:
    first = milliseconds(datetime.fromisoformat("2025-12-25T00:00:00Z"))
    return {first + at * HOUR_MS: two[at % 2] for at in range(168)}
