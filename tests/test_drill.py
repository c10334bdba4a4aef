"""Deeper into the liquidations: groups that add up, a tape that is filtered, one row looked at."""

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

from tests import frames
from tests.frames import NOW, frame, liquidation, minutes_of, quote, snapshot
from tests.test_panels_records import market
from tui.metrics.around import Around, price_then, raw
from tui.metrics.feed import newest
from tui.metrics.groups import SIZES, groups, sizes
from tui.panels import View
from tui.panels.drill import Drill
from tui.panels.liquidations import detail
from tui.panels.liquidations.deep import by
from tui.panels.liquidations.history import detailed
from tui.snapshot import Live
from tui.store import Reader, Writer, store_path
from tui.tables import LIQUIDATIONS, QUOTES, WINDOWS

ROWS = st.lists(
    st.builds(
        lambda ago, usd, side, base, venue: liquidation(
            NOW - timedelta(milliseconds=ago), usd, side, base, venue
        ),
        st.integers(0, 2 * 3_600_000),
        st.one_of(st.none(), st.integers(1, 10**7).map(float)),
        st.sampled_from(["long", "short"]),
        st.sampled_from(["BTC", "ETH"]),
        st.sampled_from(["bybit", "okx"]),
    ),
    max_size=60,
)


@given(ROWS, st.sampled_from(["1m", "5m", "1h"]), st.sampled_from(["venue", "base", "side"]))
def test_groups_count_what_a_window_holds(
    rows: list[dict[str, Any]], window: str, column: str
) -> None:
    all_rows = frame(LIQUIDATIONS, rows)
    made = groups(
        minutes_of(all_rows).sort("minute"),
        frames.edges_of(all_rows, NOW).sort("ts"),
        NOW,
        window,
        column,
        frames.GIVES,
    )
    inside = all_rows.filter(pl.col("ts") > NOW - WINDOWS[window])
    assert {group.name for group in made} == set(inside[column])
    for group in made:
        own = inside.filter(pl.col(column) == group.name)
        assert group.count == own.height
        assert group.usd == pytest.approx(own["usd"].sum())
        assert group.largest_usd == (own["usd"].max() or 0.0)
        sampled = own.filter(pl.col("venue") == "okx")
        assert group.sampled_usd == pytest.approx(sampled["usd"].sum())
    assert [group.usd for group in made] == sorted((g.usd for g in made), reverse=True)


def test_sizes_are_by_decade_and_a_row_without_a_price_is_in_none() -> None:
    usd = [999.0, 1_000.0, 99_999.0, 100_000.0, 2e7, None]
    made = sizes([(NOW, size) for size in usd], NOW - timedelta(minutes=5))
    assert made.counts == (1, 1, 1, 1, 0, 1)
    assert made.usd[0] == 999.0
    assert made.counted == 6
    assert len(made.counts) == len(SIZES)


def test_sizes_begin_where_the_window_does() -> None:
    late, early = NOW, NOW - timedelta(minutes=5)
    made = sizes([(late, 5.0), (early, 5.0)], early)
    assert (made.counted, made.since) == (1, late)


def test_the_way_down_keeps_only_what_was_chosen() -> None:
    there = Drill().into("venue", "bybit").into("base", "ETH")
    made = detailed(market(), View(window="1h", drill=there))
    assert made.deep is not None
    assert [group.name for group in made.deep.groups] == ["long"]
    assert made.deep.groups[0].usd == 60 * 10_000.0
    assert made.liquidations.windows["1h"].amount.total_usd == 60 * 10_000.0
    assert set(made.liquidations.windows["1h"].cover.venues) == {"bybit"}
    assert made.base == "ETH"
    nothing = detailed(market(), View(drill=Drill().into("side", "short")))
    assert nothing.deep is not None
    assert nothing.deep.groups == ()
    assert nothing.liquidations.windows["24h"].amount.count == 0


def test_what_was_chosen_is_not_grouped_by_again() -> None:
    assert by(View(group="venue")) == "venue"
    assert by(View(group="venue", drill=Drill().into("venue", "okx"))) == "coin"
    every = Drill().into("venue", "okx").into("base", "BTC").into("side", "long")
    assert by(View(drill=every)) is None


def test_enter_leads_from_a_group_and_from_a_row_of_the_tape() -> None:
    view = View(window="1h", group="coin", selected=1)
    made = detailed(market(), view)
    there = detail.deeper(made, view)
    assert there is not None
    assert there.words == ("ETH",)
    tape = replace(view, selected=0, drill=Drill(block=detail.TAPE))
    row = detail.deeper(made, tape)
    assert row is not None
    assert row.row == made.deep.tape[0]  # type: ignore[union-attr]
    assert detail.deeper(made, replace(view, selected=None)) is None
    assert detail.deeper(made, replace(view, selected=99)) is None


def test_the_tape_is_from_the_smallest_size() -> None:
    made = detailed(market(), View(smallest=50_000.0))
    assert made.deep is not None
    assert {row.base for row in made.deep.tape} == {"BTC"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Reader]:
    with closing(Writer(store_path(tmp_path), endpoint=None)) as writer:
        own = liquidation(usd=5e6, ts=NOW, raw='{"S":"Buy"}', price=99.0)
        others = [
            liquidation(NOW + timedelta(seconds=s), venue=venue, raw="{}")
            for s, venue in ((-10.001, "okx"), (-10, "okx"), (10, "binance"), (10.001, "okx"))
        ]
        writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [own, *others]))
        asked = [
            quote(100.0, NOW - timedelta(seconds=2)),
            quote(101.0, NOW - timedelta(seconds=1), venue="okx"),
            quote(102.0, NOW + timedelta(seconds=1)),
            quote(7.0, NOW, "ETH/USDT"),
        ]
        writer.append(QUOTES, frame(QUOTES, asked))
        with closing(Reader(store_path(tmp_path))) as reader:
            yield reader


def test_a_row_is_looked_at_with_its_raw_one_and_ten_seconds_around(store: Reader) -> None:
    later = NOW + timedelta(minutes=1)
    known = Live(store).around(NOW, "BTC", later)
    (row,) = newest(known.rows.filter(pl.col("usd") == 5e6), None, 1)
    view = View(drill=Drill().at(row))
    made = detailed(snapshot(later, around=known), view)
    assert made.deep is not None
    assert made.deep.near is not None
    assert made.deep.near.raw == '{"S":"Buy"}'
    assert sorted(seconds for seconds, _ in made.deep.near.events) == [-10.0, 0.0, 10.0]
    then = made.deep.near.then
    assert then is not None
    assert (then.price, then.venue, then.older_s) == (100.0, "binance", 2.0)


def test_nothing_is_seen_that_was_not_known_at_the_moment_looked_from(store: Reader) -> None:
    known = Live(store).around(NOW, "BTC", NOW + timedelta(seconds=3))
    assert known.rows["ts"].max() == NOW


def test_a_row_that_is_gone_and_a_price_nobody_quoted_are_unknown() -> None:
    rows = frame(LIQUIDATIONS, [liquidation()])
    (row,) = newest(rows, None, 1)
    late = quote(100.0, NOW - timedelta(seconds=61))
    known = Around(rows.clear(), frame(QUOTES, [late]))
    assert raw(known, row) is None
    assert price_then(known, row) is None
