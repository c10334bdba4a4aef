"""The control path of a running exchange: steer its faults, start a burst, read its books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.loopback.answers import Instead
from tui.loopback.burst import shared

if TYPE_CHECKING:
    from tui.loopback.server import Loopback


class BadOrder(Exception):
    """A control message that can't be followed; the text says why."""


async def obey(exchange: Loopback, order: Any) -> dict[str, Any]:
    """Does what `order` says and returns what came of it. Raises BadOrder.

    `{"do": …, "venue": …}` with one of `DOES`; see `Faults` for the arguments. `live`
    (`"on": false`) stops the scenario's own liquidations, `still` holds every price where it is;
    `burst` takes `rows` per venue or a `total`, and a `rate` in rows a second.
    """
    if not isinstance(order, dict) or order.get("do") not in DOES:
        raise BadOrder(f"do must be one of {', '.join(DOES)}")
    venue = order.get("venue")
    if order["do"] not in _ITSELF and venue not in exchange.encoders:
        raise BadOrder(f"venue must be one of {', '.join(exchange.encoders)}")
    try:
        return await _do(exchange, order, str(venue))
    except (KeyError, TypeError, ValueError) as error:
        raise BadOrder(f"{order['do']}: {type(error).__name__} {error}") from None


_LOSSES = ("drop", "mute", "goodbye", "break_off")
_ITSELF = ("burst", "live", "still")  # orders that name no venue
DOES = (*_LOSSES, "repeat", "garbage", "odd", "refuse", "limit", "answer", "say", *_ITSELF)


async def _do(exchange: Loopback, order: dict[str, Any], venue: str) -> dict[str, Any]:
    faults = exchange.faults
    match order["do"]:
        case "drop" | "mute" | "goodbye" | "break_off" as loss:
            return {"dropped": getattr(faults, loss)(venue, order.get("stream"))}
        case "repeat":
            return {"repeated": faults.repeat(venue, int(order.get("frames", 1)))}
        case "garbage":
            return {"frames": faults.garbage(venue, order.get("kind", "shape"))}
        case "odd":
            count, kind = int(order.get("count", 1)), str(order["kind"])
            return {"frames": faults.odd(venue, kind, count, exchange.now())}
        case "answer":
            faults.answer(venue, instead(order))
        case "refuse":
            faults.refuse(venue, bool(order.get("on", True)))
        case "limit":
            faults.limit(venue, bool(order.get("on", True)))
        case "say":
            return {"sockets": faults.say(venue, order["stream"], order["text"])}
        case "live":
            exchange.live = bool(order.get("on", True))
        case "still":
            exchange.scenario.still_from = exchange.now() if order.get("on", True) else None
        case "burst":
            rows = order.get("rows") or shared(int(order["total"]), _liquidating(exchange))
            rate = float(order["rate"]) if order.get("rate") else None
            counts = {name: int(count) for name, count in rows.items()}
            seconds = await exchange.burst(counts, rate, int(order.get("seed", 1)))
            return {"seconds": seconds, **books(exchange)}
    return {}


def _liquidating(exchange: Loopback) -> list[str]:
    return [name for name, encoder in exchange.encoders.items() if encoder.shares]


def instead(order: dict[str, Any]) -> Instead | None:
    """What an order says to answer instead; None when it says `"on": false`."""
    if not order.get("on", True):
        return None
    named = {key: order[key] for key in ("text", "retry_after", "handshakes") if key in order}
    return Instead(int(order["status"]), **named)


def books(exchange: Loopback, since: dict[str, int] | None = None) -> dict[str, Any]:
    """Counters per venue; with `since` (rows already known per venue) also the rows after them."""
    ledgers = exchange.sockets.ledgers
    out: dict[str, Any] = {
        "endpoint": exchange.endpoint,
        "now_ms": exchange.now(),
        "sent": {venue: ledger.counters() for venue, ledger in ledgers.items()},
        "sockets": {
            venue: [[o.session.stream, len(o.session.topics)] for o in sockets if o.alive]
            for venue, sockets in exchange.sockets.open.items()
        },
        "unknown": dict(exchange.unknown),
        "requests": dict(exchange.requests),
        "refused": sorted(exchange.faults.refused),
        "limited": sorted(exchange.faults.limited),
    }
    if since is not None:
        out["rows"] = {v: list(ledger.since(since.get(v, 0))) for v, ledger in ledgers.items()}
    return out
