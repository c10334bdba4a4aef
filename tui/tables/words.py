"""The words of the field that tables, metrics and panels share."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """The liquidated *position*, never the order: a long is closed by a forced sell."""

    LONG = "long"
    SHORT = "short"


class Measure(StrEnum):
    """What a long/short ratio counts (definitions: heads, top heads, top money, flow)."""

    ACCOUNTS = "accounts"
    TOP_ACCOUNTS = "top_accounts"
    TOP_POSITIONS = "top_positions"
    TAKER = "taker"


class Class(StrEnum):
    """Gold and shares come through the all-market streams too; totals count crypto only."""

    CRYPTO = "crypto"
    TRADFI = "tradfi"


class State(StrEnum):
    """What a collector is doing, as `health` and the help page say it."""

    STARTING = "starting"
    LIVE = "live"
    RETRYING = "retrying"  # lost, and trying again after a back-off
    WAITING = "waiting"  # told to wait (429), trying again much later
    REFUSED = "refused"  # a subscription was refused; the client is made anew
    SILENT = "silent"  # no word of a recorder: a viewer's judgement of a feed that says nothing
    OFF = "off"  # the venue or measure is switched off


WINDOWS: dict[str, timedelta] = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "12h": timedelta(hours=12),
    "24h": timedelta(hours=24),
}
"""The rolling windows of every total: `(as_of − W, as_of]` by event time."""

BANDS: dict[str, float] = {"10": 0.001, "50": 0.005, "100": 0.01}
"""How far from the mid price a book is summed, by its basis points: ±0.1, ±0.5 and ±1 %."""

ORDERS: dict[str, float] = {"1m": 1e6, "10m": 10e6}
"""Market orders in USD whose cost is told."""

TENORS = {"7d": 7, "30d": 30, "90d": 90, "180d": 180}
"""The lengths of time at which options are looked at, in days."""


class Condition(NamedTuple):
    """What a liquidation has to be: `usd` against a number, by one of > >= < <= = !=, which one
    without a price never meets; or `venue`, `side` or `base` one of several words (=) or none of
    them (!=)."""

    column: str
    sign: str
    usd: float = 0.0
    words: tuple[str, ...] = ()
