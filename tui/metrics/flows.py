"""What of demand can be measured at exchanges, under its own name, and the series a user brings.

Fund flows, who holds for long and what exchanges keep have no exchange endpoint: they are shown
from a source the user configures and are otherwise unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.feeds import SERIES as COLLECTOR
from tui.metrics.flow import ENOUGH, SPOT, Flows
from tui.metrics.memo import kept
from tui.metrics.premium import Premium
from tui.tables import WINDOWS, State

WANTED = ("fund flows", "long-term holders", "exchange balances")
"""What people ask for and no exchange publishes; a series of that name fills the row."""

NEEDS = "needs a source, see config"
DAYS = (7, 30)
NEAR = timedelta(days=5)
"""A level of so many days before may be this much older: weekends have no values."""


@dataclass(frozen=True)
class Proxy:
    """One window: the spot CVD of each venue that was heard for nearly all of it, and spot volume ÷
    perpetual volume of the venues that count; None where either is unknown."""

    name: str
    spot: Mapping[str, float]
    ratio: float | None


@dataclass(frozen=True)
class Own:
    """A series of the user's at a moment: its newest value, with the change of a level in its own
    unit, or the sum of a flow, over `DAYS`; None with the `reason` where there is none."""

    name: str
    value: float | None
    day: datetime | None
    unit: str
    kind: str
    spans: Mapping[int, float | None]
    reason: str | None = None


@dataclass(frozen=True)
class Demand:
    """The proxies of a coin, its premium, and the series."""

    base: str
    proxies: Mapping[str, Proxy]
    premium: Premium
    series: tuple[Own, ...]
    newest: datetime | None  # the end of the newest minute of flow


def proxies(made: Flows) -> dict[str, Proxy]:
    """One a window."""
    return {name: _proxy(made, name) for name in WINDOWS}


def _proxy(made: Flows, name: str) -> Proxy:
    spot = {
        venue: windows[name].net_usd
        for (venue, market), windows in made.venues.items()
        if market == SPOT and windows[name].cover >= ENOUGH
    }
    both = made.windows[name]
    volume = both.perp.volume_usd if both.perp else 0.0
    ratio = both.spot.volume_usd / volume if both.spot and volume else None
    return Proxy(name, spot, ratio)


def own(series: pl.DataFrame, health: pl.DataFrame, as_of: datetime) -> tuple[Own, ...]:
    """The wanted ones first, then the others that are stored or configured, by name."""
    said = _said(health)
    stored = _by_name(series, as_of.replace(second=0, microsecond=0))
    gone = {name for name, (state, _) in said.items() if state == State.OFF}
    names = [*WANTED, *sorted((said.keys() | stored.keys()) - gone - set(WANTED))]
    return tuple(_own(name, stored, said) for name in names)


def _own(name: str, stored: Mapping[str, Own], said: Mapping[str, tuple[str, str | None]]) -> Own:
    """A source that was taken out of the config is none, whatever is stored of it."""
    state, reason = said.get(name, (None, None))
    found = stored.get(name)
    if found is not None and state != State.OFF:
        return found if state in (State.LIVE, None) else _with(found, reason)
    why = NEEDS if state in (State.OFF, None) else reason or "nothing read yet"
    return Own(name, None, None, "", "", dict.fromkeys(DAYS), why)


def _with(one: Own, reason: str | None) -> Own:
    """A value of before, of a source that can't be read now."""
    return Own(one.name, one.value, one.day, one.unit, one.kind, one.spans, reason)


def _said(health: pl.DataFrame) -> dict[str, tuple[str, str | None]]:
    """What the recorder last said of each series."""
    mine = health.filter(pl.col("collector") == COLLECTOR).sort("ts")
    return {
        name: (state, why) for name, state, why in mine.select("venue", "state", "reason").rows()
    }


def known(series: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """The days of SERIES that were over at a moment, and those that had been read by then.

    A later correction replaces what was stored, so a day that was over has its newest value.
    """
    begun, over = pl.col("ts") <= as_of, pl.col("ts") <= as_of - timedelta(days=1)
    return series.filter(begun & (over | (pl.col("received") <= as_of))).sort("ts")


@kept(4)
def _by_name(series: pl.DataFrame, minute: datetime) -> dict[str, Own]:
    rows = known(series, minute)
    return {str(name): _newest(str(name), part) for (name,), part in rows.group_by("name")}


def _newest(name: str, rows: pl.DataFrame) -> Own:
    days, values = rows["ts"].to_list(), rows["value"].to_list()
    last, kind = days[-1], str(rows["kind"][-1])
    both = list(zip(days, values, strict=True))
    span = _summed if kind == "flow" else _changed
    spans = {n: span(both, last - timedelta(days=n)) for n in DAYS}
    return Own(name, values[-1], last, str(rows["unit"][-1]), kind, spans)


def _summed(days: Iterable[tuple[datetime, float]], since: datetime) -> float | None:
    """What came and went after `since`; None where the series begins later."""
    every = list(days)
    if every[0][0] > since + timedelta(days=1):
        return None
    return sum(value for day, value in every if day > since)


def _changed(days: Iterable[tuple[datetime, float]], since: datetime) -> float | None:
    """The newest value less that of `since`, or of the newest day at most `NEAR` before it."""
    every = list(days)
    before = [value for day, value in every if since - NEAR <= day <= since]
    return every[-1][1] - before[-1] if before else None
