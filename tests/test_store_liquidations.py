"""Duplicates are left out and nothing else is; the minutes are always the sums of the rows."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.frames import NOW, frame, liquidation, minutes_of
from tui.store import Reader, Writer, store_path
from tui.store.blocks import HOUR
from tui.store.liquidations import INSERT
from tui.store.rows import parameters
from tui.tables import LIQUIDATION_MINUTES, LIQUIDATIONS

KEY = ("venue", "symbol", "ts", "side", "qty", "price", "n")
EVENTS = 20

Row = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return store_path(tmp_path / "data")


def message(rows: Sequence[Row], conn: int, source: str = "stream") -> list[Row]:
    """The rows of one message, with `n` counted as the venue readers count it."""
    seen: Counter[tuple[Any, ...]] = Counter()
    numbered = []
    for row in rows:
        same = tuple(row.get(name) for name in (*KEY[:-1], "raw"))
        numbered.append(row | {"conn": conn, "source": source, "n": seen[same]})
        seen[same] += 1
    return numbered


def stored(path: Path) -> pl.DataFrame:
    return Reader(path).read(LIQUIDATIONS, raw=True)


def append(writer: Writer, rows: Sequence[Row]) -> int:
    return writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))


def test_two_equal_rows_in_one_message_are_two_liquidations(path: Path) -> None:
    writer = Writer(path, None)
    assert append(writer, message([liquidation(), liquidation()], conn=1)) == 2
    assert append(writer, message([liquidation(), liquidation()], conn=2)) == 0
    assert append(writer, message([liquidation()] * 3, conn=2)) == 1  # a third one is news


def test_equal_rows_in_two_messages_of_one_connection_are_two_liquidations(path: Path) -> None:
    writer = Writer(path, None)
    assert append(writer, message([liquidation()], conn=1)) == 1
    assert append(writer, message([liquidation()], conn=1)) == 1
    assert append(writer, message([liquidation()], conn=2)) == 0


def test_the_same_row_from_a_backfill_is_one_liquidation(path: Path) -> None:
    writer = Writer(path, None)
    assert append(writer, message([liquidation()], conn=1)) == 1
    assert append(writer, message([liquidation()], conn=1, source="backfill")) == 0


def test_a_duplicate_in_the_same_batch_is_left_out(path: Path) -> None:
    twice = message([liquidation()], conn=1) + message([liquidation()], conn=2)
    assert append(Writer(path, None), twice) == 1
    assert stored(path)["conn"].to_list() == [1]


@pytest.mark.parametrize(
    "other",
    [
        {"venue": "okx"},
        {"symbol": "BTC/USD:BTC"},
        {"ts": NOW + timedelta(milliseconds=1)},
        {"side": "short"},
        {"qty": 11.0},
        {"price": 100.5},
        {"price": None},
        {"qty": None},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_row_that_differs_in_one_raw_value_is_another_liquidation(other: Row, path: Path) -> None:
    writer = Writer(path, None)
    append(writer, message([liquidation()], conn=1))
    assert append(writer, message([liquidation() | other], conn=2)) == 1
    assert append(writer, message([liquidation() | other], conn=3)) == 0


def test_when_the_message_came_is_no_difference(path: Path) -> None:
    writer = Writer(path, None)
    append(writer, message([liquidation()], conn=1))
    late = liquidation(received=NOW + timedelta(minutes=1), raw='{"other": "spacing"}')
    assert append(writer, message([late], conn=2)) == 0


def test_rows_of_an_unknown_market_are_compared_by_their_raw_row(path: Path) -> None:
    """Without a contract size there is no `qty`, so the raw size stands in `raw` alone."""
    writer = Writer(path, None)
    unknown = liquidation(usd=None) | {"qty": None, "symbol": "NEWUSDT"}
    small, large = unknown | {"raw": '{"sz":"1"}'}, unknown | {"raw": '{"sz":"2"}'}
    assert append(writer, message([small, large, small], conn=1)) == 3
    assert append(writer, message([small, large], conn=2)) == 0
    assert append(writer, message([unknown | {"raw": '{"sz":"3"}'}], conn=2)) == 1


@pytest.mark.parametrize("alike", ["one price, many sizes", "one size, many prices", "equal"])
def test_a_row_of_a_crowded_millisecond_costs_what_one_of_an_empty_one_does(
    alike: str, path: Path
) -> None:
    """A wave's rows share a millisecond by the thousand: the work of a row must not grow."""
    assert work(path.with_name("large"), alike, 4000) < 1.1 * 4 * work(path, alike, 1000)


def work(path: Path, alike: str, count: int) -> int:
    """Steps of SQLite, in hundreds, for so many rows of one millisecond."""
    rows = [liquidation(conn=1)] * count
    if alike == "one price, many sizes":
        rows = [row | {"qty": 1.0 + place} for place, row in enumerate(rows)]
    elif alike == "one size, many prices":
        rows = [row | {"price": 1.0 + place} for place, row in enumerate(rows)]
    batch, steps = message(rows, conn=1), 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    Writer(path, None).close()
    with closing(sqlite3.connect(path)) as db:
        db.set_progress_handler(step, 100)
        db.executemany(INSERT, parameters(LIQUIDATIONS, frame(LIQUIDATIONS, batch)))
        assert db.execute("SELECT count(*) FROM liquidations").fetchone() == (count,)
    return steps


def test_a_restart_does_not_forget_what_was_there(path: Path) -> None:
    writer = Writer(path, None)
    append(writer, message([liquidation()], conn=writer.next_conn()))
    writer.close()
    writer = Writer(path, None)
    assert append(writer, message([liquidation()], conn=writer.next_conn())) == 0


events = st.builds(
    liquidation,
    usd=st.sampled_from([100.0, 250.0, None]),
    side=st.sampled_from(["long", "short"]),
    base=st.sampled_from(["BTC", "ETH"]),
)
messages = st.lists(st.lists(events, min_size=1, max_size=4), min_size=1, max_size=EVENTS)
spans = st.lists(st.tuples(st.integers(0, EVENTS), st.integers(0, EVENTS)), min_size=1, max_size=4)


@examples(15)
@given(messages, spans, st.randoms())
def test_reconnects_and_double_subscriptions_leave_each_liquidation_once(
    tmp_path_factory: pytest.TempPathFactory,
    sent: list[list[Row]],
    heard: list[tuple[int, int]],
    dice: Any,
) -> None:
    """Each connection hears a span of the messages; what any of them heard is stored, once.

    Messages lie a second apart, so that equal rows are equal liquidations only within one.
    """
    sent = [
        [row | {"ts": NOW + timedelta(seconds=place)} for row in rows]
        for place, rows in enumerate(sent)
    ]
    frames = [
        (place, message(rows, conn))
        for conn, (first, last) in enumerate(heard, 1)
        for place, rows in enumerate(sent)
        if first <= place <= last
    ]
    dice.shuffle(frames)
    path = store_path(tmp_path_factory.mktemp("store"))
    writer = Writer(path, None)
    while frames:
        count = dice.randint(1, 5)
        batch, frames = frames[:count], frames[count:]
        append(writer, [row for _, rows in batch for row in rows])
    expected = Counter(
        _identity(row)
        for place, rows in enumerate(sent)
        if any(first <= place <= last for first, last in heard)
        for row in message(rows, 0)
    )
    assert Counter(map(_identity, stored(path).to_dicts())) == expected
    assert_minutes_are_sums(path)
    writer.close()


@examples(15)
@given(st.lists(st.tuples(st.lists(events, max_size=3), st.integers(1, 3)), max_size=12))
def test_a_row_is_left_out_exactly_when_it_is_there_under_another_connection(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[list[Row], int]]
) -> None:
    """The rule word for word, row by row, on histories where everything has one time."""
    path = store_path(tmp_path_factory.mktemp("store"))
    writer = Writer(path, None)
    kept: list[Row] = []
    for rows, conn in history:
        numbered = message(rows, conn)
        before = len(kept)
        for row in numbered:
            if not any(_identity(old) == _identity(row) and old["conn"] != conn for old in kept):
                kept.append(row)
        assert append(writer, numbered) == len(kept) - before
    found = stored(path)
    assert Counter((*_identity(r), r["conn"]) for r in found.to_dicts()) == Counter(
        (*_identity(r), r["conn"]) for r in kept
    )
    assert_minutes_are_sums(path)
    writer.close()


def _identity(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEY)


def assert_minutes_are_sums(path: Path) -> None:
    reader = Reader(path)
    order = list(LIQUIDATION_MINUTES.key)
    kept = reader.read(LIQUIDATION_MINUTES).sort(order)
    sums = minutes_of(reader.read(LIQUIDATIONS)).sort(order)
    assert kept.drop("usd").equals(sums.drop("usd"))
    assert kept["usd"].to_list() == pytest.approx(sums["usd"].to_list())
    reader.close()


def test_minutes_tell_unpriced_rows_and_gold_apart(path: Path) -> None:
    writer = Writer(path, None)
    append(writer, [liquidation(usd=5.0), liquidation(usd=None), liquidation(usd=7.0)])
    append(writer, [liquidation(usd=6.0) | {"class": "tradfi"}, liquidation(usd=None, base="X")])
    found = Reader(path).read(LIQUIDATION_MINUTES).sort("base", "class")
    assert found["minute"].unique().to_list() == [NOW.replace(second=0)]
    kept = found.select("base", "class", "usd", "count", "unpriced", "largest").rows()
    assert kept == [
        ("BTC", "crypto", 12.0, 3, 1, 7.0),
        ("BTC", "tradfi", 6.0, 1, 0, 6.0),
        ("X", "crypto", 0.0, 1, 1, None),
    ]


def test_minutes_take_in_later_batches_under_a_new_id(path: Path) -> None:
    writer = Writer(path, None)
    for usd in (5.0, None, 9.0, 2.0):
        append(writer, [liquidation(usd=usd)])
    found = Reader(path).read(LIQUIDATION_MINUTES, columns=["id", "usd", "count", "largest"])
    assert found.rows() == [(4, 16.0, 4, 9.0)]


def hours(path: Path) -> list[int]:
    return [row[0] for row in Reader(path).rows("SELECT hour FROM minute_blocks ORDER BY hour")]


def hour_of(row: Row) -> int:
    stamp = int(row["ts"].timestamp() * 1000)
    return stamp - stamp % HOUR


def test_a_settled_hour_is_packed_and_reads_as_its_rows(path: Path) -> None:
    writer = Writer(path, None)
    first = [liquidation(NOW + timedelta(seconds=i), base=f"C{i % 7}") for i in range(50)]
    append(writer, first)
    assert hours(path) == []
    append(writer, [liquidation(NOW + timedelta(hours=1))])
    assert hours(path) == [hour_of(first[0])]
    packed = Reader(path).minutes_of_hour(hour_of(first[0]))
    assert packed.sort(LIQUIDATION_MINUTES.key).equals(
        minutes_of(frame(LIQUIDATIONS, first)).sort(LIQUIDATION_MINUTES.key)
    )


def test_a_late_row_unpacks_its_hour_and_the_next_batch_packs_it_again(path: Path) -> None:
    writer = Writer(path, None)
    append(writer, [liquidation(usd=1.0)])
    append(writer, [liquidation(NOW + timedelta(hours=1))])
    append(writer, [liquidation(NOW + timedelta(seconds=1), usd=2.0)])
    assert hours(path) == []
    hour = hour_of(liquidation())
    assert Reader(path).minutes_of_hour(hour)["usd"].to_list() == [3.0]
    assert Reader(path).tape_of_hour(hour) is None
    append(writer, [liquidation(NOW + timedelta(hours=1, seconds=1))])
    assert hours(path) == [hour]
    assert Reader(path).minutes_of_hour(hour)["usd"].to_list() == [3.0]
    tape = Reader(path).tape_of_hour(hour)
    assert tape is not None
    assert tape["usd"].to_list() == [1.0, 2.0]


def test_closing_packs_what_is_settled_and_a_restart_packs_what_was_left(path: Path) -> None:
    spread = [liquidation(NOW + timedelta(hours=i)) for i in range(5)]
    writer = Writer(path, None)
    append(writer, spread)
    writer.close()
    assert hours(path) == [hour_of(row) for row in spread[:4]]
    with_gap = Writer(path, None)
    assert with_gap._db is not None
    with_gap._db.execute("DELETE FROM minute_blocks")
    again = Writer(path, None)
    again.close()
    assert hours(path) == [hour_of(row) for row in spread[:4]]


def test_a_block_that_cannot_be_read_gives_way_to_the_rows(path: Path) -> None:
    writer = Writer(path, None)
    append(writer, [liquidation(usd=3.0)])
    hour = hour_of(liquidation())
    assert writer._db is not None
    writer._db.execute("INSERT INTO minute_blocks VALUES (?, ?)", (hour, b"not arrow"))
    assert Reader(path).minutes_of_hour(hour)["usd"].to_list() == [3.0]


def test_a_block_of_a_time_when_words_were_text_is_read(path: Path) -> None:
    writer = Writer(path, None)
    append(writer, [liquidation()])
    append(writer, [liquidation(NOW + timedelta(hours=1))])
    (hour,) = hours(path)
    rows, buffer = Reader(path).minutes_of_hour(hour), BytesIO()
    as_text = rows.select(pl.col(pl.Categorical).cast(pl.String), pl.exclude(pl.Categorical))
    as_text.select(rows.columns).write_ipc(buffer)
    assert writer._db is not None
    writer._db.execute("UPDATE minute_blocks SET data = ?", (buffer.getvalue(),))
    writer._db.execute("DELETE FROM liquidation_minutes")  # so that no row stands in for the block
    assert Reader(path).minutes_of_hour(hour).equals(rows)
    assert dict(rows.schema) == LIQUIDATION_MINUTES.schema


def test_the_raw_row_is_kept_as_it_came(path: Path) -> None:
    raw = json.dumps({"s": "BTCUSDT", "S": "Sell", "words": "ünï\u202e[/x]"})
    append(Writer(path, None), [liquidation(raw=raw)])
    assert stored(path)["raw"].to_list() == [raw]
