"""The store's file: what is written comes back as it was, and no file but ours is touched."""

import contextlib
import json
import os
import re
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.frames import NOW, candle, connection, dvol, frame, liquidation, quote, tenor
from tests.strange_files import STRANGE, contents
from tui.errors import StoreError, StoreMismatch
from tui.store import Reader, Writer, store_path
from tui.store import writer as writer_module
from tui.store.schema import MIGRATIONS, migrate, statements, user_version
from tui.storefile import VERSION
from tui.tables import (
    CANDLES,
    COVERAGE,
    DEPTH,
    FLOW,
    HEALTH,
    LIQUIDATION_MINUTES,
    LIQUIDATIONS,
    OPTIONS,
    QUOTES,
    SATURATION,
    SCORES,
    TABLES,
    TIME,
    VOLATILITY,
    WORD,
    Table,
)
from tui.tables.table import BOOL, TEXT

KEYED = [table for table in TABLES if table.key]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return store_path(tmp_path / "data")


def rows_of(table: Table) -> st.SearchStrategy[pl.DataFrame]:
    """Frames of any values that a table can hold."""
    moments = st.integers(0, 4_000_000_000_000)
    text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
    values: dict[type[pl.DataType], st.SearchStrategy[Any]] = {
        pl.String: text,
        pl.Categorical: text,
        pl.Float64: st.none() | st.floats(allow_nan=False, allow_infinity=False),
        pl.Int64: st.integers(-(2**63), 2**63 - 1),
        pl.Boolean: st.booleans(),
        pl.Datetime: moments,
    }
    row = st.tuples(*(values[type(dtype)] for dtype in table.schema.values()))
    key = ("ts",) if table is LIQUIDATIONS else table.key  # no duplicates among them
    if key:
        places = [list(table.schema).index(name) for name in key]
        unique = st.lists(
            row, max_size=5, unique_by=lambda found: tuple(found[place] for place in places)
        )
    else:
        unique = st.lists(row, max_size=5)
    return unique.map(lambda rows: _typed(table, rows))


def _typed(table: Table, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    plain = {n: pl.Int64() if t == TIME else t for n, t in table.schema.items()}
    made = pl.DataFrame(rows, schema=plain, orient="row")
    return made.select(pl.col(name).cast(dtype) for name, dtype in table.schema.items())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_is_appended_is_read_back_with_its_types(
    table: Table, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @examples(6)
    @given(rows_of(table))
    def check(rows: pl.DataFrame) -> None:
        place = store_path(tmp_path_factory.mktemp("store"))
        writer, reader = Writer(place, None), Reader(place)
        writer.append(table, rows)
        found = reader.read(table, raw=True)
        writer.close()
        reader.close()
        assert found.equals(rows.sort(table.time, maintain_order=True))
        assert found.schema == table.schema

    check()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_empty_table_has_its_types(table: Table, path: Path) -> None:
    Writer(path, None)
    reader = Reader(path)
    assert reader.read(table, raw=True).schema == table.schema
    assert "raw" not in reader.read(table).columns
    assert reader.after(table, 0)[0].schema == reader.read(table).schema


@pytest.mark.parametrize("table", KEYED, ids=lambda table: table.name)
def test_a_row_on_the_same_key_replaces_the_old_one_under_a_new_id(
    table: Table, path: Path
) -> None:
    row = {
        name: {TEXT: "a", WORD: "a", BOOL: True, TIME: NOW}.get(dtype, 1)
        for name, dtype in table.schema.items()
    }
    changing = next(n for n, t in table.schema.items() if t == pl.Float64 or n == "wanted")
    writer = Writer(path, None)
    for value in (1, 2):
        writer.append(table, frame(table, [row | {changing: value}]))
    found = Reader(path).read(table, columns=["id", changing])
    assert found.rows() == [(2, 2)]


def test_the_newest_rows_of_a_span_with_some_words(path: Path) -> None:
    rows = [quote(float(i), NOW + timedelta(seconds=i), f"{'AB'[i % 2]}/USDT") for i in range(10)]
    Writer(path, None).append(QUOTES, frame(QUOTES, rows))
    reader = Reader(path)
    since, until = NOW + timedelta(seconds=1), NOW + timedelta(seconds=7)
    read = reader.read(QUOTES, since=since, until=until, columns=["price"])
    assert read["price"].to_list() == [2, 3, 4, 5, 6, 7]  # half open: (since, until]
    only = reader.read(QUOTES, until=until, where={"base": "A"}, newest=2)
    assert only["price"].to_list() == [4, 6]
    both = reader.read(QUOTES, where={"base": ["A", "B"], "venue": "binance"})
    assert len(both) == 10
    assert reader.read(QUOTES, where={"base": []}).is_empty()


def test_a_frame_of_another_shape_is_refused_by_name_and_nothing_is_written(path: Path) -> None:
    writer = Writer(path, None)
    good = frame(QUOTES, [quote(1.0)])
    bad: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
        r"quotes: column 'price' is missing": lambda f: f.drop("price"),
        r"quotes: no column 'size'": lambda f: f.with_columns(size=pl.lit(1)),
        r"quotes: column 'price' is Int64, not Float64": lambda f: f.cast({"price": pl.Int64}),
        r"quotes: column 'ts' is .*us.*, not": lambda f: f.cast({"ts": pl.Datetime("us", "UTC")}),
    }
    for words, broken in bad.items():
        with pytest.raises(ValueError, match=words):
            writer.append_all([(QUOTES, good), (QUOTES, broken(good))])
    assert Reader(path).read(QUOTES).is_empty()
    columns_in_any_order = good.select(reversed(good.columns))
    assert writer.append(QUOTES, columns_in_any_order) == 1
    assert Reader(path).read(QUOTES).equals(good)


def test_latest_meta_and_connection_numbers_outlive_the_writer(path: Path) -> None:
    writer = Writer(path, "http://127.0.0.1:1")
    assert Reader(path).latest() is None
    assert Reader(path).meta("streams") is None
    for second in range(3):
        as_of = NOW + timedelta(seconds=second)
        writer.write_latest(as_of, {"schema": 1, "ts": as_of, "none": None})
    writer.set_meta("streams", [["okx", "swap"]])
    given = [writer.next_conn() for _ in range(3)]
    writer.close()
    reader = Reader(path)
    assert reader.latest() == (as_of, {"schema": 1, "ts": "2026-01-20T14:03:22.000Z", "none": None})
    assert reader.latest_as_of() == as_of
    assert reader.meta("streams") == [["okx", "swap"]]
    assert reader.endpoint == "http://127.0.0.1:1"
    again = Writer(path, "http://127.0.0.1:1")
    given += [again.next_conn(), again.next_conn()]
    assert given == [1, 2, 3, 4, 5]


def test_folder_and_files_are_private_whatever_the_umask(path: Path) -> None:
    old = os.umask(0)
    try:
        writer = Writer(path, None)
        writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
        reader = Reader(path)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert modes == {path.name + side: 0o600 for side in ("", "-wal", "-shm")}
    reader.close()


def test_any_sqlite_client_reads_sides_and_venues_in_words(path: Path) -> None:
    Writer(path, None).append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation(usd=5.0)]))
    db = sqlite3.connect(path)
    found = db.execute('SELECT ts, venue, side, "class", usd FROM liquidations').fetchone()
    assert found == (int(NOW.timestamp() * 1000), "bybit", "long", "crypto", 5.0)


@pytest.mark.parametrize(
    ("make", "words"), STRANGE.items(), ids=lambda it: getattr(it, "__name__", "")
)
def test_a_file_that_is_not_ours_or_newer_is_named_and_left_untouched(
    make: Callable[[Path], None], words: str, path: Path
) -> None:
    path.parent.mkdir()
    make(path)
    before = contents(path.parent)
    for opened in (lambda: Writer(path, None), lambda: Reader(path)):
        with pytest.raises(StoreMismatch, match=f"^{re.escape(str(path))}: .*{words}") as caught:
            opened()
        assert caught.value.exit_code == 2
    assert contents(path.parent) == before


def test_a_store_of_another_endpoint_is_refused_and_left_untouched(path: Path) -> None:
    Writer(path, "http://127.0.0.1:9").close()
    before = path.read_bytes()
    with pytest.raises(StoreMismatch, match=r"belongs to http://127.0.0.1:9, not to the real exch"):
        Writer(path, None)
    with pytest.raises(StoreMismatch, match="--data-dir"):
        Writer(path, "http://127.0.0.1:10")
    assert path.read_bytes() == before
    Writer(path, "http://127.0.0.1:9")


def test_an_older_store_is_migrated_in_one_transaction_or_not_at_all(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "old", isolation_level=None)
    for sql in statements():
        db.execute(sql)
    db.execute("PRAGMA user_version = 1")
    db.execute("INSERT INTO quotes (price) VALUES (7.0)")
    steps: dict[int, tuple[str, ...]] = {
        1: ("ALTER TABLE quotes ADD COLUMN bid REAL", "UPDATE quotes SET bid = price"),
        2: ("ALTER TABLE quotes RENAME COLUMN bid TO best_bid", "SELECT nonsense"),
    }
    with pytest.raises(sqlite3.OperationalError, match="nonsense"):
        migrate(db, steps, version=3)
    assert user_version(db) == 1
    assert "bid" not in [row[1] for row in db.execute("PRAGMA table_info(quotes)")]
    steps[2] = steps[2][:1]
    migrate(db, steps, version=3)
    assert user_version(db) == 3
    assert db.execute("SELECT best_bid FROM quotes").fetchall() == [(7.0,)]
    migrate(db, {}, version=3)


def test_the_writer_migrates_and_a_reader_does_not(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Writer(path, None).close()
    newer = VERSION + 1
    for module in ("tui.storefile", "tui.store.files"):
        monkeypatch.setattr(f"{module}.VERSION", newer)
    monkeypatch.setattr(
        "tui.store.files.migrate",
        lambda db: migrate(db, {VERSION: ("CREATE TABLE more (x)",)}, newer),
    )
    with pytest.raises(StoreError, match="older liqtop; liqtop record"):
        Reader(path)
    Writer(path, None)
    assert Reader(path).read(QUOTES).is_empty()


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The columns of every table, and what each index is of."""
    db = sqlite3.connect(path)
    names = db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index')")
    listed = sorted(name for (name,) in names)
    shapes = {
        name: [*db.execute(f"PRAGMA table_info({name})"), *db.execute(f"PRAGMA index_info({name})")]
        for name in listed
    }
    db.close()
    return shapes


def drop_tables_since(db: sqlite3.Connection, version: int) -> None:
    """Make a store of that version, as far as tables are concerned that came later."""
    for sql in (sql for number in range(version, VERSION) for sql in MIGRATIONS[number]):
        if made := re.match(r"CREATE TABLE (\w+)", sql):
            db.execute(f"DROP TABLE {made[1]}")
    db.execute(f"PRAGMA user_version = {version}")


def test_a_store_of_version_1_keeps_its_rows_and_becomes_what_a_new_one_is(path: Path) -> None:
    writer = Writer(path, None)
    writer.append(QUOTES, frame(QUOTES, [quote(7.0)]))
    writer.close()
    new = shape(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        drop_tables_since(db, 1)
        db.execute("DROP INDEX liquidations_ts")
        db.execute("CREATE INDEX liquidations_ts ON liquidations (ts, symbol, price)")
    assert shape(path) != new
    with pytest.raises(StoreError, match="older liqtop"):
        Reader(path)
    writer = Writer(path, None)
    row = {"minute": NOW, "venue": "okx", "saturation": 0.5, "pushed": 3}
    writer.append(SATURATION, frame(SATURATION, [row]))
    writer.close()
    assert shape(path) == new
    assert Reader(path).read(QUOTES)["price"].to_list() == [7.0]
    assert Reader(path).read(SATURATION)["pushed"].to_list() == [3]


def test_a_store_of_version_5_keeps_its_rows_and_gets_the_tables_of_version_6(path: Path) -> None:
    writer = Writer(path, None)
    writer.append(QUOTES, frame(QUOTES, [quote(7.0)]))
    writer.close()
    new = shape(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        drop_tables_since(db, 5)
    assert shape(path) != new
    writer = Writer(path, None)
    book = {"ts": NOW, "venue": "okx", "market": "perp", "base": "BTC", "bid_100": 1e6}
    writer.append(DEPTH, frame(DEPTH, [book, book]))
    writer.append(VOLATILITY, frame(VOLATILITY, [dvol(0.394)]))
    writer.append(OPTIONS, frame(OPTIONS, [tenor("180d", 0.44, -0.031)]))
    score = {"ts": NOW, "base": "BTC", "name": "trend", "value": -0.11}
    writer.append(SCORES, frame(SCORES, [score, score | {"value": -0.12}]))
    minute = {"ts": NOW, "venue": "okx", "stream": "public", "market": "spot", "base": "BTC"}
    writer.append(FLOW, frame(FLOW, [minute | {"buy_usd": 2.0, "sell_usd": 1.0, "cover": 1.0}]))
    writer.close()
    assert shape(path) == new
    reader = Reader(path)
    assert reader.read(QUOTES)["price"].to_list() == [7.0]
    assert reader.read(DEPTH)["bid_100"].to_list() == [1e6]
    assert reader.read(VOLATILITY)["close"].to_list() == [0.394]
    assert reader.read(SCORES)["value"].to_list() == [-0.12]
    assert reader.read(OPTIONS)["near"].to_list() == [NOW + timedelta(days=1)]
    assert reader.read(FLOW)["buy_usd"].to_list() == [2.0]


def test_no_store_yet_is_said(path: Path) -> None:
    with pytest.raises(StoreError, match="no store here yet"):
        Reader(path)
    path.parent.mkdir()
    path.touch()
    with pytest.raises(StoreError, match="no store here yet"):
        Reader(path)
    Writer(path, None)
    assert Reader(path).endpoint is None


def test_prune_deletes_by_retention_in_chunks_and_keeps_candles(path: Path) -> None:
    writer = Writer(path, None)
    old, young = NOW - timedelta(days=401), NOW - timedelta(days=29)
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation(old, usd=i) for i in range(12)]))
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation(young)]))
    writer.append(QUOTES, frame(QUOTES, [quote(i, NOW - timedelta(days=31)) for i in range(7)]))
    writer.append(QUOTES, frame(QUOTES, [quote(1, young)]))
    writer.append(CANDLES, frame(CANDLES, [candle(1.0, NOW - timedelta(days=3000))]))
    reader = Reader(path)
    assert writer.prune(NOW, chunk=5) == 5
    assert reader.read(LIQUIDATIONS)["ts"].to_list() == [old] * 7 + [young]
    deleted = [writer.prune(NOW, chunk=5) for _ in range(4)]
    assert deleted == [5, 5, 5, 0]  # 12 rows, their minute, 7 quotes: 20 in all
    assert [len(reader.read(t)) for t in (LIQUIDATIONS, QUOTES, CANDLES)] == [1, 1, 1]
    assert reader.read(LIQUIDATION_MINUTES)["count"].to_list() == [1]
    writer.append(QUOTES, frame(QUOTES, [quote(1)]))
    assert reader.read(QUOTES, columns=["id"])["id"].to_list() == [8, 9]  # ids are not reused


def test_a_deleted_store_is_said_once_and_begun_again(path: Path) -> None:
    writer = Writer(path, "http://127.0.0.1:1")
    writer.set_meta("gives", {"okx": "1/s"})
    numbers = [writer.next_conn(), writer.next_conn()]
    row = frame(QUOTES, [quote(1.0)])
    writer.append(QUOTES, row)
    for file in path.parent.iterdir():
        file.unlink()
    with pytest.raises(StoreError, match="was deleted while in use; a new store was begun"):
        writer.append(QUOTES, row)
    assert writer.append(QUOTES, row) == 1
    reader = Reader(path)
    assert len(reader.read(QUOTES)) == 1
    assert (reader.endpoint, reader.meta("gives")) == ("http://127.0.0.1:1", {"okx": "1/s"})
    assert writer.next_conn() == numbers[-1] + 1


def test_a_deleted_folder_is_said_and_begun_again(path: Path) -> None:
    writer = Writer(path, None)
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    with pytest.raises(StoreError, match="was deleted"):
        writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    assert writer.append(QUOTES, frame(QUOTES, [quote(1.0)])) == 1


def test_closing_begins_no_new_store_where_the_old_one_was_deleted(path: Path) -> None:
    writer = Writer(path, None)
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    writer.close()
    writer.close()
    assert not path.parent.exists()


def test_a_full_disk_is_said_and_nothing_of_the_batch_is_kept(path: Path) -> None:
    writer = Writer(path, None)
    writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    assert writer._db is not None
    pages = writer._db.execute("PRAGMA page_count").fetchone()[0]
    writer._db.execute(f"PRAGMA max_page_count = {pages + 3}")
    much = frame(LIQUIDATIONS, [liquidation(usd=float(i), raw="x" * 200) for i in range(500)])
    with pytest.raises(StoreError, match=f"{re.escape(str(path))}: the disk is full"):
        writer.append_all([(QUOTES, frame(QUOTES, [quote(2.0)])), (LIQUIDATIONS, much)])
    reader = Reader(path)
    assert reader.read(LIQUIDATIONS).is_empty()
    assert len(reader.read(QUOTES)) == 1
    assert writer.append(LIQUIDATIONS, much) == 500  # there is space again
    assert reader.read(LIQUIDATION_MINUTES)["count"].to_list() == [500]


def test_a_store_that_another_program_locks_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.store.files._BUSY_S", 0.01)
    writer = Writer(path, None)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program holds it"):
        writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    other.execute("ROLLBACK")
    assert writer.append(QUOTES, frame(QUOTES, [quote(1.0)])) == 1


def test_a_read_only_folder_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the operating system says it: tests may run as root, whom no permission stops."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(StoreError, match=f"{re.escape(str(path))}: Permission denied"):
        Writer(path, None)


def test_a_read_only_file_is_said_and_written_again_later(path: Path) -> None:
    writer = Writer(path, None)
    assert writer._db is not None
    writer._db.execute("PRAGMA query_only = 1")
    with pytest.raises(StoreError, match="read-only"):
        writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    assert writer.append(QUOTES, frame(QUOTES, [quote(1.0)])) == 1


def test_a_damaged_store_is_said(path: Path) -> None:
    writer = Writer(path, None)
    writer.append(QUOTES, frame(QUOTES, [quote(float(i)) for i in range(20_000)]))
    writer.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(StoreError, match="damaged; move it away"):
        Reader(path).read(QUOTES)


def test_a_closed_store_in_a_folder_that_cannot_be_written_opens(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store in WAL mode can't be read without a -shm, which nobody can make there."""
    writer = Writer(path, None)
    writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    writer.close()
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name]
    if os.geteuid() == 0:  # root may write everywhere: refuse as SQLite would
        _refused_once(monkeypatch)
    path.parent.chmod(0o500)
    try:
        reader = Reader(path)
        assert len(reader.read(QUOTES)) == 1
        assert sorted(file.name for file in path.parent.iterdir()) == [path.name]
    finally:
        path.parent.chmod(0o700)
    assert not reader.replaced
    Writer(path, None).append(QUOTES, frame(QUOTES, [quote(2.0)]))
    assert reader.replaced  # from now on it is written to, and must be opened as such
    reader.reopen()
    assert len(reader.read(QUOTES)) == 2


def _refused_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first read is refused as SQLite refuses it in such a folder, and leaves no file."""

    def first(db: sqlite3.Connection) -> int:
        monkeypatch.undo()
        db.close()
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr("tui.store.files._first_read", first)


def test_a_reader_sees_the_file_that_took_the_place_of_its_own(path: Path) -> None:
    Writer(path, None).append(QUOTES, frame(QUOTES, [quote(1.0)]))
    reader = Reader(path)
    assert not reader.replaced
    for file in path.parent.iterdir():
        file.unlink()
    assert reader.replaced
    with pytest.raises(StoreError, match="no store here yet"):
        reader.reopen()
    assert len(reader.read(QUOTES)) == 1  # still what it had
    Writer(path, None)
    reader.reopen()
    assert not reader.replaced
    assert reader.read(QUOTES).is_empty()


def test_reads_inside_one_moment_see_no_later_write(path: Path) -> None:
    writer = Writer(path, None)
    reader = Reader(path)
    with reader.one_moment():
        assert reader.read(QUOTES).is_empty()
        writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
        assert reader.read(QUOTES).is_empty()
    assert len(reader.read(QUOTES)) == 1


def test_threads_may_share_the_writer(path: Path) -> None:
    writer = Writer(path, None)

    def work(number: int) -> list[int]:
        rows = [quote(float(number))]
        return [
            writer.next_conn() + 0 * writer.append(QUOTES, frame(QUOTES, rows)) for _ in range(25)
        ]

    with ThreadPoolExecutor(4) as pool:
        conns = [conn for given in pool.map(work, range(4)) for conn in given]
    assert sorted(conns) == list(range(1, 101))
    assert len(Reader(path).read(QUOTES)) == 100


def test_one_batch_of_several_tables_is_one_transaction(path: Path) -> None:
    writer = Writer(path, None)
    health = {"ts": NOW, "collector": "quotes", "venue": "okx", "stream": "", "state": "live"}
    batch = [
        (QUOTES, frame(QUOTES, [quote(1.0), quote(2.0)])),
        (COVERAGE, frame(COVERAGE, [connection()])),
        (HEALTH, frame(HEALTH, [health])),
        (LIQUIDATIONS, LIQUIDATIONS.empty()),
        (LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation()])),
    ]
    assert writer.append_all(batch) == 5
    assert writer.append_all([]) == 0
    reader = Reader(path)
    assert [len(reader.read(table)) for table, _ in batch] == [2, 1, 1, 1, 1]


def test_json_in_latest_holds_no_type_json_does_not_know(path: Path) -> None:
    with pytest.raises(TypeError, match="no JSON value"):
        Writer(path, None).write_latest(NOW, {"frame": object()})
    assert json.dumps(Reader(path).latest()) == "null"


def test_a_meta_value_that_could_not_be_written_is_with_the_next_that_can(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(path, None)
    with monkeypatch.context() as full:
        full.setattr(writer_module, "_set", _io_error)
        with pytest.raises(StoreError):
            writer.set_meta("streams", [["okx", "swap"]])
    writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    assert Reader(path).meta("streams") == [["okx", "swap"]]


def test_a_store_begun_anew_on_a_bad_disk_has_the_meta_values_in_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(path, None)
    writer.set_meta("streams", [["okx", "swap"]])
    first = writer.next_conn()
    path.unlink()
    with monkeypatch.context() as full:
        full.setattr(writer_module, "_set", _io_error)
        for _ in range(2):
            with pytest.raises(StoreError):
                writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    assert Reader(path).meta("streams") == [["okx", "swap"]]
    writer.close()
    assert Writer(path, None).next_conn() > first


def _io_error(*args: object) -> None:
    raise sqlite3.OperationalError("disk I/O error")


def test_one_row_of_a_clock_that_is_days_ahead_stops_no_packing(path: Path) -> None:
    first = NOW.replace(minute=0, second=0)
    ahead = liquidation(first + timedelta(days=3), received=first)
    for _ in range(2):  # the same after a restart
        writer = Writer(path, None)
        writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [ahead]))
        for minutes in range(0, 6 * 60, 5):
            row = liquidation(first + timedelta(minutes=minutes))
            writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [row]))
        packed = Reader(path).rows("SELECT count(*) FROM minute_blocks")[0][0]
        assert packed >= 4
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM minute_blocks")
        writer.close()
        first += timedelta(hours=6)
