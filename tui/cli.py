"""The commands. Nothing heavy is imported at the top: `status` and `--help` stay under 100 ms.

Data goes to stdout, words to stderr. Exit codes: 0 fine, 1 failure, 2 usage, 3 a snapshot that is
stale, 4 one with a silent liquidation feed, 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from tui.commandline import parser
from tui.errors import LiqtopError, UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every LiqtopError becomes one line on stderr."""
    if sys.platform not in ("linux", "darwin"):
        return _fail(UsageError(f"liqtop runs on Linux and macOS; this is {sys.platform}"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a locale without ≥ and ▼ must not end in an error
            stream.reconfigure(errors="replace")
    try:
        args = parser().parse_args(argv)
        code = _run(args)
        sys.stdout.flush()  # here, where a closed pipe is no error, and not when Python ends
        return code
    except LiqtopError as error:
        return _fail(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `liqtop snapshot | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


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
        case "export":
            from tui.export import export as run
        case "completions":
            from tui.completions import completions as run
        case "replay":
            from tui.viewer import replay as run
        case "doctor":
            from tui.doctor import doctor as run
        case "alerts":
            from tui.alerts.listing import alerts as run
        case _:
            from tui.configure import configure as run
    return run(args)
