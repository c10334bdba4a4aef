"""Whether each feed lives: what its collector last said, and how old its newest sign of life is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import polars as pl

from tui.metrics.coverage import Stream
from tui.metrics.memo import kept
from tui.metrics.silence import Silence
from tui.metrics.spans import AHEAD, age_s, instant, lasts, words
from tui.tables import State

SILENT = timedelta(seconds=60)
"""A stream without any socket message, pongs included, for longer is stale."""

_LIMITS = {
    "positioning": timedelta(minutes=12.5),
    "derivatives": timedelta(seconds=37.5),
    "control": timedelta(minutes=12.5),
    "depth": timedelta(seconds=75),
    "volatility": timedelta(minutes=12.5),
    "options": timedelta(minutes=12.5),
    "flow": timedelta(seconds=210),
}
"""A poller whose newest row is older is stale. It asks every 5 minutes and may miss one round and
half of another; so for depth, which it asks for every 30 s; for derivatives every 10 s, and may
miss two. A minute of flow is told some seconds after its end, and it is of its beginning: one may
be missed."""

STORE = "store"
ALERTS = "alerts"
"""The command that alerts run: its last word, as the store's, is all there is."""

METRICS = "metrics"
"""What the recorder computes of its own store; said of only when something in it fails."""

SERIES = "series"
"""What the user brings: days that may be old when they are new."""

ONE_FOR_ALL = ("candles", "quotes")
"""One collector each, under the preferred venue; any venue's rows are its sign of life."""

CLOSE_DUE = timedelta(minutes=10)
"""A daily close that is missing this long after midnight UTC is stale."""


_Said = tuple[str, int | None, str | None, datetime | None]
"""State, attempts, reason and time of a row of health."""


@dataclass(frozen=True)
class Feed:
    """One collector at one venue. `age_s` is since its newest socket message or row.

    `state` is what the recorder last said; `is_live` also wants the age within its bound, so that
    a recorder that died with every feed live is not believed. `reason` is None while live, but for
    what a person should know all the same: coins that the venue does not list.
    """

    collector: str
    venue: str
    stream: str
    state: str
    age_s: float | None
    attempts: int
    reason: str | None
    stale: bool

    @property
    def said(self) -> str:
        """State and reason in words: `retrying: 1006`; a `live` feed that is stale is not live."""
        if self.stale and self.state == State.LIVE:
            return self.reason or "stale"
        return f"{self.state}: {self.reason}" if self.reason else self.state

    @property
    def is_live(self) -> bool:
        return self.state == State.LIVE and not self.stale


def feeds(
    health: pl.DataFrame,
    coverage: pl.DataFrame,
    wanted: Sequence[Stream],
    tables: Mapping[str, pl.DataFrame],
    as_of: datetime,
) -> tuple[Feed, ...]:
    """Every feed `health` knows or `wanted` asks for, those switched off included.

    `tables` holds the frames of the collectors by their names (positioning, derivatives, candles,
    quotes). A wanted liquidation stream without a row of health is `starting`.
    """
    known = _known(health, as_of)
    for stream in wanted:
        name = ("liquidations", stream.venue, stream.stream)
        known.setdefault(name, (State.STARTING.value, 0, "not heard of yet", None))
    heard = _heard(coverage)
    seen = {name: newest_rows(frame, as_of) for name, frame in tables.items()}
    return tuple(
        _feed(name, known[name], _sign(name, heard, seen), as_of)
        for name in sorted(known, key=_place)
    )


def _known(health: pl.DataFrame, as_of: datetime) -> dict[tuple[str, str, str], _Said]:
    """The newest word on each feed. In Python: a row or two a feed, and a query takes 1 ms."""
    columns = ("collector", "venue", "stream", "state", "attempts", "reason", "ts")
    rows = sorted(zip(*(health[name] for name in columns), strict=True), key=lambda row: row[-1])
    return {row[:3]: row[3:] for row in rows if row[-1] <= as_of + AHEAD}


def silenced(listed: Iterable[Feed], silences: Mapping[str, Silence]) -> tuple[Feed, ...]:
    """The feeds, those of a silent venue that live said to be `silent`; `age_s` is then since the
    venue's last event."""
    return tuple(
        _silent(one, silences[one.venue])
        if one.collector == "liquidations" and one.is_live and one.venue in silences
        else one
        for one in listed
    )


def _silent(one: Feed, silence: Silence) -> Feed:
    if not silence.silent:
        return one
    bound = timedelta(seconds=silence.silent_after_s or 0.0)
    why = silence.reason or f"no event, alarm after {words(bound)}"
    return replace(one, state=State.SILENT.value, age_s=silence.silent_s, reason=why)


def _place(name: tuple[str, str, str]) -> tuple[bool, tuple[str, str, str]]:
    return name[0] != "liquidations", name


@kept(2)
def _heard(coverage: pl.DataFrame) -> dict[tuple[str, str], datetime]:
    rows = coverage.group_by("venue", "stream").agg(pl.col("until").max())
    return {(venue, stream): until for venue, stream, until in rows.iter_rows()}


def newest_rows(frame: pl.DataFrame, as_of: datetime) -> dict[str, datetime]:
    """The newest moment of each venue's rows, and of all under the empty name."""
    found = _newest_rows(frame)
    if found and max(found.values()) > as_of + AHEAD:
        # A candle is seen when it closed, and the frame says when it opened.
        is_daily = "interval" in frame.columns
        end = as_of + AHEAD - (timedelta(days=1) if is_daily else timedelta())
        found = _newest_rows(frame.filter(pl.col("ts") <= instant(end)))
    return found | {"": max(found.values())} if found else {}


@kept(24)  # of each collector, now and of a past moment that is looked at
def _newest_rows(frame: pl.DataFrame) -> dict[str, datetime]:
    if "interval" not in frame.columns:
        return lasts(frame)
    # Candles: when the newest daily one that is complete closed.
    daily = frame.lazy().filter(pl.col("closed") & (pl.col("interval") == "1d"))
    closed = (pl.col("ts") + pl.duration(days=1)).max()
    return dict(daily.group_by("venue").agg(closed).collect().iter_rows())


def _sign(
    name: tuple[str, str, str],
    heard: Mapping[tuple[str, str], datetime],
    seen: Mapping[str, Mapping[str, datetime]],
) -> datetime | None:
    collector, venue, stream = name
    socket = heard.get((venue, stream)) if stream else None
    newest = seen.get(collector, {})
    row = newest.get("" if collector in ONE_FOR_ALL else venue)
    return max((moment for moment in (socket, row) if moment is not None), default=None)


def _feed(
    name: tuple[str, str, str],
    said: _Said,
    sign: datetime | None,
    as_of: datetime,
) -> Feed:
    collector, venue, stream = name
    state, attempts, reason, ts = said
    # A feed that is off, the store itself, the command of alerts and the metrics deliver nothing,
    # and a series tells nothing for days: their word is what there is.
    if state == State.OFF or collector in (STORE, ALERTS, METRICS, SERIES):
        return Feed(collector, venue, stream, state, age_s(as_of, ts), attempts or 0, reason, False)
    stale = is_stale(collector, sign, as_of)
    silence = _silence(collector, sign) if stale else None
    # What a poller that lives notes is no reason of its silence; a socket's trouble is.
    why = (silence or reason) if state == State.LIVE and not stream else (reason or silence)
    return Feed(collector, venue, stream, state, age_s(as_of, sign), attempts or 0, why, stale)


def is_off(health: pl.DataFrame, collector: str) -> bool:
    """Whether a recorder ran and has no feed of this collector: all are off, or none was ever on.

    `health` holds the newest row of each feed; where it is empty nobody said what is recorded.
    """
    return not health.is_empty() and collector not in _on(health)


@kept(2)
def _on(health: pl.DataFrame) -> frozenset[str]:
    said = zip(health["collector"], health["state"], strict=True)
    return frozenset(collector for collector, state in said if state != State.OFF)


def is_stale(collector: str, newest: datetime | None, as_of: datetime) -> bool:
    """Whether a collector's newest sign of life is too old, by the rule of its kind."""
    if newest is None:
        return True
    if collector == "candles":
        midnight = datetime.combine(as_of.astimezone(UTC).date(), time(), UTC)
        due = midnight if as_of >= midnight + CLOSE_DUE else midnight - timedelta(days=1)
        return newest < due
    return as_of - newest > limit(collector)


def limit(collector: str) -> timedelta:
    """How old the newest sign of life of a poller or stream may be; a daily close is `CLOSE_DUE`
    and has a rule of its own."""
    return _LIMITS.get(collector, SILENT)


def _silence(collector: str, sign: datetime | None) -> str:
    if sign is None:
        return "nothing received yet"
    return "daily close missing" if collector == "candles" else "silent"
