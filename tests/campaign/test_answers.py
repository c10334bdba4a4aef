"""What comes over HTTP in place of an answer: a venue that fails is told, and harms no other."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.campaign.conftest import Tally
from tests.campaign.run import Run, recording
from tui import recorder
from tui.loopback.answers import Instead
from tui.loopback.server import Loopback
from tui.venues import VENUES

pytestmark = pytest.mark.campaign

Patch = pytest.MonkeyPatch

WRONG: dict[str, tuple[Instead, str]] = {
    "429": (Instead(429, retry_after="1"), "waiting"),
    "429 without a time": (Instead(429), "waiting"),
    "429 with a date": (Instead(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), "waiting"),
    "418": (Instead(418, retry_after="1"), "waiting"),
    "451": (Instead(451, text="restricted location"), "retrying"),
    "503": (Instead(503, text="<html>maintenance</html>"), "retrying"),
    "page": (Instead(200, text="<html>are you a robot?</html>"), "retrying"),
    "cut": (Instead(200, text='{"symbols":[{"symbol":"BTCU'), "retrying"),
    "object": (Instead(200, text="{}"), "retrying"),
    "list": (Instead(200, text="[1,null,{}]"), "retrying"),
}


@pytest.mark.parametrize("kind", list(WRONG))
async def test_a_venue_that_answers_wrong_at_the_start_is_told_and_mended(
    kind: str, tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Every other venue does; the rest stands meanwhile. A wait is as long as the venue says."""
    monkeypatch.setattr(recorder, "RATE_LIMIT_S", 1.0)
    instead, state = WRONG[kind]
    wrong = list(VENUES)[list(WRONG).index(kind) % 2 :: 2]

    def spoilt(exchange: Loopback) -> None:
        for venue in wrong:
            exchange.faults.answer(venue, instead)

    async with recording(tmp_path, monkeypatch, before=spoilt, whole=False) as run:
        for venue in wrong:
            await run.said(venue, state)
        await run.until(lambda: others(run, wrong), "the other venues")
        for venue in wrong:
            run.exchange.faults.answer(venue, None)
        await run.subscribed()
        await run.burst(1)
        await run.arrived()
        tally(run)


def others(run: Run, wrong: list[str]) -> bool:
    """Whether every stream of the other venues stands."""
    return run.whole(0, [s for s in run.streams if s.venue not in wrong])


async def test_who_is_told_to_wait_asks_nothing_meanwhile(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Going on asking turns a 429 into a ban."""
    venue = next(iter(VENUES))

    def limited(exchange: Loopback) -> None:
        exchange.faults.answer(venue, Instead(429, retry_after="3"))

    async with recording(tmp_path, monkeypatch, venue, before=limited, whole=False) as run:
        await run.said(venue, "waiting", "told to wait")
        told = run.exchange.requests.total()
        await asyncio.sleep(1.5)
        assert run.exchange.requests.total() == told == len(run.streams)
        run.exchange.faults.answer(venue, None)
        await run.subscribed()
        await run.burst(1)
        await run.arrived()
        tally(run)


HANDSHAKES = {
    "429": Instead(429, retry_after="1"),
    "451": Instead(451, text="restricted location"),
    "503": Instead(503, text="<html>maintenance</html>"),
    "page": Instead(200, text="<html>welcome</html>"),
    "never": Instead(0),
}


@pytest.mark.parametrize("kind", list(HANDSHAKES))
async def test_a_handshake_that_fails_is_a_gap_until_it_does_not(
    kind: str, tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    monkeypatch.setattr("tui.venues.socket.ANSWER_S", 1.0)
    async with recording(tmp_path, monkeypatch) as run:
        await run.burst(1)
        await run.arrived()
        before, counts = run.newest(), {v: len(run.states(v)) for v in VENUES}
        for venue in VENUES:
            run.exchange.faults.answer(venue, HANDSHAKES[kind])
            run.exchange.faults.drop(venue)
        for venue in VENUES:  # dropped, then refused at least once
            await run.until(partial(more_states, run, venue, counts[venue] + 2), "failures")
        for venue in VENUES:
            run.exchange.faults.answer(venue, None)
        await run.subscribed(before)
        await run.burst(2)
        await run.arrived()
        assert len(run.gaps()) == len(run.streams)
        tally(run)


def more_states(run: Run, venue: str, than: int) -> bool:
    """Whether the venue's feeds have been in so many states."""
    return len(run.states(venue)) >= than


async def test_venues_that_never_answer_are_given_up_and_asked_again(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    """Ten seconds, ccxt's own time; the connections hang open."""

    def silent(exchange: Loopback) -> None:
        for venue in VENUES:
            exchange.faults.answer(venue, Instead(0))

    async with recording(tmp_path, monkeypatch, before=silent, whole=False) as run:
        for venue in VENUES:
            await run.said(venue, "retrying", "no answer within 10 s")
            run.exchange.faults.answer(venue, None)
        await run.subscribed()
        await run.burst(1)
        await run.arrived()
        tally(run)


async def test_an_empty_market_list_is_told_and_asked_for_again(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    undo: list[Callable[[], None]] = []

    def emptied(exchange: Loopback) -> None:
        undo.extend(
            exchange.faults.enlist(name, stream, 0)
            for name, venue in VENUES.items()
            for stream in venue.streams
        )

    async with recording(tmp_path, monkeypatch, before=emptied, whole=False) as run:
        try:
            for venue in VENUES:
                await run.said(venue, "retrying", "no instruments")
        finally:
            for one in undo:
                one()
        await run.subscribed()
        await run.burst(1)
        await run.arrived()
        tally(run)


HUGE = dict.fromkeys(VENUES, 20_000) | {"lighter": 500}
"""A socket of Lighter's takes 500 markets; of a longer list coverage says how many stand."""


@pytest.mark.parametrize("venue", list(VENUES))
async def test_twenty_thousand_markets_are_listed_and_subscribed(
    venue: str, tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    undo: list[Callable[[], None]] = []

    def filled(exchange: Loopback) -> None:
        undo.append(exchange.faults.enlist(venue, VENUES[venue].streams[0], HUGE[venue]))

    try:
        async with recording(tmp_path, monkeypatch, venue, before=filled) as run:
            await run.burst(1, each=300)
            await run.arrived()
            run.unbroken()
            tally(run)
    finally:
        for one in undo:
            one()


async def test_a_name_that_does_not_resolve_is_a_gap_until_it_does(
    tmp_path: Path, monkeypatch: Patch, tally: Tally
) -> None:
    async def unknown(*host: Any, **how: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
        patch.setattr(Loopback, "endpoint", property(lambda it: f"http://localhost:{it.port}"))
        async with recording(tmp_path, monkeypatch, whole=False) as run:
            for venue in VENUES:
                await run.said(venue, "retrying", "cannot be reached")
            patch.undo()
            await run.subscribed()
            await run.burst(1)
            await run.arrived()
            tally(run)
