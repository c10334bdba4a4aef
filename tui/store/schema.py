"""The store as SQL: tables made from `tui.tables`, and its migrations.

One file in WAL mode. Times are INTEGER milliseconds UTC, flags INTEGER 0 or 1, sides and venues
words, so that any SQLite client can read it.
"""

import sqlite3
from collections.abc import Sequence

import polars as pl

from tui.storefile import VERSION
from tui.tables import TABLES, Table

_COPIES = (
    # Packed frames that a viewer opens with (tui.store.copies).
    "CREATE TABLE copies (name TEXT PRIMARY KEY, as_of INTEGER NOT NULL,"
    " through INTEGER NOT NULL, data BLOB NOT NULL)"
)

MIGRATIONS: dict[int, tuple[str, ...]] = {
    # Written out, not made from `tui.tables`: a later version of these tables has steps of its own.
    1: (
        'CREATE TABLE saturation (id INTEGER PRIMARY KEY AUTOINCREMENT, "minute" INTEGER,'
        ' "venue" TEXT, "saturation" REAL, "symbol" TEXT, "pushed" INTEGER,'
        ' "hidden" REAL, UNIQUE ("minute", "venue"))',
        'CREATE TABLE control (id INTEGER PRIMARY KEY AUTOINCREMENT, "ts" INTEGER,'
        ' "venue" TEXT, "base" TEXT, "symbol" TEXT, "period" TEXT, "long_usd" REAL,'
        ' "short_usd" REAL, UNIQUE ("venue", "symbol", "period", "ts"))',
        "CREATE INDEX control_ts ON control (ts)",
        _COPIES,
    ),
    2: (
        "DROP INDEX liquidations_ts",
        "CREATE INDEX liquidations_ts ON liquidations (ts, symbol, price, qty, n)",
    ),
    3: (
        'CREATE TABLE alerts (id INTEGER PRIMARY KEY AUTOINCREMENT, "ts" INTEGER, "rule" TEXT,'
        ' "event" INTEGER, "grade" INTEGER, "text" TEXT, "value" REAL, "bell" INTEGER,'
        ' "quiet" INTEGER, UNIQUE ("rule", "event", "grade"))',
        "CREATE INDEX alerts_ts ON alerts (ts)",
    ),
    4: ("CREATE TABLE tape_blocks (hour INTEGER PRIMARY KEY, data BLOB NOT NULL)",),
    5: (
        'CREATE TABLE depth (id INTEGER PRIMARY KEY AUTOINCREMENT, "ts" INTEGER, "venue" TEXT,'
        ' "market" TEXT, "base" TEXT, "bid" REAL, "ask" REAL, "bid_10" REAL, "bid_50" REAL,'
        ' "bid_100" REAL, "ask_10" REAL, "ask_50" REAL, "ask_100" REAL, "bid_reach" REAL,'
        ' "ask_reach" REAL, "buy_1m" REAL, "sell_1m" REAL, "buy_10m" REAL, "sell_10m" REAL,'
        ' UNIQUE ("venue", "market", "base", "ts"))',
        "CREATE INDEX depth_ts ON depth (ts)",
        'CREATE TABLE volatility (id INTEGER PRIMARY KEY AUTOINCREMENT, "ts" INTEGER,'
        ' "venue" TEXT, "base" TEXT, "resolution" TEXT, "open" REAL, "high" REAL, "low" REAL,'
        ' "close" REAL, UNIQUE ("venue", "base", "resolution", "ts"))',
        "CREATE INDEX volatility_ts ON volatility (ts)",
        'CREATE TABLE options (id INTEGER PRIMARY KEY AUTOINCREMENT, "ts" INTEGER,'
        ' "venue" TEXT, "base" TEXT, "tenor" TEXT, "atm_iv" REAL, "call25_iv" REAL,'
        ' "put25_iv" REAL, "near" INTEGER, "far" INTEGER, "strikes" INTEGER, "parity" REAL,'
        ' "iv_gap" REAL, "reason" TEXT, UNIQUE ("venue", "base", "tenor", "ts"))',
        "CREATE INDEX options_ts ON options (ts)",
        'CREATE TABLE scores (id INTEGER PRIMARY KEY AUTOINCREMENT, "ts" INTEGER, "base" TEXT,'
        ' "name" TEXT, "value" REAL, UNIQUE ("base", "name", "ts"))',
        "CREATE INDEX scores_ts ON scores (ts)",
        'CREATE TABLE flow (id INTEGER PRIMARY KEY AUTOINCREMENT, "ts" INTEGER, "venue" TEXT,'
        ' "stream" TEXT, "market" TEXT, "base" TEXT, "buy_usd" REAL, "sell_usd" REAL,'
        ' "trades" INTEGER, "price" REAL, "cover" REAL,'
        ' UNIQUE ("venue", "stream", "market", "base", "ts"))',
        "CREATE INDEX flow_ts ON flow (ts)",
        'CREATE TABLE series (id INTEGER PRIMARY KEY AUTOINCREMENT, "ts" INTEGER, "name" TEXT,'
        ' "value" REAL,'
        ' "unit" TEXT, "kind" TEXT, "received" INTEGER, UNIQUE ("name", "ts"))',
        "CREATE INDEX series_ts ON series (ts)",
        'CREATE TABLE normals (id INTEGER PRIMARY KEY AUTOINCREMENT, "hour" INTEGER, "venue" TEXT,'
        ' "base" TEXT, "usd" REAL, "normal_s" REAL, "listened_s" REAL, "sizes" TEXT,'
        ' UNIQUE ("hour", "venue", "base"))',
        'CREATE TABLE cascades (id INTEGER PRIMARY KEY AUTOINCREMENT, "since" INTEGER,'
        ' "base" TEXT, "side" TEXT, "until" INTEGER, "ended" INTEGER, "grade" INTEGER,'
        ' "long_usd" REAL, "short_usd" REAL, "peak" INTEGER, "peak_usd" REAL, "times" REAL,'
        ' "priced" TEXT, "price" REAL, "move" REAL, "interest" REAL, "lead" TEXT,'
        ' "saturation" REAL, "after_15m" REAL, "after_1h" REAL, "after_4h" REAL,'
        ' "steps" TEXT, "coins" TEXT, "sigma" REAL, "normal" REAL,'
        ' UNIQUE ("since", "base", "side"))',
    ),
}
"""From the version of the key to the next one: SQL in order. Only the recorder runs them."""

_OWN = (
    "CREATE TABLE latest (id INTEGER PRIMARY KEY CHECK (id = 1), as_of INTEGER NOT NULL,"
    " document TEXT NOT NULL)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # Copies of whole hours of liquidation_minutes (tui.store.blocks).
    "CREATE TABLE minute_blocks (hour INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    # And of the liquidations themselves, what a filter looks at (tui.store.search).
    "CREATE TABLE tape_blocks (hour INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    _COPIES,
)

_INDEXES = (
    # All that tells two rows apart: de-duplication looks each row up by it. By time, symbol and
    # price alone 135,000 rows of one millisecond, 135 at each price, took 29 s, and now take 4.
    "CREATE INDEX liquidations_ts ON liquidations (ts, symbol, price, qty, n)",
    "CREATE INDEX positioning_ts ON positioning (ts)",
    "CREATE INDEX derivatives_ts ON derivatives (ts)",
    "CREATE INDEX quotes_ts ON quotes (ts)",
    "CREATE INDEX quotes_symbol ON quotes (venue, symbol, ts)",
    "CREATE INDEX health_ts ON health (ts)",
    "CREATE INDEX control_ts ON control (ts)",
    "CREATE INDEX alerts_ts ON alerts (ts)",
    "CREATE INDEX depth_ts ON depth (ts)",
    "CREATE INDEX volatility_ts ON volatility (ts)",
    "CREATE INDEX options_ts ON options (ts)",
    "CREATE INDEX scores_ts ON scores (ts)",
    "CREATE INDEX flow_ts ON flow (ts)",
    "CREATE INDEX series_ts ON series (ts)",
)


def statements() -> tuple[str, ...]:
    """The SQL that makes an empty store of `VERSION`."""
    return (*map(create_table, TABLES), *_OWN, *_INDEXES)


def create_table(table: Table) -> str:
    """`CREATE TABLE` of a table of `tui.tables`, with the `id` that only grows."""
    columns = ["id INTEGER PRIMARY KEY AUTOINCREMENT"]
    columns += [f'"{name}" {_sql_type(dtype)}' for name, dtype in table.schema.items()]
    if table.key:
        columns.append(f"UNIQUE ({', '.join(quoted(table.key))})")
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"


def quoted(names: Sequence[str]) -> list[str]:
    """Column names as SQL takes them: `index` and `class` are words of its own."""
    return [f'"{name}"' for name in names]


def _sql_type(dtype: pl.DataType) -> str:
    if dtype in (pl.String, pl.Categorical):
        return "TEXT"
    return "REAL" if dtype == pl.Float64 else "INTEGER"


def migrate(
    db: sqlite3.Connection,
    steps: dict[int, tuple[str, ...]] | None = None,
    version: int = VERSION,
) -> None:
    """Bring an older store to `version` in one transaction: all steps, or none."""
    steps = MIGRATIONS if steps is None else steps
    found = user_version(db)
    if found == version:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for number in range(found, version):
            for sql in steps[number]:
                db.execute(sql)
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def user_version(db: sqlite3.Connection) -> int:
    """The version of the tables in an open file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])
