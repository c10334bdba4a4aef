"""The drivers and the flows panel as JSON."""

from collections.abc import Mapping
from typing import Any

from tui.document.off import is_late, lacking
from tui.document.plain import told
from tui.metrics import flows as demand
from tui.metrics.derivatives import Derivatives, of_all
from tui.metrics.drivers import Drivers, Move
from tui.metrics.flow import ENOUGH, Flows, Taken
from tui.metrics.premium import Premium
from tui.metrics.spans import age_s
from tui.snapshot import Snapshot

NO_FLOW, FLOW = "no taker flow stored", "taker flow is"


def drivers(snapshot: Snapshot, made: Drivers, interest: Derivatives) -> dict[str, Any]:
    """Every window, the venues' own flow, funding, basis and premium."""
    funding = of_all(interest.funding, made.base)
    fields = {
        **_aged(snapshot, made),
        "base": made.base,
        "until": made.flows.end,
        "windows": {name: _move(move) for name, move in made.moves.items()},
        "venues": _venues(made.flows),
        "funding_8h": funding.rate_8h if funding else None,
        "basis": made.basis.all,
        "premium": _premium(made.premium),
    }
    why = NO_FLOW if made.newest is None else "no fresh funding or basis"
    return told(fields, lacking(snapshot, FLOW, ("flow",), why))


def flows(snapshot: Snapshot, made: Drivers) -> dict[str, Any]:
    """The proxies of every window, the premium, and the series of the user's."""
    own = demand.own(snapshot.series, snapshot.health, snapshot.as_of)
    fields = {
        **_aged(snapshot, made),
        "base": made.base,
        "windows": {
            name: told({"spot_net_usd": dict(one.spot), "spot_to_perp": one.ratio}, _HEARD)
            for name, one in demand.proxies(made.flows).items()
        },
        "premium": _premium(made.premium),
        "series": {one.name: _series(one) for one in own},
    }
    return told(fields, lacking(snapshot, FLOW, ("flow",), NO_FLOW))


_HEARD = f"less than {ENOUGH:.0%} of the window heard"


def _aged(snapshot: Snapshot, made: Drivers) -> dict[str, Any]:
    stale = is_late(snapshot, "flow", made.newest)
    return {"age_s": age_s(snapshot.as_of, made.newest), "stale": stale}


def _move(move: Move) -> dict[str, Any]:
    """`reason` says why the venues missing are left out, or why nobody led."""
    spot, perp = move.flow.spot, move.flow.perp
    fields = {
        "price_change": move.price,
        "open_interest_change": move.interest,
        "spot_net_usd": spot and spot.net_usd,
        "perp_net_usd": perp and perp.net_usd,
        "perp_share": move.perp_share,
        "quadrant": move.quadrant,
        "forced_share": move.forced,
        "forced_short_share": move.forced_short,
        "cover": move.flow.cover,
        "venues": move.flow.venues,
        "missing": dict(move.flow.missing),
    }
    lacks = _HEARD if spot is None or perp is None else None
    return told(fields, move.reason or lacks or "price or open interest flat or unknown")


def _venues(made: Flows) -> dict[str, Any]:
    out: dict[str, dict[str, Any]] = {}
    for (venue, market), windows in made.venues.items():
        out.setdefault(venue, {})[market] = {name: _taken(one) for name, one in windows.items()}
    return out


def _taken(one: Taken) -> Mapping[str, float]:
    """Of the part that was heard."""
    return {"buy_usd": one.buy_usd, "sell_usd": one.sell_usd, "cover": one.cover}


def _premium(paid: Premium) -> dict[str, Any]:
    fields = {
        "ts": paid.ts,
        "as_dollar": paid.as_dollar,
        "with_usdt": paid.with_usdt,
        "usdt": paid.usdt,
    }
    return told(fields, paid.reason)


def _series(one: demand.Own) -> dict[str, Any]:
    """`change_7d` is the sum of a flow, and of a level its change, in its own unit."""
    spans = {f"change_{n}d": value for n, value in one.spans.items()}
    fields = {"value": one.value, "day": one.day, "unit": one.unit, "kind": one.kind, **spans}
    return told(fields, one.reason or "no value so long before")
