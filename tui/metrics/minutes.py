"""Which rows of liquidations count in a total, and for which side; raw ones, or their minutes."""

from datetime import datetime

import polars as pl

from tui.metrics.memo import kept
from tui.tables import Class, Side

_IS_LONG = pl.col("side") == Side.LONG.value

BY_SIDE = (
    pl.when(_IS_LONG).then("usd").otherwise(0.0).alias("long"),
    pl.when(_IS_LONG).then(0.0).otherwise("usd").alias("short"),
)
"""What a row adds to the USD of longs, and to those of shorts; a row without a price nothing."""

USD_BY_SIDE = tuple(usd.sum() for usd in BY_SIDE)
"""Both of a group of rows."""


def counted(coin: str | None) -> pl.Expr:
    """Whether a row counts: of class crypto, and of `coin` alone if given."""
    is_crypto = pl.col("class") == Class.CRYPTO.value
    return is_crypto if coin is None else is_crypto & (pl.col("base") == coin)


@kept(6)  # of all classes, of all coins, and of each coin that was looked at
def last_minutes(
    minutes: pl.DataFrame, of: Class | None = None, coin: str | None = None
) -> dict[str, datetime]:
    """The newest minute with an event of each venue, of a class and of a coin alone if given."""
    rows = minutes.lazy()
    if of is not None:
        rows = rows.filter(pl.col("class") == of.value)
    if coin is not None:
        rows = rows.filter(pl.col("base") == coin)
    # Half a million rows: here a query is worth what it costs.
    return dict(rows.group_by("venue").agg(pl.col("minute").max()).collect().iter_rows())
