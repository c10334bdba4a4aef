"""A follower gives each row once, in the order they came, however long nobody asked."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.frames import NOW, candle, frame, liquidation, quote
from tui.errors import StoreError
from tui.store import Follower, Reader, Writer, store_path
from tui.tables import CANDLES, HEALTH, LIQUIDATION_MINUTES, LIQUIDATIONS, QUOTES, TABLES, Table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return store_path(tmp_path / "data")


def quotes(first: int, count: int) -> pl.DataFrame:
    return frame(QUOTES, [quote(float(price)) for price in range(first, first + count)])


def test_from_now_it_gives_only_what_comes(path: Path) -> None:
    writer = Writer(path, None)
    writer.append(QUOTES, quotes(0, 3))
    follower = Follower(Reader(path), TABLES, "now")
    assert follower.poll() == {}
    writer.append(QUOTES, quotes(3, 2))
    new = follower.poll()
    assert list(new) == ["quotes"]
    assert new["quotes"]["price"].to_list() == [3, 4]
    assert new["quotes"].schema == QUOTES.schema
    assert follower.poll() == {}


def test_from_ids_it_gives_what_came_after_them(path: Path) -> None:
    Writer(path, None).append(QUOTES, quotes(0, 5))
    follower = Follower(Reader(path), [QUOTES, HEALTH], {"quotes": 3})
    assert follower.poll()["quotes"]["price"].to_list() == [3, 4]
    everything = Follower(Reader(path), [QUOTES], {})
    assert everything.poll()["quotes"]["price"].to_list() == [0, 1, 2, 3, 4]


def test_a_changed_row_is_new_again(path: Path) -> None:
    writer = Writer(path, None)
    follower = Follower(Reader(path), [CANDLES, LIQUIDATION_MINUTES])
    for close in (1.0, 2.0):
        writer.append(CANDLES, frame(CANDLES, [candle(close, NOW)]))
        assert follower.poll()["candles"]["close"].to_list() == [close]
    for total in (5.0, 10.0):
        writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation(usd=5.0)]))
        assert follower.poll()["liquidation_minutes"]["usd"].to_list() == [total]


def test_an_error_amid_the_tables_costs_none_of_them_a_row(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = Writer(path, None), Reader(path)
    follower = Follower(reader, [LIQUIDATIONS, QUOTES])
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation()]))
    writer.append(QUOTES, quotes(0, 3))
    after = reader.after

    def broken(table: Table, *where: int) -> tuple[pl.DataFrame, int]:
        if table is QUOTES:
            raise StoreError("disk I/O error")
        return after(table, *where)

    with monkeypatch.context() as patch:
        patch.setattr(reader, "after", broken)
        with pytest.raises(StoreError):
            follower.poll()
    assert {name: rows.height for name, rows in follower.poll().items()} == {
        "liquidations": 1,
        "quotes": 3,
    }
    assert follower.poll() == {}


def test_a_row_that_changed_twice_while_nobody_asked_comes_once_as_it_is_now(path: Path) -> None:
    writer = Writer(path, None)
    follower = Follower(Reader(path), [CANDLES])
    for close in (1.0, 2.0, 3.0):
        writer.append(CANDLES, frame(CANDLES, [candle(close, NOW)]))
    assert follower.poll()["candles"]["close"].to_list() == [3.0]


def test_after_a_long_sleep_it_catches_up_in_bounded_polls(path: Path) -> None:
    writer = Writer(path, None)
    follower = Follower(Reader(path), [QUOTES, LIQUIDATIONS], limit=1000)
    writer.append(QUOTES, quotes(0, 2500))
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation()]))
    sizes, behind = [], []
    for _ in range(4):
        new = follower.poll()
        sizes.append({name: len(rows) for name, rows in new.items()})
        behind.append(follower.behind)
    assert sizes == [{"quotes": 1000, "liquidations": 1}, {"quotes": 1000}, {"quotes": 500}, {}]
    assert behind == [True, True, False, False]


def test_pruned_rows_leave_no_hole_it_waits_for(path: Path) -> None:
    writer = Writer(path, None)
    follower = Follower(Reader(path), [QUOTES])
    writer.append(QUOTES, frame(QUOTES, [quote(1.0, NOW - timedelta(days=31)), quote(2.0)]))
    writer.prune(NOW)
    assert follower.poll()["quotes"]["price"].to_list() == [2.0]


@examples(12)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=20), st.integers(1, 12))
def test_each_row_is_seen_exactly_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool]], limit: int
) -> None:
    path = store_path(tmp_path_factory.mktemp("store"))
    writer, reader = Writer(path, None), Reader(path)
    follower = Follower(reader, [QUOTES], "now", limit=limit)
    seen: list[float] = []
    written = 0
    for count, polled in steps:
        writer.append(QUOTES, quotes(written, count))
        written += count
        if polled:
            seen += [price for rows in follower.poll().values() for price in rows["price"]]
    while new := follower.poll():
        seen += new["quotes"]["price"].to_list()
    assert seen == [float(price) for price in range(written)]
    writer.close()
    reader.close()
