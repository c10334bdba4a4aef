"""The record of the long/short panel: ratios, open interest and funding, coin by coin."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from tui.metrics.derivatives import Derivatives, Funding, OpenInterest
from tui.metrics.positioning import Ratio, ratios, words
from tui.metrics.series import place
from tui.panels import shared
from tui.panels.base import View
from tui.snapshot import Snapshot
from tui.tables import Measure


@dataclass(frozen=True)
class LongShort:
    """The ratios of the view's coin per venue and measure, its derivatives, and the price change
    of five minutes; the same of the other coins; `measures` that a venue publishes, where that is
    known; `history` (ts, venue, measure, period, ratio) and `since` when it is drawn for the detail
    alone."""

    as_of: datetime
    base: str
    ratios: tuple[Ratio, ...]
    interest: tuple[OpenInterest, ...]
    funding: tuple[Funding, ...]
    words: str | None
    move_5m: float | None
    others: tuple["LongShort", ...] = ()
    measures: Mapping[str, tuple[Measure, ...]] = field(default_factory=dict)
    history: pl.DataFrame | None = None
    since: datetime | None = None
    order: tuple[str, ...] = ()

    @property
    def venues(self) -> list[str]:
        """Every venue that has anything, in the usual order, or that of `order`."""
        if self.order:
            return list(self.order)
        names = {one.venue for one in self.ratios}
        names |= {one.venue for one in self.interest} | {one.venue for one in self.funding}
        names.discard("all")
        return sorted(names, key=lambda name: (place(name), name))

    def ratio(self, venue: str, measure: Measure) -> Ratio | None:
        """A venue's newest ratio of a measure."""
        return next((r for r in self.ratios if r.venue == venue and r.measure == measure), None)

    def interest_of(self, venue: str) -> OpenInterest | None:
        """A venue's open interest, or that of `all`."""
        return next((o for o in self.interest if o.venue == venue), None)

    def funding_of(self, venue: str) -> Funding | None:
        """A venue's funding, or the weighted one of `all`."""
        return next((f for f in self.funding if f.venue == venue), None)

    @property
    def among(self) -> str:
        """`2/3` where open interest or funding of `all` lacks a venue, else nothing."""
        sums = [one for one in (self.interest_of("all"), self.funding_of("all")) if one]
        lacking = max(sums, key=lambda one: len(one.missing), default=None)
        if lacking is None or not lacking.missing:
            return ""
        told_of = len(lacking.venues)
        return f"{told_of}/{told_of + len(lacking.missing)}"


def record(snapshot: Snapshot, view: View) -> LongShort:
    """The newest of everything at the snapshot's moment."""
    rows = ratios(snapshot.positioning, snapshot.as_of)
    made = shared.derivatives(snapshot)
    bases = {r.base for r in rows} | {o.base for o in made.open_interest}
    coins = {base: at for at, base in enumerate(view.coins)}
    others = tuple(
        _of_coin(snapshot, base, rows, made)
        for base in sorted(
            bases - {view.base}, key=lambda base: (coins.get(base, len(coins)), base)
        )
    )
    return replace(_of_coin(snapshot, view.base, rows, made), others=others)


def _of_coin(
    snapshot: Snapshot, base: str, rows: tuple[Ratio, ...], made: Derivatives
) -> LongShort:
    mine = tuple(r for r in rows if r.base == base)
    quote = shared.price(snapshot, base)
    return LongShort(
        snapshot.as_of,
        base,
        mine,
        tuple(o for o in made.open_interest if o.base == base),
        tuple(f for f in made.funding if f.base == base),
        words(mine, base),
        quote.change_5m if quote else None,
        measures=snapshot.measures,
    )
