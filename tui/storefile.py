"""What marks a file as a store of ours, read from its header by the standard library alone.

Every command asks it before SQLite opens the file, which could already replay or make side files.
"""

from pathlib import Path

from tui.errors import StoreError, StoreMismatch

APPLICATION_ID = int.from_bytes(b"lqtp", "big")
"""Written into the file's header; a file without it is somebody else's."""

VERSION = 6
"""Of the tables in the file (`tui.store.schema`). A file of a higher one is left alone."""

_HEADER = 100  # bytes; https://www.sqlite.org/fileformat.html, section 1.3
_MAGIC = b"SQLite format 3\x00"


def check_file(path: Path) -> bool:
    """Whether `path` is a store; false when there is nothing yet. Reads 100 bytes, writes none.

    StoreMismatch when the file is not a store of liqtop or is of a newer version.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"{path}: can't be read: {error.strerror}") from error
    if not header:
        return False
    if header[:16] != _MAGIC or int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        short = "not a liqtop store"
        raise StoreMismatch(f"{path}: {short}; move it away or choose --data-dir", short)
    check_version(path, int.from_bytes(header[60:64], "big"))
    return True


def check_version(path: Path, version: int) -> None:
    """StoreMismatch when a newer liqtop made the file."""
    if version > VERSION:
        short = "made by a newer liqtop"
        raise StoreMismatch(
            f"{path}: {short} (store version {version}, this one knows {VERSION});"
            " update liqtop or choose --data-dir",
            short,
        )
