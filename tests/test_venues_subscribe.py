"""Which topics stand when a venue refuses some: a frame is refused whole, its topics are not."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.venues.errors import SubscriptionRefused
from tui.venues.repeats import Repeats
from tui.venues.socket import Socket
from tui.venues.subscribe import subscribe


class Venue:
    """Refuses every frame that holds one of `dead`."""

    def __init__(self, dead: set[str]) -> None:
        self.dead, self.frames = dead, list[list[str]]()
        self.told: list[tuple[int, str | None]] = []

    async def subscribe(self, topics: Sequence[str]) -> str | None:
        self.frames.append(list(topics))
        return "error:not found" if self.dead & set(topics) else None

    def run(self, topics: Sequence[str], per_frame: int = 200) -> list[str]:
        def progress(stand: int, reason: str | None) -> None:
            self.told.append((stand, reason))

        socket = cast(Socket, cast(Any, self))
        return asyncio.run(subscribe(socket, topics, per_frame, progress))


@given(st.integers(2, 500), st.sets(st.integers(0, 499), max_size=7), st.integers(1, 200))
def test_exactly_the_dead_topics_are_refused(count: int, dead: set[int], per_frame: int) -> None:
    topics = [str(i) for i in range(count)]
    gone = {str(i) for i in dead if 0 < i < count}
    venue = Venue(gone)
    assert set(venue.run(topics, per_frame)) == gone
    assert venue.told[-1][0] == count - len(gone)
    assert max(len(frame) for frame in venue.frames) <= per_frame
    standing = [topic for frame in venue.frames if not gone & set(frame) for topic in frame]
    assert sorted(standing) == sorted(set(topics) - gone)


def test_when_everything_is_refused_it_is_said_after_few_frames() -> None:
    topics = [str(i) for i in range(800)]
    venue = Venue(set(topics))
    with pytest.raises(SubscriptionRefused, match="800 refused: error:not found"):
        venue.run(topics)
    assert len(venue.frames) < 40


@given(st.integers(1, 60), st.integers(1, 200))
def test_what_a_venue_refused_for_a_while_stands_in_the_end(until: int, per_frame: int) -> None:
    class Relenting(Venue):
        async def subscribe(self, topics: Sequence[str]) -> str | None:
            self.dead = everything if len(self.frames) < until else set()
            return await super().subscribe(topics)

    everything = {str(i) for i in range(400)}
    venue = Relenting(everything)
    try:
        refused = venue.run(sorted(everything), per_frame)
    except SubscriptionRefused:
        assert len(venue.frames) <= until, "it asked for the last topic before the venue relented"
        return
    assert refused == []
    assert venue.told[-1] == (400, None)


def test_nothing_to_subscribe_to_is_a_refusal() -> None:
    with pytest.raises(SubscriptionRefused):
        Venue(set()).run([])


@given(st.lists(st.sampled_from("abcdef"), max_size=40))
def test_a_frame_is_a_repeat_when_it_is_among_the_newest_different_ones(texts: list[str]) -> None:
    repeats = Repeats(3)
    newest: list[str] = []
    for text in texts:
        assert repeats(text) == (text in newest)
        if text not in newest:
            newest = [*newest, text][-3:]
