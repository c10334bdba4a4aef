"""How full a sampled tape is, and what it hides."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import expm1, log, sqrt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.frames import NOW, before, frame, liquidation
from tui.metrics.saturation import Saturation, hidden_rate, of_minutes, saturation, true_rate
from tui.tables import LIQUIDATIONS, SATURATION

MINUTE = NOW.replace(second=0) - timedelta(minutes=1)
"""The whole minute before the open one."""


def pushes(seconds: Iterable[float], symbol: str = "BTC/USDT:USDT", **other: Any) -> pl.DataFrame:
    """Binance rows at these seconds of the minute."""
    rows = [
        liquidation(MINUTE + timedelta(seconds=second), venue="binance", symbol=symbol, **other)
        for second in seconds
    ]
    return frame(LIQUIDATIONS, rows).sort("ts")


def known(rows: pl.DataFrame, window: str = "1m", as_of: datetime = NOW) -> Saturation:
    return saturation(of_minutes(rows, ["binance"], [MINUTE]), as_of)[window]["binance"]


def thinned(rng: random.Random, rate: float, minutes: int) -> tuple[int, list[list[int]]]:
    """Orders of a Poisson stream of `rate` a second, and per minute the seconds that show one."""
    orders, at = 0, rng.expovariate(rate)
    shown: list[list[int]] = [[] for _ in range(minutes)]
    while at < minutes * 60:
        orders += 1
        if int(at) % 60 not in shown[int(at) // 60][-1:]:
            shown[int(at) // 60].append(int(at) % 60)
        at += rng.expovariate(rate)
    return orders, shown


def test_the_rates_behind_a_share_of_seconds() -> None:
    assert true_rate(0.5) == pytest.approx(log(2))
    assert hidden_rate(0.5) == pytest.approx(log(2) - 0.5)
    assert hidden_rate(0.0) == 0.0
    assert hidden_rate(0.95) is not None
    assert hidden_rate(0.951) is None
    assert true_rate(1.0) is None


def test_a_minute_is_as_full_as_its_fullest_symbol() -> None:
    rows = pl.concat(
        [pushes(range(0, 60, 2)), pushes(range(0, 60, 20), symbol="ETH/USDT:USDT")]
    ).sort("ts")
    full = known(rows)
    assert (full.peak, full.symbol, full.minute) == (0.5, "BTC/USDT:USDT", MINUTE)
    assert full.pushed == 33
    expected = 60 * (hidden_rate(0.5) or 0) + 60 * (hidden_rate(0.05) or 0)
    assert full.hidden == pytest.approx(expected)
    assert full.hidden_share == pytest.approx(expected / (33 + expected))


def test_rows_of_one_message_in_one_second_are_one_push() -> None:
    first, other = MINUTE + timedelta(seconds=2), MINUTE + timedelta(seconds=3)
    twice = pushes([1.1, 1.3], received=first)
    assert known(twice).peak == pytest.approx(1 / 60)
    assert known(twice).pushed == 2
    later = pl.concat([pushes([1.1], received=first), pushes([1.9], received=other)])
    assert known(later).peak == pytest.approx(2 / 60)


def test_above_95_percent_what_is_hidden_is_unknown() -> None:
    assert known(pushes(range(57))).hidden is not None
    full = known(pushes(range(58)))
    assert full.hidden is None
    assert full.hidden_share is None
    assert full.peak == pytest.approx(58 / 60)


def test_one_full_minute_makes_the_whole_window_unknown_and_is_named() -> None:
    full = of_minutes(pushes(range(60)), ["binance"], [MINUTE])
    calm = [
        {"minute": MINUTE - timedelta(minutes=k), "venue": "binance", "saturation": 0.1}
        | {"symbol": "ETH/USDT:USDT", "pushed": 6, "hidden": 0.3}
        for k in range(1, 60)
    ]
    rows = pl.concat([full, frame(SATURATION, calm)]).sort("minute")
    hour = saturation(rows, NOW)["1h"]["binance"]
    assert (hour.peak, hour.minute, hour.hidden) == (1.0, MINUTE, None)
    assert (hour.pushed, hour.minutes) == (60 + 59 * 6, 60)
    later = saturation(rows.filter(pl.col("minute") < MINUTE), NOW)["1h"]["binance"]
    assert later.hidden == pytest.approx(59 * 0.3)


def test_a_venue_that_pushed_nothing_hides_nothing_and_one_nobody_recorded_is_unknown() -> None:
    quiet = known(pushes([]))
    assert (quiet.peak, quiet.symbol, quiet.minute, quiet.hidden) == (0.0, None, None, 0.0)
    assert quiet.hidden_share is None
    assert saturation(SATURATION.empty(), NOW)["24h"] == {}


def test_backfilled_rows_and_other_venues_are_no_pushes() -> None:
    rows = pushes([1, 2, 3], source="backfill")
    assert known(rows).pushed == 0
    assert of_minutes(pushes([1]), ["okx"], [MINUTE])["pushed"].to_list() == [0]


def test_the_shortest_window_keeps_its_minute_until_the_next_is_summed_up() -> None:
    rows = of_minutes(pushes([1]), ["binance"], [MINUTE])
    for late in (0, 30, 69):
        as_of = MINUTE + timedelta(seconds=60 + late)
        assert saturation(rows, as_of)["1m"]["binance"].minutes == 1
    assert "binance" not in saturation(rows, before(minutes=-3))["1m"]


@settings(max_examples=30)
@given(st.floats(0.05, 1.2), st.integers(0, 1_000))
def test_the_estimate_finds_what_a_thinned_poisson_stream_hides(rate: float, seed: int) -> None:
    minutes = 120
    orders, shown = thinned(random.Random(seed), rate, minutes)
    rates = [hidden_rate(len(seconds) / 60) for seconds in shown]
    assert None not in rates
    found = sum(60 * rate for rate in rates if rate is not None)
    # One minute is a small sample: its logarithm is too large by s ÷ (2 · 60 · (1 − s)) on average.
    too_much = minutes * expm1(rate) / 2
    noise = sqrt(minutes * 60 * (expm1(rate) - rate))
    assert found - too_much == pytest.approx(orders - sum(map(len, shown)), abs=5 * noise)
