"""The order books as JSON: of every coin followed, per venue and market, and how long they last."""

from collections.abc import Mapping, Sequence
from typing import Any

from tui.document.off import is_late, lacking
from tui.document.plain import told
from tui.metrics import depth as metric
from tui.metrics.depth import ALL, Absorption, MarketDepth, Sum
from tui.metrics.depth_past import NEED, Standing
from tui.metrics.spans import age_s
from tui.snapshot import Snapshot

ENDS = "the book received ends before the order is filled"
WINDOW = "5m"
"""Of the liquidations that a book is held against."""


def depth(snapshot: Snapshot, coins: Sequence[str]) -> dict[str, Any]:
    """Every book and each market's sum (`all`). Stale when the first coin's newest book is,
    unless books are off."""
    made = metric.depths(snapshot.depth, snapshot.as_of, len(coins))
    newest = max((one.ts for one in made if one.base in coins[:1]), default=None)
    oldest = snapshot.as_of - metric.fresh_within(len(coins))
    late = is_late(snapshot, "depth", None) if newest is None else newest <= oldest
    fields = {
        "age_s": age_s(snapshot.as_of, newest),
        "stale": late,
        "rows": [_row(one) for one in made],
        "absorption": [_absorbed(snapshot.absorption(made, coin, WINDOW)) for coin in coins],
    }
    why = "no order book stored within the last hour"
    return told(fields, lacking(snapshot, "order books are", ("depth",), why))


def _row(one: MarketDepth) -> dict[str, Any]:
    """USD within each band; whether that is a lower bound; costs as fractions of the order."""
    fields: dict[str, Any] = {
        "venue": one.venue,
        "market": one.market,
        "base": one.base,
        "ts": one.ts,
        "bids": _sums(one.bids),
        "asks": _sums(one.asks),
    }
    if one.venue == ALL:
        fields |= {"venues": one.venues}
        lacking = ", ".join(one.missing)
        return fields | ({"reason": f"without {lacking} (no fresh book)"} if lacking else {})
    fields |= {
        "stale": one.stale,
        "mid": one.mid,
        "spread": one.spread,
        "reach": dict(zip(("bids", "asks"), one.reach or (None, None), strict=True)),
        "buy": _costs(one.buy or {}),
        "sell": _costs(one.sell or {}),
        "percentile": _standing(one.depth),
        "cost_percentile": _cost_standing(one, "1m"),
        "cost_percentile_10m": _cost_standing(one, "10m"),
    }
    return fields


def _sums(sums: Mapping[str, Sum]) -> dict[str, Any]:
    """By basis points of the mid price: `bp10`, `bp50`, `bp100`."""
    return {f"bp{name}": {"usd": one.usd, "lower_bound": one.low} for name, one in sums.items()}


def _costs(costs: Mapping[str, float | None]) -> dict[str, Any]:
    return told(dict(costs), ENDS)


def _standing(one: Standing | None) -> dict[str, Any]:
    """The share of 30 days that was no higher, of a depth in the widest band that is whole."""
    found = one or Standing(None, 0)
    fields: dict[str, Any] = {"value": found.percentile, "have": found.have, "need": NEED}
    if found.band is not None:
        fields |= {"band": f"bp{found.band}"}
    short = found.have < NEED
    return told(fields, f"{found.have} of {NEED} days" if short else "nothing to compare it with")


def _cost_standing(one: MarketDepth, order: str) -> dict[str, Any]:
    """Of buying and selling for the order together. `left_out` rows of the past are not compared:
    the book received then ended first."""
    found = (one.costs or {}).get(order)
    made = _standing(found) | {"left_out": found.left_out if found else 0}
    filled = one.buy and one.sell and None not in (one.buy[order], one.sell[order])
    return made if filled else made | {"reason": ENDS}


def _absorbed(one: Absorption) -> dict[str, Any]:
    """Longs against bids and shorts against asks. The liquidations are a lower bound, so the
    minutes are an upper one, or where `depth_lower_bound` is true none."""
    known = one.bids is not None and one.asks is not None
    fields = {
        "base": one.base,
        "window": one.window,
        "venues": one.venues,
        "long_minutes": one.long_minutes,
        "short_minutes": one.short_minutes,
        "long_usd_per_minute": one.long_per_minute,
        "short_usd_per_minute": one.short_per_minute,
        "bids_usd": one.bids and one.bids.usd,
        "asks_usd": one.asks and one.asks.usd,
        "depth_lower_bound": bool(one.bids and one.asks and (one.bids.low or one.asks.low)),
    }
    return told(fields, "none liquidated" if known else "no fresh book of a perpetual")
