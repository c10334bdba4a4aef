"""What the recorder makes of its own store: each second the snapshot of all panels, and the alerts
it gives rise to; each minute how full the sampled venues were; each hour the scores; at times
copies for who opens it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl

from tui.alerts import watch
from tui.alerts.fired import Fired
from tui.clock import Clock
from tui.config import Settings
from tui.detection import META, Detection
from tui.document import SCHEMA, guarded
from tui.errors import LiqtopError
from tui.failures import FAILURES
from tui.metrics import saturation
from tui.outbox import Outbox
from tui.scores import note
from tui.snapshot import Live, Snapshot
from tui.store import Reader, Writer
from tui.tables import ALERTS, SATURATION, SCORES, State, Table
from tui.venues import VENUES

log = logging.getLogger("liqtop")

EVERY_S = 1.0
COPY_S = 300.0
"""Between copies for viewers that open the store: half a megabyte; a viewer reads what came since
(6,000 rows, 25 ms)."""
FIRST_COPY_S = 20.0
"""After the start: the collectors' first rounds are in by then."""
SETTLED_S = 5
"""A minute's saturation is summed up this long after its end: rows come within two seconds."""


CATCH_UP_S = 0.4
"""So much of a second goes into the hours that a detector has before it: two or more of a day of
25,000 liquidations, one of a day with a million."""

Rows = list[tuple[Table, pl.DataFrame]]


class Behind(LiqtopError):
    """The detector has not gone through all of the store yet: what it says of now is not known."""


class Second(NamedTuple):
    """What was made of one moment: the document, rows of the tables that rest on others (how full
    venues were, scores, cascades and what is normal), and the errors by what they hindered."""

    as_of: datetime
    document: dict[str, Any]
    rows: Rows
    errors: dict[str, BaseException]


class Latest:
    """Follows the store and writes what follows from it; `tell` is given each alert that fires,
    `say` what can't be computed, and None when all can be again.

    An error in one part costs that part alone, and a store that can't be read all of them: `latest`
    is written each second, since readers take its age for the recorder's. The reader is its own
    from here on: it serves the thread that computes.
    """

    def __init__(
        self,
        settings: Settings,
        reader: Reader,
        writer: Writer,
        outbox: Outbox,
        clock: Clock,
        tell: Callable[[Fired], None],
        say: Callable[[str | None, State], None],
    ) -> None:
        self._settings, self._clock, self._tell = settings, clock, tell
        self._say, self._said = say, dict[str, type[BaseException]]()
        self._writer, self._outbox = writer, outbox
        self._live = Live(reader)
        self._detection = Detection(reader)
        self._thread = ThreadPoolExecutor(1, "metrics")
        self._summed = clock().replace(second=0, microsecond=0)  # the minute of the start is none
        self._noted = self._summed.replace(minute=0)  # and its hour is not at its beginning
        kept, seen = reader.meta(watch.META), reader.latest_as_of()
        self._watch = watch.Watch(settings.alerts, kept, seen)

    async def run(self) -> None:
        """Without end; what fails is said and done anew the next second."""
        loop = asyncio.get_running_loop()
        copy_at = loop.time() + FIRST_COPY_S
        while True:
            began = loop.time()
            errors = await self._second()
            # A store that was begun anew since it was read must have none of the one before.
            if began >= copy_at and not errors.keys() & {"snapshot", "latest"}:
                copy_at = began + COPY_S
                with _noted(errors, "copies"):
                    await self._outbox.call(self._writer.write_copies, self._live.copies())
            self._judge(errors)
            await asyncio.sleep(max(0.2, EVERY_S - (loop.time() - began)))

    def close(self) -> None:
        """Wait for what is being computed; nothing is from then on."""
        self._thread.shutdown()

    async def _second(self) -> dict[str, BaseException]:
        """Make and write what this second gives; the errors by what they hindered."""
        loop = asyncio.get_running_loop()
        as_of, doc, rows, errors = await loop.run_in_executor(self._thread, self._made)
        for table, frame in rows:
            self._outbox.put(table, frame)
        with _noted(errors, "alerts"):
            self._alert(doc, as_of)  # also while the store can't be written: it tells of that
        with _noted(errors, "latest"):
            await self._outbox.call(self._writer.write_latest, as_of, doc)
            if (kept := self._watch.to_keep()) is not None:
                await self._outbox.call(self._writer.set_meta, watch.META, kept)
                self._watch.keeps(kept)
        with _noted(errors, "cascades"):
            await self._keep_detector()
        return errors

    async def _keep_detector(self) -> None:
        """Once an hour, after the rows it rests on."""
        if (state := self._detection.to_keep()) is None:
            return
        if not await self._outbox.flush():
            self._detection.again(state)
            return
        await self._outbox.call(self._writer.set_meta, META, state)

    def _made(self) -> Second:
        """Raises nothing: of a store that can't be read it makes a document without panels."""
        as_of, rows = self._clock(), Rows()
        try:
            self._live.poll()
            taken = self._live.at(as_of := self._clock())
        except FAILURES as error:
            bare = {"schema": SCHEMA, "as_of": as_of, "panels": {}}
            return Second(as_of, bare, rows, {"snapshot": error})
        doc, errors = guarded(taken, self._settings)
        with _noted(errors, "saturation"):
            rows += self.full(taken)
        with _noted(errors, "scores"):
            rows += self.noted(taken)
        with _noted(errors, "cascades"):
            for found in self._detected(as_of):
                rows += found
        return Second(as_of, doc, rows, errors)

    def _judge(self, errors: dict[str, BaseException]) -> None:
        """Say what fails when it is something new: a bug comes back every second, and its
        tracebacks would push everything else out of the log."""
        kinds = {name: type(error) for name, error in errors.items()}
        if kinds == self._said:
            return
        self._said = kinds
        starts = all(isinstance(error, Behind) for error in errors.values())
        for name, error in errors.items():
            level = logging.INFO if starts else logging.ERROR
            log.log(level, "%s: %s", name, _words(error), exc_info=None if _plain(error) else error)
        words = "; ".join(f"{name}: {_words(error)}" for name, error in errors.items())
        self._say(words[:200] or None, State.STARTING if starts else State.RETRYING)

    def _detected(self, as_of: datetime) -> Iterator[Rows]:
        """What the detector finds. Raises Behind while hours of the store are left."""
        end = time.monotonic() + CATCH_UP_S
        yield self._detection.second(as_of)
        while (left := self._detection.left(as_of)) and time.monotonic() < end:
            yield self._detection.second(as_of)
        if left:
            raise Behind(f"{left} h of the store are still to be gone through")

    def full(self, taken: Snapshot) -> Rows:
        """Rows of SATURATION of the minute that is over, once: the snapshot holds its raw rows."""
        minute = taken.as_of.replace(second=0, microsecond=0) - timedelta(minutes=1)
        if minute <= self._summed or taken.as_of.second < SETTLED_S:
            return []
        sampled = [v for v in self._settings.venues if VENUES[v].gives == saturation.SAMPLED]
        made = saturation.of_minutes(taken.edges, sampled, [minute])
        self._summed = minute
        return [(SATURATION, made)]

    def noted(self, taken: Snapshot) -> Rows:
        """Rows of SCORES of an hour in its beginning, once."""
        hour = taken.as_of.replace(minute=0, second=0, microsecond=0)
        if hour <= self._noted:
            return []
        made = note(taken, self._settings.coins)
        self._noted = hour
        return [(SCORES, made)]

    def _alert(self, doc: dict[str, Any], as_of: datetime) -> None:
        """Tell what the rules say of this second: 0.4 ms with nine of them."""
        fired = self._watch.look(doc, as_of)
        if fired:
            self._outbox.put(ALERTS, watch.rows(fired))
        for one in fired:
            if not one.late:
                log.info("alert: %s", one.text)
            self._tell(one)


def _plain(error: BaseException) -> bool:
    """Whether it is said for people already, and no bug."""
    return isinstance(error, LiqtopError)


def _words(error: BaseException) -> str:
    return str(error) if _plain(error) else repr(error)


@contextmanager
def _noted(errors: dict[str, BaseException], part: str) -> Iterator[None]:
    """An error within the block is kept under the name of the part that it costs."""
    try:
        yield
    except FAILURES as error:
        errors[part] = error
