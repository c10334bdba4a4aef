"""An hour of a busy market with ten lost connections: nothing lost while connected, memory flat.

The hour's 180,000 liquidations carry an hour's event times and are sent in a minute, 3,000 a
second in place of 50. Sockets, pings, heartbeats and back-off run in real time: what is
compressed is the quiet between the rows. `LIQTOP_SOAK_HOURS=24` sends a day, in 24 minutes; each
hour is held against the store and then let go, or the books alone would take a gigabyte.
"""

import asyncio
import os
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import polars as pl
import pytest

from tests.campaign.conftest import Tally
from tests.campaign.lost import Lost, lost, unheard
from tests.loopback_world import world
from tests.processes import PATIENCE_S, Home, recorder
from tests.test_path import EVERY, HASTE, STREAMS, Row, subscribed
from tests.test_store_liquidations import assert_minutes_are_sums
from tui.loopback.burst import forced_row
from tui.loopback.listing import Instrument
from tui.loopback.server import Loopback
from tui.metrics.coverage import Gap, Stream
from tui.store import store_path
from tui.tables import COVERAGE, LIQUIDATIONS

pytestmark = pytest.mark.campaign

HOURS = int(os.environ.get("LIQTOP_SOAK_HOURS", "1"))
HOUR = 3600
SECONDS = HOUR * HOURS
PER_SECOND = 50
FASTER = 60
DROPS = 10 if HOURS == 1 else 50
ROOM = 15 if HOURS == 1 else 30
"""MB that the last third may take more than the one before: a day of 4 million rows, which the
recorder holds by the minute, is full only at its end (345,000 minute rows)."""
CONTRACTS = 12
"""Of each feed: some hundred rows a minute and venue, as in a wave, are of few contracts."""


def resident_mb(pid: int) -> float:
    """Memory of a process that is in use now (Linux)."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1000


def contracts(exchange: Loopback) -> list[Instrument]:
    """The contracts that are liquidated, of every feed."""
    return [
        market
        for feed in STREAMS
        for market in [m for m in exchange.scenario.lists[feed].values() if m.path][:CONTRACTS]
    ]


@dataclass
class Hours:
    """The hours that are over: what was sent in them and how much of it fell into a gap."""

    exchange: Loopback
    home: Home
    begins: int  # ms, the event time of the first row
    sent: int = 0
    missing: int = 0
    memory: list[float] = field(default_factory=list)

    async def close(self, second: int) -> None:
        """Hold the rows of the hour that ends with this second against the store; let them go.

        An AssertionError for one that was sent while connected and never comes: a recorder that
        is behind on a busy machine catches up.
        """
        left, limit = PER_SECOND * HOUR, time.monotonic() + PATIENCE_S
        while (found := await asyncio.to_thread(self._lost, second)).unnamed:
            if len(found.unnamed) < left:
                left, limit = len(found.unnamed), time.monotonic() + PATIENCE_S
            assert time.monotonic() < limit, f"{left} sent while connected: {found.unnamed[:3]}"
            await asyncio.sleep(1.0)
        self.missing += found.rows
        for ledger in self.exchange.sockets.ledgers.values():
            self.sent += len(ledger.rows)
            ledger.rows.clear()

    def _lost(self, second: int) -> Lost:
        until = datetime.fromtimestamp(self.begins / 1000 + second, UTC)
        span = {"since": until - timedelta(seconds=HOUR, milliseconds=1), "until": until}
        rows = self.home.read(LIQUIDATIONS, raw=True, **span)
        return lost(self._booked(), rows, gaps(self.home, self.exchange))

    def _booked(self) -> Iterator[tuple[Row, datetime]]:
        for ledger in self.exchange.sockets.ledgers.values():
            for row in ledger.rows:
                at = datetime.fromtimestamp(row.at / 1000, UTC)
                size, price = float(row.size), float(row.price)
                yield (row.venue, row.symbol, row.ts, row.side, size, price), at


async def play(hours: Hours, pid: int) -> None:
    """Send the hours, with their losses; note the recorder's memory each six minutes of one."""
    exchange, dice = hours.exchange, random.Random(1)
    markets = contracts(exchange)
    dropped = set(dice.sample(range(60, SECONDS - 60), DROPS))
    loop = asyncio.get_running_loop()
    started = loop.time()
    for second in range(SECONDS):
        for i in range(PER_SECOND):
            market = dice.choice(markets)
            ts = hours.begins + second * 1000 + i * 1000 // PER_SECOND
            row = forced_row(exchange.scenario, market, ts, second * PER_SECOND + i, dice)
            frames = exchange.encoders[market.venue].forced(market.stream, [row], ts)
            of = market.venue, market.stream
            for socket in exchange.sockets.publish(*of, frames, exchange.now()):
                await socket.room()
        if second in dropped:
            exchange.faults.drop(dice.choice(list(exchange.encoders)))
        if second % 360 == 359:
            hours.memory.append(resident_mb(pid))
        if second % HOUR == HOUR - 1:
            await hours.close(second + 1)
        await asyncio.sleep(max(0.0, started + second / FASTER - loop.time()))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_an_hour_of_fifty_a_second_with_lost_connections(
    tmp_path: Path, tally: Tally
) -> None:
    home, scenario = Home(tmp_path / "home"), world()
    home.configure(EVERY)
    exchange = Loopback(scenario, started_at=scenario.end, live=False)
    await exchange.start()
    hours = Hours(exchange, home, exchange.now() - SECONDS * 1000)
    try:
        ahead = f"--ahead={exchange.offset / 1000}"
        with recorder(home, exchange.endpoint, ahead, before=HASTE) as process:
            await asyncio.to_thread(subscribed, home)
            await play(hours, process.pid)
            await asyncio.to_thread(subscribed, home)
    finally:
        await exchange.stop()
    assert hours.sent > 0.9 * SECONDS * PER_SECOND  # the rest fell into the gaps
    assert_minutes_are_sums(store_path(home.data))
    third, memory = len(hours.memory) // 3, hours.memory
    told = " ".join(f"{mb:.0f}" for mb in memory)
    assert median(memory[-third:]) < median(memory[third:-third]) + ROOM, told
    found = gaps(home, exchange)
    assert len(found) >= DROPS // 2
    kept = hours.sent - hours.missing
    tally(sent=hours.sent, stored=kept, lost_in_gaps=hours.missing, gaps=len(found))


def gaps(home: Home, exchange: Loopback) -> list[Gap]:
    """What was not listened to since every feed stood."""
    coverage = home.read(COVERAGE)
    first = coverage.group_by("venue", "stream").agg(pl.col("since").min())["since"].max()
    assert isinstance(first, datetime)
    now = datetime.fromtimestamp(exchange.now() / 1000, UTC)
    return unheard(coverage, [Stream(*pair) for pair in STREAMS], first, now)
