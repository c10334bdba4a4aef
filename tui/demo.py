"""`liqtop demo`: the scenario of the loopback exchange, its past included, in the monitor."""

import argparse
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tui import clock, config, flags
from tui.config import Settings
from tui.errors import LiqtopError
from tui.stage import Stage, staged

ONCE_S = 60.0
"""How long `--once` may take, the start of exchange and recorder included."""
FRESH = 20
"""`--once` waits for this many liquidations that came over the sockets, beside the pre-filled."""


def demo(args: argparse.Namespace) -> int:
    """Play the scenario until the monitor ends, or with --once until every panel has data."""
    settings, limit = flags.settings(args), time.monotonic() + ONCE_S
    end = clock.moment(args.end) if args.end else None
    with stage(settings, args.seed, end.isoformat() if end else "now") as playing:
        if args.once:
            return _once(playing, args.json, limit)
        from tui.viewer import watch

        return watch(playing.settings, clock.shifted(playing.ahead), mouse=args.mouse)


def stage(settings: Settings, seed: int, end: str) -> AbstractContextManager[Stage]:
    """The exchange and the recorder on a throw-away store, filled with the scenario's past.

    Of the user's settings it takes the view alone: what is played needs the default venues, and no
    source of the user's belongs to it.
    """
    shown = config.defaults().looking_like(settings)
    return staged(shown, "--seed", str(seed), "--end", end, filled=True)


def _once(stage: Stage, as_json: bool, limit: float) -> int:
    """Wait until every panel has data and FRESH rows came over the sockets, print, end.

    A LiqtopError at `limit` (`time.monotonic()`) says which panels have none.
    """
    from tui.oneshot import printed, taken
    from tui.store import Reader, store_path
    from tui.tables import LIQUIDATIONS

    reader = Reader(store_path(stage.settings.data_dir))
    while True:
        snapshot, document = taken(reader, stage.settings, clock.shifted(stage.ahead)())
        fresh = reader.read(LIQUIDATIONS, since=stage.end, columns=["ts"]).height
        missing = [name for name, panel in document["panels"].items() if not HAS_DATA[name](panel)]
        if fresh >= FRESH and not missing:
            print(printed(snapshot, document, stage.settings, as_json))
            return 0
        if time.monotonic() > limit:
            lacks = ", ".join(missing) or f"{fresh} rows"
            raise LiqtopError(f"no data within {ONCE_S:.0f} s: {lacks}")
        time.sleep(0.5)


HAS_DATA: dict[str, Callable[[dict[str, Any]], bool]] = {
    # The detector goes through the day that is stored, in some ten seconds; then a week is there.
    "liquidations": lambda panel: (
        bool(panel["feed"])
        and panel["windows"]["5m"]["normal"]["times"] is not None
        and "detector" not in panel["cascade"].get("reason", "")
    ),
    "long_short": lambda panel: all(panel[k] for k in ("rows", "open_interest", "funding")),
    "moving_averages": lambda panel: (
        panel["price"] is not None and panel["averages"]["365d"]["value"] is not None
    ),
    "safe_haven": lambda panel: (
        panel["gold"]["price"] is not None and panel["returns"]["gold"]["1y"] is not None
    ),
    "events": lambda panel: panel["age_s"] is not None,
    "scorecard": lambda panel: panel["age_s"] is not None,
    "drivers": lambda panel: _flows_at_binance(panel, "venues"),
    "flows": lambda panel: _flows_at_binance(panel, "spot_net_usd"),
    "depth": lambda panel: bool(panel["rows"]),
    # None where neither bitcoin nor ether is followed.
    "options": lambda panel: all(
        coin["rank"]["rank"] is not None for coin in panel["coins"].values()
    ),
    "supply": lambda panel: bool(panel["zones"]),
}
"""Whether a panel of the document shows something: its first list or figure is there."""


def _flows_at_binance(panel: dict[str, Any], venues: str) -> bool:
    """Whether the candles of the day have been asked for: a venue counts when most is known."""
    return panel["age_s"] is not None and "binance" in panel["windows"]["4h"][venues]
