"""The recorder: supervises collectors and writes what they yield, with coverage and health.

One process per data folder, asyncio, without a screen. A collector that fails is tried again with
a back-off that its next data resets; nothing a venue does ends the recorder.
"""

import asyncio
import logging
from contextlib import aclosing, suppress
from datetime import UTC
from functools import partial
from typing import Any

import polars as pl

from tui import backoff, sparing
from tui.alerts.command import Commands
from tui.clock import Clock, milliseconds
from tui.collectors import specs
from tui.collectors.base import UNREAD, Context, Spec
from tui.collectors.link import Link
from tui.config import Settings
from tui.errors import LiqtopError, StoreError
from tui.failures import FAILURES
from tui.latest import Latest
from tui.outbox import Outbox
from tui.rates import Rates
from tui.store import Reader, Writer, store_path
from tui.store.lookup import Lookup
from tui.tables import COVERAGE, HEALTH, LIVING, QUOTES, State
from tui.values import masked
from tui.venues import described
from tui.venues.errors import RateLimited, SubscriptionRefused

log = logging.getLogger("liqtop")

BEAT_S = 1.0
HEARTBEAT_S = 5.0
PRUNE_S = 3600.0
LET_GO_S = 60.0
STEADY_S = 30.0
"""A socket that has lived this long counts as data: the next failure starts a new back-off."""
STORE = ("store", "", "")
"""The store's own feed in health: collector, venue and stream."""
COMMAND = ("alerts", "", "on_alert")
"""The program that alerts run has a row of health only when it failed."""
METRICS = ("metrics", "", "")
"""So has what is computed of the store each second."""
LEFT = 1000
"""Rows of coverage, the newest, among which those are that a killed recorder left open."""
RATE_LIMIT_S = 120.0
"""The wait after a 429 that names no time; venues ban for minutes those who come back at once."""


class Recorder:
    """Runs every collector of `settings` into one store until `stop` is set.

    `say` is told what keeps the recorder from writing, and None when nothing does.
    """

    def __init__(self, settings: Settings, clock: Clock, say: Any = lambda trouble: None) -> None:
        self.settings, self.clock, self._say = settings, clock, say
        path = store_path(settings.data_dir)
        self.writer = Writer(path, settings.endpoint)
        self.reader = Reader(path)
        self._lookup = Lookup(path)  # a reader serves one thread at a time; `Live` has the other
        self.outbox = Outbox(self.writer, self._trouble, self._dropped)
        self.rates = Rates(clock)
        self.stop = asyncio.Event()
        ask = self._lookup
        known = ask.oldest, ask.stored
        context = Context(self.writer.next_conn, ask.newest, self.rates, clock, *known)
        self.specs = specs(settings, context)
        self._states: dict[tuple[str, str, str], str] = {}
        limit = settings.alerts.limit_s
        self._commands = Commands(settings.alerts.on_alert, limit, partial(self._failing, COMMAND))
        self.latest = Latest(
            settings,
            self.reader,
            self.writer,
            self.outbox,
            clock,
            self._commands.put,
            partial(self._failing, METRICS),
        )
        self._ending = False

    async def run(self) -> None:
        """Record until `stop` is set, then close every socket, write what waits and close."""
        self._introduce()
        self._retire()
        self._bury()
        tasks = [asyncio.create_task(self._supervise(spec)) for spec in self.specs]
        tasks += [
            asyncio.create_task(work())
            for work in (
                self.outbox.run,
                self._heartbeat,
                self.latest.run,
                self._prune,
                self._let_go,
                self._commands.run,
            )
        ]
        for task in tasks:
            task.add_done_callback(self._died)
        try:
            await self.stop.wait()
        finally:
            await self._close(tasks)

    def _introduce(self) -> None:
        """What readers must know of this recorder; on a full disk it is written with the first rows
        that can be."""
        streams = [[s.venue, s.stream] for s in self.specs if s.link is not None]
        known = {"streams": streams, **described(self.settings.venues)}
        if self.reader.meta("began") is None:
            known["began"] = milliseconds(self.clock())
        for key, value in known.items():
            with suppress(StoreError):
                self.writer.set_meta(key, value)

    def _retire(self) -> None:
        """Feeds that health knows and the settings no longer have are off, not silent."""
        key = ("collector", "venue", "stream")
        health = self.reader.read(HEALTH, columns=["ts", *key, "state"]).sort("ts")
        newest = health.group_by(key, maintain_order=True).last()
        ours = {(spec.collector, spec.venue, spec.stream) for spec in self.specs} | {STORE}
        for collector, venue, stream, state in newest.select(*key, "state").iter_rows():
            if (collector, venue, stream) not in ours and state != State.OFF:
                self._write_health(collector, venue, stream, State.OFF, 0, None)

    def _bury(self) -> None:
        """Connections that a killed recorder left open ended with it, UNREAD before their last
        heartbeat: what came by then need not have been read, nor written.

        As long as nobody says so they count for five seconds more, in which rows were lost.
        """
        left = self.reader.read(COVERAGE, newest=LEFT)
        left = left.filter(pl.col("reason").fill_null(LIVING).str.starts_with(LIVING))
        ended = pl.max_horizontal("since", pl.col("until") - UNREAD)
        told = left.with_columns(until=ended, reason=pl.lit("recorder killed"))
        self.outbox.put(COVERAGE, told)

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        self._ending = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for spec in self.specs:
            if spec.link is not None:
                spec.link.lost("recorder stopped")
                self.outbox.put(COVERAGE, spec.link.coverage())
        await self.outbox.flush()
        self.outbox.close()
        self.latest.close()
        self.reader.close()
        self._lookup.close()
        self.writer.close()

    def _died(self, task: asyncio.Task[None]) -> None:
        """A supervising task never ends by itself; if one does it is a bug, and it is said."""
        if not self._ending and not task.cancelled() and (error := task.exception()):
            log.error("a part of the recorder ended: %r", error, exc_info=error)
            self.stop.set()

    async def _supervise(self, spec: Spec) -> None:
        attempts = 0
        while True:
            if not attempts:
                self._health(spec, State.STARTING, 0)
            began = asyncio.get_running_loop().time()
            wait, state = 0.0, State.RETRYING
            try:
                async with aclosing(spec.start()) as frames:  # type: ignore[type-var]
                    async for frame in frames:
                        # An empty frame is an answer without news: it lives, but the back-off
                        # ends with data alone.
                        attempts = 0 if frame.height else attempts
                        self._take(spec, frame)
                reason = "ended by itself"
            except RateLimited as error:
                reason, state = _reason(error), State.WAITING
                wait = RATE_LIMIT_S if error.retry_after is None else error.retry_after
            except SubscriptionRefused as error:
                reason, state = _reason(error), State.REFUSED
            except FAILURES as error:
                reason = _reason(error)
                log.warning("%s %s %s: %s", spec.collector, spec.venue, spec.stream, reason)
                log.debug("", exc_info=error)
            if spec.link is not None:
                spec.link.lost(reason)
                self.outbox.put(COVERAGE, spec.link.coverage())
                if asyncio.get_running_loop().time() - began > STEADY_S:
                    attempts = 0
            attempts += 1
            self._health(spec, state, attempts, reason)
            await asyncio.sleep(max(wait, backoff.delay(attempts)))

    def _take(self, spec: Spec, frame: pl.DataFrame) -> None:
        if frame.schema != spec.table.schema:  # found here it harms one collector, not the writing
            raise TypeError(f"a frame of {spec.table.name} has other columns: {frame.schema}")
        if spec.table is QUOTES:
            self.rates.learn(frame)
        if spec.link is None:
            self._health(spec, State.LIVE, 0, spec.trouble.words)
        if frame.height:
            self.outbox.put(spec.table, frame)

    async def _heartbeat(self) -> None:
        """Links are looked at every second for their state, and written every five, or when they
        stand anew: their first rows must not wait five seconds to count as listened to.

        By the clock, and a beat early: five beats and their work take longer than five seconds,
        beyond which a living connection would seem to be silent.
        """
        due, loop = 0.0, asyncio.get_running_loop()
        written: dict[Link, tuple[int | None, int, bool]] = {}
        while True:
            if beat := loop.time() >= due:
                due = loop.time() + HEARTBEAT_S - BEAT_S
            for spec in self.specs:
                if (link := spec.link) is None:
                    continue
                link.tick()
                if link.conn is not None:
                    self._health(spec, State.LIVE, 0, link.trouble)
                if beat or written.get(link) != link.standing:
                    written[link] = link.standing
                    self.outbox.put(COVERAGE, link.coverage())
            await asyncio.sleep(BEAT_S)

    def _failing(
        self, part: tuple[str, str, str], failed: str | None, state: State = State.RETRYING
    ) -> None:
        """A part that has no feed failed, or works again: once each, into the log and health."""
        state = State.OFF if failed is None else state
        if failed:
            level = logging.INFO if state == State.STARTING else logging.WARNING
            log.log(level, "%s: %s", part[2] or part[0], failed)
        if failed or self._states.get(part, State.OFF) != State.OFF:
            self._states[part] = state
            self._write_health(*part, state, 0, failed)

    async def _prune(self) -> None:
        while True:
            # In chunks, so that the batches between them wait no longer than one chunk.
            deleted = 0
            with suppress(StoreError):
                deleted = await self.outbox.call(self.writer.prune, self.clock())
            await asyncio.sleep(0.2 if deleted else PRUNE_S)

    async def _let_go(self) -> None:
        """Give back now and then what an hour's turn and a page of the past took: it would stay
        with the process."""
        while True:
            await asyncio.sleep(LET_GO_S)
            sparing.give_back()

    def _health(self, spec: Spec, state: State, attempts: int, reason: str | None = None) -> None:
        """A row of `health` for every change of state; the same state again writes nothing."""
        key = (spec.collector, spec.venue, spec.stream)
        said = f"{state}|{attempts}|{reason}"
        if self._states.get(key) == said:
            return
        self._states[key] = said
        self._write_health(*key, state, attempts, reason)

    def _trouble(self, reason: str | None) -> None:
        """The store can't be written (or can again): into the lock file, the log, and health."""
        self._say(reason)
        if reason is None:
            log.info("the store can be written again")
        else:
            log.error("%s", reason)
        state = State.LIVE if reason is None else State.RETRYING
        if self._states.get(STORE) != state:
            self._states[STORE] = state
            self._write_health(*STORE, state, self.outbox.attempts, reason)

    def _dropped(self, frame: pl.DataFrame) -> None:
        """Liquidations that the store never took: told by the coverage of the feed they are of, or
        of another of the venue's where that connection is over. A total names the venue alone."""
        for (venue, conn), rows in frame.group_by("venue", "conn"):
            links = [spec.link for spec in self.specs if spec.link and spec.venue == venue]
            links.sort(key=lambda link: link.conn != conn)
            for link in links[:1]:
                link.dropped(rows["ts"])

    def _write_health(
        self, collector: str, venue: str, stream: str, state: State, attempts: int, reason: Any
    ) -> None:
        row = (self.clock().astimezone(UTC), collector, venue, stream, state, attempts, reason)
        self.outbox.put(HEALTH, pl.DataFrame([row], schema=HEALTH.schema, orient="row"))


def _reason(error: BaseException) -> str:
    """One short line for the health row, without what may be secret; the log has the rest."""
    text = masked(" ".join(str(error).split()))
    if isinstance(error, LiqtopError):  # said for people already
        return text[:200]
    return f"{type(error).__name__}: {text}"[:200] if text else type(error).__name__
