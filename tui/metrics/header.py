"""The first row of every screen: price, five minutes of liquidations, feeds, cover and lag."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from tui.metrics.derivatives import Derivatives, of_all
from tui.metrics.feeds import Feed
from tui.metrics.prices import Price
from tui.metrics.windows import Liquidations, Total
from tui.tables import Side, State

WINDOW = "5m"


@dataclass(frozen=True)
class Header:
    """What the header rows show. Everything is None where it is unknown.

    `price` is of the first coin, `others` of the rest in order. `side` is the one with more USD
    liquidated in `total`, None when nothing was. `live` of `feeds` feeds live; those switched off
    do not count. `lag_s` is the median over the venues. `oi_change_5m` and `funding_8h` are of
    the first coin, over all venues that are not stale.
    """

    as_of: datetime
    endpoint: str | None
    price: Price | None
    others: tuple[Price, ...]
    total: Total
    side: Side | None
    live: int
    feeds: int
    bad: tuple[Feed, ...]
    cover_24h: float | None
    lag_s: float | None
    oi_change_5m: float | None
    funding_8h: float | None


def header(
    prices: Sequence[Price],
    liquidations: Liquidations,
    derivatives: Derivatives,
    feeds: Sequence[Feed],
    as_of: datetime,
    *,
    base: str,
    endpoint: str | None,
) -> Header:
    """The header at `as_of` from the records of the panels, of which the liquidations may be some
    seconds older; `prices` in the order of the coins, `base` the coin of the large price."""
    total = liquidations.windows[WINDOW]
    counted = [feed for feed in feeds if feed.state != State.OFF]
    lags = [venue.lag_s for venue in liquidations.venues.values() if venue.lag_s is not None]
    interest = of_all(derivatives.open_interest, base)
    funding = of_all(derivatives.funding, base)
    return Header(
        as_of=as_of,
        endpoint=endpoint,
        price=_of(prices, base),
        others=_others(prices, base),
        total=total,
        side=dominant(total),
        live=sum(feed.is_live for feed in counted),
        feeds=len(counted),
        bad=tuple(feed for feed in counted if not feed.is_live),
        cover_24h=liquidations.windows["24h"].cover.share,
        lag_s=median(lags) if lags else None,
        oi_change_5m=interest.change_5m if interest else None,
        funding_8h=funding.rate_8h if funding else None,
    )


def priced(now: Header, prices: Sequence[Price], as_of: datetime, *, base: str) -> Header:
    """The header with newer prices, at their moment."""
    return replace(now, as_of=as_of, price=_of(prices, base), others=_others(prices, base))


def _of(prices: Sequence[Price], base: str) -> Price | None:
    return next((price for price in prices if price.base == base), None)


def _others(prices: Sequence[Price], base: str) -> tuple[Price, ...]:
    return tuple(price for price in prices if price.base != base)


def dominant(total: Total) -> Side | None:
    """The side that lost more; None when nothing was liquidated."""
    share = total.amount.long_share
    if share is None:
        return None
    return Side.LONG if share >= 0.5 else Side.SHORT
