"""Holes of a stream asked for again: what the venue still tells, and how far that reaches."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.clock import Clock, from_milliseconds, milliseconds
from tui.collectors.base import UNREAD, Newest
from tui.collectors.link import Hole, Link
from tui.failures import FAILURES
from tui.tables import COVERAGE
from tui.venues.base import Ask, Market, Rate, Wire, WireError
from tui.venues.connect import short
from tui.venues.history import Backfills, Filled
from tui.venues.rows import frame, rows

log = logging.getLogger("liqtop")

SETTLES_S = 3.0
"""A hole is asked for this long after it ended: a list over REST may lag behind the socket."""
REACH = timedelta(hours=24)
"""No hole is asked for further back: what a total shows, and 24 requests of Gate's."""
SHORTEST = timedelta(seconds=1)
"""A shorter hole costs OKX's 350 requests for hardly a row."""
UNTOLD = UNREAD + timedelta(seconds=5)
"""After a crash a connection counts as heard for a heartbeat more than the store knows, and for
what is taken off its end."""


@dataclass(frozen=True)
class Asking:
    """A stream of a venue that can be asked, and what its collector is lent."""

    venue: type[Backfills]
    name: str
    markets: Mapping[str, Market]
    ask: Ask
    link: Link
    rate: Rate
    clock: Clock


@dataclass(frozen=True)
class Mended:
    """Rows of LIQUIDATIONS of a hole. `tell` gives the link what they make whole of it, and is for
    when they have been passed on: coverage must not be told of before them."""

    frame: pl.DataFrame
    tell: Callable[[], None]


def remember(link: Link, newest: Newest) -> None:
    """Where the stream was heard to the last time, if this recorder has not heard it yet.

    A store that can't be read just now costs the backfill, not the stream.
    """
    if link.heard_until is not None:
        return
    try:
        until = newest(COVERAGE, {"venue": link.venue, "stream": link.stream})
    except FAILURES as error:
        log.warning("%s %s: no word of the last connection: %r", link.venue, link.stream, error)
        return
    link.heard_until = until + UNTOLD if until else None


async def fill(asking: Asking, put: Callable[[Mended], None]) -> None:
    """Ask for every hole of the link; one that fails is said, and stays a gap."""
    link = asking.link
    await asyncio.sleep(SETTLES_S)
    while link.holes:
        hole = _reachable(asking.venue, first := link.holes[0], asking.clock())
        try:
            if hole.until - hole.since >= SHORTEST:
                await _fill(asking, hole, put)
        except FAILURES as error:  # whatever it is, the living connection goes on
            said = f"backfill of {hole.since:%H:%M:%S} to {hole.until:%H:%M:%S}: {short(error)}"
            log.warning("%s %s: %s", link.venue, link.stream, said)
            link.trouble = link.trouble or said[:120]
        # Cut off by the end of the connection it stays for the next one, and so does one that
        # grew meanwhile.
        if first in link.holes:
            link.holes.remove(first)


def _reachable(venue: type[Backfills], hole: Hole, now: datetime) -> Hole:
    """As much of it as can be asked for without doubling what came over the socket."""
    since = hole.since if venue.exact or hole.told is None else max(hole.since, hole.told)
    return Hole(max(since, now - REACH), hole.until)


async def _fill(asking: Asking, hole: Hole, put: Callable[[Mended], None]) -> None:
    markets = list(asking.markets.values())
    since, until = milliseconds(hole.since), milliseconds(hole.until)
    try:
        found = await asking.venue.backfill(asking.ask, asking.name, markets, since, until)
    except WireError as error:
        put(Mended(_frame(asking, error.good, hole, asking.link.backfills()), lambda: None))
        raise
    conn = asking.link.backfills()
    made = _frame(asking, found.wires, hole, conn)
    put(Mended(made, lambda: _tell(asking.link, conn, hole, found, made.height)))


def _tell(link: Link, conn: int, hole: Hole, found: Filled, count: int) -> None:
    """To the link what is whole now, which is no more than was asked for."""
    since, until = (
        max(hole.since, from_milliseconds(found.since)),
        min(hole.until, from_milliseconds(found.until)),
    )
    log.info("%s %s: %d rows of %s to %s", link.venue, link.stream, count, since, until)
    if since < until:
        link.mended(conn, Hole(since, until), found.asked, found.answered, count)


def _frame(asking: Asking, wires: Sequence[Wire], hole: Hole, conn: int) -> pl.DataFrame:
    """The rows of the hole alone; what was heard on either side of it is stored already."""
    since, until = milliseconds(hole.since), milliseconds(hole.until)
    inside = [wire for wire in wires if since < wire.ts <= until]
    received = milliseconds(asking.clock())
    return frame(
        rows(
            inside,
            asking.markets,
            venue=asking.venue.name,
            received_ms=received,
            conn=conn,
            rate=asking.rate,
            source="backfill",
        )
    )
