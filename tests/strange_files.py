"""Files that stand where a store should and are none of this liqtop's."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from tui.store import Writer
from tui.storefile import VERSION


def text(path: Path) -> None:
    """Longer than the header of a store."""
    path.write_text("a diary, longer than the hundred bytes " * 9)


def short(path: Path) -> None:
    """Shorter than the header of a store."""
    path.write_text("short")


def database(path: Path) -> None:
    """Another program's, in WAL mode: who opens it by SQLite makes files beside it."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE mine (x)")
    db.close()


def newer(path: Path) -> None:
    """A store of the next version."""
    Writer(path, None).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()


STRANGE: dict[Callable[[Path], None], str] = {
    **dict.fromkeys((text, short, database), "not a liqtop store"),
    newer: "made by a newer liqtop",
}
"""What makes each, and what every command says of it."""


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file of the folder with what is in it: the same before and after leaves no trace."""
    return {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
