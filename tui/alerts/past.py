"""Which alerts the stored past would have told: the same steps, a minute apart, by arrival.

Liquidations and quotes are cut by when they reached us, so that a backfill counts from the moment
it came. What the store has no arrival of (open interest, funding, ratios, candles, health) is cut
by its own time, and what a backfill later filled of the coverage stays a gap. A minute that begins
a burst is looked at when the burst began, to the millisecond; everything else, and so `hold`, is
known to the minute.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from tui.alerts.fired import Fired
from tui.alerts.settings import Alerts
from tui.alerts.state import State, step
from tui.clock import from_milliseconds
from tui.clock import milliseconds as ms
from tui.config import Settings
from tui.document import lazily
from tui.metrics.bursts import LEAST_USD, least
from tui.snapshot import Snapshot, Walk
from tui.store import Reader
from tui.store.minutes import regrouped
from tui.store.sums import Summed, summed
from tui.tables import BACKFILLED, LIQUIDATIONS, Class

MINUTE = timedelta(minutes=1)
JUDGED = {"silent", "silent_s", "silent_after_s", "side_check", "saturation", "control"}
"""What only the judging of venues tells: a third of what the tape takes, and few rules name it."""

_LATE = "WHERE ts > ? AND ts <= ? AND received / 60000 > ts / 60000 ORDER BY ts, id"
_LARGE = (
    "SELECT minute FROM liquidation_minutes WHERE minute >= ? AND minute < ? AND class = ?"
    " GROUP BY minute HAVING sum(usd) >= ?"
)
_COLUMNS = tuple(name for name in LIQUIDATIONS.schema if name != "raw")


class Past:
    """Walks `(since, until]` of a store; `fired` gives what each minute would have told."""

    def __init__(
        self, reader: Reader, settings: Settings, since: datetime, until: datetime
    ) -> None:
        self._reader, self._settings = reader, settings
        self._since = since.replace(second=0, microsecond=0)
        self._until = until
        self._walk = Walk(reader)
        self._arrival = Arrival(reader, self._since - timedelta(hours=24, minutes=1), until)
        self._large = self._large_minutes()
        self._state = State()
        self._newest: Snapshot | None = None
        named = {step.name for rule in settings.alerts.rules for step in rule.path}
        self._judged = bool(named & JUDGED)

    @property
    def minutes(self) -> int:
        """How many minutes there are to look at."""
        return max(0, (self._until - self._since) // MINUTE)

    def fired(self) -> Iterator[tuple[Fired, ...]]:
        """For every minute in turn what fired in it. The first one begins what was under way."""
        for place in range(1, self.minutes + 1):
            at = self._since + place * MINUTE
            yield (*self._begun(at - MINUTE), *self._look(self._known(at)))

    def _large_minutes(self) -> set[datetime]:
        first, end = (ms(at) for at in (self._since, self._until))
        rows = self._reader.rows(_LARGE, (first, end, Class.CRYPTO.value, LEAST_USD))
        return {from_milliseconds(start) for (start,) in rows}

    def _begun(self, minute: datetime) -> tuple[Fired, ...]:
        """What fired when this minute became a burst, if it begins one."""
        if minute not in self._large or self._state.burst is not None:
            return ()
        before = self._known(minute)
        limit = least(before.venue_minutes, before.began, minute)
        rows = self._reader.read(
            LIQUIDATIONS,
            since=minute - timedelta(milliseconds=1),
            until=minute + MINUTE - timedelta(milliseconds=1),
            where={"class": Class.CRYPTO.value},
            columns=("received", "usd"),
        )
        summed = rows.sort("received").with_columns(pl.col("usd").fill_null(0.0).cum_sum())
        reached = summed.filter(pl.col("usd") >= limit)["received"].min() if limit else None
        if not isinstance(reached, datetime) or not minute < reached < minute + MINUTE:
            return ()
        return self._look(self._known(reached))

    def _known(self, at: datetime) -> Snapshot:
        """A minute that may begin a burst begins where the one before it was looked at."""
        if self._newest is None or self._newest.as_of != at:
            self._newest = self._arrival.cut(self._walk.at(at))
        return self._newest

    def _look(self, snapshot: Snapshot) -> tuple[Fired, ...]:
        document = lazily(snapshot, self._settings, judged=self._judged)
        self._state, fired = step(self._state, self._alerts, document, snapshot.as_of)
        return fired

    @property
    def _alerts(self) -> Alerts:
        return self._settings.alerts


class Arrival:
    """Cuts snapshots by arrival. `_late` are the rows that came after their minute was over."""

    def __init__(self, reader: Reader, since: datetime, until: datetime) -> None:
        self._reader = reader
        bounds = tuple(ms(at) for at in (since, until))
        self._late = reader.select(LIQUIDATIONS, _COLUMNS, _LATE, bounds)
        self._raw: dict[datetime, pl.DataFrame] = {}  # of the minutes counted anew last

    def cut(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot without what had not arrived at its moment."""
        here = pl.col("received") <= snapshot.as_of
        newest = snapshot.as_of.replace(second=0, microsecond=0)
        whole, sums = snapshot.whole_minutes, snapshot.sums
        if anew := self._anew(snapshot.as_of):
            whole = anew.whole(whole)
            sums = anew.summed(sums, whole, newest) if sums else None
        edges = snapshot.edges.filter(here)
        filled = pl.col("reason").str.starts_with(BACKFILLED).fill_null(False)
        return replace(
            snapshot,
            whole=whole,
            sums=sums,
            minutes=pl.concat([whole, regrouped(edges.filter(pl.col("ts") >= newest))]),
            edges=edges,
            recent=snapshot.recent.filter(here),
            largest=snapshot.largest.filter(here),
            quotes=snapshot.quotes.filter(here),
            coverage=snapshot.coverage.filter(~filled),
        )

    def _anew(self, as_of: datetime) -> "Anew | None":
        """The minutes of which a row had not arrived, counted from those that had."""
        missing = self._late.filter((pl.col("ts") <= as_of) & (pl.col("received") > as_of))
        newest = as_of.replace(second=0, microsecond=0)
        touched = missing["ts"].dt.truncate("1m").unique().sort().to_list()
        touched = [minute for minute in touched if minute < newest]
        if not touched:
            return None
        self._raw = {minute: self._raw_of(minute) for minute in touched}
        raw = pl.concat(list(self._raw.values()))
        return Anew(touched, regrouped(raw.filter(pl.col("received") <= as_of)))

    def _raw_of(self, minute: datetime) -> pl.DataFrame:
        if minute in self._raw:
            return self._raw[minute]
        one = timedelta(milliseconds=1)
        return self._reader.read(LIQUIDATIONS, since=minute - one, until=minute + MINUTE - one)


class Anew(NamedTuple):
    """Minutes that are counted anew, and their rows."""

    minutes: list[datetime]
    rows: pl.DataFrame

    def whole(self, whole: pl.DataFrame) -> pl.DataFrame:
        """The whole minutes of a day, these as they are now."""
        return self._instead(whole, self.rows)

    def summed(self, sums: Summed, whole: pl.DataFrame, newest: datetime) -> Summed:
        """The sums of those: some hundred rows are summed instead of 300,000. By coin only the
        newest hour surely has sums of minutes: beyond it the minutes serve."""
        venues = self._instead(sums.venues, summed(self.rows, "venue", "minute"))
        if min(self.minutes) < (newest - MINUTE).replace(minute=0):
            return Summed(venues, whole)
        return Summed(venues, self._instead(sums.coins, summed(self.rows, "base", "minute")))

    def _instead(self, rows: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
        again = pl.DataFrame({"minute": self.minutes}, {"minute": rows.schema["minute"]})
        return pl.concat([rows.join(again, on="minute", how="anti", maintain_order="left"), new])
