"""What a stream collector tells its supervisor of its socket."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.clock import Clock, milliseconds, utc_now
from tui.collectors.base import UNREAD
from tui.collectors.unreadable import Stretch, Unreadable
from tui.tables import BACKFILLED, COVERAGE, LIVING, UNREADABLE

log = logging.getLogger("liqtop")

STEPPED = timedelta(seconds=5)
"""A clock that moved this much more or less than time itself was set, or its machine slept. Where
time itself moved so far between two ticks, which come once a second, the process stood still."""

YOUNG = timedelta(seconds=10)
"""A row that began so shortly ago takes other numbers of topics as its own: at most for so long it
claims what it had not yet. A first subscription comes in steps (Bybit's by 200 topics, Lighter's
170 one by one in 50 s), and a row for each would be dozens."""


LATE = timedelta(seconds=30)
"""Rows older than this when they are read are a venue's past, and none that waited in a socket. A
recorder that was seconds behind in an hour of 180,000 rows lost 976 that coverage had claimed."""


@dataclass
class Hole:
    """A stretch that nobody listened to, and that was not asked for yet. Up to `told`, if that is
    within it, rows of it came over the socket all the same: they had waited to be read."""

    since: datetime
    until: datetime
    told: datetime | None = None


class Link:
    """The life of one stream's socket: written by its collector, read by the recorder.

    While the socket lives a coverage row's `until` is now, or shortly before the oldest message
    came whose rows were not all passed on: a kill would cost them. When it is lost, `until` falls
    back to shortly before the last message heard, pongs included, so that neither a half-open
    socket nor what was under way when it went is counted as listened to. Nor is a time in which
    the process stood still and that the socket did not outlive: what it reads then was sent some
    time before.
    Rows that can't be read are rows of coverage of their own, beside the connection's.
    """

    def __init__(
        self,
        venue: str,
        stream: str,
        next_conn: Callable[[], int],
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.venue, self.stream = venue, stream
        self._next_conn, self._clock, self._monotonic = next_conn, clock, monotonic
        self._ticked: tuple[datetime, float] | None = None
        self._stood: tuple[datetime, datetime] | None = None  # still, and nothing heard since
        self.conn: int | None = None
        self.last_heard: datetime | None = None
        self.unread: Callable[[], datetime | None] = _nothing  # when the oldest waiting one came
        self._since = self._opened = clock()
        self._wanted = self._subscribed = 0
        self._partial: str | None = None
        self._unreadable = Unreadable()
        self.trouble: str | None = None  # what is wrong although it lives
        self._told: datetime | None = None  # the time of the newest row of this socket
        self._read: tuple[datetime, timedelta] | None = None  # when rows were read, and how late
        self.heard_until: datetime | None = None  # the end of the connection before
        self.holes: list[Hole] = []
        self.holed = asyncio.Event()  # there is a hole that the living socket did not begin with
        self._ended: list[dict[str, object]] = []

    def opened(self, wanted: int = 1, subscribed: int = 1, reason: str | None = None) -> int:
        """The subscription stands: a new connection number. `reason` names what was refused."""
        if self.conn is not None:
            self.lost("opened anew")
        self.conn = self._next_conn()
        self._since = self.last_heard = self._clock()
        if self.heard_until is not None and self.heard_until < self._since:
            self._hole(self.heard_until, self._since)
        self._told, self._read, self._opened = None, None, self._since
        self._ticked, self._stood = (self._since, self._monotonic()), None
        self.topics(wanted, subscribed, reason)
        return self.conn

    def topics(self, wanted: int, subscribed: int, reason: str | None = None) -> None:
        """How many of the wanted topics the venue confirmed on the living connection.

        Where the numbers change the row ends and a new one begins in the same moment: what was
        listened to before keeps its share, and no gap is between them.
        """
        self.tick()
        is_other = (wanted, subscribed) != (self._wanted, self._subscribed)
        if self.conn is not None and is_other and (now := self._clock()) - self._since > YOUNG:
            self._ended.append(self._row(until := self._passed_on(now), "other topics"))
            self.conn, self._since = self._next_conn(), until
        self._wanted, self._subscribed, self._partial = wanted, subscribed, reason

    def garbled(self, rows: int, reason: str) -> None:
        """Rows or messages that can't be read: counted beside the connection, never just lost.

        It must not fail: it is called from within the reading of a socket.
        """
        if self.trouble is None:
            log.warning("%s %s: unreadable: %s", self.venue, self.stream, reason)
        self._unreadable.came(rows, self._clock())
        self.trouble = f"unreadable rows: {reason}"[:120]

    def dropped(self, times: pl.Series) -> None:
        """Rows of these times that the store could not take and that nobody could keep: unreadable
        as well. By the minute of the event, so that one that is lost later adds to its stretch."""
        self._unreadable.dropped(times, self._clock())

    def heard(self) -> None:
        """Any message of the socket, pongs included; its close is none.

        One that comes longer after a standstill than what had piled up in it takes to be read
        tells that the socket outlived it, and that nothing of it is missing.
        """
        self.last_heard = self._clock()
        if self._stood is not None and self.last_heard - self._stood[1] > STEPPED:
            self._stood = None

    def told(self, ts: datetime) -> None:
        """Rows of this time were read. They may be of a hole that the socket lived through."""
        now = self._clock()
        self._read = now, now - ts
        if self._told is None or ts > self._told:
            self._told = ts
            for hole in self.holes:
                if hole.until > self._opened:
                    hole.told = ts

    def _hole(self, since: datetime, until: datetime) -> None:
        """One that begins where the last one ends is the same: each costs OKX's 350 requests."""
        if self.holes and self.holes[-1].until == since:
            since = self.holes.pop().since
        self.holes.append(Hole(since, until, self._told))

    def tick(self) -> None:
        """Told once a second: where the clock has stepped, the row ends and a new one begins.

        Nobody listened in an hour that the clock jumped over, or that the machine slept through;
        and a row that went on through a step back would end before it began. What was published
        meanwhile is to be asked for, though the socket may live on. Where the process
        stood still the row goes on, for as long as the socket does.
        """
        if self.conn is None or self._ticked is None:
            return
        (before, then), now = self._ticked, self._clock()
        self._ticked = now, self._monotonic()
        passed = timedelta(seconds=self._ticked[1] - then)
        step = (now - before) - passed
        if abs(step) > STEPPED:
            reason = f"the clock stepped by {step.total_seconds():+.0f} s"
            self._ended.append(self._row(until := max(self._since, before), reason))
            self.conn, self._since, self.last_heard = self._next_conn(), now, now
            self._stood = None
            if until < now:
                self._hole(until, now)
                self.holed.set()
        elif passed > STEPPED:
            self._stood = (self._stood or (before, now))[0], now

    def lost(self, reason: str, heard: datetime | None = None) -> None:
        """The socket is gone; nothing happens when it already was.

        It was listened to until `UNREAD` before it was last heard, longer where the reading was
        later than that, or before the process stood still when that cost it the socket. `heard`
        is when the oldest message came whose rows were not passed on, by default the last one.
        """
        if self.conn is None:
            return
        self.tick()
        heard = heard or self.last_heard or self._since
        if self._stood is not None and self._stood[0] < heard:
            heard = self._stood[0]
        until = max(self._since, heard - self._unread_before(heard))
        self._ended.append(self._row(until, reason))
        # What is asked for again begins where rows end: Gate's history, which cuts its times to
        # whole seconds, would double those of the last one.
        self.conn, self.trouble, self.heard_until = None, None, max(self._since, heard)

    def _unread_before(self, heard: datetime) -> timedelta:
        """How much may have lain in the socket: as much as what was read last was late."""
        if self._read is None:
            return UNREAD
        at, late = self._read
        counts = timedelta(0) <= heard - at <= LATE and late <= LATE
        return max(UNREAD, late) if counts else UNREAD

    def backfills(self) -> int:
        """The number of a backfill: to the store it is a connection of its own."""
        return self._next_conn()

    def mended(self, conn: int, hole: Hole, wanted: int, answered: int, rows: int) -> None:
        """Of this stretch the store now has what the venue told when asked for it."""
        told = {"conn": conn, "since": hole.since, "wanted": wanted, "subscribed": answered}
        self._ended.append(self._row(hole.until, f"{BACKFILLED}{rows}") | told)

    @property
    def standing(self) -> tuple[int | None, int, bool]:
        """What a new coverage row would say anew: the connection, how many topics stand on it,
        and whether rows came that could not be read."""
        return self.conn, self._subscribed, self._unreadable.has_changed

    def coverage(self) -> pl.DataFrame:
        """Rows of COVERAGE that changed: each ended connection once, stretches of unreadable rows,
        and last the living connection."""
        rows, self._ended = self._ended, []
        rows = [*rows, *(self._stretch(one) for one in self._unreadable.changed())]
        if self.conn is not None:
            living, now = LIVING + self._partial if self._partial else None, self._clock()
            rows = [*rows, self._row(self._passed_on(now), living)]
        return pl.DataFrame(rows, schema=COVERAGE.schema, orient="row")

    def _passed_on(self, now: datetime) -> datetime:
        """Up to when all that happened was passed on: what waits is of up to `UNREAD` before it
        came, and a kill would cost it."""
        waits = self.unread()
        return now if waits is None else max(self._since, min(waits - UNREAD, now))

    def _stretch(self, one: Stretch) -> dict[str, object]:
        """Numbered by its beginning: a number of the store's could not be had from a full disk."""
        return self._row(one.until, f"{UNREADABLE}{one.rows}") | {
            "conn": -milliseconds(one.since),
            "since": one.since,
            "subscribed": 0,
        }

    def _row(self, until: datetime, reason: str | None) -> dict[str, object]:
        return {
            "venue": self.venue,
            "stream": self.stream,
            "conn": self.conn,
            "since": self._since,
            "until": until,
            "wanted": self._wanted,
            "subscribed": self._subscribed,
            "reason": reason,
        }


def _nothing() -> None:
    """Of a stream without messages that wait."""
