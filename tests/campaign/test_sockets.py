"""Connections that end, hang or crawl: what was sent on them is stored, what was not is a gap."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.campaign.conftest import Tally
from tests.campaign.run import QUICK_MS, recording
from tui.collectors.link import Link
from tui.loopback.server import Loopback
from tui.tables import COVERAGE
from tui.venues import VENUES
from tui.venues.connect import KEEP_ALIVE_MS
from tui.venues.socket import Socket

pytestmark = pytest.mark.campaign

Patch = pytest.MonkeyPatch

LOSSES = {
    "drop": "dropped",
    "goodbye": "closed by the venue (1001)",
    "break_off": "dropped",
    "mute": "pings not answered",
}


@pytest.mark.parametrize("loss", list(LOSSES))
async def test_a_lost_connection_is_a_gap_with_its_reason(
    loss: str, tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Reset, close frame, half a frame and half open: what came before and after is there."""
    keep_alive_ms = QUICK_MS if loss == "mute" else KEEP_ALIVE_MS
    async with recording(tmp_path, monkeypatch, keep_alive_ms=keep_alive_ms) as run:
        await run.burst(1)
        await run.settled()
        before = run.newest()
        for venue in VENUES:
            assert getattr(run.exchange.faults, loss)(venue) == len(VENUES[venue].streams)
        await run.burst(2, each=40, rate=200)  # while nobody listens, or half of the time
        await run.subscribed(before)
        await run.burst(3)
        lost = await run.settled()
        gaps = run.gaps()
        tally(run, lost_in_gaps=lost)
    assert not lost or loss == "mute"  # on a busy machine half a second may pass for nothing
    assert {(gap.venue, gap.stream) for gap in gaps} == {(s.venue, s.stream) for s in run.streams}
    assert all(LOSSES[loss] in gap.reason for gap in gaps), gaps


async def test_a_half_open_socket_is_not_covered_beyond_its_last_word(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    async with recording(tmp_path, monkeypatch, "okx", keep_alive_ms=QUICK_MS) as run:
        muted = run.clock()
        run.exchange.faults.mute("okx")
        await run.until(lambda: not run.read(COVERAGE)["reason"].null_count(), "the loss")
        lost = run.clock()
        (gap,) = run.gaps()
        tally(run)
    assert gap.since <= muted
    assert (lost - muted).total_seconds() < 5


async def test_rows_in_the_middle_of_a_reset_are_stored_or_in_the_gap(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Connections are cut ten times under a burst; the writer does not wait for quiet."""
    async with recording(tmp_path, monkeypatch) as run:
        for seed in range(10):
            before = run.newest()
            venue = list(VENUES)[seed % len(VENUES)]
            await run.exchange.burst({venue: 300}, rate=None, seed=seed)
            run.exchange.faults.drop(venue)
            await run.subscribed(before, venue)
        await run.burst(99)
        tally(run, lost_in_gaps=await run.settled())


async def test_a_hundred_reconnects_in_a_row(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Nothing is left over from a connection: neither sockets nor tasks nor numbers."""
    monkeypatch.setattr("tests.campaign.run.BACKOFF_S", 0.0)
    async with recording(tmp_path, monkeypatch, "okx") as run:
        (spec,) = run.recorder.specs
        assert spec.link
        link = spec.link
        for seed in range(100):
            conn = link.conn
            run.exchange.faults.drop("okx")
            await run.until(partial(another, link, conn), "a new connection")
            if seed % 10 == 0:
                await run.burst(seed, each=10)
        await run.subscribed(run.newest() - 1)
        await run.burst(1000)
        await run.arrived()
        coverage = run.read(COVERAGE)
        assert coverage["conn"].n_unique() == len(coverage) == 101
        assert coverage["reason"].drop_nulls().to_list() == ["connection dropped"] * 100
        assert len([o for o in run.exchange.sockets.open["okx"] if o.alive]) == 1
        tally(run)


def another(link: Link, conn: int | None) -> bool:
    """Whether the link has another connection by now."""
    return link.conn not in (None, conn)


async def test_a_slow_reader_gets_every_row(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Two milliseconds a message: the exchange has to wait, and the rows with it."""
    plain = Socket._give

    def slowly(self: Socket, message: Any) -> None:
        time.sleep(0.002)
        plain(self, message)

    monkeypatch.setattr(Socket, "_give", slowly)
    async with recording(tmp_path, monkeypatch) as run:
        await run.burst(1, each=500)
        await run.arrived()
        run.unbroken()
        tally(run)


async def test_a_refused_subscription_is_told_and_covers_nothing(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    def refusing(exchange: Loopback) -> None:
        for venue in VENUES:
            exchange.faults.refuse(venue)

    async with recording(tmp_path, monkeypatch, before=refusing, whole=False) as run:
        for venue in VENUES:
            await run.said(venue, "refused", "refused")
        assert run.read(COVERAGE).is_empty()
        await run.burst(1)  # nobody is subscribed: nothing is booked as sent
        assert not run.sent()
        for venue in VENUES:
            run.exchange.faults.refuse(venue, on=False)
        await run.subscribed()
        await run.burst(2)
        await run.arrived()
        tally(run)


async def test_a_venue_that_never_acknowledges_is_refused(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    monkeypatch.setattr("tui.venues.socket.ANSWER_S", 2.0)
    async with recording(tmp_path, monkeypatch) as run:
        await run.burst(1)
        await run.arrived()
        before = run.newest()
        with pytest.MonkeyPatch.context() as patch:
            for encoder in run.exchange.encoders.values():
                patch.setattr(type(encoder), "hear", lambda *heard: [])
            for venue in VENUES:
                run.exchange.faults.drop(venue)
            for venue in VENUES:
                await run.said(venue, "refused", "not answered")
        await run.subscribed(before)
        await run.burst(2)
        await run.arrived()
        tally(run)
    assert {gap.venue for gap in run.gaps()} == set(VENUES)
