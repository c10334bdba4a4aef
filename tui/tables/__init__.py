"""The tables of the store: name, columns, key and retention, and the few words all share.

A table's schema is the contract between collector, store and metric: a collector yields frames of
exactly these columns, the store checks them at its border and reads them back with these types.
Every time is UTC in milliseconds. The store adds an `id` that only grows and is never reused.
"""

from tui.tables.computed import ALERTS, CASCADES, NORMALS, SCORES
from tui.tables.heard import BACKFILLED, COVERAGE, HEALTH, LIVING, UNREADABLE
from tui.tables.liquidations import CONTROL, LIQUIDATION_MINUTES, LIQUIDATIONS, SATURATION
from tui.tables.market import CANDLES, DEPTH, DERIVATIVES, FLOW, POSITIONING, QUOTES, SERIES
from tui.tables.options import OPTIONS, VOLATILITY
from tui.tables.table import TIME, WORD, Table
from tui.tables.words import BANDS, ORDERS, TENORS, WINDOWS, Class, Condition, Measure, Side, State

__all__ = [
    "ALERTS",
    "BACKFILLED",
    "BANDS",
    "CANDLES",
    "CASCADES",
    "CONTROL",
    "COVERAGE",
    "DEPTH",
    "DERIVATIVES",
    "FLOW",
    "HEALTH",
    "LIQUIDATIONS",
    "LIQUIDATION_MINUTES",
    "LIVING",
    "NORMALS",
    "OPTIONS",
    "ORDERS",
    "POSITIONING",
    "QUOTES",
    "SATURATION",
    "SCORES",
    "SERIES",
    "TABLES",
    "TENORS",
    "TIME",
    "UNREADABLE",
    "VOLATILITY",
    "WINDOWS",
    "WORD",
    "Class",
    "Condition",
    "Measure",
    "Side",
    "State",
    "Table",
]

TABLES: tuple[Table, ...] = (
    LIQUIDATIONS,
    LIQUIDATION_MINUTES,
    COVERAGE,
    POSITIONING,
    DERIVATIVES,
    CANDLES,
    QUOTES,
    HEALTH,
    SATURATION,
    CONTROL,
    ALERTS,
    DEPTH,
    VOLATILITY,
    OPTIONS,
    SCORES,
    FLOW,
    SERIES,
    NORMALS,
    CASCADES,
)
