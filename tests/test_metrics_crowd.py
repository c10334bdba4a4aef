"""Ratios, open interest and funding: newest rows, their changes, and what they say together."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from tests.frames import NOW, before, frame
from tests.frames import snapshot as snapshot_of
from tui.metrics.derivatives import (
    Derivatives,
    Funding,
    OpenInterest,
    changes,
    derivatives,
    quadrant,
)
from tui.metrics.positioning import Ratio, ratios, standing, words
from tui.panels.base import View
from tui.panels.long_short import LongShortPanel
from tui.tables import DERIVATIVES, POSITIONING, TIME, Measure


def ratio(value: float, **other: Any) -> dict[str, Any]:
    return {
        "ts": before(minutes=4),
        "venue": "binance",
        "base": "BTC",
        "measure": "accounts",
        "period": "5m",
        "ratio": value,
        "long_share": value / (1 + value),
    } | other


def read(*rows: dict[str, Any]) -> tuple[Ratio, ...]:
    return ratios(frame(POSITIONING, rows), NOW)


def polled(usd: float | None, **other: Any) -> dict[str, Any]:
    return {
        "ts": before(seconds=5),
        "venue": "binance",
        "base": "BTC",
        "open_interest_usd": usd,
        "funding_8h": 0.0001,
    } | other


def of(*rows: dict[str, Any]) -> Derivatives:
    return derivatives(frame(DERIVATIVES, rows), NOW)


def interest(record: Derivatives, venue: str = "all") -> OpenInterest:
    return next(row for row in record.open_interest if row.venue == venue)


def funding(record: Derivatives, venue: str = "all") -> Funding:
    return next(row for row in record.funding if row.venue == venue)


def test_the_newest_ratio_counts_with_its_long_share_and_change() -> None:
    (found,) = read(
        ratio(2.0, ts=before(minutes=9)),
        ratio(3.0),
        ratio(2.5, ts=before(hours=24, minutes=30), period="1h"),
        ratio(9.0, ts=before(hours=24)),
    )
    assert (found.ratio, found.long_share, found.ts) == (3.0, 0.75, before(minutes=4))
    assert found.change_24h == pytest.approx(0.5)


def test_a_ratio_a_day_before_may_be_an_hour_older_but_no_more() -> None:
    near = ratio(2.0, ts=before(hours=25, minutes=4), period="1h")
    far = ratio(2.0, ts=before(hours=25, minutes=5), period="1h")
    assert read(ratio(3.0), near)[0].change_24h == pytest.approx(1.0)
    assert read(ratio(3.0), far)[0].change_24h is None


def test_ratios_come_by_base_venue_and_measure() -> None:
    rows = [
        ratio(1.0, venue=venue, base=base, measure=measure)
        for measure in ("taker", "top_positions", "accounts")
        for venue in ("okx", "bybit", "binance")
        for base in ("ETH", "BTC")
    ]
    found = [(row.base, row.venue, row.measure) for row in read(*rows)]
    assert found[:3] == [
        ("BTC", "binance", Measure.ACCOUNTS),
        ("BTC", "binance", Measure.TOP_POSITIONS),
        ("BTC", "binance", Measure.TAKER),
    ]
    assert found[3] == ("BTC", "bybit", Measure.ACCOUNTS)
    assert len(found) == 18


def test_a_ratio_older_than_a_day_is_not_carried_forward() -> None:
    assert read(ratio(1.0, ts=before(hours=24))) == ()


@pytest.mark.parametrize(
    ("accounts", "positions", "said"),
    [
        (2.31, 1.12, "accounts 70% long, top positions 53%: small longs crowded"),
        (1.0, 3.0, "accounts 50% long, top positions 75%: top money longer still"),
        (0.5, 1.5, "accounts 33% long, top positions 60%: small shorts crowded"),
        (0.9, 0.5, "accounts 47% long, top positions 33%: top money shorter still"),
        (2.0, 1.9, "accounts 67% long, top positions 66%: both lean long"),
        (0.5, 0.5, "accounts 33% long, top positions 33%: both lean short"),
        (1.0, 1.0, "accounts 50% long, top positions 50%: they agree"),
    ],
)
def test_the_disagreement_in_words(accounts: float, positions: float, said: str) -> None:
    rows = read(ratio(accounts), ratio(positions, measure="top_positions"))
    assert words(rows, "BTC") == said
    assert words(rows, "ETH") is None


def test_words_never_mix_two_venues() -> None:
    mixed = read(ratio(2.0), ratio(0.5, venue="okx", measure="top_positions"))
    assert words(mixed, "BTC") is None


def test_without_top_positions_the_flow_speaks() -> None:
    rows = read(ratio(2.0), ratio(0.71, measure="taker"))
    assert words(rows, "BTC") == "accounts 67% long, taker 0.71: long but takers sell"


def test_open_interest_is_compared_with_5_minutes_and_a_day_before() -> None:
    record = of(
        polled(110.0),
        polled(100.0, ts=before(minutes=5, seconds=59)),
        polled(55.0, ts=before(minutes=4)),
        polled(220.0, ts=before(hours=24, minutes=1)),
    )
    found = interest(record, "binance")
    assert (found.usd, found.ts) == (110.0, before(seconds=5))
    assert found.change_5m == pytest.approx(0.1)
    assert found.change_24h == pytest.approx(-0.5)


def test_too_far_a_row_is_no_comparison() -> None:
    record = of(polled(110.0), polled(100.0, ts=before(minutes=6, seconds=1)))
    assert interest(record, "binance").change_5m is None


def test_all_is_the_sum_of_venues_and_its_change_of_those_that_have_both() -> None:
    record = of(
        polled(110.0),
        polled(100.0, ts=before(minutes=5)),
        polled(50.0, venue="okx"),
    )
    found = interest(record)
    assert found.usd == 160.0
    assert found.change_5m == pytest.approx(0.1)


def test_a_stale_venue_is_listed_but_no_part_of_all() -> None:
    record = of(polled(110.0), polled(50.0, venue="okx", ts=before(seconds=38)))
    assert interest(record).usd == 110.0
    assert interest(record, "okx").usd == 50.0


def test_all_says_which_venues_are_in_it_and_which_told_within_a_day_are_not() -> None:
    rows = [
        polled(110.0, ts=before(seconds=60)),
        polled(50.0, venue="okx"),
        polled(60.0, venue="bybit"),
        polled(9.0, venue="bitget", ts=before(hours=24, minutes=2)),
        polled(1.0, base="ETH"),
    ]
    made = of(*rows)
    assert (interest(made).usd, interest(made).venues) == (110.0, ("bybit", "okx"))
    assert interest(made).missing == funding(made).missing == ("binance",)
    assert made.open_interest[-1].missing == ()


def test_the_screen_says_of_how_many_venues_all_is() -> None:
    rows = [polled(110e6), polled(50e6, venue="okx", ts=before(seconds=60))]
    snapshot = snapshot_of(derivatives=frame(DERIVATIVES, rows))
    panel, view = LongShortPanel(), View(coin="BTC")
    for width, height, said in ((64, 13, "all 1/2"), (64, 13, "≥110M"), (160, 2, "OI ≥110M")):
        lines = panel.lines(panel.record(snapshot, view), view, width, height)
        assert said in "\n".join(line.plain for line in lines)


def test_a_venue_without_open_interest_has_no_weight_in_funding_of_all() -> None:
    made = of(polled(300.0), polled(None, venue="bybit"))
    assert (funding(made).venues, funding(made).missing) == (("binance",), ("bybit",))
    assert interest(made).missing == ()


def test_funding_is_weighted_by_open_interest() -> None:
    record = of(
        polled(300.0, funding_8h=0.0001),
        polled(100.0, venue="okx", funding_8h=-0.0003),
        polled(None, venue="bybit", funding_8h=0.5),
    )
    assert funding(record).rate_8h == pytest.approx(0.0)
    assert funding(record, "bybit").rate_8h == 0.5
    assert [row.venue for row in record.open_interest] == ["binance", "okx", "all"]


def test_funding_changes_also_from_and_to_zero() -> None:
    record = of(
        polled(300.0, funding_8h=0.0),
        polled(300.0, funding_8h=0.0002, ts=before(hours=24)),
    )
    assert funding(record, "binance").change_24h == pytest.approx(-0.0002)
    assert funding(record).change_24h == pytest.approx(-0.0002)


def test_each_base_has_its_own_all() -> None:
    record = of(polled(300.0), polled(200.0, base="ETH"))
    assert [(row.base, row.usd) for row in record.open_interest if row.venue == "all"] == [
        ("BTC", 300.0),
        ("ETH", 200.0),
    ]


def test_no_rows_are_no_records() -> None:
    assert of() == Derivatives((), ())
    assert read() == ()


@pytest.mark.parametrize(
    ("price", "oi", "said"),
    [
        (-0.01, -0.02, "price ▼ with OI ▼ = longs closing, not new shorts"),
        (-0.01, 0.02, "price ▼ with OI ▲ = new shorts"),
        (0.01, 0.02, "price ▲ with OI ▲ = new longs"),
        (0.01, -0.02, "price ▲ with OI ▼ = shorts closing, not new longs"),
        (0.0001, -0.02, None),
        (0.01, 0.0, None),
        (None, 0.02, None),
        (0.01, None, None),
    ],
)
def test_price_and_open_interest_together(
    price: float | None, oi: float | None, said: str | None
) -> None:
    assert quadrant(price, oi) == said


def test_open_interest_changes_over_any_window_of_the_venues_that_have_both() -> None:
    now = {"ts": NOW}
    hour = {"ts": before(hours=1)}
    rows = [
        polled(90.0) | now,
        polled(100.0) | hour,
        polled(50.0, venue="okx") | now,
        polled(10.0, venue="bybit", ts=before(seconds=60)),
        polled(1.0, venue="bybit") | hour,
        polled(5.0, base="ETH") | now,
        polled(5.0, base="ETH", ts=before(minutes=67)),
    ]
    made = changes(frame(DERIVATIVES, rows), NOW, NOW - before(hours=1))
    assert made == {"BTC": pytest.approx(-0.1), "ETH": None}


def test_a_ratio_stands_among_its_own_hours_and_not_in_a_history_too_short() -> None:
    hours = [{"ts": before(hours=n), "ratio": 1.0 + n / 1000} for n in range(30 * 24 + 1)]
    rows = pl.DataFrame(hours).with_columns(pl.col("ts").cast(TIME))
    made = standing(rows, NOW, 30)
    assert made.percentile == pytest.approx(1 / 720, abs=1 / 720), "the lowest there was"
    top = rows.with_columns(ratio=4.0 - pl.col("ratio"))
    assert standing(top, NOW, 30).percentile == 1.0
    long = standing(rows, NOW, 90)
    assert (long.have, long.percentile) == (30, None)
    assert standing(rows.clear(), NOW, 30).have == 0


def test_an_hour_counts_once_however_many_readings_it_has() -> None:
    day = [{"ts": before(days=n), "ratio": 2.0} for n in range(1, 31)]
    fine = [{"ts": NOW - timedelta(seconds=n), "ratio": 1.0} for n in range(200, 0, -1)]
    rows = pl.DataFrame([*day, *fine]).with_columns(pl.col("ts").cast(TIME))
    made = standing(rows, NOW, 30)
    assert made.percentile == pytest.approx(1 / 30, abs=0.005)
