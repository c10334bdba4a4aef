"""A case of the campaign: a recorder on a loopback exchange, what was sent, and what is stored."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests import processes
from tests.campaign.lost import Lost, lost, streamed, unheard
from tests.loopback_world import world
from tests.test_path import Row
from tests.test_store_liquidations import assert_minutes_are_sums
from tui import backoff, collectors, recorder
from tui.clock import Clock, shifted
from tui.collectors.base import Context, Spec
from tui.config import Settings, load
from tui.loopback.server import Loopback
from tui.metrics.coverage import Gap, Stream
from tui.recorder import Recorder
from tui.store import Reader, store_path
from tui.tables import COVERAGE, HEALTH, LIQUIDATIONS, LIVING, Table
from tui.venues import VENUES
from tui.venues.connect import KEEP_ALIVE_MS
from tui.venues.lighter import Lighter

PATIENCE_S = processes.PATIENCE_S + 30.0
"""What takes longer has failed; a case takes three seconds on a quiet machine, and thirty on one
that ten others share."""
BACKOFF_S = 0.1
BEAT_S = 0.2
QUICK_MS = 500
"""The keep-alive of half-open cases: they are noticed within 1.5 s, with the product's in 45."""


@dataclass
class Run:
    """One recorder and its exchange; rows are compared as the wire has them."""

    exchange: Loopback
    recorder: Recorder
    folder: Path
    clock: Clock
    began: datetime

    @property
    def streams(self) -> list[Stream]:
        """The feeds of liquidations that are wanted."""
        links = [spec.link for spec in self.recorder.specs if spec.link is not None]
        return [Stream(link.venue, link.stream) for link in links]

    def read(self, table: Table, **how: Any) -> pl.DataFrame:
        """Rows of the store."""
        reader = Reader(store_path(self.folder))
        try:
            return reader.read(table, **how)
        finally:
            reader.close()

    async def burst(self, seed: int = 1, each: int = 60, rate: float | None = None) -> None:
        """`each` liquidations of every venue that is recorded."""
        await self.exchange.burst(
            dict.fromkeys(self.recorder.settings.venues, each), rate=rate, seed=seed
        )

    @property
    def booked(self) -> int:
        """How many rows the exchange booked as written to a subscriber."""
        return sum(len(ledger.rows) for ledger in self.exchange.sockets.ledgers.values())

    def sent(self) -> Counter[Row]:
        """What the exchange booked as written to a subscriber."""
        return Counter(wire for wire, _ in self._sent())

    def _sent(self) -> list[tuple[Row, datetime]]:
        """Each row sent, and when it was written to the socket."""
        return [
            (
                (row.venue, row.symbol, row.ts, row.side, float(row.size), float(row.price)),
                datetime.fromtimestamp(row.at / 1000, UTC),
            )
            for ledger in self.exchange.sockets.ledgers.values()
            for row in ledger.rows
        ]

    def stored(self) -> Counter[Row]:
        """What the store has from the sockets, as the wire has it."""
        return streamed(self.read(LIQUIDATIONS, raw=True))

    async def until(self, true: Callable[[], Any], what: str) -> Any:
        """Wait until something is true and return it; the error says what never was."""
        for _ in range(int(PATIENCE_S / 0.05)):
            if found := true():
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"{what}: not within {PATIENCE_S:.0f} s")

    def newest(self) -> int:
        """The highest connection number that covers anything."""
        return max(self.read(COVERAGE)["conn"].to_list(), default=0)

    def whole(self, after: int, streams: Sequence[Stream]) -> bool:
        """Whether each stream stands with all its topics on a connection newer than `after`."""
        rows = self.read(COVERAGE).filter(
            pl.col("conn") > after,
            pl.col("wanted") == pl.col("subscribed"),
            pl.col("reason").is_null(),
        )
        standing = {Stream(*pair) for pair in rows.select("venue", "stream").iter_rows()}
        return standing >= set(streams)

    async def subscribed(self, after: int = 0, venue: str | None = None) -> None:
        """Wait until every stream (of a venue) stands whole, newer than `after`."""
        wanted = [s for s in self.streams if venue in (None, s.venue)]
        await self.until(lambda: self.whole(after, wanted), f"subscriptions of {wanted}")

    def states(self, venue: str) -> list[tuple[str, str]]:
        """Every state of a venue's liquidation feeds so far, with its reason."""
        rows = self.read(HEALTH, where={"venue": venue, "collector": "liquidations"})
        return [(state, reason or "") for state, reason in rows.select("state", "reason").rows()]

    async def said(self, venue: str, state: str, words: str = "") -> None:
        """Wait until a feed of the venue has been in a state, with those words."""
        await self.until(
            lambda: any(s == state and words in why for s, why in self.states(venue)),
            f"{venue} {state} {words!r}: {self.states(venue)}",
        )

    def gaps(self, venue: str | None = None) -> list[Gap]:
        """What no socket listened to since every stream stood first.

        Up to the heartbeat that every living stream has had: on a busy machine the next is late.
        """
        coverage = self.read(COVERAGE).filter(pl.col("conn") > 0)
        first = coverage.group_by("venue", "stream").agg(pl.col("since").min())
        since = max(first["since"], default=self.began)
        lives = pl.col("reason").fill_null(LIVING).str.starts_with(LIVING)
        told = min(coverage.filter(lives)["until"], default=self.clock())
        found = unheard(coverage, self.streams, since, told)
        return [gap for gap in found if venue in (None, gap.venue)]

    def unbroken(self) -> None:
        """No stream has had a gap, and none was opened anew."""
        assert not self.gaps()
        assert self.read(COVERAGE).filter(pl.col("conn") > 0).height == len(self.streams)

    def counted(self) -> int:
        """How many rows are stored that came over sockets: read they would be 135,000 a look."""
        with closing(Reader(store_path(self.folder))) as reader:
            rows = reader.rows("SELECT count(*) FROM liquidations WHERE source = 'stream'")
        return int(rows[0][0])

    async def stores(self, count: int) -> None:
        """Wait until so many rows are stored that came over sockets."""
        await self.until(lambda: self.counted() >= count, f"{count} rows stored")

    async def arrived(self) -> None:
        """Every row that was sent is stored, none twice, none made up; the minutes are sums."""
        await self.stores(self.booked)
        stored, sent = self.stored(), self.sent()
        assert not sent - stored, "lost while connected"
        assert not stored - sent, "doubled or made up"
        assert_minutes_are_sums(store_path(self.folder))

    async def settled(self) -> int:
        """Rows that were sent and are not stored, each sent in a gap that coverage names.

        An AssertionError for one that is not, and for a row that is doubled or made up.
        """

        def named() -> Lost | None:
            found = lost(self._sent(), self.read(LIQUIDATIONS, raw=True), self.gaps())
            return None if found.unnamed else found

        found: Lost = await self.until(named, "rows that were sent while connected")
        assert_minutes_are_sums(store_path(self.folder))
        return found.rows


def settings_of(folder: Path, endpoint: str, venues: Sequence[str]) -> Settings:
    """The defaults, with every folder below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "empty.toml").write_text("")
    return replace(
        load(folder / "empty.toml"),
        data_dir=folder,
        cache_dir=folder / "cache",
        log_dir=folder / "log",
        endpoint=endpoint,
        venues=tuple(venues),
        coins=("BTC",),
        positioning_coins=("BTC",),
    )


@asynccontextmanager
async def recording(
    folder: Path,
    patch: pytest.MonkeyPatch,
    *venues: str,
    only: str | None = "liquidations",
    clock: Callable[[Clock], Clock] = lambda clock: clock,
    before: Callable[[Loopback], Any] = lambda exchange: None,
    whole: bool = True,
    keep_alive_ms: int = KEEP_ALIVE_MS,
) -> AsyncIterator[Run]:
    """A recorder of those venues (all), whose collectors are those of `only` (None: all).

    Retries wait a tenth of a second, and links are looked at five times a second. `before` is done
    to the exchange ahead of the recorder's start; with `whole` the block begins when all stands.
    """
    patch.setattr(backoff, "delay", lambda attempts: BACKOFF_S)
    patch.setattr("tui.venues.connect.KEEP_ALIVE_MS", keep_alive_ms)
    patch.setattr(Lighter, "pause_s", 0.0)  # its limits are not the loopback exchange's
    patch.setattr(recorder, "BEAT_S", BEAT_S)
    patch.setattr(recorder, "specs", _specs(only))
    scenario = world()
    exchange = Loopback(scenario, started_at=scenario.end, live=False)
    await exchange.start()
    before(exchange)
    told = clock(shifted(timedelta(milliseconds=exchange.offset)))
    it = Recorder(settings_of(folder, exchange.endpoint, venues or list(VENUES)), told)
    running = asyncio.create_task(it.run())
    try:
        run = Run(exchange, it, folder, told, told())
        if whole:
            await run.subscribed()
        yield run
    finally:
        it.stop.set()
        await running
        await exchange.stop()


def _specs(only: str | None) -> Callable[[Settings, Context], list[Spec]]:
    def made(settings: Settings, context: Context) -> list[Spec]:
        return [s for s in collectors.specs(settings, context) if only in (None, s.collector)]

    return made
