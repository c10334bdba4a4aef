"""Frames as bytes, and rows in their order: what frames that are held and copied rest on."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.frames import NOW, frame, liquidation, quote
from tui.clock import milliseconds
from tui.store import Reader, Writer, store_path
from tui.store.minutes import CHUNKS, Minutes, regrouped
from tui.store.packed import packed, unpacked
from tui.store.rows import merged, replaced
from tui.store.thinned import THINNINGS, joined
from tui.tables import LIQUIDATION_MINUTES, LIQUIDATIONS, QUOTES, WORD

SCHEMA = LIQUIDATIONS.schema
MINUTE = NOW.replace(minute=0, second=0, microsecond=0)
ROWS = frame(LIQUIDATIONS, [liquidation(base=base) for base in ("BTC", "ETH", "BTC")])


def as_arrow(rows: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    rows.write_ipc(buffer)
    return buffer.getvalue()


def test_a_frame_comes_back_as_it_was() -> None:
    chunked = pl.concat([ROWS, ROWS.head(1)], rechunk=False)
    for rows in (ROWS, ROWS.head(0), chunked):
        again = unpacked(packed(rows), SCHEMA)
        assert again is not None
        assert again.equals(rows)
        assert dict(again.schema) == SCHEMA


@examples(60)
@given(st.data())
def test_a_damaged_frame_is_none(data: st.DataObject) -> None:
    made = bytearray(packed(ROWS))
    at = data.draw(st.integers(0, len(made) - 1))
    made[at] ^= 1 << data.draw(st.integers(0, 7))
    assert unpacked(bytes(made), SCHEMA) is None
    assert unpacked(packed(ROWS)[: at + 1][:-1], SCHEMA) is None


def test_a_word_that_is_null_stays_so() -> None:
    rows = ROWS.with_columns(pl.lit(None, WORD).alias("symbol"))
    again = unpacked(packed(rows), SCHEMA)
    assert again is not None
    assert again["symbol"].null_count() == rows.height


def test_only_its_own_words_are_written() -> None:
    """Not those of the process: a block would be 80 kB with 2,000 coins."""
    others = pl.Series([f"COIN{i}/USDT:USDT" for i in range(2_000)], dtype=WORD)
    written = pl.read_ipc(BytesIO(packed(ROWS)[8:]))  # behind its sum
    assert written["base"].dtype == pl.Enum(["BTC", "ETH"])
    assert len(packed(ROWS)) < 10_000 < len(as_arrow(ROWS.with_columns(venue=others[:3])))


def test_words_that_were_text_are_read_and_nothing_else_is() -> None:
    as_text = ROWS.with_columns(pl.col(pl.Categorical).cast(pl.String))
    again = unpacked(as_arrow(as_text), SCHEMA)
    assert again is not None
    assert again.equals(ROWS)
    assert unpacked(as_arrow(ROWS.drop("side")), SCHEMA) is None
    assert unpacked(as_arrow(ROWS.with_columns(pl.col("usd").cast(pl.String))), SCHEMA) is None
    assert unpacked(as_arrow(ROWS.with_columns(pl.col("conn").cast(pl.Float64))), SCHEMA) is None
    assert unpacked(b"not arrow", SCHEMA) is None


moments = st.lists(st.integers(0, 9), max_size=8)


def rows_at(seconds: list[int], first: int = 0) -> pl.DataFrame:
    """Rows of these seconds, told apart by their size."""
    return frame(
        LIQUIDATIONS,
        [
            liquidation(NOW + timedelta(seconds=at), usd=float(first + place))
            for place, at in enumerate(seconds)
        ],
    )


@examples(60)
@given(moments, moments)
def test_rows_are_put_where_they_belong_later_ones_last(old: list[int], new: list[int]) -> None:
    held, came = rows_at(sorted(old)), rows_at(new, first=100)
    wanted = pl.concat([held, came]).sort("ts", maintain_order=True)
    assert merged(held, came, LIQUIDATIONS).equals(wanted)


@examples(40)
@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from(("BTC", "ETH"))), max_size=12))
def test_minutes_of_rows_are_in_their_order_and_sum_them(made: list[tuple[int, str]]) -> None:
    rows = frame(
        LIQUIDATIONS,
        [
            liquidation(NOW + timedelta(seconds=at), base=base, usd=float(at))
            for at, base in sorted(made)
        ],
    )
    found = regrouped(rows)
    assert dict(found.schema) == LIQUIDATION_MINUTES.schema
    assert found["minute"].is_sorted()
    sums: dict[tuple[datetime, str], tuple[float, int]] = {}
    for ts, base, usd in rows.select("ts", "base", "usd").iter_rows():
        key = (ts.replace(second=0, microsecond=0), base)
        usd_so_far, count = sums.get(key, (0.0, 0))
        sums[key] = (usd_so_far + usd, count + 1)
    told = {row[:2]: row[2:] for row in found.select("minute", "base", "usd", "count").iter_rows()}
    assert told == sums


def minutes_of(made: dict[tuple[int, str], float]) -> pl.DataFrame:
    """Minute rows by minute and coin, in order of time."""
    rows = [
        {"minute": MINUTE + timedelta(minutes=at), "venue": "okx", "base": base, "class": "crypto"}
        | {"side": "long", "usd": usd, "count": 1, "unpriced": 0, "largest": usd}
        for (at, base), usd in sorted(made.items())
    ]
    return frame(LIQUIDATION_MINUTES, rows)


sums = st.dictionaries(
    st.tuples(st.integers(0, 9), st.sampled_from(("BTC", "ETH"))), st.floats(1, 9), max_size=8
)


@examples(60)
@given(sums, sums)
def test_a_row_takes_the_place_of_its_key_among_the_others(
    old: dict[tuple[int, str], float], new: dict[tuple[int, str], float]
) -> None:
    held, came = minutes_of(old), minutes_of(new)
    found = merged(held, came, LIQUIDATION_MINUTES)
    assert found["minute"].is_sorted()
    wanted = replaced(held, came, LIQUIDATION_MINUTES)
    assert found.sort("minute", "base").equals(wanted.sort("minute", "base"))


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Minutes]:
    """The minutes of a store in which the first two hours have a row in their first minute."""
    writer = Writer(store_path(tmp_path), None)
    writer.append(LIQUIDATION_MINUTES, minutes_of({(0, "BTC"): 1.0, (60, "BTC"): 1.0}))
    with closing(writer), closing(Reader(store_path(tmp_path))) as reader:
        yield Minutes(reader)


START = milliseconds(MINUTE)


def told(minutes: Minutes, end: int) -> list[tuple[float, ...]]:
    """USD of the rows before the minute `end`."""
    return minutes.between(START, START + end * 60_000).select("usd").rows()


def test_the_answer_is_the_same_frame_until_a_row_in_it_changes(followed: Minutes) -> None:
    before, hour = followed.between(START, START + 120_000), followed.hour(START)
    followed.add(minutes_of({(2, "BTC"): 2.0}))
    assert followed.hour(START) is not hour
    assert followed.between(START, START + 120_000) is before
    followed.add(minutes_of({(1, "BTC"): 3.0}))
    assert told(followed, 2) == [(1.0,), (3.0,)]


def test_a_late_row_is_told_though_one_of_a_later_hour_comes_with_it(followed: Minutes) -> None:
    assert told(followed, 61) == [(1.0,), (1.0,)]
    assert told(followed, 30) == [(1.0,)]
    followed.add(minutes_of({(10, "BTC"): 5.0, (66, "BTC"): 6.0}))
    assert told(followed, 30) == [(1.0,), (5.0,)]


def test_an_hour_grows_in_few_pieces_and_is_one_when_it_is_over(followed: Minutes) -> None:
    followed.between(START, START + 60_000)
    followed.add(minutes_of({(1, "BTC"): 2.0}))
    assert followed.hour(START).n_chunks() == 2  # what was there is not copied
    for at in range(2, 60):
        followed.add(minutes_of({(at, "BTC"): float(at)}))
        assert followed.hour(START).n_chunks() < CHUNKS
    assert told(followed, 59)[1:] == [(2.0,), *((float(at),) for at in range(2, 59))]
    followed.between(START, START + 60 * 60_000)
    assert followed.hour(START).n_chunks() == 1


def test_a_late_row_keeps_no_memory_of_what_it_was_put_into(followed: Minutes) -> None:
    followed.between(START, START + 60_000)
    followed.add(minutes_of({(at, "BTC"): 1.0 for at in range(1, 30)}))
    followed.add(minutes_of({(3, "ETH"): 2.0}))
    assert followed.hour(START).n_chunks() == 1
    assert followed.hour(START)["usd"].sum() == 32.0


def test_what_is_fetched_of_a_time_that_is_not_held_is_left_out() -> None:
    """A week of taker flow at a first start, of which a screen holds a day."""
    how = next(one for one in THINNINGS if one.table is QUOTES)
    held = frame(QUOTES, [quote(1.0, NOW)])
    old = frame(QUOTES, [quote(2.0, NOW - timedelta(days=3))])
    assert joined(held, old, how, milliseconds(NOW)) is held
    some = frame(QUOTES, [quote(2.0, NOW - timedelta(days=3)), quote(3.0, NOW)])
    found = joined(held, some, how, milliseconds(NOW))
    assert found["price"].to_list() == [1.0, 3.0]
