"""`liqtop snapshot`: every panel once, as text or JSON. It reads the store and starts nothing."""

import argparse
import shutil
from datetime import datetime
from typing import Any

from tui import clock, flags
from tui.clock import from_milliseconds
from tui.config import Settings
from tui.document import document, dumps
from tui.errors import StoreMismatch
from tui.snapshot import Snapshot, take
from tui.store import Reader, store_path
from tui.travel import known
from tui.watch import watched

STALE, SILENT = 3, 4
"""Exit codes when a panel is stale, or only a liquidation feed is; the data is printed anyway."""


def snapshot(args: argparse.Namespace) -> int:
    """Print one snapshot, of now or of --at; 3 when a panel is stale, 4 when a feed is silent.

    With --watch one after the other, until it is interrupted (130) or nobody reads any more (0).
    """
    settings = flags.settings(args)
    reader = opened(settings)
    if args.watch:
        return watched(reader, settings, args.watch)
    now = clock.utc_now()
    as_of = at(reader, args.at, now) if args.at else now
    snap, doc = taken(reader, settings, as_of)
    print(printed(snap, doc, settings, args.json, args.width))
    return exit_code(doc)


def exit_code(doc: dict[str, Any]) -> int:
    """What a script should know of a document without reading it."""
    if any(panel["stale"] for panel in doc["panels"].values()):
        return STALE
    feeds = [row for row in doc["health"] if row["collector"] == "liquidations"]
    silent = any(row["state"] not in ("live", "off") or row["reason"] for row in feeds)
    return SILENT if silent else 0


def at(reader: Reader, text: str, now: datetime) -> datetime:
    """The moment that `text` names; a UsageError when the store does not know it."""
    began = reader.meta("began")
    return known(text, now, began and from_milliseconds(began))


def opened(settings: Settings) -> Reader:
    """A reader of the settings' store; a store of another endpoint is refused."""
    reader = Reader(store_path(settings.data_dir))
    if settings.endpoint is not None and reader.endpoint != settings.endpoint:
        raise StoreMismatch(
            f"{store_path(settings.data_dir)} belongs to {reader.endpoint or 'the real exchanges'},"
            f" not to {settings.endpoint}; choose another --data-dir"
        )
    return reader


def taken(reader: Reader, settings: Settings, as_of: datetime) -> tuple[Snapshot, dict[str, Any]]:
    """The snapshot at `as_of` and its JSON document."""
    snap = take(reader, as_of)
    return snap, document(snap, settings)


def printed(
    snap: Snapshot, doc: dict[str, Any], settings: Settings, as_json: bool, width: int | None = None
) -> str:
    """The snapshot as `--json` prints it, or as text: every panel's lines, one below the other."""
    if as_json:
        return dumps(doc)
    from tui.panels.text import text  # textual's content: 0.2 s that --json does not pay

    return text(snap, settings, width or shutil.get_terminal_size((100, 24)).columns)
