"""The command line: every command, what it takes, and an example that runs."""

import argparse
from pathlib import Path
from typing import Any

from tui import __version__
from tui.usage import Parser, at, common, endpoint, seconds, speed, view, whole

TABLES = (
    *("liquidations", "liquidation_minutes", "coverage", "positioning"),
    *("derivatives", "candles", "quotes", "health", "saturation", "control", "alerts"),
    *("depth", "volatility", "options", "scores", "flow", "series", "normals", "cascades"),
)
"""The names in `tui.tables`, whose types would load polars."""

_Commands = Any  # argparse's own type of it has an underscore, and no word for `example`


def parser() -> Parser:
    """The command line."""
    top = Parser(
        prog="liqtop",
        description="top for crypto leverage: liquidations, long/short, averages, gold. No key.",
        example="liqtop --panel liquidations",
        more=lambda: "Without a command: the monitor. In it, ? helps.",
    )
    top.add_argument("--version", action="version", version=f"liqtop {__version__}")
    common(top, suppress=False)
    view(top, suppress=False)
    at(top)
    endpoint(top, suppress=False)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for add in (
        _demo,
        _record,
        _snapshot,
        _replay,
        _status,
        _export,
        _alerts,
        _doctor,
        _config,
        _completions,
    ):
        add(commands)
    for command in commands.choices.values():
        common(command, suppress=True)
    return top


def _demo(commands: _Commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="the monitor, offline, on a loopback exchange",
        example="liqtop demo --once --json",
    )
    demo.add_argument("--once", action="store_true", help="no screen: print one snapshot and end")
    demo.add_argument("--json", action="store_true", help="with --once: as JSON")
    demo.add_argument("--seed", type=int, default=1, help="seed of the scenario (1)")
    demo.add_argument("--end", metavar="TIME", help="when its past ends (now)")
    view(demo, suppress=True)


def _record(commands: _Commands) -> None:
    record = commands.add_parser(
        "record", help="the recorder, in the foreground", example="liqtop record --status"
    )
    record.add_argument("--stop", action="store_true", help="end the running recorder")
    record.add_argument("--status", action="store_true", help="say who records")
    record.add_argument("--background", action="store_true", help=argparse.SUPPRESS)
    record.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    record.add_argument("--throw-away", action="store_true", help=argparse.SUPPRESS)
    record.add_argument("--ahead", type=float, default=0.0, help=argparse.SUPPRESS)
    endpoint(record, suppress=True)


def _snapshot(commands: _Commands) -> None:
    shot = commands.add_parser(
        "snapshot",
        help="every panel once, to stdout",
        example="liqtop snapshot --json",
    )
    shot.add_argument("--json", action="store_true", help="as JSON (schema 1)")
    shot.add_argument(
        "--width",
        type=whole(20, 500, "width"),
        help="columns of the text (the terminal's, or 100)",
    )
    shot.add_argument(
        "--watch",
        type=seconds,
        metavar="SECONDS",
        help="again and again, as JSON, a document a line; ends with ctrl+c or its reader",
    )
    at(shot, default=argparse.SUPPRESS)


def _replay(commands: _Commands) -> None:
    play = commands.add_parser(
        "replay",
        help="a stretch of the store, or a recording, at a speed of your own",
        example="liqtop replay --from -3h --speed 120",
        more=lambda: _RECORDING,
    )
    play.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a recording: FILE.csv or FILE.jsonl"
    )
    play.add_argument("--from", dest="since", metavar="TIME", help="the start of a stretch")
    play.add_argument("--to", dest="until", metavar="TIME", help="its end (now)")
    play.add_argument(
        "--speed", type=speed, help="seconds in a second (60; of a recording 1, and 0 is at once)"
    )
    view(play, suppress=True)


_RECORDING = """\
A recording is played by an exchange on this machine, and kept in a store that goes with the
monitor: liqtop replay night.csv --speed 10
A CSV has rows of ts, venue, symbol, side, qty (coins), price; a JSONL raw frames {"venue", "raw"}.
What it does not tell (candles, ratios) is that exchange's own invention."""


def _status(commands: _Commands) -> None:
    status = commands.add_parser(
        "status",
        help="one line for a status bar",
        example="liqtop status --tmux --format '{btc} {liq_1h} {side} {ma365}'",
        more=_fields,
    )
    status.add_argument("--format", metavar="TEXT", help="a line of your own, with {fields}")
    status.add_argument(
        "--max-width",
        type=whole(1, 500, "width"),
        metavar="COLUMNS",
        help="at most so wide, and padded to it (40; with --format neither)",
    )
    status.add_argument("--tmux", action="store_true", help="with tmux's colours: #[fg=red]")
    status.add_argument("--ascii", action="store_true", help="ASCII alone: > for ≥, ~ for …")


def _fields() -> str:
    from tui.status.fields import listed

    return f"Fields of --format (n/a when not known):\n{listed()}"


def _export(commands: _Commands) -> None:
    export = commands.add_parser(
        "export",
        help="a table as Parquet, CSV or JSON lines",
        example="liqtop export liquidations --since -3h -o liquidations.parquet",
    )
    export.add_argument("table", metavar="TABLE", choices=TABLES, help=", ".join(TABLES))
    export.add_argument("--since", metavar="TIME", help="after this: 2026-01-19 21:15, -3h, ISO")
    export.add_argument("--until", metavar="TIME", help="up to this (now)")
    export.add_argument(
        *("-o", "--output"),
        metavar="FILE",
        default="-",
        help="FILE.parquet, FILE.csv or FILE.jsonl; - is stdout, as CSV (-)",
    )
    export.add_argument(
        "--format", choices=("parquet", "csv", "jsonl"), help="whatever the name ends in"
    )
    export.add_argument("--raw", action="store_true", help="liquidations: the venue's own row too")


def _alerts(commands: _Commands) -> None:
    alerts = commands.add_parser(
        "alerts",
        help="the rules in force; test: what they would have told",
        example="liqtop alerts test --since -1d",
    )
    alerts.add_argument(
        "action",
        nargs="?",
        choices=("list", "test"),
        default="list",
        help="list, or test over the stored past (list)",
    )
    alerts.add_argument("--since", metavar="TIME", default="-1d", help="test: from then on (-1d)")
    alerts.add_argument("--until", metavar="TIME", default="now", help="test: up to then (now)")


def _doctor(commands: _Commands) -> None:
    commands.add_parser(
        "doctor",
        help="paths, terminal, feeds, clock: what is wrong, what to do",
        example="liqtop doctor",
    )


def _config(commands: _Commands) -> None:
    config = commands.add_parser(
        "config",
        help="where settings are, and whether they are right",
        example="liqtop config check",
    )
    config.add_argument("action", choices=("path", "show", "init", "check"))


def _completions(commands: _Commands) -> None:
    completions = commands.add_parser(
        "completions",
        help="a script that completes liqtop's words in a shell",
        example="liqtop completions bash",
    )
    completions.add_argument("shell", choices=("bash", "zsh", "fish"))
