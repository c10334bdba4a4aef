"""The record of the drivers panel, and what its detail draws beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.metrics.derivatives import ALL, Funding, OpenInterest
from tui.metrics.drivers import Drivers, Move
from tui.metrics.flow import ORDER, PERP, SPOT, cumulative, of_coin
from tui.metrics.premium import history, prices
from tui.metrics.spans import ms
from tui.panels import shared
from tui.panels.base import View
from tui.snapshot import Snapshot
from tui.tables import WINDOWS

SPANS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "24h": timedelta(hours=24)}
Line = tuple[float | None, ...]


@dataclass(frozen=True)
class Charts:
    """By minute from `since` to `end`: CVD of the venues that count in the span, the price, and the
    Coinbase premium with USDT at its price."""

    since: datetime
    end: datetime
    venues: tuple[str, ...]
    spot: Line
    perp: Line
    price: Line
    premium: Line


@dataclass(frozen=True)
class DriversRecord:
    """A coin's drivers, its funding and open interest, and the window that the sentence is of."""

    as_of: datetime
    window: str
    made: Drivers
    funding: tuple[Funding, ...] = ()
    interest: OpenInterest | None = None
    charts: Charts | None = None

    @property
    def move(self) -> Move:
        """That of the chosen window."""
        return self.made.moves[self.window]

    @property
    def funded(self) -> Funding | None:
        """Weighted by open interest over the venues."""
        return next((one for one in self.funding if one.venue == ALL), None)


def record(snapshot: Snapshot, view: View) -> DriversRecord:
    """The drivers at the snapshot's moment."""
    base = view.base
    both = shared.derivatives(snapshot)
    funding = tuple(one for one in both.funding if one.base == base)
    summed = (one for one in both.open_interest if one.base == base and one.venue == ALL)
    made = shared.drivers(snapshot, base)
    return DriversRecord(snapshot.as_of, view.window, made, funding, next(summed, None))


def charts(snapshot: Snapshot, made: Drivers, span: str) -> Charts:
    """The curves of a span."""
    end = made.flows.end
    since = end - SPANS[span]
    rows, venues = of_coin(snapshot.flow, made.base), made.flows.windows[span].venues
    spot, perp = (tuple(cumulative(rows, m, venues, since, end)) for m in (SPOT, PERP))
    known = next((found for venue in ORDER if (found := prices(rows, venue))), {})
    minutes = range(ms(since), ms(end), ms(since + WINDOWS["1m"]) - ms(since))
    price = tuple(known.get(start) for start in minutes)
    paid = tuple(history(snapshot.flow, made.base, since, end))
    return Charts(since, end, venues, spot, perp, price, paid)
