"""What waits for the store is written in batches, and kept while the store can't be written."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import polars as pl
import pytest

from tests.frames import frame, liquidation, quote
from tui import outbox
from tui.errors import StoreError
from tui.outbox import Outbox
from tui.store import Writer
from tui.tables import COVERAGE, HEALTH, LIQUIDATIONS, QUOTES, Table

NOW = datetime(2026, 1, 20, tzinfo=UTC)


class Disk:
    """A writer whose disk is full for the first `failures` batches."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.rows, self.batches = failures, 0, 0
        self.tables: dict[Table, int] = defaultdict(int)
        self.newest: list[datetime] = []

    def append_all(self, batch: Sequence[tuple[Table, pl.DataFrame]]) -> int:
        if self.failures:
            self.failures -= 1
            raise StoreError("liqtop.sqlite: disk is full")
        self.batches += 1
        for table, some in batch:
            self.tables[table] += some.height
            self.newest += some["until"].to_list() if table is COVERAGE else []
        self.rows += (written := sum(frame.height for _, frame in batch))
        return written


def rows(count: int) -> pl.DataFrame:
    row = (NOW, "store", "", "", "live", 0, None)
    return pl.DataFrame([row] * count, schema=HEALTH.schema, orient="row")


def forced(count: int) -> pl.DataFrame:
    return frame(LIQUIDATIONS, [liquidation(NOW)] * count)


def prices(count: int) -> pl.DataFrame:
    return frame(QUOTES, [quote(100.0, NOW)] * count)


def heard(seconds: int) -> pl.DataFrame:
    """The row of one connection as it is told so long after its beginning."""
    row = {"venue": "okx", "stream": "swap", "conn": 1, "since": NOW}
    return frame(COVERAGE, [row | {"until": NOW + timedelta(seconds=seconds)}])


def waiting(disk: Disk, words: list[Any], lost: list[pl.DataFrame] | None = None) -> Outbox:
    lost = [] if lost is None else lost
    return Outbox(cast(Writer, disk), words.append, lost.append)


async def test_frames_of_one_moment_are_one_transaction() -> None:
    disk = Disk()
    box = waiting(disk, [])
    running = asyncio.create_task(box.run())
    for _ in range(5):
        box.put(HEALTH, rows(2))
    await asyncio.sleep(3 * outbox.BATCH_S)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert (disk.batches, disk.rows) == (1, 10)


@pytest.mark.parametrize("failures", [0, 1])
async def test_a_batch_that_waits_for_the_thread_outlives_the_end_and_is_written_once(
    failures: int,
) -> None:
    disk, busy = Disk(failures), threading.Event()
    box = waiting(disk, [])
    prune = box.call(busy.wait, 5.0)
    box.put(HEALTH, rows(3))
    running = asyncio.create_task(box.run())
    await asyncio.sleep(2 * outbox.BATCH_S)
    running.cancel()
    await asyncio.sleep(0)
    busy.set()
    with suppress(asyncio.CancelledError):
        await running
    assert await prune
    assert await box.flush()
    assert (disk.batches, disk.rows) == (1, 3)


async def test_a_full_disk_loses_nothing_and_says_so_until_it_is_over() -> None:
    disk, words = Disk(failures=2), list[Any]()
    box = waiting(disk, words)
    box.put(HEALTH, rows(3))
    assert not await box.flush()
    box.put(HEALTH, rows(4))
    assert not await box.flush()
    assert await box.flush()
    assert disk.rows == 7
    assert "disk is full; 3 rows wait" in words[0]
    assert "7 rows wait" in words[1]
    assert words[2] is None


async def test_beyond_the_cap_the_oldest_go_and_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "KEEP_ROWS", 10)
    words, lost = list[Any](), list[pl.DataFrame]()
    box = waiting(Disk(failures=1), words, lost)
    for place in range(4):
        box.put(QUOTES if place == 1 else LIQUIDATIONS, prices(4) if place == 1 else forced(4))
    await box.flush()
    assert box.dropped == 8
    assert "8 rows wait, 8 rows lost" in words[0]
    assert [frame.height for frame in lost] == [4], "quotes leave no gap"


async def test_what_tells_of_a_gap_stays_and_of_a_connection_only_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "KEEP_ROWS", 2)
    disk, lost = Disk(failures=2), list[pl.DataFrame]()
    box = waiting(disk, [], lost)
    for count in (1, 2):
        box.put(HEALTH, rows(1))
        box.put(LIQUIDATIONS, forced(9))
        for second in (0, 5, 10):
            box.put(COVERAGE, heard(second * count))
        assert not await box.flush()
    assert await box.flush()
    assert (disk.tables[HEALTH], disk.tables[COVERAGE]) == (2, 1)
    assert [frame.height for frame in lost] == [9, 9]
    assert disk.newest == [NOW + timedelta(seconds=20)]


async def test_two_batches_that_fail_together_come_back_in_their_order() -> None:
    disk, order, go = Disk(failures=2), list[str | None](), threading.Event()
    written = disk.append_all

    def append_all(batch: Sequence[tuple[Table, pl.DataFrame]]) -> int:
        go.wait(5)
        count = written(batch)
        order.extend(reason for _, some in batch for reason in some["reason"])
        return count

    disk.append_all = append_all  # type: ignore[method-assign]
    box = Outbox(cast(Writer, disk), lambda words: None)
    box.put(COVERAGE, heard(5))
    living = asyncio.ensure_future(box.flush())
    await asyncio.sleep(0)
    box.put(COVERAGE, heard(6).with_columns(reason=pl.lit("reset by peer")))
    ended = asyncio.ensure_future(box.flush())
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(living, ended)
    assert await box.flush()
    assert order[-1] == "reset by peer"
