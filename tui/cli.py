"""The commands. Nothing heavy is imported at the top: `status` and `--help` stay under 100 ms.

Data goes to stdout, words to stderr. Exit codes: 0 fine, 1 failure, 2 usage, 3 a snapshot that is
stale, 4 one with a silent liquidation feed, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from tui import __version__
from tui.errors import LiqtopError, UsageError

FASTEST = 3600
"""Seconds of a replay in one second: an hour is as much as a screen of minutes can still show."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every LiqtopError becomes one line on stderr."""
    if sys.platform not in ("linux", "darwin"):
        return _fail(UsageError(f"liqtop runs on Linux and macOS; this is {sys.platform}"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a locale without ≥ and ▼ must not end in an error
            stream.reconfigure(errors="replace")
    try:
        args = parser().parse_args(_times_joined(sys.argv[1:] if argv is None else argv))
        return _run(args)
    except LiqtopError as error:
        return _fail(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `liqtop snapshot | head`
        sys.stderr.close()
        return 0


def _times_joined(argv: Sequence[str]) -> list[str]:
    """`--at -3h` as `--at=-3h`: argparse would take the time for a flag."""
    joined: list[str] = []
    for arg in argv:
        if joined and joined[-1] in ("--at", "--from", "--to") and arg[:1] == "-" and len(arg) > 1:
            joined[-1] += f"={arg}"
        else:
            joined.append(arg)
    return joined


def _fail(error: LiqtopError) -> int:
    print(f"liqtop: {error}", file=sys.stderr)
    return error.exit_code


def _run(args: argparse.Namespace) -> int:
    """The command's module, imported only now."""
    match args.command:
        case None:
            from tui.viewer import monitor as run
        case "demo":
            from tui.demo import demo as run
        case "record":
            from tui.record import record as run
        case "snapshot":
            from tui.oneshot import snapshot as run
        case "status":
            from tui.status import status as run
        case "replay":
            from tui.viewer import replay as run
        case "doctor":
            from tui.doctor import doctor as run
        case _:
            from tui.configure import configure as run
    return run(args)


class _Parser(argparse.ArgumentParser):
    """Usage errors in one line, like every other error."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message}; see `{self.prog} --help`")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = _Parser(
        prog="liqtop",
        description="top for crypto leverage: liquidations, long/short, averages, gold. No key.",
        epilog="Without a command: the monitor. In it, ? helps.",
    )
    top.add_argument("--version", action="version", version=f"liqtop {__version__}")
    _common(top, suppress=False)
    _view(top, suppress=False)
    _at(top)
    _endpoint(top, suppress=False)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    demo = commands.add_parser("demo", help="the monitor, offline, on a loopback exchange")
    demo.add_argument("--once", action="store_true", help="no screen: print one snapshot and end")
    demo.add_argument("--json", action="store_true", help="with --once: as JSON")
    demo.add_argument("--seed", type=int, default=1, help="seed of the scenario (1)")
    demo.add_argument("--end", metavar="TIME", help="when its past ends (now)")
    _view(demo, suppress=True)
    record = commands.add_parser("record", help="the recorder, in the foreground")
    record.add_argument("--stop", action="store_true", help="end the running recorder")
    record.add_argument("--status", action="store_true", help="say who records")
    record.add_argument("--background", action="store_true", help=argparse.SUPPRESS)
    record.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    record.add_argument("--throw-away", action="store_true", help=argparse.SUPPRESS)
    record.add_argument("--ahead", type=float, default=0.0, help=argparse.SUPPRESS)
    _endpoint(record, suppress=True)
    shot = commands.add_parser("snapshot", help="every panel once, to stdout")
    shot.add_argument("--json", action="store_true", help="as JSON (schema 1)")
    shot.add_argument("--width", type=_width, help="columns of the text (the terminal's, or 100)")
    _at(shot, default=argparse.SUPPRESS)
    play = commands.add_parser("replay", help="a stretch of the store, at a speed of your own")
    play.add_argument("--from", dest="since", metavar="TIME", required=True, help="its start")
    play.add_argument("--to", dest="until", metavar="TIME", default="now", help="its end (now)")
    play.add_argument("--speed", type=_speed, default=60.0, help="seconds in a second (60)")
    _view(play, suppress=True)
    commands.add_parser("status", help="one line for a status bar")
    commands.add_parser("doctor", help="paths, terminal, feeds, clock: what is wrong, what to do")
    config = commands.add_parser("config", help="where settings are, and whether they are right")
    config.add_argument("action", choices=("path", "show", "init", "check"))
    for command in commands.choices.values():
        _common(command, suppress=True)
    return top


def _at(command: argparse.ArgumentParser, default: str | None = None) -> None:
    command.add_argument(
        "--at", metavar="TIME", default=default, help="as it was: 2026-01-19 21:15, 21:15, -3h"
    )


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if 0 < speed <= FASTEST:
        return speed
    raise argparse.ArgumentTypeError(f"{text!r} is no speed; write one up to {FASTEST}")


def _width(text: str) -> int:
    if text.isdigit() and 20 <= int(text) <= 500:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no width; write one from 20 to 500")


def _common(command: argparse.ArgumentParser, suppress: bool) -> None:
    """--config and --data-dir, before or after the command's name."""
    default = argparse.SUPPRESS if suppress else None
    command.add_argument(
        "--config", type=Path, metavar="FILE", default=default, help="read this config file"
    )
    command.add_argument(
        "--data-dir", type=Path, metavar="DIR", default=default, help="keep the store here"
    )


def _view(command: argparse.ArgumentParser, suppress: bool) -> None:
    default = argparse.SUPPRESS if suppress else None
    command.add_argument(
        "--panel", action="append", metavar="NAME", default=default, help="only this (repeatable)"
    )
    command.add_argument(
        "--mouse",
        action="store_true",
        default=argparse.SUPPRESS if suppress else False,
        help="let the terminal send the mouse",
    )


def _endpoint(command: argparse.ArgumentParser, suppress: bool) -> None:
    command.add_argument(
        "--endpoint",
        metavar="URL",
        default=argparse.SUPPRESS if suppress else None,
        help="an exchange of your own on this machine, http://127.0.0.1:PORT",
    )
