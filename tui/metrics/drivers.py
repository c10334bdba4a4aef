"""What moves a coin: who took, with whose money, and whether positions were opened or closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from tui.metrics import derivatives as interest
from tui.metrics.derivatives import FLAT, FRESH
from tui.metrics.flow import PERP, SETTLED, Flows, Streams, Window, flows, of_coin
from tui.metrics.memo import Aside, kept
from tui.metrics.premium import Premium, change, ms_of, premium
from tui.metrics.spans import AHEAD, between, instant, moment, ms
from tui.tables import WINDOWS, Side

MEANING = {
    (True, True): "new longs",
    (True, False): "short covering",
    (False, True): "new shorts",
    (False, False): "long flush",
}
"""Price up and open interest up, and so on (definitions §5)."""


@dataclass(frozen=True)
class Move:
    """One window: the flow with what price and open interest did meanwhile; fractions.

    `perp_share` is the part of the net taker flow in the price's own direction that came from
    perpetuals: 1 where spot went against it, 0 where they did; None with its `reason` where price
    stood still, both went against it, or too little is known. `forced` is liquidated longs ÷ what
    takers sold on the same venues' perpetuals; `forced_short` the same of buys. Not every
    liquidation is published, so it is at least that where all of the sales were heard
    (`forced_is_least`). Below that they lack a part that nobody can bound: then it is about that.
    """

    flow: Window
    price: float | None
    interest: float | None
    perp_share: float | None
    quadrant: str | None
    forced: float | None
    forced_short: float | None
    reason: str | None = None

    @property
    def forced_is_least(self) -> bool:
        """Whether the forced shares are lower bounds."""
        return self.flow.perp is not None and self.flow.perp.cover >= 1.0


@dataclass(frozen=True)
class Basis:
    """(mark − index) ÷ index of each venue's largest perpetual; `all` by open interest."""

    venues: Mapping[str, float]
    all: float | None


@dataclass(frozen=True)
class Drivers:
    """A coin's drivers. `flows.end` is the moment that all but basis are of."""

    base: str
    flows: Flows
    moves: Mapping[str, Move]
    premium: Premium
    basis: Basis
    newest: datetime | None  # the end of the newest minute of flow there is


def drivers(
    flow: pl.DataFrame,
    derivatives: pl.DataFrame,
    minutes: pl.DataFrame,
    base: str,
    as_of: datetime,
    began: datetime | None = None,
    asked: Streams = frozenset(),
) -> Drivers:
    """Of frames of FLOW, DERIVATIVES and whole LIQUIDATION_MINUTES, a day of each. Liquidations
    before the store `began` are unknown, not none; so is the flow of a stream that is `asked` for
    and has no row."""
    made = flows(flow, base, as_of, asked)
    moves = _moves(flow, minutes, Aside(derivatives), base, ms(made.end), began, asked)
    paid = premium(flow, base, as_of)
    return Drivers(base, made, moves, paid, basis(derivatives, base, as_of), _newest(flow, base))


@kept(12)
def _newest(flow: pl.DataFrame, base: str) -> datetime | None:
    last = of_coin(flow, base)["ts"].max()
    return last + WINDOWS["1m"] if isinstance(last, datetime) else None


@kept(12)
def _moves(
    flow: pl.DataFrame,
    minutes: pl.DataFrame,
    derivatives: Aside,
    base: str,
    end: int,
    began: datetime | None,
    asked: Streams,
) -> Mapping[str, Move]:
    """Open interest is read up to a moment that is over, where no row is added any more."""
    rows, at = of_coin(flow, base), moment(end)
    made = flows(flow, base, at + SETTLED, asked)
    liquidated = _liquidated(minutes, base, end)
    found = {}
    for name, window in made.windows.items():
        price = change(rows, end, ms_of(WINDOWS[name]))
        oi = interest.changes(derivatives.frame, at, WINDOWS[name]).get(base)
        share, why = led(price, window)
        known = began is not None and began <= at - WINDOWS[name]
        forced = _forced(made, window, liquidated) if known else (None, None)
        found[name] = Move(window, price, oi, share, quadrant(price, oi), *forced, why)
    return found


def led(price: float | None, window: Window) -> tuple[float | None, str | None]:
    """The share of perpetuals in a move's net flow, or why there is none."""
    if window.spot is None or window.perp is None:
        return None, "too little heard"
    if price is None:
        return None, "no price so long before"
    if abs(price) < FLAT:
        return None, "price flat"
    way = 1.0 if price > 0 else -1.0
    spot, perp = (max(0.0, way * one.net_usd) for one in (window.spot, window.perp))
    if not spot + perp:
        return None, "takers went against it"
    return perp / (spot + perp), None


def quadrant(price: float | None, oi: float | None) -> str | None:
    """What price and open interest together mean; None where either is unknown or flat."""
    if price is None or oi is None or abs(price) < FLAT or abs(oi) < FLAT:
        return None
    return MEANING[price > 0, oi > 0]


Liquidated = Mapping[tuple[str, str, str], float]
"""USD by venue, side and window."""


@kept(6)
def _liquidated(minutes: pl.DataFrame, base: str, end: int) -> Liquidated:
    """What was liquidated of a coin in the windows that end at a moment (ms)."""
    since = {name: instant(moment(end - ms_of(span))) for name, span in WINDOWS.items()}
    sums = [
        pl.col("usd").filter(pl.col("minute") >= first).sum().alias(name)
        for name, first in since.items()
    ]
    mine = minutes.lazy().filter(
        (pl.col("base") == base) & (pl.col("minute") < instant(moment(end)))
    )
    found = mine.group_by("venue", "side").agg(sums).collect()
    return {
        (row["venue"], row["side"], name): row[name]
        for row in found.iter_rows(named=True)
        for name in WINDOWS
    }


def _forced(
    made: Flows, window: Window, liquidated: Liquidated
) -> tuple[float | None, float | None]:
    """Long and short liquidations ÷ taker sells and buys on perpetuals of the counted venues."""
    venues = [venue for venue in window.venues if (venue, PERP) in made.venues]
    if window.perp is None or not venues:
        return None, None
    long, short = (
        sum(liquidated.get((venue, side.value, window.name), 0.0) for venue in venues)
        for side in (Side.LONG, Side.SHORT)
    )
    sold, bought = window.perp.sell_usd, window.perp.buy_usd
    return long / sold if sold else None, short / bought if bought else None


def basis(derivatives: pl.DataFrame, base: str, as_of: datetime) -> Basis:
    """The newest of each venue that is not stale."""
    rows = between(derivatives, ms(as_of - FRESH), ms(as_of + AHEAD))
    names = ("venue", "base", "open_interest_usd", "mark", "index")
    newest: dict[str, tuple[float | None, float]] = {}
    for venue, of, usd, mark, index in zip(*(rows[n].to_list() for n in names), strict=True):
        if of == base and mark is not None and index:
            newest[venue] = usd, mark / index - 1
    known = [(usd, part) for usd, part in newest.values() if usd]
    whole = sum(usd for usd, _ in known)
    every = sum(usd * part for usd, part in known) / whole if whole else None
    return Basis({venue: part for venue, (_, part) in newest.items()}, every)
