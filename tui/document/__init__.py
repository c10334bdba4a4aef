"""The snapshot as JSON: what `liqtop snapshot --json` prints and the recorder keeps as `latest`.

Schema 1. Numbers are numbers, times ISO-8601 UTC, shares, changes, returns and distances
fractions. What is unknown is null, and the same object then says why under `reason`.
"""

from typing import Any

from tui.config import Settings
from tui.document.events import events
from tui.document.panels import long_short, moving_averages, safe_haven
from tui.document.plain import dumps, plain, told
from tui.document.tape import tape_panel
from tui.metrics.derivatives import derivatives
from tui.metrics.feeds import Feed
from tui.metrics.header import Header, header
from tui.metrics.prices import price
from tui.metrics.windows import NEWEST
from tui.snapshot import Snapshot

__all__ = ["SCHEMA", "document", "dumps"]

SCHEMA = 1


def document(snapshot: Snapshot, settings: Settings) -> dict[str, Any]:
    """Every panel of the snapshot as JSON values, ready for `dumps`."""
    coin = settings.coins[0] if settings.coins else "BTC"
    found = price(snapshot.quotes, snapshot.candles, coin, snapshot.as_of)
    tape = snapshot.tape(settings.coins, listed=NEWEST)
    interest = derivatives(snapshot.derivatives, snapshot.as_of)
    fed = snapshot.feeds(tape)
    prices = [found] if found else []
    top = header(prices, tape, interest, fed, base=coin, endpoint=snapshot.endpoint)
    made: dict[str, Any] = plain(
        {
            "schema": SCHEMA,
            "as_of": snapshot.as_of,
            "endpoint": snapshot.endpoint,
            "header": _header(top, coin),
            "panels": {
                "liquidations": tape_panel(tape, snapshot.gives, settings.coins, fed),
                "long_short": long_short(snapshot, interest),
                "moving_averages": moving_averages(snapshot, coin, found),
                "safe_haven": safe_haven(snapshot),
                "events": events(snapshot, coin),
            },
            "health": [_health(feed) for feed in fed],
        }
    )
    return made


def _header(top: Header, coin: str) -> dict[str, Any]:
    found = top.price
    fields = {
        "symbol": found and found.symbol,
        "venue": found and found.venue,
        "price": found and found.price,
        "ts": found and found.ts,
        "change_5m": found and found.change_5m,
        "change_24h": found and found.change_24h,
    }
    return told(fields, "no stored price so long before" if found else f"no price of {coin}")


def _health(feed: Feed) -> dict[str, Any]:
    return {
        "collector": feed.collector,
        "venue": feed.venue,
        "stream": feed.stream,
        "state": feed.state,
        "age_s": feed.age_s,
        "attempts": feed.attempts,
        "reason": feed.reason,
    }
