"""Taker flow per window: what market orders bought and sold, spot and perpetual apart, by venue.

A window is its whole minutes up to the newest that every venue had time to tell of. CVD is the
cumulative volume delta, taker buys minus taker sells in USD: no bound where a part is missing, so a
venue counts in a window alone when nearly all of it was heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, moment, ms
from tui.tables import WINDOWS, State

SETTLED = timedelta(seconds=15)
"""A minute counts so long after its end: sockets tell of it after 5 s, candles after 3 and more."""

ENOUGH = 0.9
"""The share of a window that a venue's flow has to be known of to be counted in it."""

SPOT, PERP = "spot", "perp"
ORDER = ("binance", "bybit", "okx", "coinbase")

_MARKETS = {"spot": (SPOT,), "linear": (PERP,), "inverse": (PERP,)}
"""What a stream brings; any other brings both."""

_SPANS = {name: span // timedelta(milliseconds=1) for name, span in WINDOWS.items()}


@dataclass(frozen=True)
class Taken:
    """Taker buys and sells in USD, of the part `cover` of a window that was heard."""

    buy_usd: float
    sell_usd: float
    cover: float

    @property
    def net_usd(self) -> float:
        """The CVD."""
        return self.buy_usd - self.sell_usd

    @property
    def volume_usd(self) -> float:
        return self.buy_usd + self.sell_usd


@dataclass(frozen=True)
class Window:
    """All venues in a window: the sums of those that count, and why the others don't.

    `cover` is the least of what counts. A market is None where no counted venue has it.
    """

    name: str
    spot: Taken | None
    perp: Taken | None
    venues: tuple[str, ...]
    missing: Mapping[str, float]  # venue -> the share of the window that was heard of it

    @property
    def cover(self) -> float:
        return min((one.cover for one in (self.spot, self.perp) if one), default=0.0)


Key = tuple[str, str]
"""A venue and spot or perp."""


Streams = frozenset[tuple[str, str]]
"""Venues with a stream of theirs: a socket of trades, or klines."""


@dataclass(frozen=True)
class Flows:
    """The flow of a coin at `end`, the end of the newest whole minute."""

    end: datetime
    venues: Mapping[Key, Mapping[str, Taken]]  # by window
    windows: Mapping[str, Window]


def ended(as_of: datetime) -> datetime:
    """The end of the newest minute that counts."""
    now = ms(as_of - SETTLED)
    return moment(now - now % MINUTE_MS)


def flows(frame: pl.DataFrame, base: str, as_of: datetime, asked: Streams = frozenset()) -> Flows:
    """The flow of a coin in every window. `frame` has the columns of FLOW, a day of it and more.

    A stream that is `asked` for and has no row of any coin was not heard at all, and its venue is
    left out. One with rows of other coins alone does not have this one, and nothing is missing.
    """
    end = ms(ended(as_of))
    deaf = asked - _heard(frame, end) if asked else asked
    return _flows(of_coin(frame, base), end, deaf)


@kept(2)
def asked_for(health: pl.DataFrame) -> Streams:
    """The streams of flow that the recorder last said it records, whether they live or not."""
    mine = health.filter(pl.col("collector") == "flow").sort("ts")
    said = {row[:2]: row[2] for row in mine.select("venue", "stream", "state").iter_rows()}
    return frozenset(key for key, state in said.items() if state != State.OFF)


@kept(2)
def _heard(frame: pl.DataFrame, end: int) -> Streams:
    """Those with a row of a minute before a moment (ms)."""
    before = frame.lazy().filter(pl.col("ts").to_physical() < end)
    return frozenset(before.select("venue", "stream").unique().collect().rows())


@kept(12)
def of_coin(frame: pl.DataFrame, base: str) -> pl.DataFrame:
    """The rows of a coin, in their order."""
    return frame.filter(pl.col("base") == base)


@kept(12)
def _flows(rows: pl.DataFrame, end: int, deaf: Streams) -> Flows:
    venues = _by_venue(rows, end, deaf)
    return Flows(moment(end), venues, {name: _window(name, venues) for name in WINDOWS})


def _by_venue(rows: pl.DataFrame, end: int, deaf: Streams) -> dict[Key, dict[str, Taken]]:
    """A market of a venue may come over several sockets: what one of them missed is missing."""
    ts = pl.col("ts").to_physical()
    sums = [
        (pl.col(name).filter(ts >= end - span).sum()).alias(f"{name} {window}")
        for window, span in _SPANS.items()
        for name in ("buy_usd", "sell_usd", "cover")
    ]
    found = (
        rows.lazy()
        .filter(ts < end)
        .group_by("venue", "market", "stream", maintain_order=True)
        .agg(sums)
        .collect()
    )
    made: dict[Key, dict[str, Taken]] = {}
    for row in found.iter_rows(named=True):
        of = made.setdefault((row["venue"], row["market"]), {})
        for window, span in _SPANS.items():
            cover = min(1.0, row[f"cover {window}"] * MINUTE_MS / span)
            one = Taken(row[f"buy_usd {window}"], row[f"sell_usd {window}"], cover)
            of[window] = _both(of[window], one) if window in of else one
    for venue, stream in deaf:
        for market in _MARKETS.get(stream, (SPOT, PERP)):
            of = made.setdefault((venue, market), {})
            of |= {name: _both(of.get(name, _NONE), _NONE) for name in WINDOWS}
    return dict(sorted(made.items(), key=lambda item: (_place(item[0][0]), item[0])))


def _place(venue: str) -> int:
    return ORDER.index(venue) if venue in ORDER else len(ORDER)


_NONE = Taken(0.0, 0.0, 0.0)
"""Of a stream that was not heard."""


def _both(a: Taken, b: Taken) -> Taken:
    """Two sockets that each lacked a part lacked at most both."""
    return Taken(a.buy_usd + b.buy_usd, a.sell_usd + b.sell_usd, max(0.0, a.cover + b.cover - 1.0))


def _window(name: str, venues: Mapping[Key, Mapping[str, Taken]]) -> Window:
    heard: dict[str, float] = {}
    for (venue, _), windows in venues.items():
        heard[venue] = min(heard.get(venue, 1.0), windows[name].cover)
    counted = tuple(venue for venue, cover in heard.items() if cover >= ENOUGH)
    missing = {venue: cover for venue, cover in heard.items() if cover < ENOUGH}
    spot, perp = (_sum(name, venues, counted, market) for market in (SPOT, PERP))
    return Window(name, spot, perp, counted, missing)


def _sum(
    name: str, venues: Mapping[Key, Mapping[str, Taken]], counted: tuple[str, ...], market: str
) -> Taken | None:
    mine = ((key, windows) for key, windows in venues.items() if key[0] in counted)
    parts = [windows[name] for (_, of), windows in mine if of == market]
    if not parts:
        return None
    buys, sells = (sum(getattr(one, key) for one in parts) for key in ("buy_usd", "sell_usd"))
    return Taken(buys, sells, min(one.cover for one in parts))


def cumulative(
    rows: pl.DataFrame, market: str, venues: tuple[str, ...], since: datetime, end: datetime
) -> list[float | None]:
    """The CVD of those venues at the end of each minute from `since` on; None where one of their
    streams was not heard for most of it, from where on it goes on with what it had."""
    known = pl.col("venue").is_in(venues) & (pl.col("market") == market)
    inside = (pl.col("ts") >= since) & (pl.col("ts") < end)
    mine = rows.filter(known & inside)
    streams = mine.select("venue", "stream").n_unique() if mine.height else 0
    sums = mine.group_by("ts").agg(
        (pl.col("buy_usd") - pl.col("sell_usd")).sum().alias("net"),
        (pl.col("cover") >= ENOUGH).sum().alias("heard"),
    )
    by_minute = {ts: (net, heard) for ts, net, heard in sums.iter_rows()}
    total, made = 0.0, list[float | None]()
    for place in range((end - since) // timedelta(minutes=1)):
        net, heard = by_minute.get(since + timedelta(minutes=place), (0.0, 0))
        total += net
        made.append(total if streams and heard == streams else None)
    return made
