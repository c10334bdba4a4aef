"""What details read of the store beyond the snapshot."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.fake_panels import FakeSource
from tests.frames import NOW, frame, liquidation
from tui.panels import BY_NAME, View
from tui.panels.base import Needs
from tui.screens.beyond import Beyond
from tui.snapshot import Live
from tui.store import Reader, Writer, store_path
from tui.tables import LIQUIDATIONS, POSITIONING, Condition

HOUR = timedelta(hours=1)
PANEL = BY_NAME["long_short"]


def ratios(days: int, base: str = "BTC") -> pl.DataFrame:
    """A ratio an hour that falls all the time, the newest at NOW."""
    rows = [
        {
            "ts": NOW - hours * HOUR,
            "venue": "binance",
            "base": base,
            "measure": "accounts",
            "period": "1h",
            "ratio": 1.0 + hours / 10_000,
            "long_share": 0.5,
        }
        for hours in range(24 * days)
    ]
    return frame(POSITIONING, rows[::-1])


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with closing(Writer(store_path(tmp_path), endpoint=None)) as writer:
        writer.append(POSITIONING, pl.concat([ratios(100), ratios(40, "ETH")]))
        with closing(Reader(store_path(tmp_path))) as made:
            yield made


def standing(reader: Reader, base: str) -> str:
    """The line that says where the ratio of a coin stands, as its detail has it."""
    live, view = Live(reader), View(coin=base)
    shown = Beyond().added(live, live.at(NOW), PANEL.needs(view))
    lines = PANEL.detail_rows(PANEL.detail_record(shown, view), view, 100, 30)
    return next(line.plain.strip() for line in lines if "30d" in line.plain)


def test_a_ratio_stands_in_its_own_month_and_three(reader: Reader) -> None:
    said = "binance accounts 1.00  30d percentile 0  90d percentile 0"
    assert standing(reader, "BTC") == said


def test_taker_flow_of_an_hour_stands_among_hours(reader: Reader, tmp_path: Path) -> None:
    """Five minutes swing further: their 9.00 is no reason to call the lowest hour the highest."""
    named = pl.col("measure").replace("accounts", "taker")
    five = frame(POSITIONING, [ratios(1).row(-1, named=True) | {"period": "5m", "ratio": 9.0}])
    with closing(Writer(store_path(tmp_path), endpoint=None)) as writer:
        writer.append(POSITIONING, pl.concat([ratios(100), five]).with_columns(measure=named))
    live, view = Live(reader), View(selected=1)
    shown = Beyond().added(live, live.at(NOW), PANEL.needs(view))
    lines = PANEL.detail_rows(PANEL.detail_record(shown, view), view, 100, 30)
    said = "binance taker 9.00 (1h 1.00)  30d percentile 0  90d percentile 0"
    assert said in [line.plain.strip() for line in lines]


def test_a_younger_store_says_how_many_days_it_has(reader: Reader) -> None:
    said = "binance accounts 1.00  30d percentile 0  90d n/a (40 of 90 days)"
    assert standing(reader, "ETH") == said


def test_the_older_ones_reach_to_where_the_snapshot_begins_for_hours(reader: Reader) -> None:
    live = Live(reader)
    older = live.older("BTC", NOW)
    assert set(older["base"]) == {"BTC"}
    assert older["ts"].diff().max() == 4 * HOUR
    assert NOW - timedelta(days=91, hours=4) < older["ts"][0] < NOW - timedelta(days=90, hours=20)
    for later in range(3):
        held = live.at(NOW + later * HOUR).positioning.filter(base="BTC")["ts"]
        assert held[0] - HOUR <= older["ts"][-1]


def test_a_tape_that_a_row_is_selected_in_stays_until_the_filter_changes(tmp_path: Path) -> None:
    okx, bybit = (
        Needs(matching=(Condition("venue", "=", words=(venue,)),), span=HOUR)
        for venue in ("okx", "bybit")
    )
    with closing(Writer(store_path(tmp_path), endpoint=None)) as writer:
        rows = [liquidation(NOW - n * HOUR / 4, venue="okx") for n in range(3)]
        writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
        with closing(Reader(store_path(tmp_path))) as reader:
            live, beyond = Live(reader), Beyond()

            def count(needs: Needs, hours: float, frozen: bool) -> int:
                found = beyond.added(live, live.at(NOW + hours * HOUR), needs, frozen).matches
                assert found is not None
                return found.rows.height

            assert count(okx, 0.0, frozen=False) == 3
            assert count(okx, 0.6, frozen=True) == 3
            assert count(okx, 0.7, frozen=False) == 2
            assert count(bybit, 0.8, frozen=True) == 0


def test_older_ratios_are_read_once_an_hour_and_for_each_coin() -> None:
    class Counting(FakeSource):
        read = 0

        def older(self, base: str, as_of: object) -> pl.DataFrame:
            self.read += 1
            return POSITIONING.empty()

    source, beyond = Counting(), Beyond()
    for late, base in ((0, "BTC"), (0.9, "BTC"), (1.1, "BTC"), (1.1, "ETH"), (0, "ETH")):
        shown = replace(source.base, as_of=NOW + late * HOUR)
        beyond.added(source, shown, Needs(older=base))
    assert source.read == 4
