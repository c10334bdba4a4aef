"""Frames as bytes: what blocks and copies hold in the store."""

import contextlib
import zlib
from collections.abc import Mapping
from io import BytesIO

import polars as pl

from tui.tables import WORD

_SUMMED, _HEAD = b"CRC1", 8
"""What bytes begin with that have a sum before them, and the length of both: SQLite has none of its
own, and of a damaged block polars makes another number, a panic or the demand for all the memory
there is. Those of an older version begin with Arrow's own word."""


def packed(rows: pl.DataFrame) -> bytes:
    """The frame as Arrow, with its sum before it.

    A column of words is written with its own alone. As it is, polars writes all that the process
    has met, 80 kB a block at 2,000 coins; and fails when a thread adds one between two chunks.
    """
    own = (_own(rows[name]) for name, kind in rows.schema.items() if kind == WORD)
    buffer = BytesIO()
    rows.with_columns(own).write_ipc(buffer, compression="lz4")
    data = buffer.getvalue()
    return _SUMMED + zlib.crc32(data).to_bytes(4, "big") + data


def unpacked(data: bytes, schema: Mapping[str, pl.DataType]) -> pl.DataFrame | None:
    """The frame again; None for other columns or types, as of another version of the table, and
    where it is damaged or polars can't read it. Words may be text too, as they were at first."""
    if data.startswith(_SUMMED):
        told, data = data[len(_SUMMED) : _HEAD], data[_HEAD:]
        if zlib.crc32(data).to_bytes(4, "big") != told:
            return None
    with contextlib.suppress(pl.exceptions.PolarsError, OSError):
        rows = pl.read_ipc(BytesIO(data))
        if rows.columns == list(schema) and all(
            found == kind or (kind == WORD and isinstance(found, pl.Enum | pl.String))
            for found, kind in zip(rows.dtypes, schema.values(), strict=True)
        ):
            return rows.select(pl.col(name).cast(kind) for name, kind in schema.items())
    return None


def _own(words: pl.Series) -> pl.Series:
    return words.cast(pl.Enum(words.drop_nulls().unique(maintain_order=True).cast(pl.String)))
