"""Windows, timeline and feed: hand-computed cases, and a count by brute force as the property."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import (
    GIVES,
    NOW,
    STREAMS,
    before,
    connection,
    frame,
    liquidation,
    snapshot,
)
from tui.document.tape import tape_panel
from tui.metrics.cascades.standing import standing
from tui.metrics.feed import Folded
from tui.metrics.windows import WINDOWS, Amount, FeedRow, Liquidations, liquidations
from tui.snapshot import Snapshot
from tui.tables import CASCADES, COVERAGE, LIQUIDATIONS, NORMALS, Side

LISTENING = [connection(stream.venue, stream.stream) for stream in STREAMS]


def read(taken: Snapshot, **view: Any) -> Liquidations:
    return liquidations(taken.counted, **view)


def of(*rows: dict[str, Any], as_of: datetime = NOW, **other: Any) -> Liquidations:
    """The record of these rows; keywords of the metric and of the snapshot may be mixed."""
    view = {name: other.pop(name) for name in ("coin", "smallest") if name in other}
    other.setdefault("coverage", frame(COVERAGE, LISTENING))
    return read(snapshot(as_of, liquidations=frame(LIQUIDATIONS, rows), **other), **view)


def counts(record: Liquidations) -> list[int]:
    return [total.amount.count for total in record.windows.values()]


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_is_open_at_its_start_and_closed_at_its_end(name: str) -> None:
    span, tick = WINDOWS[name], timedelta(milliseconds=1)
    on_start = of(liquidation(NOW - span)).windows[name].amount
    inside = of(liquidation(NOW - span + tick)).windows[name].amount
    at_end = of(liquidation(NOW)).windows[name].amount
    assert (on_start.count, inside.count, at_end.count) == (0, 1, 1)


def test_a_moment_on_the_minute_counts_the_row_on_it_and_not_the_one_a_window_before() -> None:
    sharp = NOW.replace(second=0)
    rows = [liquidation(sharp), liquidation(sharp - timedelta(minutes=1))]
    assert of(*rows, as_of=sharp).windows["1m"].amount.count == 1


def test_events_up_to_five_seconds_ahead_count_as_now_and_later_ones_not() -> None:
    ahead = [NOW + timedelta(seconds=s) for s in (5, 5.001)]
    record = of(*(liquidation(ts) for ts in ahead))
    assert counts(record) == [1] * 7
    assert record.last_ts == ahead[0]


def test_sides_add_up_by_the_position_that_was_liquidated() -> None:
    rows = [liquidation(usd=300.0), liquidation(usd=100.0, side="short"), liquidation(usd=200.0)]
    amount = of(*rows).windows["5m"].amount
    assert amount == Amount(500.0, 100.0, 3, 0, 300.0)
    assert amount.long_share == pytest.approx(5 / 6)
    assert Amount().long_share is None


def test_gold_and_shares_are_no_part_of_a_total() -> None:
    record = of(liquidation(base="XAU") | {"class": "tradfi"}, liquidation(before(hours=2)))
    assert record.windows["24h"].amount.count == 1
    assert list(record.coins) == ["BTC"]
    assert [row.base for row in record.feed if isinstance(row, FeedRow)] == []


def test_a_row_without_a_price_is_counted_and_makes_a_bound() -> None:
    rows = [liquidation(usd=None), liquidation(usd=50.0), liquidation(before(hours=2), usd=None)]
    record = of(*rows, gives=dict.fromkeys(GIVES, "all"))
    hour, day = record.windows["1h"], record.windows["24h"]
    assert (hour.amount.count, hour.amount.unpriced, hour.amount.total_usd) == (2, 1, 50.0)
    assert hour.reasons == ("1 row without a price",)
    assert day.reasons == ("2 rows without a price",)


def test_an_exact_total_has_no_reason() -> None:
    total = of(liquidation(), gives=dict.fromkeys(GIVES, "all")).windows["24h"]
    assert (total.reasons, total.lower_bound) == ((), False)


def test_sampled_venues_make_every_total_a_lower_bound() -> None:
    total = of(liquidation()).windows["1m"]
    assert total.reasons == ("binance, okx sampled (1/s)",)
    assert total.lower_bound


def test_a_venue_of_unknown_completeness_is_said() -> None:
    assert "okx unknown share" in of(gives=GIVES | {"okx": "?"}).windows["1m"].reasons


def test_a_gap_is_in_the_windows_that_hold_it_alone() -> None:
    okx = connection("okx", "swap", until=before(minutes=20, seconds=14), reason="reset")
    again = connection("okx", "swap", since=before(minutes=20), conn=2)
    record = of(coverage=frame(COVERAGE, [*LISTENING[:-1], okx, again]))
    assert "gap 14s okx" in record.windows["1h"].reasons
    assert record.windows["15m"].reasons == ("binance, okx sampled (1/s)",)
    assert record.windows["15m"].cover.share == 1.0
    assert record.windows["1h"].cover.venues["okx"] == pytest.approx(1 - 14 / 3600)


def test_a_silent_venue_is_off() -> None:
    bybit_off = [row for row in LISTENING if row["venue"] != "bybit"]
    total = of(coverage=frame(COVERAGE, bybit_off)).windows["1h"]
    assert total.reasons == ("bybit off", "binance, okx sampled (1/s)")
    assert total.cover.share == pytest.approx(2 / 3)


def test_missing_topics_are_said() -> None:
    partial = connection("okx", "swap", wanted=100, subscribed=87, reason="living: 13 refused")
    total = of(coverage=frame(COVERAGE, [*LISTENING[:-1], partial])).windows["1h"]
    assert "okx 87% of topics" in total.reasons


def test_unreadable_rows_make_a_total_of_everything_a_lower_bound() -> None:
    at = before(minutes=2)
    unread = connection(since=at, until=at, conn=-1, subscribed=0, reason="unreadable: 3")
    told = frame(COVERAGE, [*LISTENING, unread])
    record = of(coverage=told, gives=dict.fromkeys(GIVES, "all"))
    assert record.windows["5m"].reasons == ("bybit: 3 rows unreadable",)
    assert (record.windows["1m"].reasons, record.windows["5m"].cover.share) == ((), 1.0)


def test_a_young_store_says_what_it_has() -> None:
    record = of(began=before(minutes=12))
    assert "young store 12m of 24h" in record.windows["24h"].reasons
    assert record.windows["24h"].cover.have == timedelta(minutes=12)
    assert record.windows["24h"].cover.share == 1.0
    assert record.windows["5m"].reasons == ("binance, okx sampled (1/s)",)


def test_a_late_heartbeat_is_no_gap_to_speak_of() -> None:
    late = [row | {"until": before(seconds=5, milliseconds=300)} for row in LISTENING]
    assert of(coverage=frame(COVERAGE, late)).windows["1m"].reasons == (
        "binance, okx sampled (1/s)",
    )


def test_a_store_that_never_listened_knows_nothing(empty_snapshot: Snapshot) -> None:
    record = read(empty_snapshot)
    assert record.windows["24h"].reasons == ("young store 0s of 24h",)
    assert record.windows["24h"].cover.share is None
    assert (record.venues, record.coins, record.feed, record.largest) == ({}, {}, (), None)
    assert not any(minute.covered for minute in record.minutes)


def test_venues_and_coins_have_their_own_amounts_largest_first() -> None:
    record = of(
        liquidation(before(minutes=3), usd=10.0, venue="okx"),
        liquidation(before(hours=3), usd=70.0, base="ETH", venue="okx"),
        liquidation(before(minutes=30), usd=20.0),
    )
    assert list(record.venues) == ["okx", "bybit", "binance"]
    assert record.venues["okx"].windows["5m"].total_usd == 10.0
    assert record.venues["okx"].windows["24h"].total_usd == 80.0
    assert (record.venues["okx"].gives, record.venues["binance"].last_ts) == ("1/s", None)
    assert [(name, of["24h"].total_usd) for name, of in record.coins.items()] == [
        ("ETH", 70.0),
        ("BTC", 30.0),
    ]
    assert record.coins["BTC"]["1h"].count == 2


def test_one_coin_is_counted_alone_but_all_coins_are_listed() -> None:
    rows = [liquidation(usd=30_000.0), liquidation(usd=90_000.0, base="ETH")]
    record = of(*rows, coin="BTC")
    assert record.windows["24h"].amount.total_usd == 30_000.0
    assert record.venues["bybit"].windows["24h"].total_usd == 30_000.0
    assert list(record.coins) == ["ETH", "BTC"]
    assert record.minutes[-1].long_usd == 30_000.0
    assert record.largest is not None
    assert (record.largest.base, record.largest.usd) == ("BTC", 30_000.0)
    assert [line.base for line in record.feed if isinstance(line, FeedRow)] == ["BTC"]


def test_lag_is_the_median_from_event_to_receipt_of_streamed_rows() -> None:
    lags = (100, 900, 300)
    rows = [
        liquidation(received=NOW + timedelta(milliseconds=lag), n=place)
        for place, lag in enumerate(lags)
    ]
    late = liquidation(received=NOW + timedelta(hours=1), source="backfill")
    assert of(*rows, late).venues["bybit"].lag_s == pytest.approx(0.3)


def test_a_quiet_venue_is_last_heard_in_the_minute_of_its_event() -> None:
    quiet = liquidation(before(hours=5), venue="okx")
    taken = snapshot(liquidations=frame(LIQUIDATIONS, [quiet, liquidation()]))
    record = read(replace(taken, recent=taken.recent.head(1)))
    assert record.venues["okx"].last_ts == before(hours=5).replace(second=0)
    assert record.last_ts == NOW


def test_the_timeline_is_sixty_minutes_the_last_one_open() -> None:
    rows = [
        liquidation(before(seconds=1), usd=5.0),
        liquidation(before(seconds=25), usd=7.0, side="short"),
        liquidation(before(minutes=59, seconds=20), usd=9.0),
        liquidation(before(minutes=59, seconds=21), usd=11.0),
    ]
    minutes = of(*rows).minutes
    assert len(minutes) == 60
    assert (minutes[-1].minute, minutes[-1].long_usd) == (NOW.replace(second=0), 5.0)
    assert (minutes[-2].short_usd, minutes[0].long_usd) == (7.0, 9.0)
    assert all(minute.covered for minute in minutes)


def test_minutes_with_a_gap_or_before_the_store_are_not_covered() -> None:
    cut = [row | {"until": before(minutes=10), "reason": "reset"} for row in LISTENING]
    back = [row | {"since": before(minutes=9), "conn": 2} for row in LISTENING]
    record = of(coverage=frame(COVERAGE, [*cut, *back]), began=before(minutes=30))
    bare = [place for place, minute in enumerate(record.minutes) if not minute.covered]
    # 29 minutes before the store, the one it began in, and the two that the gap touches.
    assert bare == [*range(30), 49, 50]


def test_rows_below_the_smallest_size_fold_into_one_line_a_second() -> None:
    second = NOW.replace(microsecond=0) - timedelta(seconds=3)
    rows = [
        liquidation(second + timedelta(milliseconds=100), usd=60.0, n=1),
        liquidation(second + timedelta(milliseconds=200), usd=20_000.0),
        liquidation(second + timedelta(milliseconds=300), usd=20.0, side="short"),
        liquidation(second + timedelta(milliseconds=400), usd=None),
        liquidation(second - timedelta(seconds=1), usd=None),
    ]
    large, small, unpriced = of(*rows).feed
    assert isinstance(large, FeedRow)
    assert (large.usd, large.side, large.largest_24h) == (20_000.0, Side.LONG, True)
    assert small == Folded(second, 3, 80.0, 0.75)
    assert unpriced == Folded(second - timedelta(seconds=1), 1, 0.0, None)


def test_the_feed_is_newest_first_and_the_newest_are_not_folded() -> None:
    rows = [liquidation(before(seconds=s), usd=1e6 + s) for s in (30, 10, 20)]
    record = of(*rows, liquidation(before(seconds=5), usd=1.0))
    assert [line.ts for line in record.feed] == [before(seconds=s) for s in (5, 10, 20, 30)]
    assert [row.usd for row in record.newest] == [1.0, 1e6 + 10, 1e6 + 20, 1e6 + 30]
    assert [row.largest_24h for row in record.newest] == [False, False, False, True]


def test_the_largest_of_a_day_is_no_older_than_a_day() -> None:
    record = of(liquidation(before(hours=25), usd=1e9), liquidation(before(hours=23), usd=1e6))
    assert record.largest is not None
    assert record.largest.usd == 1e6


# Rows of a day and a bit, in whole seconds so that many fall on the edges of windows.
ages = st.one_of(
    st.integers(-5, 90_000),
    st.sampled_from([int(span.total_seconds()) for span in WINDOWS.values()]),
)
rows = st.lists(
    st.tuples(
        ages,
        st.sampled_from(["BTC", "ETH"]),
        st.sampled_from(["bybit", "okx"]),
        st.sampled_from(["long", "short"]),
        st.one_of(st.none(), st.integers(1, 1000)),
        st.sampled_from(["crypto", "crypto", "tradfi"]),
    ),
    max_size=40,
)


@given(rows, st.integers(0, 59_999), st.sampled_from([None, "BTC"]))
def test_every_window_is_what_counting_row_by_row_gives(
    listed: list[tuple[int, str, str, str, int | None, str]], offset: int, coin: str | None
) -> None:
    as_of = NOW.replace(second=0) + timedelta(milliseconds=offset)
    raw = frame(
        LIQUIDATIONS,
        [
            liquidation(as_of - timedelta(seconds=age), usd, side, base, venue) | {"class": kind}
            for age, base, venue, side, usd, kind in listed
        ],
    )
    record = read(snapshot(as_of, liquidations=raw), coin=coin)
    for name, span in WINDOWS.items():
        inside = raw.filter((pl.col("ts") > as_of - span) & (pl.col("class") == "crypto"))
        seen = inside if coin is None else inside.filter(pl.col("base") == coin)
        assert record.windows[name].amount == by_hand(seen)
        for venue in ("bybit", "okx"):
            if venue in record.venues:
                of_venue = seen.filter(pl.col("venue") == venue)
                assert record.venues[venue].windows[name] == by_hand(of_venue)
        for base, amounts in record.coins.items():
            assert amounts[name] == by_hand(inside.filter(pl.col("base") == base))


def by_hand(seen: pl.DataFrame) -> Amount:
    usd = dict.fromkeys(("long", "short"), 0.0)
    for side, value in seen.select("side", "usd").iter_rows():
        usd[side] += value or 0.0
    priced = seen["usd"].drop_nulls().to_list()
    unpriced = seen["usd"].null_count()
    return Amount(usd["long"], usd["short"], seen.height, unpriced, max(priced, default=0.0))


def test_a_coins_largest_is_told_only_when_its_row_is_among_the_newest() -> None:
    older = liquidation(before(hours=3), usd=5e6, base="XRP")
    newer = [liquidation(before(seconds=5 + n), usd=1e3 * (n + 1), base="XRP") for n in range(5)]
    of_btc = liquidation(before(hours=1), usd=9e6)
    taken = snapshot(liquidations=frame(LIQUIDATIONS, [older, of_btc, *newer]))
    shown = replace(taken, recent=taken.recent.filter(pl.col("ts") > before(minutes=1)))
    record = read(shown, coin="XRP")
    assert record.coins["XRP"]["24h"].largest_usd == 5e6
    assert record.largest is None
    assert not any(row.largest_24h for row in record.feed if isinstance(row, FeedRow))
    known = read(taken, coin="XRP").largest
    assert known is not None
    assert known.usd == 5e6


def test_rows_of_a_venue_that_is_not_wanted_now_make_a_lower_bound() -> None:
    bybit = tuple(stream for stream in STREAMS if stream.venue == "bybit")
    rows = [liquidation(before(minutes=30), 5e6, venue="binance"), liquidation()]
    record = of(*rows, streams=bybit)
    hour, short = record.windows["1h"], record.windows["5m"]
    assert hour.reasons == ("binance not recorded now",)
    assert (short.reasons, short.lower_bound) == ((), False)
    none = standing(CASCADES.empty(), NORMALS.empty(), {}, (), NOW)
    told = tape_panel(record, GIVES, (), (), none)
    assert told["windows"]["1h"]["reasons"] == ["binance not recorded now"]
    assert told["venues"]["bybit"]["windows"]["1h"]["reasons"] == []
    assert told["venues"]["binance"]["windows"]["1h"]["reasons"] == ["binance not recorded now"]
