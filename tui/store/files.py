"""How a store's file is made and opened, and what SQLite's errors mean in plain words."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from tui.errors import StoreError, StoreMismatch
from tui.store.schema import migrate, statements, user_version
from tui.storefile import APPLICATION_ID, VERSION, check_file, check_version
from tui.values import STORE

_BUSY_S = 5.0  # a viewer's read never blocks a write; only another writer or a checkpoint does
_JOURNAL_LIMIT = 64 * 2**20  # bytes the -wal keeps after a wave; it grows while a reader lags
_CACHE = 512  # kB of pages a reader keeps, not 2,000: the system has them in its cache anyway
_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file or its folder is read-only",
    "SQLITE_BUSY": "another program holds it",
    "SQLITE_LOCKED": "another program holds it",
    "SQLITE_CANTOPEN": "can't be opened: no such folder, or no permission",
    "SQLITE_PERM": "no permission",
    "SQLITE_AUTH": "no permission",
    "SQLITE_IOERR": "the disk failed to read or write",
    "SQLITE_CORRUPT": "the file is damaged; move it away to begin a new one",
    "SQLITE_NOTADB": "the file is damaged; move it away to begin a new one",
}


def store_path(data_dir: Path) -> Path:
    """Where the store of a data folder is."""
    return data_dir / STORE


@contextlib.contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turns errors of SQLite and of the file system into a StoreError that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {_reason(error)}") from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


def _reason(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", None) or ""
    for known, reason in _REASONS.items():
        if name.startswith(known):
            return reason
    return str(error)


def open_writing(path: Path, endpoint: str | None) -> sqlite3.Connection:
    """The store open for the recorder: made or migrated when needed, of this endpoint or refused.

    StoreMismatch before anything is written; StoreError when it can't be made or opened.
    """
    with plainly(path):
        if not check_file(path):
            _create(path, endpoint)
        db = _connect(path, "mode=rw")
        try:
            check_version(path, user_version(db))
            _check_endpoint(path, endpoint, read_meta(db, "endpoint"))
            db.execute("PRAGMA journal_mode = WAL")
            # A commit survives the process at once, and the machine at the next checkpoint.
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA wal_autocheckpoint = 1000")
            db.execute(f"PRAGMA journal_size_limit = {_JOURNAL_LIMIT}")
            migrate(db)
        except BaseException:
            db.close()
            raise
        return db


def open_reading(path: Path) -> tuple[sqlite3.Connection, bool]:
    """The store open for a viewer, which never writes to it; and whether as immutable.

    A closed store in a folder that can't be written has no -wal, and SQLite can't make one: it is
    opened as immutable, which is true as long as nobody can write there.
    """
    immutable = False
    with plainly(path):
        if not check_file(path):
            raise StoreError(f"{path}: no store here yet; liqtop or liqtop record begins one")
        try:
            db = _connect(path, "mode=ro")
            version = _first_read(db)
        except sqlite3.OperationalError:
            if is_written(path):
                raise
            immutable = True
            db = _connect(path, "mode=ro&immutable=1")
            version = _first_read(db)
    if version != VERSION:
        db.close()
        check_version(path, version)
        raise StoreError(f"{path}: made by an older liqtop; liqtop record brings it up to date")
    with plainly(path):
        db.execute(f"PRAGMA cache_size = -{_CACHE}")  # reads the schema, which may be damaged
    return db, immutable


def _first_read(db: sqlite3.Connection) -> int:
    try:
        return user_version(db)
    except BaseException:
        db.close()
        raise


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?{mode}"
    return sqlite3.connect(
        uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
    )


def _create(path: Path, endpoint: str | None) -> None:
    """Make the store aside and rename it, so that a kill leaves a whole store or none.

    SQLite gives -wal and -shm the permissions of the file, so 0600 is said once.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    for side in ("", "-wal", "-shm", "-journal"):
        new.with_name(new.name + side).unlink(missing_ok=True)
        # Left by a store that was deleted without them: they would be replayed into the new one.
        path.with_name(path.name + side).unlink(missing_ok=True)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with contextlib.closing(_connect(new, "mode=rw")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN")
        for sql in statements():
            db.execute(sql)
        db.execute("INSERT INTO meta VALUES ('endpoint', ?)", (json.dumps(endpoint),))
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("COMMIT")
    new.rename(path)


def _check_endpoint(path: Path, wanted: str | None, found: object) -> None:
    if found != wanted:
        raise StoreMismatch(
            f"{path}: belongs to {found or 'the real exchanges'}, not to"
            f" {wanted or 'the real exchanges'}; choose another --data-dir for this endpoint"
        )


def read_meta(db: sqlite3.Connection, key: str) -> object:
    """A value of `meta`, None when it was never set."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else json.loads(row[0])


def is_written(path: Path) -> bool:
    """Whether a recorder has the store open, or was killed with it open."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except OSError:
        return False
