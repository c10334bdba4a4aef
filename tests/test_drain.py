"""A frame of very many rows: the loop goes round meanwhile, and a kill costs nothing unsaid."""

import asyncio
import itertools
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_exchange import FakeExchange
from tests.test_collectors_liquidations import Listening, market, message, pushing
from tui.clock import utc_now
from tui.collectors import inbox, liquidations
from tui.collectors.base import UNREAD
from tui.collectors.inbox import AT_ONCE, Inbox
from tui.collectors.link import Link
from tui.collectors.stream import Stream
from tui.venues import VENUES
from tui.venues.markets import Markets

TS = 1_700_000_000_000


def of_many(sizes: list[int], ts: int = TS) -> Any:
    """One message of Bybit's with rows of these sizes, equal where those are."""
    made = message("bybit", "BTCUSDT", ts)
    made["data"] = [made["data"][0] | {"v": str(size)} for size in sizes]
    return made


class Fed:
    """An inbox that is given messages by hand; its clock stands until it is moved."""

    def __init__(self) -> None:
        self.now = utc_now().replace(microsecond=0)
        self.link = Link("bybit", "linear", itertools.count(1).__next__, lambda: self.now)
        self.link.opened()
        markets = Markets(VENUES["bybit"], "linear", None)
        markets.known = {"BTCUSDT": market("BTCUSDT")}

        async def ask(method: str, params: Any = None) -> Any:
            raise AssertionError("nothing is asked")

        venue, clock = VENUES["bybit"], lambda: self.now
        self.inbox = Inbox(
            Stream(venue, "linear", markets, ask, self.link, lambda quote: None, clock, None)
        )

    def covered(self) -> datetime:
        """How far the coverage goes that would be written now."""
        until = self.link.coverage()["until"][-1]
        assert isinstance(until, datetime)
        return until


def whole(sizes: list[int]) -> list[tuple[float, int]]:
    """Size and number of each row of a message, counted at once."""
    seen: dict[int, int] = {}
    out = []
    for size in sizes:
        out.append((float(size), seen.get(size, 0)))
        seen[size] = seen.get(size, 0) + 1
    return out


@given(
    messages=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=12), max_size=6),
    at_once=st.integers(1, 9),
)
def test_in_whatever_pieces_it_is_drained_each_row_comes_once_with_its_number(
    messages: list[list[int]], at_once: int
) -> None:
    fed, frames = Fed(), []
    for place, sizes in enumerate(messages):
        fed.inbox.take(of_many(sizes, TS + place))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "AT_ONCE", at_once)
        while len(fed.inbox):
            frames.append(fed.inbox.drain())
    assert [frame.height for frame in frames[:-1]] == [at_once] * len(frames[:-1])
    found = [row for frame in frames for row in frame.select("ts", "qty", "n", "conn").rows()]
    assert [(qty, n) for _, qty, n, _ in found] == [one for m in messages for one in whole(m)]
    assert {conn for *_, conn in found} <= {1}


def test_coverage_waits_for_the_last_row_of_a_message() -> None:
    """A kill after any of the pieces leaves the rest in a gap."""
    fed = Fed()
    came = fed.now
    fed.inbox.take(of_many([1] * (2 * AT_ONCE + 1)))
    for _ in range(3):
        fed.now += timedelta(seconds=1)
        assert fed.covered() == came
        assert fed.inbox.drain().height
    assert fed.covered() == fed.now


def test_a_row_that_cant_be_made_leaves_its_message_uncovered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fed = Fed()
    came = fed.now
    fed.inbox.take(of_many([1, 2]))
    fed.now += timedelta(seconds=1)
    monkeypatch.setattr(inbox, "rows", lambda *given, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fed.inbox.drain()
    assert fed.covered() == fed.inbox.oldest() == came


async def frames_and_turns(rows: int) -> tuple[list[pl.DataFrame], list[int]]:
    """The frames of a message of so many rows, and the turns the loop had taken at each."""
    turns, frames, at = 0, list[pl.DataFrame](), list[int]()

    async def turning() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with FakeExchange() as exchange:
        listening = Listening(exchange, "bybit", "linear", ["BTCUSDT"])
        sent = of_many([1 + place // 3 for place in range(rows)])
        push = asyncio.create_task(pushing(exchange, listening.link, [sent]))
        beside = asyncio.create_task(turning())
        async with aclosing(listening.frames) as made:  # type: ignore[type-var]
            async for frame in made:  # as the recorder does: nothing is awaited in between
                frames.append(frame)
                at.append(turns)
                if sum(one.height for one in frames) >= rows:
                    break
        beside.cancel()
        await push
    return frames, at


async def test_the_loop_goes_round_between_the_pieces_of_a_long_message() -> None:
    rows = 10 * AT_ONCE
    frames, turns = await frames_and_turns(rows)
    assert max(frame.height for frame in frames) == AT_ONCE
    assert all(after > before for before, after in itertools.pairwise(turns))
    found = pl.concat(frames)
    assert found["n"].to_list() == [place % 3 for place in range(rows)]
    assert set(found["conn"]) == {1}


async def test_what_comes_while_it_is_drained_is_a_frame_of_the_next_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A flood neither makes a frame of every message nor keeps the collector from all else."""
    monkeypatch.setattr(liquidations, "DRAIN_S", 0.05)
    heights: list[int] = []

    async def flooding(link: Link) -> None:
        await pushing(exchange, link, [])
        for place in itertools.count():
            await exchange.push(of_many([1], TS + place))
            await asyncio.sleep(0)

    async with FakeExchange() as exchange:
        listening = Listening(exchange, "bybit", "linear", ["BTCUSDT"])
        flood = asyncio.create_task(flooding(listening.link))
        async with aclosing(listening.frames) as made:  # type: ignore[type-var]
            async for frame in made:
                heights.append(frame.height)
                if len(heights) == 6:
                    break
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)
    assert min(heights[1:]) > 3, heights


async def test_a_collector_that_ends_amid_a_message_covers_none_of_it() -> None:
    async with FakeExchange() as exchange:
        listening = Listening(exchange, "bybit", "linear", ["BTCUSDT"])
        push = asyncio.create_task(
            pushing(exchange, listening.link, [of_many([1] * (3 * AT_ONCE))])
        )
        first = await anext(listening.frames)
        await listening.frames.aclose()  # type: ignore[attr-defined]
        await push
    ended = listening.link.coverage().row(-1, named=True)
    assert ended["reason"] == "ended with rows unread"
    assert ended["until"] == max(ended["since"], first["received"][0] - UNREAD)
