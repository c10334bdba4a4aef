"""The supply panel as JSON: the zones of a year's volume profile around the price."""

from typing import Any

from tui.document.off import is_late
from tui.document.plain import told
from tui.metrics.prices import Price
from tui.metrics.profile import NEED
from tui.metrics.spans import age_s
from tui.metrics.supply import LABEL, Place, Placed
from tui.metrics.supply import supply as metric
from tui.snapshot import Snapshot


def supply(snapshot: Snapshot, coin: str, found: Price | None) -> dict[str, Any]:
    """Every zone from the highest price to the lowest, and of each side the fullest. Stale when
    the quote is, or hours lack at the profile's end."""
    price, ts = (found.price, found.ts) if found else (None, None)
    record = metric(snapshot.hours(coin), coin, price, ts)
    fullest = {place: record.fullest(place) for place in Place}
    fields = {
        "age_s": age_s(snapshot.as_of, ts),
        "stale": is_late(snapshot, "quotes", ts) or record.is_late(snapshot.as_of),
        "of": LABEL,
        "base": coin,
        "price": price,
        "venue": record.profile and record.profile.venue,
        "until": record.profile and record.profile.until,
        "hours": record.hours,
        "need": NEED,
        "traded_above": record.above,
        "traded_below": record.below,
        "zones": [_zone(one) for one in record.zones],
    }
    sides = {place.value: one and _zone(one) for place, one in fullest.items()}
    return told(fields | sides, record.reason or "no zone there: nothing stands out")


def _zone(one: Placed) -> dict[str, Any]:
    """Prices, shares of the year's volume (of the zone, and of its fullest bin), distance."""
    zone = one.zone
    return {
        "place": one.place.value,
        "low": zone.low,
        "high": zone.high,
        "peak": zone.peak,
        "share": zone.share,
        "fullest": zone.fullest,
        "distance": one.distance,
    }
