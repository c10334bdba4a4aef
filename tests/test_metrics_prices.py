"""Prices: which venue speaks, and changes against a stored price that is near enough."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from tests.frames import NOW, before, candle, frame, quote
from tui.metrics import spans
from tui.metrics.prices import Price, by_minute, change, price
from tui.tables import CANDLES, QUOTES

FIVE, DAY = timedelta(minutes=5), timedelta(hours=24)
NONE = CANDLES.empty()


def read(*quotes: dict[str, Any], candles: pl.DataFrame = NONE) -> Price | None:
    return price(frame(QUOTES, quotes), candles, "BTC", NOW)


def moved(span: timedelta, *quotes: dict[str, Any], candles: pl.DataFrame = NONE) -> float | None:
    return change(frame(QUOTES, quotes), candles, "BTC/USDT", 100.0, NOW, span)


def hourly(close: float, **ended: float) -> pl.DataFrame:
    return frame(CANDLES, [candle(close, before(**ended) - timedelta(hours=1), "1h")])


def test_the_newest_quote_of_the_first_live_venue_speaks() -> None:
    found = read(
        quote(90.0, before(seconds=40)),
        quote(100.0, before(seconds=30)),
        quote(101.0, NOW, venue="bybit"),
    )
    assert found is not None
    assert (found.venue, found.price, found.ts) == ("binance", 100.0, before(seconds=30))


def test_a_venue_that_fell_silent_gives_way_to_the_next() -> None:
    found = read(quote(100.0, before(seconds=60)), quote(101.0, before(seconds=59), venue="okx"))
    assert found is not None
    assert (found.venue, found.price) == ("okx", 101.0)


def test_when_none_is_live_the_last_word_stands() -> None:
    found = read(quote(100.0, before(hours=2)), quote(101.0, before(hours=1), venue="okx"))
    assert found is not None
    assert (found.venue, found.ts) == ("okx", before(hours=1))


def test_perpetuals_are_no_spot_price_and_the_future_none_at_all() -> None:
    ahead = quote(1.0, NOW + timedelta(seconds=6))
    assert read(quote(100.0, symbol="BTC/USDT:USDT"), ahead) is None


def test_a_change_is_against_a_quote_at_most_a_minute_older() -> None:
    assert moved(FIVE, quote(80.0, before(minutes=6))) == pytest.approx(0.25)
    assert moved(FIVE, quote(80.0, before(minutes=6, seconds=1))) is None
    assert moved(FIVE, quote(80.0, before(minutes=4, seconds=59))) is None


def test_a_change_takes_the_newest_such_quote_of_the_same_venue() -> None:
    rows = [
        quote(50.0, before(minutes=5, seconds=40)),
        quote(80.0, before(minutes=5, seconds=30)),
        quote(40.0, before(minutes=5), venue="bybit"),
    ]
    assert moved(FIVE, *rows) == pytest.approx(0.25)
    assert change(
        frame(QUOTES, rows), NONE, "BTC/USDT", 100.0, NOW, FIVE, venue="bybit"
    ) == pytest.approx(1.5)


def test_an_hourly_close_stands_in_from_four_hours_on() -> None:
    assert moved(DAY, candles=hourly(50.0, hours=25)) == pytest.approx(1.0)
    assert moved(DAY, candles=hourly(50.0, hours=25, seconds=1)) is None
    assert moved(DAY, candles=hourly(50.0, hours=23, minutes=59)) is None
    assert moved(timedelta(hours=4), candles=hourly(50.0, hours=4)) == pytest.approx(1.0)
    assert moved(timedelta(hours=3), candles=hourly(50.0, hours=3)) is None


def test_a_daily_close_stands_in_beyond_the_hourly_candles_alone() -> None:
    for days, expected in ((7, None), (30, None), (90, None), (365, pytest.approx(1.0))):
        then = NOW - timedelta(days=days)
        opened = (then - timedelta(days=1)).replace(hour=0, minute=0, second=0)
        daily = frame(CANDLES, [candle(50.0, opened)])
        assert moved(timedelta(days=days), candles=daily) == expected


def test_an_open_candle_is_no_close() -> None:
    is_open = frame(CANDLES, [candle(50.0, before(hours=25), "1h", closed=False)])
    assert moved(DAY, candles=is_open) is None


def test_the_price_carries_its_changes() -> None:
    found = read(
        quote(100.0), quote(125.0, before(minutes=5)), candles=hourly(80.0, hours=24, minutes=3)
    )
    assert found is not None
    assert found.change_5m == pytest.approx(-0.2)
    assert found.change_24h == pytest.approx(0.25)


def test_minutes_hold_their_last_price_or_none() -> None:
    rows = [
        quote(1.0, before(minutes=2)),
        quote(2.0, before(minutes=2) + timedelta(seconds=9)),
        quote(3.0, before(seconds=1)),
        quote(4.0, NOW + timedelta(seconds=4)),
        quote(9.0, NOW, venue="okx"),
        quote(9.0, before(minutes=3, seconds=21)),
    ]
    assert by_minute(frame(QUOTES, rows), "BTC/USDT", NOW, 4) == (None, 2.0, None, 4.0)
    assert by_minute(QUOTES.empty(), "BTC/USDT", NOW, 2) == (None, None)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=14.9), "14s"),
        (timedelta(minutes=12), "12m"),
        (timedelta(hours=24), "24h"),
        (timedelta(hours=36), "1d"),
    ],
)
def test_spans_in_one_unit(span: timedelta, said: str) -> None:
    assert spans.words(span) == said


def test_milliseconds_are_exact() -> None:
    odd = NOW + timedelta(milliseconds=7)
    assert spans.moment(spans.ms(odd)) == odd
    assert spans.age_s(NOW, odd) == 0.0
