"""The events of the last 24 h as JSON, newest first."""

from datetime import datetime
from typing import Any

from tui.metrics.bursts import NORMAL_FROM
from tui.metrics.events import Event
from tui.metrics.feeds import SILENT
from tui.metrics.spans import age_s
from tui.snapshot import Snapshot


def events(snapshot: Snapshot, coin: str) -> dict[str, Any]:
    """Every event with the fields its kind has. Stale when no feed was heard for a minute."""
    heard = snapshot.coverage["until"].max()
    age = age_s(snapshot.as_of, heard if isinstance(heard, datetime) else None)
    made: dict[str, Any] = {
        "age_s": age,
        "stale": age is None or age > SILENT.total_seconds(),
        "events": [_event(one) for one in snapshot.events(coin)],
    }
    if snapshot.began is None or snapshot.as_of - snapshot.began < NORMAL_FROM:
        return made | {"reason": "no bursts: no normal minute before 1h"}
    return made if age is not None else made | {"reason": "no feed was heard"}


def _event(one: Event) -> dict[str, Any]:
    """What is known of it; what its kind does not have is left out."""
    fields = {
        "base": one.base,
        "side": one.side.value if one.side else None,
        "usd": one.usd,
        "lower_bound": one.is_low,
        "long_share": one.share,
        "times_normal": one.times,
        "sigmas": one.sigmas,
        "duration_s": one.duration.total_seconds() if one.duration else None,
        "move": one.move,
        "venue": one.venue,
        "price": one.price,
        "level": one.level,
        "above": one.is_above,
        "names": list(one.names) or None,
        "said": one.reason,
        "backfilled_s": one.filled.total_seconds() if one.filled else None,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    return {"ts": one.ts, "kind": one.kind.value, "look": one.look, **known}
