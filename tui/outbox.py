"""Frames on their way to the store: a transaction every 100 ms, kept and tried again on trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from tui import backoff
from tui.errors import StoreError
from tui.store import Writer
from tui.tables import COVERAGE, HEALTH, LIQUIDATIONS, Table

BATCH_S = 0.1
"""A transaction of 20 rows costs what one of 200 does, and nobody sees 100 ms."""

KEEP_ROWS = 1_000_000
"""What is kept in memory while the store can't be written: 50 rows a second for five hours."""


class Outbox:
    """Collects frames and appends them in one transaction per batch, in its own thread.

    When the store can't be written (disk full, read only, deleted) everything is kept, up to
    KEEP_ROWS, and tried again with a back-off; `trouble` is told why, and None once it works.
    Beyond it the oldest frames go, but for those that tell of a gap; `lost` is given those of
    LIQUIDATIONS, without which a total would be too low and not say so.
    """

    def __init__(
        self,
        writer: Writer,
        trouble: Callable[[str | None], None],
        lost: Callable[[pl.DataFrame], None] = lambda frame: None,
    ) -> None:
        self._writer, self._trouble, self._lost = writer, trouble, lost
        self._thread = ThreadPoolExecutor(1, "store")
        self._waiting: list[tuple[Table, pl.DataFrame]] = []
        self._filled = asyncio.Event()
        self._writing = asyncio.Lock()
        self.dropped = 0
        self.attempts = 0

    def put(self, table: Table, frame: pl.DataFrame) -> None:
        """Take a frame; it is written with the next batch."""
        if frame.height:
            self._waiting.append((table, frame))
            self._filled.set()

    async def run(self) -> None:
        """Write batches until cancelled."""
        while True:
            await self._filled.wait()
            await asyncio.sleep(BATCH_S)
            if not await self.flush():
                await asyncio.sleep(min(30.0, backoff.delay(self.attempts)))

    async def flush(self) -> bool:
        """Write everything that waits, now; False when the store could not be written."""
        async with self._writing:  # two batches that fail would come back in the wrong order
            return await self._flush()

    async def _flush(self) -> bool:
        batch, self._waiting = self._waiting, []
        self._filled.clear()
        if not batch:
            return True
        # Cancelled while it waits behind a copy or a prune it would never be written, and later it
        # could not be told whether it was; what follows goes through the same thread anyway.
        writing = asyncio.ensure_future(self.call(self._writer.append_all, batch))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait({writing})
            if isinstance(writing.exception(), StoreError):
                self._keep(batch)
            raise
        except StoreError as error:
            self._keep(batch)
            self.attempts += 1
            self._trouble(self._words(error))
            return False
        if self.attempts:
            self.attempts = 0
            self._trouble(None)
        return True

    def call(self, function: Callable[..., Any], *args: Any) -> Awaitable[Any]:
        """Run a function of the writer in the writer's one thread."""
        return asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    def close(self) -> None:
        self._thread.shutdown()

    def _keep(self, batch: list[tuple[Table, pl.DataFrame]]) -> None:
        waiting = [*batch, *self._waiting]
        rows = sum(frame.height for _, frame in waiting)
        kept: list[tuple[Table, pl.DataFrame]] = []
        for table, frame in waiting:
            if rows <= KEEP_ROWS or table in (COVERAGE, HEALTH):
                kept.append((table, frame))
                continue
            rows -= frame.height
            self.dropped += frame.height
            if table is LIQUIDATIONS:
                self._lost(frame)
        self._waiting = _newest_coverage(kept)
        self._filled.set()

    def _words(self, error: StoreError) -> str:
        rows = sum(frame.height for _, frame in self._waiting)
        lost = f", {self.dropped} rows lost" if self.dropped else ""
        return f"{error}; {rows} rows wait{lost}"


def _newest_coverage(waiting: list[tuple[Table, pl.DataFrame]]) -> list[tuple[Table, pl.DataFrame]]:
    """With the newest row of each connection alone: twelve streams tell 200,000 rows a day."""
    told = [frame for table, frame in waiting if table is COVERAGE]
    if len(told) < 2:
        return waiting
    newest = pl.concat(told).unique(COVERAGE.key, keep="last", maintain_order=True)
    return [*(one for one in waiting if one[0] is not COVERAGE), (COVERAGE, newest)]
