"""`liqtop demo`: a loopback exchange, a recorder pointed at it, a throw-away store, the monitor.

Three processes: the exchange, the recorder, and this one, which is the viewer. The first two end
when the pipe from this one closes, whatever closed it, and the recorder removes the folder.
"""

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from tui import clock, flags
from tui.config import Settings
from tui.errors import LiqtopError
from tui.record import throw_away

ONCE_S = 60.0
FRESH = 20
"""`--once` waits for this many liquidations that came over the sockets, beside the pre-filled."""


@dataclass(frozen=True)
class Stage:
    """What plays: settings of the throw-away store, the clock's lead, and the end of its past."""

    settings: Settings
    ahead: timedelta
    end: datetime


def demo(args: argparse.Namespace) -> int:
    """Play the scenario until the monitor ends, or with --once until every panel has data."""
    settings = flags.settings(args)
    end = clock.moment(args.end) if args.end else None
    with stage(settings, args.seed, end.isoformat() if end else "now") as playing:
        if args.once:
            return _once(playing, args.json)
        from tui.viewer import watch

        return watch(playing.settings, clock.shifted(playing.ahead), mouse=args.mouse)


@contextlib.contextmanager
def stage(settings: Settings, seed: int, end: str) -> Iterator[Stage]:
    """The exchange and the recorder on a throw-away store, filled with the scenario's past."""
    folder = Path(tempfile.mkdtemp(prefix="liqtop-demo-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        words = stack.enter_context((folder / "words").open("w+"))
        exchange = stack.enter_context(_child(words, "tui.loopback", *_exchange(folder, seed, end)))
        ready = _ready(exchange, words)
        own = throw_away(replace(settings, data_dir=folder, endpoint=ready["endpoint"]))
        ahead = timedelta(milliseconds=ready["offset_ms"])
        recorder = _child(words, "tui", *_recorder(own, ahead))
        stack.enter_context(recorder)
        yield Stage(own, ahead, datetime.fromtimestamp(ready["end_ms"] / 1000, UTC))


def _exchange(folder: Path, seed: int, end: str) -> list[str]:
    return [
        "--port", "0", "--seed", str(seed), "--end", end, "--fill", str(folder), "--until-eof",
    ]  # fmt: skip


def _recorder(settings: Settings, ahead: timedelta) -> list[str]:
    command = ["record", "--until-eof", "--throw-away", "--ahead", str(ahead.total_seconds())]
    command += ["--data-dir", str(settings.data_dir), "--endpoint", settings.endpoint or ""]
    return [*command, "--config", str(settings.file)] if settings.file else command


@contextlib.contextmanager
def _child(words: IO[str], module: str, *args: str) -> Iterator["subprocess.Popen[str]"]:
    """A child that ends when its standard input does; killed if it does not within 10 s.

    What it says on stderr goes into `words`: a pipe that nobody reads would stop it one day.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=words,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(exchange: "subprocess.Popen[str]", words: IO[str]) -> dict[str, Any]:
    """The line the loopback exchange prints once it serves and has filled the store."""
    assert exchange.stdout
    text = exchange.stdout.readline()
    if not text:
        words.seek(0)
        last = (words.read().strip().splitlines() or ["no word of why"])[-1]
        raise LiqtopError(f"the loopback exchange did not start: {last}")
    ready: dict[str, Any] = json.loads(text)
    return ready


def _once(stage: Stage, as_json: bool) -> int:
    """Wait until every panel has data and FRESH rows came over the sockets, print, end."""
    from tui.oneshot import printed, taken
    from tui.store import Reader, store_path
    from tui.tables import LIQUIDATIONS

    reader = Reader(store_path(stage.settings.data_dir))
    limit = time.monotonic() + ONCE_S
    while time.monotonic() < limit:
        snapshot, document = taken(reader, stage.settings, clock.shifted(stage.ahead)())
        fresh = reader.read(LIQUIDATIONS, since=stage.end, columns=["ts"]).height
        missing = [name for name, panel in document["panels"].items() if not HAS_DATA[name](panel)]
        if fresh >= FRESH and not missing:
            print(printed(snapshot, document, stage.settings, as_json))
            return 0
        time.sleep(0.5)
    raise LiqtopError(f"no data within {ONCE_S:.0f} s: {', '.join(missing) or f'{fresh} rows'}")


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
