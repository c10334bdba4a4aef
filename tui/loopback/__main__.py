"""`python -m tui.loopback`: the loopback exchange as a process of its own."""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from pathlib import Path

from tui.clock import moment
from tui.errors import LiqtopError
from tui.loopback.recording import load
from tui.loopback.scenario import Scenario
from tui.loopback.server import Loopback


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tui.loopback",
        description="An exchange of one's own on 127.0.0.1, in the wire of every venue.",
    )
    parser.add_argument("--port", type=_port, default=0, help="0 takes any free port (default)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--end", default="now", help="end of the past: now, or an ISO time in UTC")
    parser.add_argument("--fill", type=Path, metavar="DIR", help="write the past into a new store")
    parser.add_argument("--play", type=Path, metavar="FILE", help="a recording, .csv or .jsonl")
    parser.add_argument("--speed", type=float, default=1.0, help="of the recording; 0: at once")
    parser.add_argument("--no-live", action="store_true", help="no liquidations of the scenario")
    parser.add_argument("--until-eof", action="store_true", help="end when stdin does")
    return parser


def _port(text: str) -> int:
    if text.isdigit() and int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; write one from 0 to 65535")


def exchange(options: argparse.Namespace) -> Loopback:
    """The exchange the options ask for; with a fixed end its clock starts there."""
    end = None if options.end == "now" else moment(options.end)
    scenario = Scenario(options.seed, end)
    playback = load(options.play, scenario, options.speed) if options.play else None
    return Loopback(
        scenario,
        port=options.port,
        started_at=scenario.end if end else None,
        live=not options.no_live,
        playback=playback,
    )


async def serve(options: argparse.Namespace) -> None:
    """Listens, fills, says on stdout where it is, and goes on until it is told to end."""
    loopback, stop = exchange(options), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    if options.until_eof:
        threading.Thread(target=_until_eof, args=(loop, stop), daemon=True).start()
    await loopback.start()
    try:
        if options.fill:
            from tui.loopback.past import fill  # the store: 60 ms that only a filling start pays

            fill(options.fill, loopback.scenario, loopback.endpoint)
        said = {
            "endpoint": loopback.endpoint, "port": loopback.port, "pid": os.getpid(),
            "seed": options.seed, "end_ms": loopback.scenario.end,
            "offset_ms": loopback.offset,
        }  # fmt: skip
        print(json.dumps(said), flush=True)
        await stop.wait()
    finally:
        await loopback.stop()


def _until_eof(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """A parent that dies, however it dies, closes its end of the pipe."""
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


def main() -> int:
    """The command. Errors are one line on stderr."""
    try:
        asyncio.run(serve(_arguments().parse_args()))
    except LiqtopError as error:
        print(f"liqtop loopback: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the parent died before it could be told where we are
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
