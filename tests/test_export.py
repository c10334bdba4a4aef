"""`liqtop export`: whole files of every format, times as typed, and what a wrong word says."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from tests.frames import frame, liquidation
from tests.processes import Home, Viewer
from tui import cli, commandline
from tui.errors import LiqtopError
from tui.export import formats
from tui.progress import Bar
from tui.store import Writer, store_path
from tui.store.rows import CHUNK
from tui.tables import LIQUIDATIONS, TABLES, WORD

COUNT = 2 * CHUNK + 17
"""Rows stored: more than two parts."""
FIRST = datetime(2026, 1, 19, 21, 0, tzinfo=UTC)
STEP = timedelta(seconds=1)
KINDS = {name: kind for name, kind in LIQUIDATIONS.schema.items() if name != "raw"}


def stored() -> pl.DataFrame:
    rows = [
        liquidation(FIRST + n * STEP, usd=1_000.0 + n, raw=f'{{"n":{n}}}') for n in range(COUNT)
    ]
    rows[3]["usd"] = None
    return frame(LIQUIDATIONS, rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A store of COUNT liquidations, a second apart."""
    here = Home(tmp_path_factory.mktemp("export"))
    writer = Writer(store_path(here.data), None)
    writer.append(LIQUIDATIONS, stored())
    writer.close()
    return here


def exported(home: Home, *args: str) -> int:
    return cli.main(["export", *args, "--data-dir", str(home.data)])


def read(path: Path) -> pl.DataFrame:
    """A file of any of the formats, as text tells its times."""
    match path.suffix:
        case ".parquet":
            return pl.read_parquet(path).cast(KINDS)  # type: ignore[arg-type]
        case ".csv":
            found = pl.read_csv(path)
        case _:
            found = pl.read_ndjson(path)
    times = [pl.col(name).str.to_datetime(time_unit="ms", time_zone="UTC") for name in TIMES]
    return found.with_columns(times).cast(KINDS)  # type: ignore[arg-type]


TIMES = ("ts", "received")


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_every_row_is_in_the_file(home: Home, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"all.{ending}"
    assert exported(home, "liquidations", "-o", str(path)) == 0
    assert read(path).equals(stored().drop("raw"))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_parquet_has_the_types_of_the_table_and_words_as_text(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "raw.parquet"
    assert exported(home, "liquidations", "--raw", "-o", str(path)) == 0
    kinds = {n: pl.String() if kind == WORD else kind for n, kind in LIQUIDATIONS.schema.items()}
    assert dict(pl.read_parquet_schema(path)) == kinds
    assert pl.read_parquet(path)["raw"].to_list() == stored()["raw"].to_list()


def test_times_bound_the_rows_half_open(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    bounds = ("--since", "2026-01-19 21:15", "--until", "2026-01-19T21:16Z")
    assert exported(home, "liquidations", *bounds, "-o", str(path)) == 0
    told = [json.loads(line)["ts"] for line in path.read_text().splitlines()]
    assert len(told) == 60
    assert told[0] == "2026-01-19T21:15:01.000Z"
    assert told[-1] == "2026-01-19T21:16:00.000Z"


def test_a_span_before_now_is_a_value_and_not_an_option(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    assert exported(home, "liquidations", "--since", "-3h", "-o", str(path)) == 0
    assert path.read_text().count("\n") == 1  # the names of the columns alone


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_an_empty_table_is_a_whole_file(
    home: Home, tmp_path: Path, table: str, ending: str
) -> None:
    path = tmp_path / f"{table}.{ending}"
    assert exported(home, table, "--until", "2020-01-01", "-o", str(path)) == 0
    if ending == "parquet":
        assert pl.read_parquet(path).is_empty()
    assert path.exists()


def test_stdout_is_csv_or_what_is_asked_for(home: Home) -> None:
    csv = home.run("export", "liquidations")
    assert csv.returncode == 0
    assert csv.stdout.count("\n") == COUNT + 1
    assert csv.stderr == f"liqtop: {COUNT:,} rows of liquidations to stdout\n"
    lines = home.run("export", "liquidations", "--format", "jsonl", "-o", "-").stdout.splitlines()
    assert json.loads(lines[0])["usd"] == 1_000.0
    assert json.loads(lines[3])["usd"] is None


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["liquidation"], [table.name for table in TABLES]),
        (["quotes", "-o", "x.xlsx"], [".parquet", ".csv", ".jsonl"]),
        (["quotes", "--format", "parquet"], ["-o FILE.parquet"]),
        (["quotes", "--since", "lately"], ["'lately'", "2026-01-19 21:15"]),
        (["quotes", "--since", "-1h", "--until", "-2h"], ["is not before"]),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], home: Home, args: list[str], words: list[str]
) -> None:
    assert exported(home, *args) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert all(word in said for word in words)


def test_what_cannot_be_written_is_exit_1_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], home: Home, tmp_path: Path
) -> None:
    assert exported(home, "quotes", "-o", str(tmp_path / "no" / "x.csv")) == 1
    assert "No such file or directory" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_a_store_it_is_exit_1(tmp_path: Path) -> None:
    assert exported(Home(tmp_path), "quotes", "-o", str(tmp_path / "x.csv")) == 1
    assert not (tmp_path / "x.csv").exists()


def test_a_failure_half_way_keeps_the_old_file(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("yesterday's")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(formats._FORMS, "csv", broken)
    assert exported(home, "liquidations", "-o", str(path)) == 130
    assert path.read_text() == "yesterday's"
    assert [file.name for file in tmp_path.iterdir()] == ["x.csv"]


def test_a_reader_that_has_enough_ends_it_quietly(home: Home) -> None:
    command = home.command("export", "liquidations")
    with subprocess.Popen(
        command, env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


@pytest.mark.parametrize(("form", "count"), [("parquet", 50), ("csv", 4), ("jsonl", 4)])
def test_much_of_a_file_is_written_before_the_last_rows_are_read(
    tmp_path: Path, form: str, count: int
) -> None:
    part = pl.concat([stored().drop("raw")] * 5)
    path = tmp_path / "rows"
    sizes = list[int]()

    def parts() -> Iterator[pl.DataFrame]:
        for _ in range(count):
            sizes.append(path.stat().st_size)
            yield part

    with path.open("wb") as out:
        rows = formats.Rows("liquidations", count * part.height, dict(part.schema), parts)
        assert formats.write(rows, out, form) == count * part.height
    assert sizes[-1] > path.stat().st_size / 3


full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to write to")


@full
def test_a_full_disk_is_said_in_one_line(home: Home) -> None:
    with Path("/dev/full").open("wb") as out:
        command = home.command("export", "liquidations")
        done = subprocess.run(command, env=home.environment, stdout=out, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr == b"liqtop: stdout: can't be written: No space left on device\n"


@full
def test_a_full_disk_ends_parquet_in_the_same_way() -> None:
    part = stored().drop("raw")
    rows = formats.Rows("liquidations", part.height, dict(part.schema), lambda: iter([part]))
    with Path("/dev/full").open("wb") as out, pytest.raises(LiqtopError, match="No space left"):
        formats.write(rows, out, "parquet")


def test_the_bar_says_how_far_it_is() -> None:
    bar = Bar("quotes", 1_000_000, StringIO())
    bar.advance(500_000)
    assert bar.text() == f"quotes {'#' * 15}{'-' * 15} 50%  500,000 of 1,000,000 rows"


def test_a_bar_is_drawn_on_a_terminal_and_wiped(home: Home, tmp_path: Path) -> None:
    shown = Viewer(home, "export", "liquidations", "-o", str(tmp_path / "x.csv"))
    try:
        assert shown.ended() == 0
        assert f"of {COUNT:,} rows\x1b[K".encode() in shown.sent
        assert shown.shows(f"liqtop: {COUNT:,} rows of liquidations to")
        assert not shown.shows("#")
    finally:
        shown.close()


def test_the_names_of_the_command_line_are_those_of_the_tables() -> None:
    assert [table.name for table in TABLES] == list(commandline.TABLES)
