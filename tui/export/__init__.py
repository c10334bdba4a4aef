"""`liqtop export`: a table as Parquet, CSV or JSON lines, a few thousand rows in memory at a time.

It reads the store and starts nothing. A file appears whole under its name, or not at all.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from tui import clock, flags
from tui.errors import LiqtopError, UsageError
from tui.times import parse

STDOUT = "-"
FORMATS = ("parquet", "csv", "jsonl")


@dataclass(frozen=True)
class Wanted:
    """What goes where: the rows of `(since, until]`, to a file or (`path` None) to stdout."""

    since: datetime | None
    until: datetime
    path: Path | None
    format: str


def export(args: argparse.Namespace) -> int:
    """Write the rows of a table; how many there were is said on stderr."""
    settings = flags.settings(args)
    wanted = _wanted(args, clock.utc_now())
    from tui import sparing

    sparing.polars()
    from tui.export.formats import rows, write  # polars: a wrong flag does not wait for it
    from tui.oneshot import opened

    found = rows(opened(settings), args.table, wanted.since, wanted.until, raw=args.raw)
    with _destination(wanted.path) as out:
        written = write(found, out, wanted.format)
    print(f"liqtop: {written:,} rows of {args.table} to {_name(wanted)}", file=sys.stderr)
    return 0


def _wanted(args: argparse.Namespace, now: datetime) -> Wanted:
    since = None if args.since is None else parse(args.since, now)
    until = now if args.until is None else parse(args.until, now)
    if since is not None and since >= until:
        raise UsageError(f"--since {since:%Y-%m-%d %H:%MZ} is not before {until:%Y-%m-%d %H:%MZ}")
    path = None if args.output == STDOUT else Path(args.output)
    format = args.format or _format(path)
    if path is None and format == "parquet":
        raise UsageError("parquet ends with an index and needs a file; write -o FILE.parquet")
    return Wanted(since, until, path, format)


def _format(path: Path | None) -> str:
    """What the file's name ends in; CSV to stdout."""
    if path is None:
        return "csv"
    if path.suffix[1:] in FORMATS:
        return path.suffix[1:]
    ends = ", ".join(f".{name}" for name in FORMATS)
    raise UsageError(f"{path}: unknown ending; use one of {ends}, or --format")


def _name(wanted: Wanted) -> str:
    return "stdout" if wanted.path is None else str(wanted.path)


@contextmanager
def _destination(path: Path | None) -> Iterator[IO[bytes]]:
    """Stdout, or a file that takes its name when all is in it."""
    try:
        if path is None:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        else:
            with _replacing(path) as out:
                yield out
    except BrokenPipeError:
        raise  # whoever reads has enough
    except OSError as error:
        where = path or "stdout"
        raise LiqtopError(f"{where}: can't be written: {error.strerror or error}") from None


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that becomes it at the end, and is gone when that is not reached."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
