"""What comes over a socket that is not as it should be: no good row is lost or doubled by it."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.campaign.conftest import Tally
from tests.campaign.run import Run, recording
from tui.loopback.burst import forced_row
from tui.loopback.faults import GARBAGE
from tui.loopback.odd import WRONG
from tui.loopback.wire import Frame
from tui.snapshot import take
from tui.store import Reader, store_path
from tui.tables import COVERAGE, LIQUIDATIONS, UNREADABLE
from tui.venues import VENUES

pytestmark = pytest.mark.campaign

Patch = pytest.MonkeyPatch


@pytest.mark.parametrize("kind", list(GARBAGE))
async def test_garbage_costs_no_row_before_or_after_it(
    kind: str, tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    async with recording(tmp_path, monkeypatch) as run:
        for seed in range(5):
            await run.burst(seed, each=30)
            for venue in VENUES:
                run.exchange.faults.garbage(venue, kind)
        await run.arrived()
        for venue in VENUES:
            await run.said(venue, "live", "unreadable")
        run.unbroken()
        tally(run)


@pytest.mark.parametrize("kind", list(WRONG))
async def test_a_size_that_is_none_is_no_row_and_is_counted(
    kind: str, tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Not a number, infinite, negative, zero, of another type: told, and left out of every sum.

    Where the sign of a size is the side, a negative one is a short and a row like any other.
    """
    async with recording(tmp_path, monkeypatch) as run:
        encoders = run.exchange.encoders
        wrong = [name for name in VENUES if kind != "negative" or not encoders[name].signed]
        for venue in VENUES:
            run.exchange.faults.odd(venue, kind, 20, run.exchange.now())
        assert len(run.sent()) == 20 * (len(VENUES) - len(wrong))
        await run.burst(1)
        await run.arrived()
        await run.until(lambda: unreadable(run) == dict.fromkeys(wrong, 20), "the count of them")
        run.unbroken()
        tally(run)


def unreadable(run: Run) -> dict[str, int]:
    """How many rows of each venue coverage says could not be read."""
    found: dict[str, int] = {}
    rows = run.read(COVERAGE).filter(pl.col("reason").str.starts_with(UNREADABLE))
    for venue, reason in rows.select("venue", "reason").iter_rows():
        found[venue] = found.get(venue, 0) + int(reason.removeprefix(UNREADABLE))
    return found


@pytest.mark.parametrize("kind", ["huge", "future", "past", "backwards", "unknown"])
async def test_an_odd_row_is_kept_as_it_came(
    kind: str, tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    async with recording(tmp_path, monkeypatch) as run:
        await run.burst(1)
        for venue in VENUES:
            run.exchange.faults.odd(venue, kind, 20, run.exchange.now())
        await run.burst(2)
        await run.arrived()
        check(kind, run)
        run.unbroken()
        tally(run)


def check(kind: str, run: Run) -> None:
    """What no sum may make of such rows."""
    rows, reader = run.read(LIQUIDATIONS), Reader(store_path(run.folder))
    now = run.clock()
    seen = take(reader, now)
    reader.close()
    assert rows["usd"].fill_null(0).is_finite().all()
    assert seen.minutes["usd"].is_finite().all()
    if kind == "future":
        late = rows.filter(pl.col("ts") > now + timedelta(minutes=30))
        assert late.height == 20 * len(VENUES)
        assert seen.recent["ts"].max() <= now + timedelta(seconds=5)  # type: ignore[operator]
    if kind == "unknown":
        new = rows.filter(pl.col("usd").is_null())
        assert new.height == 20 * len(VENUES)
        assert new["symbol"].cast(pl.String).str.contains(r"^(NEW|90)\d").all()


async def test_frames_that_come_again_count_once(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    async with recording(tmp_path, monkeypatch) as run:
        for seed in range(5):
            await run.burst(seed, each=40)
            for venue in VENUES:
                assert run.exchange.faults.repeat(venue, 50) > 0
        await run.arrived()
        run.unbroken()
        tally(run)


async def test_ten_megabytes_of_nothing_end_no_reading(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    async with recording(tmp_path, monkeypatch) as run:
        await run.burst(1)
        for venue in VENUES:
            run.exchange.faults.big(venue)
        await run.burst(2)
        await run.arrived()
        run.unbroken()
        tally(run)


async def test_a_frame_beyond_the_limit_is_a_gap(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Eleven megabytes: the socket is given up, and says so."""
    async with recording(tmp_path, monkeypatch) as run:
        await run.burst(1)
        await run.arrived()
        before = run.newest()
        for venue in VENUES:
            run.exchange.faults.big(venue, 11_000_000)
        await run.subscribed(before)
        await run.burst(2)
        await run.arrived()
        assert len(run.gaps()) == len(run.streams)
        tally(run)


async def test_ten_megabytes_of_rows_in_one_frame_are_rows(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """135,000 of one millisecond. On a busy machine a ping may go unanswered meanwhile: a gap."""
    async with recording(tmp_path, monkeypatch, "bybit") as run:
        # Made beside the loop: eight seconds of work in it and no ping is answered.
        frame = await asyncio.to_thread(of_many, run)
        assert 8_000_000 < len(frame.text) < 10_485_760
        run.exchange.sockets.publish("bybit", "linear", [frame], run.exchange.now())
        await run.stores(len(frame.rows))
        await run.subscribed()
        await run.burst(1)
        tally(run, lost_in_gaps=await run.settled())


def of_many(run: Run) -> Frame:
    """One frame with rows of one contract and one millisecond."""
    dice, now, scenario = random.Random(1), run.exchange.now(), run.exchange.scenario
    market = scenario.lists["bybit", "linear"]["BTCUSDT"]
    rows = [forced_row(scenario, market, now, place, dice) for place in range(135_000)]
    (frame,) = run.exchange.encoders["bybit"].forced("linear", rows, now)
    return frame
