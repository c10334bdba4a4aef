"""Other havens beside gold, from the start that bitcoin and gold have in common: silver, shares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.series import LIVE, closes, markets, newest_quote

HAVENS = {"silver": ("XAG",), "dollar-stock tokens": ("SPY", "QQQ", "SPYX", "QQQX")}
"""Each haven's bases, of perpetuals; the first that has prices stands for it."""

LATE = timedelta(days=4)
"""A line may begin this late: metals and shares sleep over a weekend, and before a holiday."""


@dataclass(frozen=True)
class OtherHaven:
    """A haven at a moment: its market, its newest price in USD and how old that is, None where it
    is not quoted.

    `since` is its first stored daily close. `path` has a point for each session asked about
    (1 = start, None without a close); empty where `since` is too late for the start.
    """

    name: str
    base: str
    price: float | None
    since: datetime | None
    path: tuple[float | None, ...] = ()
    age: timedelta | None = None

    @property
    def is_live(self) -> bool:
        """Whether the price is of now, as it is judged of gold."""
        return self.age is not None and self.age < LIVE


def other_havens(
    quotes: pl.DataFrame, candles: pl.DataFrame, as_of: datetime, sessions: Sequence[datetime]
) -> tuple[OtherHaven, ...]:
    """The havens that have a price or closes by `as_of`, in the order of `HAVENS`."""
    listed = {*markets(quotes), *markets(candles)}
    return tuple(
        found
        for name, bases in HAVENS.items()
        if (found := next(_known(name, bases, listed, quotes, candles, as_of, sessions), None))
    )


def _known(
    name: str,
    bases: Sequence[str],
    listed: set[tuple[str, str]],
    quotes: pl.DataFrame,
    candles: pl.DataFrame,
    as_of: datetime,
    sessions: Sequence[datetime],
) -> Iterator[OtherHaven]:
    for base in bases:
        for symbol in sorted(symbol for of, symbol in listed if of == base and ":" in symbol):
            quote = newest_quote(quotes, symbol, as_of)
            daily = closes(candles, symbol, "1d", as_of)
            if quote is not None or daily.height:
                since = daily["ts"][0] if daily.height else None
                price, age = (quote[0], as_of - quote[1]) if quote else (None, None)
                yield OtherHaven(name, base, price, since, _path(daily, sessions), age)


def _path(daily: pl.DataFrame, sessions: Sequence[datetime]) -> tuple[float | None, ...]:
    known = dict(zip(daily["ts"].to_list(), daily["close"].to_list(), strict=True))
    values = [known.get(ts) for ts in sessions]
    first = next((at for at, value in enumerate(values) if value is not None), None)
    if first is None or sessions[first] - sessions[0] > LATE:
        return ()
    start = values[first]
    assert start is not None
    return tuple(None if value is None else value / start for value in values)
