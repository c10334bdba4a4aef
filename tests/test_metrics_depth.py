"""What is made of stored books: sums with their bounds, percentiles, and how long they last."""

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth_samples as samples
from tests.depth_samples import BOOKS, NOW, book, books
from tests.frames import frame, liquidation, snapshot
from tui.config import load
from tui.document import document
from tui.metrics.depth import ALL, MarketDepth, Sum, absorption, depths
from tui.metrics.depth_past import Standing
from tui.metrics.groups import Group
from tui.panels import BY_NAME, View
from tui.panels.depth import history, table
from tui.screens.beyond import Beyond
from tui.snapshot import Live, take
from tui.store import Reader, Writer, store_path
from tui.tables import DEPTH, LIQUIDATIONS

PANEL = BY_NAME["depth"]
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def one(made: tuple[MarketDepth, ...], venue: str, market: str = "perp") -> MarketDepth:
    return next(m for m in made if (m.venue, m.market) == (venue, market))


def test_a_row_in_fractions_by_hand() -> None:
    row = book(bid=99.0, ask=101.0, bid_10=1e6, bid_50=2e6, bid_100=3e6, bid_reach=0.0049)
    row |= {"ask_reach": 0.01, "buy_1m": 250.0, "sell_1m": 300.0, "buy_10m": 4_000.0}
    row["sell_10m"] = None
    (made, total) = depths(books([row]), NOW, 3)
    assert (made.mid, made.spread) == (100.0, 0.02)
    assert made.bids == {"10": (1e6, False), "50": (2e6, True), "100": (3e6, True)}
    assert [sum_.low for sum_ in made.asks.values()] == [False, False, False]
    assert made.buy == {"1m": 0.00025, "10m": 0.0004}
    assert made.sell == {"1m": 0.0003, "10m": None}
    assert (total.venue, total.market, total.venues) == (ALL, "spot", ("binance",))
    assert total.bids == made.bids
    assert total.mid is None


def test_a_sum_is_a_lower_bound_where_one_book_ends_or_one_venue_is_missing() -> None:
    whole = [book("bybit", "spot"), book("okx", "spot")]
    made = depths(books([*whole, book("binance", "perp"), book("okx", "perp")]), NOW, 3)
    spot, perp = one(made, ALL, "spot"), one(made, ALL, "perp")
    assert spot.bids["100"] == (4.2e6 + 5.3e6, False)
    assert perp.bids["10"].low is False
    assert perp.bids["100"].low is True
    hour_ago = book("binance", "spot", NOW - 5 * HOUR)
    lacking = one(depths(books([hour_ago, *whole]), NOW, 3), ALL, "spot")
    assert lacking.missing == ("binance",)
    assert all(sum_.low for sum_ in (*lacking.bids.values(), *lacking.asks.values()))
    forgotten = book("binance", "spot", NOW - 25 * HOUR)
    assert one(depths(books([forgotten, *whole]), NOW, 3), ALL, "spot").missing == ()


def test_a_stale_book_is_shown_and_in_no_sum() -> None:
    late = book("okx", "spot", NOW - 75 * SECOND)
    made = depths(books([late, book("bybit", "spot", NOW - 74 * SECOND)]), NOW, 3)
    assert [(m.venue, m.stale) for m in made] == [("bybit", False), ("okx", True), (ALL, False)]
    assert (made[-1].venues, made[-1].missing) == (("bybit",), ("okx",))
    assert [table.named(m) for m in made] == ["bybit spot", "okx spot!", "all 1/2 spot"]
    assert not one(depths(books([late]), NOW, 6), "okx", "spot").stale, "six coins take a minute"
    assert depths(books([book(ts=NOW - 61 * timedelta(minutes=1))]), NOW, 3) == ()
    assert [m.venue for m in depths(books([late]), NOW, 3)] == ["okx"], "no sum of nothing fresh"


def test_the_newest_row_of_each_book_counts_and_none_after_the_moment() -> None:
    rows = [book(ts=NOW - 40 * SECOND), book(ts=NOW - 10 * SECOND), book(ts=NOW + 6 * SECOND)]
    rows.append(book(ts=NOW - SECOND, base="ETH"))
    made = depths(books(rows), NOW, 3)
    assert [(m.base, m.venue) for m in made] == [
        *(("BTC", "binance"), ("BTC", ALL)),
        *(("ETH", "binance"), ("ETH", ALL)),
    ]
    assert made[0].ts == NOW - 10 * SECOND


def past(*scales: float, **other: Any) -> list[dict[str, Any]]:
    """Binance's spot book at the end of each two hours before NOW, the newest first."""
    return [
        book(ts=NOW - (at + 1) * 2 * HOUR, scale=scale, **other) for at, scale in enumerate(scales)
    ]


def test_a_percentile_by_hand() -> None:
    """Of 360 rows 35 are as deep as now or less."""
    thin = past(*(0.5 if at % 10 == 0 and at < 350 else 2.0 for at in range(360)))
    made = depths(books([*thin, book()]), NOW, 3)[0]
    assert made.depth is not None
    assert made.costs is not None
    assert (made.depth.have, made.depth.band) == (30, "100")
    assert made.depth.percentile == pytest.approx(35 / 360)
    # In those 35 a million cost more, in the other 325 less.
    assert made.costs["1m"].percentile == pytest.approx(325 / 360)
    # And in those 35 ten million were not filled, so that nothing is said to be dearer than now.
    assert made.costs["10m"] == Standing(1.0, 30, left_out=35)


def test_the_percentile_of_ten_million_is_of_the_books_that_filled_them() -> None:
    """Of 360 rows every third ended first, though a million was filled in it."""
    ends: dict[str, Any] = {"buy_10m": None}
    rows = past(*[2.0] * 360)
    rows = [{**row, **(ends if at % 3 == 2 else {})} for at, row in enumerate(rows)]
    made = depths(books([*rows, book()]), NOW, 3)[0]
    assert made.costs == {"1m": Standing(1.0, 30), "10m": Standing(1.0, 30, left_out=120)}
    now = depths(books([*rows, book(**ends)]), NOW, 3)[0]
    assert now.costs is not None
    assert now.costs["10m"] == Standing(None, 30), "it is not filled now"
    assert now.costs["1m"].percentile == 1.0
    young = depths(books([*rows[:24], book()]), NOW, 3)[0]
    assert young.costs is not None
    assert young.costs["10m"] == Standing(None, 2, left_out=8)


def test_a_percentile_is_of_the_widest_band_that_is_whole_then_and_now() -> None:
    """Binance's perpetual goes 0.13 % far; what went 0.05 % is not compared with it."""
    row = book("binance", "perp")
    short = {"bid_reach": 0.0005, "ask_reach": 0.0013, "bid_10": 1.0}
    rows = past(*[2.0] * 360, market="perp")
    rows = [{**r, **(short if at % 2 else {"bid_reach": 0.0013})} for at, r in enumerate(rows)]
    made = depths(books([*rows, row]), NOW, 3)[0]
    assert made.depth == Standing(0.0, 30, "10")
    nearer = depths(books([*rows, row | {"ask_reach": 0.0009}]), NOW, 3)[0]
    assert nearer.depth == Standing(None, 30, None)


@pytest.mark.parametrize(("days", "have"), [(0, 0), (3, 3), (29, 29), (30, 30)])
def test_fewer_days_than_thirty_are_said(days: int, have: int) -> None:
    made = depths(books([*past(*[1.0] * (12 * days)), book()]), NOW, 3)[0]
    assert made.depth is not None
    assert made.depth.have == have
    assert (made.depth.percentile is None) == (have < 30)
    record = replace(samples.record(), books=(made,))
    said = f"n/a ({have} of 30 days)"
    assert table.stood(record).endswith(said) == (have < 30)


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=40), st.floats(0.1, 10), st.randoms())
def test_a_deeper_book_never_stands_lower(
    scales: list[float], scale: float, rng: random.Random
) -> None:
    oldest = book(ts=NOW - 30 * DAY, scale=rng.uniform(0.1, 10))
    standings = [
        depths(books([oldest, *past(*scales), book(scale=size)]), NOW, 3)[0].depth
        for size in (scale, scale * 1.5)
    ]
    low, high = (s.percentile if s else None for s in standings)
    assert low is not None
    assert high is not None
    assert 0 <= low <= high <= 1


@given(st.lists(st.sampled_from(sorted(BOOKS)), min_size=1, unique=True))
def test_a_sum_is_of_its_fresh_venues(chosen: list[tuple[str, str]]) -> None:
    made = depths(books([book(*who) for who in chosen]), NOW, 3)
    for market in {market for _, market in chosen}:
        venues = [m for m in made if m.market == market and m.venue != ALL]
        total = one(made, ALL, market)
        assert total.venues == tuple(m.venue for m in venues)
        for name, sum_ in total.bids.items():
            assert sum_.usd == pytest.approx(sum(m.bids[name].usd for m in venues))
            assert sum_.low == any(m.bids[name].low for m in venues)


# absorption


def test_absorption_by_hand() -> None:
    """Perpetuals of Bybit and OKX: 8.0M (as far as it goes) + 11.9M of bids, and 10M of longs in
    five minutes; what Binance's longs lost, and Bybit's spot, is no part of it."""
    made = depths(books([book("bybit", "perp"), book("okx", "perp"), book("bybit")]), NOW, 3)
    gone = [Group("bybit", 5e6), Group("okx", 5e6), Group("binance", 99e6, 99e6)]
    found = absorption(made, "BTC", gone, "5m", DAY)
    bids = one(made, "bybit").bids["100"].usd + 11.9e6
    assert found.venues == ("bybit", "okx")
    assert found.long_per_minute == 2e6
    assert found.long_minutes == pytest.approx(bids / 2e6)
    assert found.bids == Sum(bids, True)
    assert found.short_minutes is None, "nothing was heard: no figure, and no infinity"
    young = absorption(made, "BTC", gone, "5m", timedelta(minutes=2))
    assert young.long_per_minute == 5e6, "a store of two minutes"
    none = absorption((), "BTC", gone, "5m", DAY)
    assert (none.bids, none.long_minutes) == (None, None)


@pytest.mark.parametrize(
    ("market", "said"), [("okx", "≤1.9m"), ("bybit", "~1.3m"), ("none", "n/a (no fresh perp book)")]
)
def test_absorption_says_what_bound_it_is(market: str, said: str) -> None:
    made = depths(books([book(market, "perp")]), NOW, 3) if market != "none" else ()
    gone = [Group(market, 31e6)]
    record = replace(samples.record(), absorption=absorption(made, "BTC", gone, "5m", DAY))
    assert table.absorbed(record, "long") == said
    assert table.absorbed(record, "short").startswith("n/a (no")


def test_the_document_and_the_panel_take_the_liquidations_of_the_coin() -> None:
    rows = [
        liquidation(NOW - timedelta(minutes=m), 2e6, venue="okx", base=base)
        for m in (0.5, 3)
        for base in ("BTC", "ETH")
    ]
    shot = snapshot(NOW, liquidations=frame(LIQUIDATIONS, rows), depth=books([book("okx", "perp")]))
    made = document(shot, load())["panels"]["depth"]
    assert not made["stale"]
    btc, eth, _ = made["absorption"]
    assert btc["long_usd_per_minute"] == 4e6 / 5
    assert btc["long_minutes"] == pytest.approx(11.9e6 / 0.8e6)
    assert btc["depth_lower_bound"] is False
    assert eth["reason"] == "no fresh book of a perpetual"
    assert made["rows"][0]["bids"]["bp100"] == {"usd": 11.9e6, "lower_bound": False}
    assert made["rows"][0]["percentile"]["reason"] == "0 of 30 days"
    record = PANEL.record(shot, View(coin="BTC"))
    assert record.absorption.long_minutes == btc["long_minutes"]
    assert PANEL.record(shot, View(coin="BTC", window="1m")).absorption.long_per_minute == 2e6


def test_the_cost_of_ten_million_and_its_percentile_are_in_the_document_with_reasons() -> None:
    thinner = [book(ts=NOW - (24 * day + 1) * HOUR, scale=0.5) for day in range(1, 4)]
    frames = books([*samples.month(), *thinner, *samples.newest()])
    made = document(snapshot(NOW, depth=frames), load())["panels"]["depth"]["rows"]
    rows = {(row["venue"], row["market"]): row for row in made}
    spot, thin = rows["binance", "spot"], rows["bybit", "spot"]
    assert spot["buy"]["10m"] == pytest.approx(round(5e10 / 11.4e6) / 10e6)
    million, ten = spot["cost_percentile"], spot["cost_percentile_10m"]
    assert (million["have"], million["left_out"]) == (30, 0)
    assert (ten["have"], ten["left_out"]) == (30, 3)
    assert 0.5 < ten["value"] <= 1
    assert "reason" not in ten
    assert thin["cost_percentile"]["value"] is not None
    assert thin["buy"]["10m"] is None
    lacking = thin["cost_percentile_10m"]
    assert lacking["value"] is None
    assert lacking["reason"] == "the book received ends before the order is filled"
    young = document(snapshot(NOW, depth=books(samples.newest())), load())["panels"]["depth"]
    assert young["rows"][0]["cost_percentile_10m"]["reason"] == "0 of 30 days"


def test_the_detail_says_both_percentiles_and_why_one_is_lacking() -> None:
    drawn = " ".join(
        line.plain.strip(" │") for line in PANEL.detail(samples.record(), View(), 120, 36)
    )
    assert "1M costs percentile of 30d: binance spot 84, bybit spot 84, okx spot 82" in drawn
    assert "10M costs percentile of 30d: binance spot" in drawn
    assert "n/a (the book ends first) bybit spot, okx spot, binance perp, bybit perp" in drawn
    young = " ".join(line.plain for line in PANEL.detail(samples.record(3), View(), 120, 36))
    assert "costs percentile" not in young
    assert "percentile n/a (3 of 30 days)" in young


# through the store


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A month of books each half hour, the newest minutes each 30 s."""
    rows = samples.month(32, timedelta(minutes=30))
    rows += [book(ts=NOW - at * 30 * SECOND, scale=1 + at / 100) for at in range(40)]
    with closing(Writer(store_path(tmp_path), endpoint=None)) as writer:
        writer.append(DEPTH, books(rows))
        with closing(Reader(store_path(tmp_path))) as made:
            yield made


def test_a_snapshot_holds_two_hours_apart_but_for_the_newest(reader: Reader) -> None:
    held = take(reader, NOW).depth
    spot = held.filter((pl.col("venue") == "binance") & (pl.col("market") == "spot"))
    old = spot.filter(pl.col("ts") < NOW - 3 * HOUR)
    assert old["ts"].diff().drop_nulls().unique().to_list() == [2 * HOUR]
    assert 358 <= old.height <= 360
    assert spot.filter(pl.col("ts") > NOW - timedelta(minutes=10)).height >= 20
    made = depths(held, NOW, 3)
    standing = one(made, "binance", "spot").depth
    assert standing is not None
    assert standing.have == 30
    assert standing.percentile is not None


@pytest.mark.parametrize(("span", "rows"), [("1d", 96), ("7d", 96), ("30d", 96)])
def test_a_detail_reads_the_past_of_its_coin_alone(reader: Reader, span: str, rows: int) -> None:
    live = Live(reader)
    view = View(coin="BTC", drill=replace(View().drill, span=span))
    shown = Beyond().added(live, live.at(NOW), PANEL.needs(view))
    record = PANEL.detail_record(shown, view)
    found = history.past(record, one(record.books, "okx", "spot"))
    assert found is not None
    known = [value for value in found.bids if value is not None]
    # A step of a day holds no row every second time: rows come each half hour here.
    assert rows / 2 - 2 <= len(known) <= rows + 1
    assert PANEL.points(record) == history.POINTS + 1
    assert not found.low
    other = View(coin="ETH")
    none = PANEL.detail_record(Beyond().added(live, live.at(NOW), PANEL.needs(other)), other)
    assert none.history is not None
    assert none.history.is_empty()


def test_a_sum_has_no_value_where_a_venue_has_none() -> None:
    record = samples.detail_record()
    found = history.past(record, one(record.books, ALL, "spot"))
    assert found is not None
    gaps = [at for at, value in enumerate(found.bids) if value is None]
    assert len(gaps) == 3
    assert found.low is False
    perp = history.past(record, one(record.books, ALL, "perp"))
    assert perp is not None
    assert perp.low
