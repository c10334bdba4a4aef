"""A store that fills up, is deleted, grows or is killed at: what was committed stays, once."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.campaign import victim
from tests.campaign.conftest import Tally
from tests.campaign.run import Run, recording
from tests.processes import ROOT
from tests.test_store_liquidations import assert_minutes_are_sums
from tui.lock import ViewerLock, watched
from tui.snapshot import Live
from tui.store import Reader, Writer, store_path
from tui.tables import HEALTH, LIQUIDATIONS

pytestmark = pytest.mark.campaign

Patch = pytest.MonkeyPatch
KILLS = 200
A_STORE = 20
"""Kills at one store: comparing all its rows after each would take the most of an hour else."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB; skips where this user may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount; test_processes has a limit on the size of files instead")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_a_disk_that_is_full_while_connections_drop_loses_nothing(
    small_disk: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Rows wait in memory, new connections are numbered, and all of it is written later."""
    async with recording(small_disk / "data", monkeypatch) as run:
        await run.burst(1)
        await run.arrived()
        before = run.newest()
        fill(small_disk / "ballast")
        await run.burst(2)
        await run.until(lambda: run.recorder.outbox.attempts, "that it can't be written")
        links = [spec.link for spec in run.recorder.specs if spec.link]
        for venue in run.recorder.settings.venues:
            run.exchange.faults.drop(venue)
        await run.until(lambda: all((link.conn or 0) > before for link in links), "new connections")
        opened, venues = run.exchange.sockets.open, run.recorder.settings.venues
        await run.until(lambda: all(opened[venue] for venue in venues), "sockets")
        await asyncio.sleep(0.5)  # every topic of the last connection is asked for
        await run.burst(3)
        assert run.stored().total() < run.sent().total()
        (small_disk / "ballast").unlink()
        await run.arrived()
        await run.subscribed(before)
        assert {gap.reason for gap in run.gaps()} == {"connection dropped"}
        assert len(run.gaps()) == len(run.streams)

        def told() -> list[str]:
            return run.read(HEALTH, where={"collector": "store"})["state"].to_list()

        await run.until(lambda: told() == ["retrying", "live"], "that it can be written again")
        tally(run)


def fill(ballast: Path) -> None:
    """Takes every byte that is left."""
    with ballast.open("wb", buffering=0) as file:
        for size in (100_000, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


@pytest.mark.parametrize("what", ["files", "folder"])
async def test_a_store_deleted_under_the_recorder_is_begun_again(
    what: str, tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    folder = tmp_path / "data"
    async with recording(folder, monkeypatch) as run:
        await run.burst(1)
        await run.arrived()
        old, conns = run.sent(), run.newest()
        for file in [*folder.glob("liqtop.sqlite*")]:
            file.unlink()
        if what == "folder":
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        await run.burst(2)
        new = run.sent() - old
        await run.until(lambda: store_path(folder).exists(), "a new store")
        await run.until(lambda: run.stored() == new, "the rows after it")
        assert_minutes_are_sums(store_path(folder))
        run.exchange.faults.drop("okx")
        await run.until(lambda: run.newest() > conns, "a number that was never given before")
        tally(run)


async def test_a_reader_that_sleeps_lets_the_log_grow_and_loses_nothing(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Its moment is held for the whole burst; afterwards the log is folded in again."""
    async with recording(tmp_path, monkeypatch) as run:
        log = tmp_path / "liqtop.sqlite-wal"
        with closing(sqlite3.connect(store_path(tmp_path), isolation_level=None)) as sleeper:
            sleeper.execute("BEGIN")
            sleeper.execute("SELECT count(*) FROM liquidations").fetchone()
            for seed in range(5):
                await run.burst(seed, each=500)
            await run.arrived()
            assert sleeper.execute("SELECT count(*) FROM liquidations").fetchone() == (0,)
            asleep = log.stat().st_size
        assert asleep > 4_200_000  # beyond the thousand pages at which it is folded in else
        await run.burst(9, each=250)
        await run.arrived()
        await run.until(lambda: folded(run), "the log folded in")
        assert log.stat().st_size <= 64 * 2**20
        run.unbroken()
        tally(run)


def folded(run: Run) -> bool:
    """Whether every page of the log is in the file."""
    with closing(sqlite3.connect(store_path(run.folder))) as db:
        busy, pages, moved = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return not busy and pages == moved


async def test_fifty_viewers_see_the_same_rows(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    async with recording(tmp_path, monkeypatch) as run:
        locks = [ViewerLock(tmp_path) for _ in range(50)]
        viewers = [Live(Reader(store_path(tmp_path))) for _ in range(50)]
        with ThreadPoolExecutor(8) as threads:
            loop = asyncio.get_running_loop()
            for seed in range(3):
                await run.burst(seed, each=100)
                await asyncio.gather(*(loop.run_in_executor(threads, v.poll) for v in viewers))
            await run.arrived()
            await asyncio.gather(*(loop.run_in_executor(threads, v.poll) for v in viewers))
        assert watched(tmp_path)
        counts = {int(v.at(run.clock()).minutes["count"].sum()) for v in viewers}
        assert counts == {run.sent().total()}
        run.unbroken()
        for lock in locks:
            lock.release()
        assert not watched(tmp_path)
        tally(run, viewers=50)


def test_a_writer_killed_two_hundred_times_keeps_every_committed_row(
    tmp_path: Path, tally: Tally
) -> None:
    """At a random moment of a burst. The store opens each time, each batch is whole or absent."""
    dice, rows = Random(3), 0
    standby = Victim()
    for kill in range(KILLS):
        path = store_path(tmp_path / f"store-{kill // A_STORE}")
        before = _count(path) if path.exists() else 0
        writing, standby = standby, Victim()  # the next one imports meanwhile
        committed = before + victim.ROWS * writing.killed(path, dice.uniform(0, 0.12))
        found = _count(path)
        assert committed <= found <= committed + victim.ROWS  # one may be in that was not told
        rows += found - before
        if kill % A_STORE == A_STORE - 1:
            check_whole(path)
    standby.end()
    tally(kills=KILLS, sent=rows, stored=rows)


class Victim:
    """A writer in a process of its own, which waits to be told where."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.victim"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def killed(self, path: Path, after_s: float) -> int:
        """Have it write, and kill it so long after its first batch; how many it said it wrote."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        self._process.stdout.readline()
        time.sleep(after_s)
        os.kill(self._process.pid, signal.SIGKILL)
        said = self._process.stdout.read().split("\n")
        self.end()
        return max([1, *(int(line) for line in said[:-1])])

    def end(self) -> None:
        """Nothing of it is left."""
        self._process.kill()
        self._process.communicate()


def _count(path: Path) -> int:
    with closing(Reader(path)) as reader:
        return int(reader.rows("SELECT count(*) FROM liquidations")[0][0])


def check_whole(path: Path) -> None:
    """No page is damaged, the minutes are sums, batches are whole, no number was given twice."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert_minutes_are_sums(path)
    with closing(Reader(path)) as reader:
        batches = reader.read(LIQUIDATIONS).group_by("conn", "n").len()
    assert batches["len"].unique().to_list() == [victim.ROWS]
    assert batches["conn"].n_unique() == A_STORE
    writer = Writer(path, None)
    assert writer.next_conn() > max(batches["conn"])
    writer.close()
