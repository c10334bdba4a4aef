"""The snapshot as JSON: what `liqtop snapshot --json` prints and the recorder keeps as `latest`.

Schema 1. Numbers are numbers, times ISO-8601 UTC, shares, changes, returns and distances
fractions. What is unknown is null, and the same object then says why under `reason`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tui.config import Settings
from tui.document.cascade import cascade, last
from tui.document.depth import depth
from tui.document.drivers import drivers, flows
from tui.document.events import events
from tui.document.off import without_off
from tui.document.options import options_panel
from tui.document.panels import long_short, moving_averages, safe_haven
from tui.document.parts import Parts
from tui.document.plain import dumps, told
from tui.document.records import Records
from tui.document.scores import scores
from tui.document.supply import supply
from tui.document.tape import tape_panel
from tui.failures import FAILURES
from tui.metrics.cascades.standing import Standing
from tui.metrics.feeds import Feed
from tui.metrics.header import Header
from tui.snapshot import Snapshot

__all__ = ["SCHEMA", "document", "dumps", "guarded", "lazily"]

SCHEMA = 1


def document(snapshot: Snapshot, settings: Settings) -> dict[str, Any]:
    """Every panel of the snapshot as JSON values, ready for `dumps`."""
    made = lazily(snapshot, settings)
    return {**made, "panels": dict(made["panels"])}


def guarded(
    snapshot: Snapshot, settings: Settings
) -> tuple[dict[str, Any], dict[str, BaseException]]:
    """What can be made of the document, and the errors by the name of the part they hindered.

    Such a part is `stale` with a `reason`; `health`, a list, is then missing.
    """
    errors: dict[str, BaseException] = {}

    def part(whole: Mapping[str, Any], name: str) -> Any:
        try:
            return whole[name]
        except FAILURES as error:
            errors[name] = error
            return {"stale": True, "reason": f"can't be computed: {error!r}"[:200]}

    lazy = lazily(snapshot, settings)
    made = {name: part(lazy, name) for name in lazy}
    made["panels"] = {name: part(lazy["panels"], name) for name in lazy["panels"]}
    if "health" in errors:
        del made["health"]
    return made, errors


def lazily(snapshot: Snapshot, settings: Settings, judged: bool = True) -> Mapping[str, Any]:
    """The same, each part made when it is first asked for: a rule over one panel of a thousand
    moments need not pay for the others. Without `judged` the tape judges no venue; which of them
    are silent the feeds tell all the same."""
    made = Records(without_off(snapshot), settings, judged)
    return Parts(
        {
            "schema": lambda: SCHEMA,
            "as_of": lambda: snapshot.as_of,
            "endpoint": lambda: snapshot.endpoint,
            "header": lambda: _header(made.header, made.coin, made.standing),
            "panels": lambda: Parts(_panels(made)),
            "health": lambda: [_health(feed) for feed in made.fed],
        }
    )


def _panels(made: Records) -> Mapping[str, Callable[[], Any]]:
    shot, coins, coin = made.snapshot, made.settings.coins, made.coin
    return {
        "liquidations": lambda: _liquidations(made),
        "long_short": lambda: long_short(shot, made.interest),
        "moving_averages": lambda: moving_averages(shot, coin, made.price),
        "safe_haven": lambda: safe_haven(shot),
        "events": lambda: events(shot, coin),
        "depth": lambda: depth(shot, coins),
        "options": lambda: options_panel(shot),
        "supply": lambda: supply(shot, coin, made.price),
        "scorecard": lambda: scores(shot, coin, coins, made.given),
        "drivers": lambda: drivers(shot, made.moved, made.interest),
        "flows": lambda: flows(shot, made.moved),
    }


def _liquidations(made: Records) -> dict[str, Any]:
    shot, tape = made.snapshot, made.tape
    now = made.standing
    panel = tape_panel(tape, shot.gives, made.settings.coins, made.fed, now)
    return panel | {"cascade": cascade(now, made.interest)}


def _header(top: Header, coin: str, now: Standing) -> dict[str, Any]:
    found = top.price
    fields = {
        "symbol": found and found.symbol,
        "venue": found and found.venue,
        "price": found and found.price,
        "ts": found and found.ts,
        "change_5m": found and found.change_5m,
        "change_24h": found and found.change_24h,
    }
    made = told(fields, "no stored price so long before" if found else f"no price of {coin}")
    return made | {"last": last(now)}


def _health(feed: Feed) -> dict[str, Any]:
    return {
        "collector": feed.collector,
        "venue": feed.venue,
        "stream": feed.stream,
        "state": feed.state,
        "stale": feed.stale,
        "age_s": feed.age_s,
        "attempts": feed.attempts,
        "reason": feed.reason,
    }
