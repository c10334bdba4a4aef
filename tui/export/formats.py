"""Frames of a table on their way into a file, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import polars as pl
from polars.io.plugins import register_io_source

from tui.errors import LiqtopError
from tui.progress import Bar
from tui.store import Reader
from tui.tables import TABLES, TIME, WORD

_ISO = "%Y-%m-%dT%H:%M:%S%.3fZ"
_BY_NAME = {table.name: table for table in TABLES}


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows to be written: how many (more may follow while it lives), their columns, the frames.
    Words are text there: who reads a file knows nothing of the others."""

    title: str
    total: int
    schema: dict[str, pl.DataType]
    parts: Callable[[], Iterator[pl.DataFrame]]


def rows(
    reader: Reader, name: str, since: datetime | None, until: datetime, *, raw: bool = False
) -> Rows:
    """The rows of `(since, until]` of a table; liquidations with the venue's own row on request."""
    table = _BY_NAME[name]
    schema = {
        column: pl.String() if kind == WORD else kind
        for column, kind in table.schema.items()
        if raw or column != "raw"
    }

    def parts() -> Iterator[pl.DataFrame]:
        for part in reader.parts(table, since, until, raw=raw):
            yield part.with_columns(pl.col(pl.Categorical).cast(pl.String))

    return Rows(name, reader.count(table, since, until), schema, parts)


def write(found: Rows, out: IO[bytes], format: str) -> int:
    """Write the rows as `parquet`, `csv` or `jsonl`; how many there were."""
    written = 0

    def counted() -> Iterator[pl.DataFrame]:
        nonlocal written
        for part in found.parts():
            yield part
            written += part.height
            bar.advance(part.height)

    with Bar(found.title, found.total) as bar:
        _FORMS[format](counted(), found.schema, out)
    return written


def _csv(parts: Iterator[pl.DataFrame], schema: dict[str, pl.DataType], out: IO[bytes]) -> None:
    out.write(pl.DataFrame(schema=schema).write_csv().encode())
    for part in parts:
        out.write(part.write_csv(include_header=False, datetime_format=_ISO).encode())


def _jsonl(parts: Iterator[pl.DataFrame], schema: dict[str, pl.DataType], out: IO[bytes]) -> None:
    times = [pl.col(name).dt.strftime(_ISO) for name, kind in schema.items() if kind == TIME]
    for part in parts:
        out.write(part.with_columns(times).write_ndjson().encode())


def _parquet(parts: Iterator[pl.DataFrame], schema: dict[str, pl.DataType], out: IO[bytes]) -> None:
    """Row group by row group: `write_parquet` would want the whole frame.

    `register_io_source` is called unstable; polars is held below its next major version, and a
    test reads back what was written.
    """

    def source(*_: Any) -> Iterator[pl.DataFrame]:
        return parts

    try:
        register_io_source(source, schema=schema).sink_parquet(out)
    except pl.exceptions.ComputeError as error:
        raise LiqtopError(f"the Parquet file can't be written: {error}") from None


_FORMS = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}
