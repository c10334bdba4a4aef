"""From the wire to committed rows: bursts, a sustained rate, and the delay at 50 events/s.

`python -m tests.benchmarks.bench_path [--quick]`. The exchange, the recorder and this reader are
three processes. Every row of the exchange's books is looked for in the store: none may be missing
and none may be there twice.
"""

import argparse
import asyncio
import contextlib
import json
import sqlite3
import threading
import time
from collections import Counter
from typing import Any

import aiohttp

from tests.benchmarks.stage import Stage, each, median, percentile, stage, table, wait
from tests.benchmarks.terminal import cpu_s, resident_mb

BURST, BAR = 20_000, 5_000
SUSTAINED, SECONDS = 8_000, 20
"""Sent faster than the bar asks: what is sent at the bar itself can never be measured above it."""


def committed(it: Stage) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{it.folder}/liqtop.sqlite?mode=ro", uri=True)


def count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM liquidations").fetchone()[0])


def books_and_store(it: Stage) -> tuple[int, int]:
    """Rows that were sent and are missing, and rows that are there more often than sent."""
    sent = Counter(
        (venue, row[2], row[3], float(row[5]))
        for venue, rows in it.books(since=0)["rows"].items()
        for row in rows
    )
    db = committed(it)
    stored = Counter(db.execute("SELECT venue, ts, side, price FROM liquidations").fetchall())
    db.close()
    return sum((sent - stored).values()), sum((stored - sent).values())


def since_sent(it: Stage, total: int, rate: float | None = None) -> float:
    """Order a burst and wait; seconds from its first row on a socket until all are committed.

    The exchange encodes a burst before it sends it: that is no part of the path.
    """
    db = committed(it)
    before, known = count(db), it.books()["sent"]
    it.order(do="burst", rows=each(total), rate=rate)
    wait(lambda: count(db) >= before + total, 60, f"{total} rows")
    ended = time.time()
    db.close()
    rows = it.books(since=0)["rows"]
    fresh = (rows[venue][sent["rows"] :] for venue, sent in known.items())
    first = min(int(new[0][6]) for new in fresh if new)
    return ended - first / 1000


def burst(it: Stage) -> tuple[float, int, int]:
    """Seconds from the socket until every row is committed; rows lost; rows doubled."""
    return since_sent(it, BURST), *books_and_store(it)


def sustained(it: Stage) -> tuple[float, float, int, int]:
    """Rows a second until all are committed; recorder's share of a core; lost; doubled."""
    cpu = cpu_s(it.recorder.pid)
    seconds = since_sent(it, SUSTAINED * SECONDS, SUSTAINED)
    used = (cpu_s(it.recorder.pid) - cpu) / seconds
    return SUSTAINED * SECONDS / seconds, used, *books_and_store(it)


def delays(it: Stage, seconds: int) -> list[float]:
    """Seconds from the socket to the commit, of every row at 50 events/s."""
    db = committed(it)
    last = int(db.execute("SELECT max(id) FROM liquidations").fetchone()[0] or 0)
    before = it.books()["sent"]
    thread = threading.Thread(
        target=lambda: it.order(do="burst", rows=each(50 * seconds), rate=50, seed=3)
    )
    thread.start()
    seen: dict[tuple[Any, ...], float] = {}
    limit = time.monotonic() + seconds + 10
    while len(seen) < 50 * seconds and time.monotonic() < limit:
        rows = db.execute(
            "SELECT id, venue, ts, side, price FROM liquidations WHERE id > ?", (last,)
        ).fetchall()
        now = time.time() * 1000
        for row in rows:
            seen[row[1:]] = now
        last = rows[-1][0] if rows else last
        time.sleep(0.005)
    thread.join()
    found = []
    for venue, rows in it.books(since=0)["rows"].items():
        for row in rows[before[venue]["rows"] :]:
            at = seen.get((venue, row[2], row[3], float(row[5])))
            if at is not None:
                found.append((at - row[6]) / 1000)
    return found


async def _ceiling(endpoint: str) -> float:
    """Rows a second that a client which does nothing but count gets from Binance's stream.

    The burst goes to both of Binance's streams and the client hears one: it counts what it gets
    until two seconds without a row.
    """
    url = endpoint.replace("http", "ws") + "/fstream.binance.com/market/ws/0"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.send_json({"method": "SUBSCRIBE", "params": ["!forceOrder@arr"], "id": 1})
        await socket.receive()
        order = asyncio.create_task(_order(session, endpoint))
        times: list[float] = []
        with contextlib.suppress(TimeoutError):
            while not times or not order.done() or time.monotonic() - times[-1] < 2:
                message = await socket.receive(timeout=2 if times else 30)
                if '"forceOrder"' in message.data:
                    times.append(time.monotonic())
        await order
        return len(times) / (times[-1] - times[0])


async def _order(session: aiohttp.ClientSession, endpoint: str) -> Any:
    what = {"do": "burst", "rows": {"binance": BURST}}
    async with session.post(f"{endpoint}/control", data=json.dumps(what)) as answer:
        return await answer.json()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="one burst, ten seconds of delays")
    quick = parser.parse_args().quick
    with stage("--no-live") as it:
        bursts = [burst(it) for _ in range(1 if quick else 5)]
        memory = resident_mb(it.recorder.pid)
    with stage("--no-live") as it:
        rate, used, lost, doubled = sustained(it)
    with stage("--no-live") as it:
        late = delays(it, 10 if quick else 60)
        ceiling = asyncio.run(_ceiling(it.endpoint))
    seconds = median([s for s, _, _ in bursts])
    table(
        "From the wire to the store",
        [
            (
                f"{BURST:,} rows in one burst from every venue, committed",
                f"{seconds:.1f} s ({BURST / seconds:,.0f}/s); "
                f"lost {bursts[-1][1]}, doubled {bursts[-1][2]}",
                "none lost, none doubled",
            ),
            (
                f"{SUSTAINED:,} rows/s for {SECONDS} s",
                f"{rate:,.0f}/s, {used:.0%} of a core; lost {lost}, doubled {doubled}",
                f"≥ {BAR:,}/s",
            ),
            ("the exchange's own ceiling, one client that only counts", f"{ceiling:,.0f}/s", ""),
            (
                "wire → committed at 50 events/s",
                f"p50 {median(late):.2f} s, p99 {percentile(late, 0.99):.2f} s ({len(late)} rows)",
                "p99 0.4 s",
            ),
            ("recorder's memory after the bursts", f"{memory:.0f} MB", ""),
        ],
    )


if __name__ == "__main__":
    main()
