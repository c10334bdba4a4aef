"""Averages: hand-computed lines, and the recorded BTC candles with their known figures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.frames import NOW, candle, daily, frame, snapshot
from tui.draw.framed import AXIS, Span
from tui.metrics import rounds
from tui.metrics.averages import Average, averages, line
from tui.panels.base import Form, View
from tui.panels.moving_averages.chart import crossed, crosses
from tui.panels.moving_averages.panel import MovingAveragesPanel
from tui.panels.moving_averages.record import AveragesRecord
from tui.panels.moving_averages.words import ahead
from tui.tables import CANDLES

YESTERDAY = datetime(2026, 1, 19, tzinfo=UTC)  # opens the last day that has closed at NOW


def at(candles: pl.DataFrame, name: str, price: float | None = 100.0) -> Average:
    record = averages(candles, "BTC", price, NOW, NOW)
    return next(found for found in record.lines if found.name == name)


def btc(recorded: Path) -> pl.DataFrame:
    rows = pl.read_csv(recorded / "daily" / "binance_BTCUSDT_1d.csv", try_parse_dates=True)
    days = [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in rows["timestamp"]]
    made = [candle(c, day) for c, day in zip(rows["close"], days, strict=True)]
    return frame(CANDLES, made)


def test_fewer_closes_than_needed_give_no_average_only_have_and_need() -> None:
    assert at(daily([100.0] * 49, YESTERDAY), "50d") == Average("50d", 49, 50)


def test_the_mean_takes_exactly_the_last_closes() -> None:
    found = at(daily([999.0, *[100.0] * 25, *[110.0] * 25], YESTERDAY), "50d", 84.0)
    assert found.value == 105.0
    assert found.distance == pytest.approx(-0.2)
    assert (found.have, found.need) == (51, 50)


def test_the_open_candle_never_enters() -> None:
    closed = daily([100.0] * 50, YESTERDAY)
    today = frame(CANDLES, [candle(1.0, YESTERDAY + timedelta(days=1), closed=False)])
    assert at(pl.concat([closed, today]), "50d") == at(closed, "50d")


def test_a_candle_of_later_than_the_moment_never_enters() -> None:
    later = daily([*[100.0] * 50, 1.0], YESTERDAY + timedelta(days=1))
    assert at(later, "50d").value == 100.0


def test_slope_is_newest_minus_the_close_that_dropped_out() -> None:
    closes = [70.0, *[100.0] * 49, 120.0]
    found = at(daily(closes, YESTERDAY), "50d")
    means = [sum(closes[:50]) / 50, sum(closes[1:]) / 50]
    assert found.slope == pytest.approx(means[1] - means[0])
    assert found.slope == pytest.approx((120 - 70) / 50)


def test_slope_is_unknown_without_the_close_that_dropped_out() -> None:
    assert at(daily([100.0] * 50, YESTERDAY), "50d").slope is None


def test_it_turns_when_the_next_fourteen_days_bring_what_drops_out() -> None:
    closes = [float(n) for n in range(1, 51)]
    found = at(daily(closes, YESTERDAY), "50d")
    assert found.turn_mean == pytest.approx(sum(range(1, 15)) / 14)
    after = (sum(closes[14:]) + 14 * (found.turn_mean or 0)) / 50
    assert after == pytest.approx(found.value)


def test_state_and_closes_count_from_the_close_that_crossed() -> None:
    found = at(daily([*[100.0] * 60, 120.0, *[90.0] * 3], YESTERDAY), "50d")
    assert (found.state, found.closes_since_cross, found.at_least) == ("below", 3, False)


def test_a_history_that_does_not_reach_the_cross_says_at_least() -> None:
    found = at(daily([*[100.0] * 49, *[90.0] * 14], YESTERDAY), "50d")
    assert (found.state, found.closes_since_cross, found.at_least) == ("below", 14, True)


def test_the_live_price_moves_distance_never_state() -> None:
    candles = daily([*[100.0] * 60, *[90.0] * 3], YESTERDAY)
    below, above = at(candles, "50d", 50.0), at(candles, "50d", 500.0)
    assert (below.state, above.state) == ("below", "below")
    assert below.distance != above.distance


def test_the_next_state_is_against_the_mean_that_has_the_close_in_it() -> None:
    candles = daily([150.0, *[100.0] * 49], YESTERDAY)
    found = at(candles, "50d", 100.5)
    assert (found.value, found.state, found.dropping) == (101.0, "below", 150.0)
    assert found.next_state == "above"  # the mean falls to 100.01 with that close
    assert "50d above" in ahead(AveragesRecord(NOW, averages(candles, "BTC", 100.5, NOW, NOW)), 80)
    assert at(candles, "50d", 100.0).next_state == "above"
    assert at(candles, "50d", 99.0).next_state == "below"
    assert at(candles, "50d", None).next_state is None


def test_a_weekly_line_waits_for_sundays_close_and_no_line_jumps_over_a_missing_one() -> None:
    candles = daily([100.0] * 1_500, YESTERDAY)

    def states(day: int) -> dict[str, str | None]:
        as_of = datetime(2026, 1, day, 12, tzinfo=UTC)
        made = averages(candles, "BTC", 200.0, as_of, as_of)
        return {found.name: found.next_state for found in made.lines}

    above = dict.fromkeys(("365d", "200d", "50d"), "above")
    assert states(20) == above | {"200w": None}  # a Tuesday
    assert states(18) == above | {"200w": "above"}  # a Sunday
    assert states(22) == dict.fromkeys(("365d", "200d", "50d", "200w"))


def test_without_a_price_the_average_stands_and_the_distance_is_unknown() -> None:
    found = at(daily([100.0] * 50, YESTERDAY), "50d", None)
    assert (found.value, found.distance) == (100.0, None)
    assert (
        averages(daily([1.0], YESTERDAY), "BTC", None, None, NOW).reason == "no live price of BTC"
    )


def test_a_hole_ends_the_history() -> None:
    old = daily([100.0] * 100, YESTERDAY - timedelta(days=41))
    new = daily([100.0] * 40, YESTERDAY)
    assert at(pl.concat([old, new]), "50d") == Average("50d", 40, 50)


def test_a_venue_that_fell_out_is_filled_by_the_next() -> None:
    first = daily([100.0] * 40, YESTERDAY - timedelta(days=10))
    second = daily([110.0] * 20, YESTERDAY, venue="bybit")
    found = at(pl.concat([second, first]), "50d")
    assert found.value == pytest.approx((40 * 100 + 10 * 110) / 50)


def test_weekly_closes_are_sundays() -> None:
    sunday = datetime(2026, 1, 18, tzinfo=UTC)
    days = [sunday - timedelta(days=back) for back in range(201 * 7)]
    rows = [candle(200.0 if day.weekday() == 6 else 1.0, day) for day in days]
    rows.append(candle(7.0, YESTERDAY))
    rows[200 * 7] = candle(60.0, sunday - timedelta(weeks=200))
    found = at(frame(CANDLES, rows), "200w")
    assert (found.value, found.have) == (200.0, 201)
    assert found.slope == pytest.approx((200 - 60) / (200 * 7))
    assert found.turn_mean == 200.0


def test_last_close_is_named_by_the_day_that_closed() -> None:
    record = averages(daily([1.0, 2.0], YESTERDAY), "BTC", 3.0, NOW, NOW)
    assert (record.last_close, record.last_close_price) == (date(2026, 1, 19), 2.0)
    assert (record.symbol, record.venue) == ("BTC/USDT", "binance")


def test_line_is_the_closes_with_their_means() -> None:
    found = line(daily([float(n) for n in range(1, 53)], YESTERDAY), "BTC", "50d", NOW)
    assert found.columns == ["ts", "close", "mean"]
    assert found["mean"].to_list()[-3:] == pytest.approx([25.5, 26.5, 27.5])
    assert found["ts"][-1] == datetime(2026, 1, 20, tzinfo=UTC)


def test_no_candle_at_all_is_a_reason() -> None:
    record = averages(CANDLES.empty(), "BTC", None, None, NOW)
    assert record.reason == "no daily candle of BTC, no live price of BTC"
    assert [found.have for found in record.lines] == [0, 0, 0, 0]
    assert (record.round_below, record.last_round) == (None, None)


def test_the_recorded_mean_of_365_days_and_its_last_cross(recorded: Path) -> None:
    candles = btc(recorded)
    as_of = datetime(2026, 1, 4, tzinfo=UTC)
    found = next(a for a in averages(candles, "BTC", 90_000.0, as_of, as_of).lines)
    assert (found.name, found.state, found.at_least) == ("365d", "below", False)
    assert found.value == pytest.approx(101_580, abs=0.5)
    assert found.closes_since_cross == (date(2026, 1, 3) - date(2025, 11, 12)).days + 1


def test_the_recorded_first_close_below_its_mean(recorded: Path) -> None:
    history = line(btc(recorded), "BTC", "365d", datetime(2026, 1, 4, tzinfo=UTC))
    autumn = history.filter(pl.col("ts") > datetime(2025, 6, 1, tzinfo=UTC))
    below = autumn.filter(pl.col("close") < pl.col("mean"))
    assert below["ts"][0] - timedelta(days=1) == datetime(2025, 11, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("base", "price", "size", "levels"),
    [
        ("BTC", 88_640.0, 5_000.0, (85_000.0, 90_000.0)),
        ("BTC", 90_000.0, 5_000.0, (90_000.0, 95_000.0)),
        ("ETH", 2_911.0, 200.0, (2_800.0, 3_000.0)),
        ("SOL", 121.4, 5.0, (120.0, 125.0)),
        ("DOGE", 0.115, 0.005, (0.115, 0.12)),
    ],
)
def test_round_levels(base: str, price: float, size: float, levels: tuple[float, float]) -> None:
    assert rounds.step(base, price) == pytest.approx(size)
    assert rounds.around(price, size) == pytest.approx(levels)


def test_the_last_round_level_crossed_and_when() -> None:
    hours = [datetime(2026, 1, 20, hour, tzinfo=UTC) for hour in range(4)]
    rows = [candle(c, t, "1h") for c, t in zip((91e3, 89e3, 88e3, 89e3), hours, strict=True)]
    record = averages(frame(CANDLES, rows), "BTC", 88_640.0, NOW, NOW)
    assert (record.last_round, record.last_round_at) == (90_000.0, hours[2])  # close of 01:00–02:00
    live = averages(frame(CANDLES, rows), "BTC", 84_000.0, NOW, NOW)
    end_of_hours = hours[3] + timedelta(hours=1)  # within the hour that is open since
    assert (live.last_round, live.last_round_at) == (85_000.0, end_of_hours)


def test_a_close_on_the_other_side_of_its_mean_is_a_cross() -> None:
    closes, mean = pl.Series([1.0, 3.0, 3.0, 1.0, 1.0]), pl.Series([None, 2.0, 2.0, 2.0, 1.0])
    assert crossed(closes, mean) == [(3, False), (4, True)]


def test_the_average_of_weeks_is_crossed_at_weekly_closes_alone() -> None:
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    closes = [90.0] * 21
    closes[3] = 110.0  # above on a Thursday and back: no week closed there
    closes[10:] = [110.0] * 11  # above since a Thursday, which the week's close of the 19th tells
    days = pl.DataFrame(
        {
            "ts": [monday + timedelta(days=n) for n in range(21)],
            "close": closes,
            "200w": [100.0] * 21,
        }
    )
    span = Span(days["ts"][0], days["ts"][-1], 21, 21)
    row = crosses(days, ["200w"], span, AXIS + 21)
    marks = {at - AXIS: sign for at, sign in enumerate(row.plain) if sign in "▲▼"}
    assert marks == {span.column_of(14): "▲"}


def test_a_coin_that_is_not_followed_has_no_closes_and_says_why() -> None:
    panel, view = MovingAveragesPanel(), View(coin="DOGE", coins=("BTC", "ETH"))
    record = panel.detail_record(snapshot(), view)
    words = "n/a (no daily closes: DOGE is not in [coins] follow)"
    assert panel.rows(record, view, 80, 9, Form.BOX)[0].plain.rstrip() == words
    assert panel.detail_rows(record, view, 80, 30)[-1].plain.rstrip() == words
    followed = replace(view, coin="ETH")
    waiting = panel.detail_rows(panel.detail_record(snapshot(), followed), followed, 80, 30)
    assert all("follow" not in line.plain for line in waiting)
