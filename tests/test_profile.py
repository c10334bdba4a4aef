"""The volume profile: what a candle puts where, what a zone is, and which venue is taken."""

import math
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.frames import NOW
from tui.metrics.profile import NEED, STANDS_OUT, WIDTH, edge, profile, spans, spread
from tui.metrics.supply import Place, supply

STEP = math.log(1 + WIDTH)
OPEN = NOW.replace(minute=0, second=0)


def hours(*candles: tuple[float, float, float], last: datetime = OPEN) -> pl.DataFrame:
    """Candles of low, high and volume, an hour each, the last of which opened at `last` − 1 h."""
    count = len(candles)
    ts = [last - timedelta(hours=count - n) for n in range(count)]
    low, high, volume = zip(*candles, strict=True) if candles else ((), (), ())
    return pl.DataFrame(
        {"ts": ts, "low": low, "high": high, "close": high, "volume": volume},
        schema={
            "ts": pl.Datetime("ms", "UTC"),
            **dict.fromkeys(("low", "high", "close", "volume"), pl.Float64),
        },
    )


def bin_of(price: float) -> int:
    return math.floor(math.log(price) / STEP)


def middle(bin: int) -> float:
    return edge(bin) * math.exp(STEP / 2)


def year(*levels: tuple[float, float]) -> pl.DataFrame:
    """A whole year whose hours stand at prices in turn, with a volume at each."""
    every = [levels[n % len(levels)] for n in range(NEED)]
    return hours(*((price, price, volume) for price, volume in every))


def test_bins_are_half_a_per_cent_wide_and_stand_where_they_stand() -> None:
    assert edge(0) == 1.0
    for bin in (0, 1, 700, 2_300, -400):
        assert edge(bin + 1) / edge(bin) == pytest.approx(1.005)


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (middle(2_300), middle(2_300), {2_300: 12.0}),  # one price
        (edge(2_300) * 1.0001, edge(2_301) * 0.9999, {2_300: 12.0}),  # inside one bin
        (middle(2_300), middle(2_301), {2_300: 6.0, 2_301: 6.0}),
        (edge(2_300), edge(2_303), {2_300: 4.0, 2_301: 4.0, 2_302: 4.0}),
        (middle(2_300), middle(2_303), {2_300: 2.0, 2_301: 4.0, 2_302: 4.0, 2_303: 2.0}),
    ],
)
def test_the_volume_of_a_candle_is_spread_evenly_over_its_range(
    low: float, high: float, wanted: dict[int, float]
) -> None:
    found = {b: v for b, v in spread(hours((low, high, 12.0))).iter_rows() if v > 1e-9}
    assert found == pytest.approx(wanted)


CANDLES = st.lists(
    st.tuples(
        st.floats(0.001, 200_000.0),
        st.floats(1.0, 1.2),
        st.floats(0.0, 1e6, allow_subnormal=False),
    ).map(lambda c: (c[0], c[0] * c[1], c[2])),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(CANDLES)
def test_no_volume_is_lost_and_none_lies_outside_a_range(
    candles: list[tuple[float, float, float]],
) -> None:
    found = spread(hours(*candles))
    total = sum(volume for _, _, volume in candles)
    assert found["volume"].sum() == pytest.approx(total, rel=1e-9)
    assert found["bin"].is_sorted()
    assert found["bin"].is_unique().all()
    ranges = [(math.log(low) / STEP, math.log(high) / STEP) for low, high, v in candles if v > 0]
    for bin, _ in found.iter_rows():
        assert any(low - 1 <= bin <= high for low, high in ranges)


def test_rows_that_make_no_sense_put_nothing_anywhere() -> None:
    good = (100.0, 100.0, 5.0)
    found = spread(hours(good, (0.0, 100.0, 1.0), (101.0, 99.0, 1.0), (100.0, 100.0, 0.0)))
    assert found.rows() == [(bin_of(100.0), 5.0)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=60).filter(lambda v: sum(v) > 1e-3))
def test_a_zone_is_a_peak_that_stands_out_and_what_is_half_as_full(volumes: list[float]) -> None:
    found, mean = spans(volumes), sum(volumes) / len(volumes)
    peaks = [max(volumes[n] for n in span) for span in found]
    assert peaks == sorted(peaks, reverse=True)
    bar = STANDS_OUT * mean  # a sum in another order may round otherwise
    assert all(peak >= bar * (1 - 1e-9) for peak in peaks)
    assert all(
        volumes[n] >= 0.5 * peak for span, peak in zip(found, peaks, strict=True) for n in span
    )
    bins = [n for span in found for n in span]
    assert len(bins) == len(set(bins)), "no bin is of two zones"
    for n, volume in enumerate(volumes):  # whatever stands out is in one, or on the slope of one
        if volume > bar * (1 + 1e-9) and n not in bins:
            assert max(volumes[max(0, n - 1) : n + 2]) > volume


@pytest.mark.parametrize(
    ("volumes", "wanted"),
    [
        ([1, 1, 1, 1], []),  # flat: nothing stands out
        ([1, 1, 9, 1, 1], [range(2, 3)]),
        ([1, 5, 9, 4, 1, 1, 1, 1], [range(1, 3)]),  # 4 is less than half of 9
        ([1, 6, 9, 1, 1, 7, 1, 1, 1], [range(1, 3), range(5, 6)]),
        ([1, 8, 5, 8, 1, 1, 1, 1, 1], [range(1, 4)]),  # a dip of less than half divides nothing
        ([1, 8, 3, 8, 1, 1, 1, 1, 1], [range(1, 2), range(3, 4)]),  # as full: the lower one first
        ([9, 1, 1, 1, 1], [range(1)]),  # at an end
        ([4], []),
    ],
)
def test_zones_by_hand(volumes: list[float], wanted: list[range]) -> None:
    assert spans(volumes) == wanted


def test_the_profile_says_where_it_lies_and_how_much_is_above() -> None:
    levels = [middle(2_300 + n) for n in range(4)]
    made = profile(
        {
            "binance": year(
                *((level, volume) for level, volume in zip(levels, (1, 1, 5, 1), strict=True))
            )
        }
    )
    assert made is not None
    assert made.is_whole
    assert (made.venue, made.hours, made.until) == ("binance", NEED, OPEN)
    assert (made.low, made.high) == pytest.approx((edge(2_300), edge(2_304)))
    (zone,) = made.zones
    assert (zone.low, zone.high) == pytest.approx((edge(2_302), edge(2_303)))
    assert (zone.share, zone.fullest, zone.peak) == pytest.approx((5 / 8, 5 / 8, levels[2]))
    assert made.above(levels[1]) == pytest.approx(6.5 / 8)  # half of the price's own bin
    assert made.above(edge(2_310)) == 0.0
    assert made.above(edge(2_290)) == 1.0


@settings(max_examples=40, deadline=None)
@given(st.floats(50.0, 200.0), st.floats(50.0, 200.0), st.integers(1, 9))
def test_what_is_above_falls_as_the_price_rises(a: float, b: float, volume: int) -> None:
    made = profile({"okx": hours((80.0, 120.0, float(volume)), (60.0, 90.0, 3.0))})
    assert made is not None
    assert made.above(min(a, b)) >= made.above(max(a, b)) - 1e-12
    assert (
        made.above(a) + made.between(edge(made.first), a) == pytest.approx(1.0)
        or not made.low <= a <= made.high
    )


def test_one_venue_is_taken_the_preferred_one_while_its_year_is_whole() -> None:
    some, most = year((100.0, 1.0)), year((200.0, 1.0))
    lacks = {"binance": some.tail(NEED - 80), "okx": most}
    made = profile(lacks)
    assert made is not None
    assert made.venue == "binance", "80 of 8,760 hours are less than 1 %"
    made = profile({"binance": some.tail(NEED - 100), "bybit": some.head(0), "okx": most})
    assert made is not None
    assert made.venue == "okx"
    made = profile({"binance": some.tail(50), "okx": most.tail(60)})
    assert made is not None
    assert (made.venue, made.hours) == ("okx", 60)
    assert profile({}) is profile({"binance": some.head(0)}) is None


def test_zones_lie_above_at_and_below_the_price() -> None:
    levels = [(middle(2_300 + n), 1.0) for n in range(40)]
    for full in (5, 20, 30, 31):
        levels[full] = (levels[full][0], 9.0)
    price = middle(2_320)
    made = supply({"binance": year(*levels)}, "BTC", price, NOW)
    assert [(one.place, bin_of(one.zone.peak)) for one in made.zones] == [
        (Place.ABOVE, 2_330),
        (Place.AT, 2_320),
        (Place.BELOW, 2_305),
    ]
    above, at, below = made.zones
    assert above.distance == pytest.approx(edge(2_330) / price - 1)
    assert above.zone.high == pytest.approx(edge(2_332)), "neighbours are one zone"
    assert at.distance == 0.0
    assert below.distance == pytest.approx(edge(2_306) / price - 1)
    assert below.distance < 0
    assert made.above == pytest.approx((9 * 2 + 17 + 4.5) / (36 + 4 * 9))
    assert made.above is not None
    assert made.below == pytest.approx(1 - made.above)
    assert made.reason is None


def test_the_fullest_zone_need_not_be_the_nearest() -> None:
    levels = [(middle(2_300 + n), 1.0) for n in range(40)]
    levels[10], levels[20], levels[30] = (
        (levels[n][0], v) for n, v in ((10, 6.0), (20, 6.0), (30, 9.0))
    )
    made = supply({"binance": year(*levels)}, "BTC", middle(2_300), NOW)
    fullest, nearest = made.fullest(Place.ABOVE), made.nearest(Place.ABOVE)
    assert fullest is not None
    assert bin_of(fullest.zone.peak) == 2_330
    assert nearest is not None
    assert bin_of(nearest.zone.peak) == 2_310
    assert made.fullest(Place.BELOW) is made.nearest(Place.BELOW) is None


def test_less_than_a_year_is_no_profile_of_a_year() -> None:
    some = {"binance": year((100.0, 1.0)).tail(2_160)}
    made = supply(some, "BTC", 90.0, NOW)
    assert (made.zones, made.above, made.hours) == ((), None, 2_160)
    assert made.reason == "2,160 of 8,760 hours"
    assert supply({}, "BTC", 90.0, NOW).reason == "no hourly spot candle of BTC"
    assert (
        supply({"binance": year((100.0, 1.0))}, "BTC", None, None).reason == "no live price of BTC"
    )


def test_the_zones_are_the_same_while_the_price_moves() -> None:
    frames = {"binance": year(*((middle(2_300 + n), 1.0 + 8.0 * (n % 13 == 0)) for n in range(40)))}
    made = [supply(frames, "BTC", price, NOW) for price in (90_000.0, 100_000.0, 110_000.0)]
    assert made[0].profile is made[1].profile is made[2].profile
    assert len({tuple(one.zone for one in each.zones) for each in made}) == 1
