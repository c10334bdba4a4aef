"""An hour of a busy market with ten lost connections: nothing lost while connected, memory flat.

The hour's 180,000 liquidations carry an hour's event times and are sent in a minute, 3,000 a
second in place of 50. Sockets, pings, heartbeats and back-off run in real time: what is
compressed is the quiet between the rows. `LIQTOP_SOAK_HOURS=24` sends a day, in 24 minutes.
"""

import asyncio
import os
import random
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.campaign.conftest import Tally
from tests.loopback_world import world
from tests.processes import PATIENCE_S, Home, recorder
from tests.test_path import STREAMS, Row, stored, subscribed
from tests.test_store_liquidations import assert_minutes_are_sums
from tui.loopback.burst import forced_row
from tui.loopback.listing import Instrument
from tui.loopback.server import Loopback
from tui.metrics.coverage import Gap, Listening, Stream
from tui.store import store_path
from tui.tables import COVERAGE

pytestmark = pytest.mark.campaign

HOURS = int(os.environ.get("LIQTOP_SOAK_HOURS", "1"))
SECONDS = 3600 * HOURS
PER_SECOND = 50
FASTER = 60
DROPS = 10 if HOURS == 1 else 50
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


async def play(exchange: Loopback, pid: int) -> list[float]:
    """Send the hours, with their losses; the recorder's memory each six minutes of an hour."""
    dice, markets = random.Random(1), contracts(exchange)
    begins = exchange.now() - SECONDS * 1000
    lost = set(dice.sample(range(60, SECONDS - 60), DROPS))
    loop, memory = asyncio.get_running_loop(), []
    started = loop.time()
    for second in range(SECONDS):
        for i in range(PER_SECOND):
            market = dice.choice(markets)
            ts = begins + second * 1000 + i * 1000 // PER_SECOND
            row = forced_row(exchange.scenario, market, ts, second * PER_SECOND + i, dice)
            venue, stream = market.venue, market.stream
            frames = exchange.encoders[venue].forced(stream, [row], ts)
            for socket in exchange.sockets.publish(venue, stream, frames, exchange.now()):
                await socket.room()
        if second in lost:
            exchange.faults.drop(dice.choice(list(exchange.encoders)))
        if second % 360 == 359:
            memory.append(resident_mb(pid))
        await asyncio.sleep(max(0.0, started + second / FASTER - loop.time()))
    return memory


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_an_hour_of_fifty_a_second_with_lost_connections(
    tmp_path: Path, tally: Tally
) -> None:
    home, scenario = Home(tmp_path / "home"), world()
    exchange = Loopback(scenario, started_at=scenario.end, live=False)
    await exchange.start()
    try:
        ahead = f"--ahead={exchange.offset / 1000}"
        with recorder(home, exchange.endpoint, ahead) as process:
            await asyncio.to_thread(subscribed, home)
            memory = await play(exchange, process.pid)
            await asyncio.to_thread(subscribed, home)
            missing = await named(exchange, home)
    finally:
        await exchange.stop()
    rows = sum(len(ledger.rows) for ledger in exchange.sockets.ledgers.values())
    assert rows > 0.9 * SECONDS * PER_SECOND  # the rest fell into the gaps
    assert_minutes_are_sums(store_path(home.data))
    third = len(memory) // 3
    assert max(memory[-third:]) < max(memory[third:-third]) + 15, memory
    found = gaps(home, exchange)
    assert len(found) >= DROPS // 2
    tally(sent=rows, stored=stored(home).total(), lost_in_gaps=missing, gaps=len(found))


async def named(exchange: Loopback, home: Home) -> int:
    """Rows that were sent and are not stored, once all are that were not sent in a gap."""
    limit = time.monotonic() + PATIENCE_S
    while True:
        missing, unnamed = await asyncio.to_thread(compare, exchange, home)
        if not unnamed:
            return missing
        words = f"sent while connected, not stored: {len(unnamed)}, as {unnamed[:3]}"
        assert time.monotonic() < limit, words
        await asyncio.sleep(0.5)


def compare(exchange: Loopback, home: Home) -> tuple[int, list[Row]]:
    """How many rows are missing, and those of them that no gap names; none may be doubled."""
    kept, found = stored(home), gaps(home, exchange)
    missing, unnamed = 0, []
    for ledger in exchange.sockets.ledgers.values():
        for row in ledger.rows:
            wire = (row.venue, row.symbol, row.ts, row.side, float(row.size), float(row.price))
            if kept[wire] > 0:
                kept[wire] -= 1
                continue
            missing += 1
            at = datetime.fromtimestamp(row.at / 1000, UTC)
            if not any(g.venue == row.venue and g.since <= at <= g.until for g in found):
                unnamed.append(wire)
    assert not +kept, "doubled or made up"
    return missing, unnamed


def gaps(home: Home, exchange: Loopback) -> list[Gap]:
    """What was not listened to since every feed stood."""
    coverage = home.read(COVERAGE)
    first = coverage.group_by("venue", "stream").agg(pl.col("since").min())["since"].max()
    assert isinstance(first, datetime)
    heard = Listening(coverage, [Stream(*pair) for pair in STREAMS])
    return list(heard.cover(first, datetime.fromtimestamp(exchange.now() / 1000, UTC)).gaps)
