"""How much of a window was listened to: connected ÷ wanted venue-time, and the gaps."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import moment, ms
from tui.tables import BACKFILLED, LIVING, UNREADABLE

HEARTBEAT = timedelta(seconds=5)
"""The recorder moves a living connection's `until` this often; beyond `until` + this is a gap."""


@dataclass(frozen=True)
class Stream:
    """One liquidation feed that is wanted: `("binance", "coinm")`."""

    venue: str
    stream: str


@dataclass(frozen=True)
class Gap:
    """A stretch of a stream that nobody listened to, with the reason it began."""

    venue: str
    stream: str
    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True)
class Cover:
    """What a window's total rests on.

    `share` is connected ÷ wanted venue-time over `have`, the part of the window in which the store
    existed; `None` when nothing was wanted or `have` is zero. `venues` is the same per venue.
    `unreadable` counts the rows that came and could not be read, for the venues that had any.
    `unwanted` names the venues that have rows in the window and are not wanted now: what else they
    liquidated nobody knows.
    """

    share: float | None
    have: timedelta
    venues: dict[str, float]
    gaps: tuple[Gap, ...]
    unreadable: Mapping[str, int] = field(default_factory=dict)
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Piece:
    """A stretch in milliseconds over which the same share of the topics was subscribed."""

    since: int
    until: int
    share: float


@dataclass(frozen=True)
class _Unread:
    """A stretch in milliseconds, both ends included, in which rows could not be read."""

    since: int
    until: int
    rows: int


@dataclass(frozen=True)
class _Heard:
    """One stream: disjoint pieces in order of time, every connection's end with its reason, and
    the stretches of unreadable rows. A stretch that was backfilled is a piece that ends nothing."""

    pieces: tuple[_Piece, ...]
    ends: tuple[tuple[int, str], ...]
    unread: tuple[_Unread, ...]

    def told(self, since: int, until: int) -> tuple[float, list[tuple[int, int]]]:
        """The share that was listened to, and the holes."""
        inside, reached = 0.0, since
        holes = list[tuple[int, int]]()
        for piece in self._within(since, until):
            if piece.since > reached:
                holes.append((reached, piece.since))
            start, end = max(piece.since, since), min(piece.until, until)
            inside += (end - start) * piece.share
            reached = max(reached, end)
        if reached < until:
            holes.append((reached, until))
        return min(1.0, inside / (until - since)), holes

    def why(self, since: int) -> str:
        """The reason of the newest connection that had ended when the hole began."""
        at = bisect_right(self.ends, since, key=lambda end: end[0])
        return self.ends[at - 1][1] if at else "not connected"

    def unreadable(self, since: int, until: int) -> int:
        """Rows of every stretch that reaches into the window: placed to the minute."""
        return sum(one.rows for one in self.unread if one.since <= until and one.until > since)

    def _within(self, since: int, until: int) -> list[_Piece]:
        first = bisect_right(self.pieces, since, key=lambda piece: piece.until)
        after = bisect_right(self.pieces, until - 1, key=lambda piece: piece.since)
        return list(self.pieces[first:after])


class Listening:
    """When each wanted stream was listened to: made once, asked for as many windows as needed.

    A connection counts over [since, until], and for one heartbeat more while it lives (no reason,
    or one that begins with LIVING). Connections of one stream that overlap count once, with
    the larger share of topics; a connection counts as much as the topics it has of those wanted.
    """

    def __init__(self, coverage: pl.DataFrame, wanted: Sequence[Stream]) -> None:
        self.wanted = tuple(wanted)
        rows: dict[Stream, list[tuple[_Piece, str | None]]] = defaultdict(list)
        unread: dict[Stream, list[_Unread]] = defaultdict(list)
        columns = ("venue", "stream", "since", "until", "wanted", "subscribed", "reason")
        for venue, stream, *life in coverage.select(columns).iter_rows():
            since, until, *_, reason = life
            if reason and reason.startswith(UNREADABLE):
                unread[Stream(venue, stream)].append(_unread(since, until, reason))
            else:
                rows[Stream(venue, stream)].append(_connection(*life))
        self._heard = {name: _heard(rows[name], unread[name]) for name in self.wanted}

    def cover(self, since: datetime, until: datetime) -> Cover:
        """Cover of `(since, until]`. A venue's is the mean of its streams, all's of the venues."""
        start, end = ms(since), ms(until)
        have = timedelta(milliseconds=max(0, end - start))
        if not have or not self.wanted:
            return Cover(None, have, {}, ())
        streams: dict[str, list[float]] = defaultdict(list)
        gaps = list[Gap]()
        for stream, heard in self._heard.items():
            share, holes = heard.told(start, end)
            streams[stream.venue].append(share)
            gaps += [_gap(stream, hole, heard) for hole in holes]
        venues = {venue: sum(shares) / len(shares) for venue, shares in streams.items()}
        share = sum(venues.values()) / len(venues)
        return Cover(share, have, venues, tuple(gaps), self._unreadable(start, end))

    def _unreadable(self, since: int, until: int) -> dict[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for stream, heard in self._heard.items():
            if heard.unread:
                counts[stream.venue] += heard.unreadable(since, until)
        return {venue: count for venue, count in counts.items() if count}


def _gap(stream: Stream, hole: tuple[int, int], heard: _Heard) -> Gap:
    since, until = hole
    return Gap(stream.venue, stream.stream, moment(since), moment(until), heard.why(since))


@kept(4)
def listening_of(coverage: pl.DataFrame, wanted: tuple[Stream, ...]) -> Listening:
    """What those rows tell, made once while they are the same: totals, silences and events of a
    snapshot each ask for it, and the rows change with a heartbeat."""
    return Listening(coverage, wanted)


def cover(
    coverage: pl.DataFrame, wanted: Sequence[Stream], since: datetime, until: datetime
) -> Cover:
    """Cover of `(since, until]` by the rows of the coverage table."""
    return Listening(coverage, wanted).cover(since, until)


def _connection(
    since: datetime,
    until: datetime,
    wanted: int | None,
    subscribed: int | None,
    reason: str | None,
) -> tuple[_Piece, str | None]:
    share = min(1.0, (subscribed or 0) / wanted) if wanted else 1.0
    if reason is not None and reason.startswith(BACKFILLED):
        return _Piece(ms(since), ms(until), share), None
    if reason is not None and not reason.startswith(LIVING):
        return _Piece(ms(since), ms(until), share), reason
    # One that lived without any topic explains the hole itself; any other fell silent.
    why = reason.removeprefix(LIVING) if reason and not share else "no heartbeat"
    return _Piece(ms(since), ms(until + HEARTBEAT), share), why


def _unread(since: datetime, until: datetime, reason: str) -> _Unread:
    return _Unread(ms(since), ms(until), int(reason.removeprefix(UNREADABLE)))


def _heard(connections: Iterable[tuple[_Piece, str | None]], unread: Iterable[_Unread]) -> _Heard:
    listed = list(connections)
    # One that was refused every topic explains the hole from its beginning on.
    ends = sorted(
        (piece.until if piece.share else piece.since, why)
        for piece, why in listed
        if why is not None
    )
    heard = (piece for piece, _ in listed if piece.share and piece.until > piece.since)
    return _Heard(tuple(_disjoint(heard)), tuple(ends), tuple(unread))


def _disjoint(pieces: Iterable[_Piece]) -> list[_Piece]:
    """The pieces as one line of time: where several overlap, the largest share counts."""
    turns: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for piece in pieces:
        turns[piece.since].append((piece.share, 1))
        turns[piece.until].append((piece.share, -1))
    line: list[_Piece] = []
    open_now: dict[float, int] = defaultdict(int)
    share, since = 0.0, 0
    for at in sorted(turns):
        for value, step in turns[at]:
            open_now[value] += step
        now = max((value for value, count in open_now.items() if count), default=0.0)
        if now != share:
            if share:
                line.append(_Piece(since, at, share))
            share, since = now, at
    return line
