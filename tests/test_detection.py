"""The recorder's detector over a store: what it keeps there, and the same after a restart."""

import itertools
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cascade_stage import BEGAN, END, FALLEN, FALLS, frames, week_rows
from tests.frames import frame, quote
from tests.test_store import drop_tables_since
from tui.clock import milliseconds
from tui.detection import META, Detection
from tui.errors import StoreError
from tui.metrics.cascades.rule import CLOSE_MS, Grade
from tui.metrics.cascades.table import AFTER, as_of
from tui.snapshot import Live
from tui.store import Reader, Writer
from tui.tables import (
    CASCADES,
    COVERAGE,
    DERIVATIVES,
    LIQUIDATIONS,
    NORMALS,
    QUOTES,
    SATURATION,
    Table,
)

LATER = FALLEN + timedelta(minutes=19)
STEP = timedelta(seconds=10)

LONG = pytest.mark.campaign


class Stage:
    """A store into which a day's rows come as time goes on, and the detector that follows it."""

    def __init__(self, path: Path) -> None:
        self.writer = Writer(path, None)
        self.writer.set_meta("began", milliseconds(BEGAN))
        self.writer.append(NORMALS, week_rows())
        self.reader = Reader(path)
        self.made = frames()
        self.now = BEGAN
        interest = [
            {"ts": BEGAN + at * STEP, "venue": "bybit", "base": base, "open_interest_usd": usd}
            for at in range(700)
            for base in ("BTC", "ETH", "SOL")
            for usd in [1e9 if BEGAN + at * STEP < FALLS + STEP else 0.97e9]
        ]
        full = {"minute": FALLS.replace(second=0), "venue": "binance", "saturation": 0.8}
        self.writer.append(DERIVATIVES, frame(DERIVATIVES, interest))
        self.writer.append(SATURATION, frame(SATURATION, [full]))
        self.writer.append(COVERAGE, self.made.coverage)
        self.detection = self.started()

    def started(self) -> Detection:
        return Detection(self.reader)

    def go(self, until: datetime) -> None:
        """Rows come, and the detector looks, every ten seconds; seldom before anything happens."""
        while self.now < until:
            step = STEP if self.now >= FALLS - timedelta(minutes=2) else timedelta(minutes=3)
            before, self.now = self.now, min(until, self.now + step)
            for table, rows in ((LIQUIDATIONS, self.made.liquidations), (QUOTES, self.made.quotes)):
                new = pl.col("received").is_between(before, self.now, closed="right")
                self.writer.append(table, rows.filter(new))
            self.look()

    def look(self) -> None:
        self.writer.append_all(self.detection.second(self.now))
        if (state := self.detection.to_keep()) is not None:
            self.writer.set_meta(META, state)

    def events(self) -> pl.DataFrame:
        return self.reader.read(CASCADES).sort("since", "base", "side")


def week_known(stage: Stage) -> None:
    """The week is in the store; the detector begins with the state of an empty one."""
    from tui.metrics.cascades.detector import Detector
    from tui.metrics.cascades.state import packed

    empty = Detector()
    empty.at = milliseconds(BEGAN)
    stage.writer.set_meta(META, packed(empty))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = Stage(tmp_path / "liqtop.sqlite")
    week_known(made)
    return made


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """What comes of it when nothing disturbs the detector, for whoever only reads it."""
    made = Stage(tmp_path_factory.mktemp("straight") / "liqtop.sqlite")
    week_known(made)
    made.go(LATER)
    return made


def test_a_wave_is_one_row_that_is_kept_up_while_it_runs(stage: Stage) -> None:
    stage.go(FALLS + timedelta(minutes=2))
    (running,) = stage.events().filter(pl.col("base") == "").iter_rows(named=True)
    assert running["ended"] is None
    stage.go(LATER)
    (market,) = stage.events().filter(pl.col("base") == "").iter_rows(named=True)
    assert market["since"] == running["since"]
    assert market["grade"] == Grade.MARKET_WIDE
    assert market["ended"] == market["until"] + timedelta(minutes=1, milliseconds=CLOSE_MS)
    assert market["interest"] == pytest.approx(-0.03)
    assert market["saturation"] == 0.8
    assert market["after_15m"] is not None
    assert market["after_1h"] is None
    # And the hour that was over is part of what is normal.
    assert stage.reader.read(NORMALS)["hour"].max() == BEGAN


def test_a_running_event_shows_no_amount_and_no_end_of_the_future(straight: Stage) -> None:
    then = as_of(straight.events(), FALLS + timedelta(minutes=2))
    (market,) = [one for one in then if one.base is None]
    assert market.ended is None
    assert market.long_usd is None
    assert market.move is None
    assert all(step.ts <= FALLS + timedelta(minutes=2) for step in market.steps)
    assert as_of(straight.events(), FALLS) == ()


@pytest.mark.parametrize(
    "minutes", [pytest.param(81, marks=LONG), 83, pytest.param(86, marks=LONG)]
)
def test_a_restart_changes_nothing(straight: Stage, stage: Stage, minutes: int) -> None:
    cut = stage
    cut.go(BEGAN + timedelta(minutes=minutes))
    cut.detection = cut.started()
    cut.go(LATER)
    assert cut.events().equals(straight.events())
    kept = [one.reader.read(NORMALS).sort("hour", "venue", "base") for one in (straight, cut)]
    assert kept[0].equals(kept[1])


def test_a_store_of_before_is_gone_through_from_its_beginning(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "liqtop.sqlite")
    stage.writer.append(LIQUIDATIONS, stage.made.liquidations)
    stage.writer.append(QUOTES, stage.made.quotes)
    stage.now = END
    stage.look()
    first = stage.reader.read(NORMALS, since=BEGAN - timedelta(seconds=1))
    assert first.height  # an hour in one look, though nothing is known of a week: no event
    stage.look()
    stage.look()
    assert stage.events().is_empty()


def test_a_row_that_was_long_in_coming_is_found_all_the_same(stage: Stage) -> None:
    whole = stage.made.liquidations
    held = pl.col("ts").is_between(FALLS, FALLS + timedelta(seconds=40))
    stage.made = stage.made._replace(liquidations=whole.filter(~held))
    stage.go(FALLS + timedelta(minutes=2))
    stage.writer.append(LIQUIDATIONS, whole.filter(held))  # a full disk let go of it
    stage.go(LATER)
    found = stage.events().filter(pl.col("base") == "")
    assert found["since"].min() <= FALLS + timedelta(seconds=10)  # type: ignore[operator]
    assert stage.events()["ended"].null_count() == 0, "nor does one of the first pass run on"


def test_what_is_left_open_of_another_pass_is_ended(stage: Stage) -> None:
    """Of ten days ago, of an hour before the state that was kept, and of the hour after it."""
    stage.go(FALLS + timedelta(minutes=3))
    (like,) = stage.events().filter(pl.col("base") == "BTC").iter_rows(named=True)
    began = (BEGAN - timedelta(days=10), BEGAN - timedelta(hours=1), FALLS - timedelta(minutes=9))
    minute = timedelta(minutes=1)
    rows = [like | {"since": since, "until": since + minute} for since in began]
    stage.writer.append(CASCADES, frame(CASCADES, rows))
    stage.detection = stage.started()
    stage.go(FALLS + timedelta(minutes=3, seconds=30))
    events = stage.events().filter(pl.col("base") == "BTC")
    assert events["since"].to_list() == [*began, like["since"]]
    assert events["ended"].to_list() == [*(since + 2 * minute for since in began), None]


def test_an_event_that_nobody_ended_is_over_for_who_reads_it(stage: Stage) -> None:
    stage.go(FALLS + timedelta(minutes=3))
    (row,) = stage.events().filter(pl.col("base") == "").iter_rows(named=True)

    def running(until: datetime, now: datetime) -> bool:
        known = frame(CASCADES, [row | {"until": until}])
        return as_of(known, now)[0].ended is None

    longest, minute = timedelta(hours=4), timedelta(minutes=1)
    assert running(row["until"], row["since"] + longest)
    assert not running(row["until"], row["since"] + longest + minute)
    later = row["since"] + 2 * longest  # one coin after the other
    assert running(later, later + minute)
    assert not running(later, later + 2 * minute)


@pytest.mark.parametrize(
    "table", [pytest.param(DERIVATIVES, marks=LONG), QUOTES, pytest.param(CASCADES, marks=LONG)]
)
def test_an_error_of_the_store_costs_nothing(
    straight: Stage, stage: Stage, monkeypatch: pytest.MonkeyPatch, table: Table
) -> None:
    """Every other read of a table fails, from the first on."""
    torn = stage
    read, fails = torn.reader.read, itertools.cycle([True, False])

    def failing(of: Table, **what: Any) -> pl.DataFrame:
        if of is table and next(fails):
            raise StoreError("disk I/O error")
        return read(of, **what)

    look, failed = torn.look, list[StoreError]()

    def looking() -> None:
        monkeypatch.setattr(torn.reader, "read", failing)
        try:
            look()
        except StoreError as error:
            failed.append(error)
            if (state := torn.detection.to_keep()) is not None:
                torn.writer.set_meta(META, state)
        monkeypatch.undo()

    torn.look = looking  # type: ignore[method-assign]
    torn.go(LATER)
    torn.now += timedelta(minutes=1)
    look()
    assert failed
    assert torn.events().drop(AFTER).equals(straight.events().drop(AFTER))
    kept = [one.reader.read(NORMALS).sort("hour", "venue", "base") for one in (straight, torn)]
    assert kept[0].equals(kept[1])


def test_another_store_under_the_path_is_begun_anew(
    straight: Stage, stage: Stage, tmp_path: Path
) -> None:
    """With all of its rows, though its ids are lower than those of the one before."""
    long_ago = pl.col("ts", "received") - timedelta(days=9)
    stage.writer.append(LIQUIDATIONS, stage.made.liquidations.with_columns(long_ago))
    stage.writer.append(QUOTES, stage.made.quotes.with_columns(long_ago))
    stage.go(BEGAN + timedelta(minutes=70))
    other = Stage(tmp_path / "other.sqlite")
    week_known(other)
    other.go(FALLS - timedelta(minutes=4))
    other.reader.close()
    other.writer.close()
    stage.writer.close()
    for rest in tmp_path.glob("liqtop.sqlite-*"):
        rest.unlink()
    (tmp_path / "other.sqlite").replace(tmp_path / "liqtop.sqlite")
    assert stage.reader.replaced
    stage.reader.reopen()
    stage.writer, stage.now = Writer(tmp_path / "liqtop.sqlite", None), other.now
    stage.go(LATER)
    assert straight.events().height
    assert stage.events().equals(straight.events())


def test_a_store_of_version_5_gets_both_tables(tmp_path: Path) -> None:
    path = tmp_path / "liqtop.sqlite"
    Writer(path, None).close()
    with sqlite3.connect(path) as db:
        drop_tables_since(db, 5)
    writer = Writer(path, None)
    writer.append(NORMALS, week_rows(days=1))
    assert Reader(path).read(NORMALS).height == 24 * 5
    columns = {row[1] for row in sqlite3.connect(path).execute("PRAGMA table_info(cascades)")}
    assert columns == {*CASCADES.schema, "id"}
    writer.close()


def test_the_hours_of_a_coin_are_held_once_it_is_quoted(tmp_path: Path) -> None:
    """As after a pause, when the first prices come behind the opening of the store."""
    writer = Writer(tmp_path / "liqtop.sqlite", None)
    writer.append(NORMALS, week_rows())
    reader = Reader(tmp_path / "liqtop.sqlite")
    live = Live(reader)

    def bases(now: datetime) -> set[str]:
        live.poll()
        return set(live.at(now).normals["base"])

    writer.append(QUOTES, frame(QUOTES, [quote(1.0, BEGAN - timedelta(hours=20), "ETH/USDT")]))
    assert bases(BEGAN) == {"", "ETH"}
    new = [quote(9e4, BEGAN + timedelta(seconds=1))]
    writer.append(QUOTES, frame(QUOTES, new))
    assert bases(BEGAN + timedelta(seconds=2)) == {"", "BTC", "ETH"}
