"""Other havens beside gold, from the start that bitcoin and gold have in common: silver, shares."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import polars as pl

from tui.metrics.havens import LENGTHS
from tui.metrics.series import LIVE, closes, markets, newest_quote, price_at

TOKENS = ("SPYX", "QQQX", "NVDAX", "AAPLX", "TSLAX")
"""Tokens of shares that trade as spot pairs, those of many shares first."""
HAVENS: dict[str, tuple[tuple[str, str], ...]] = {
    "silver": (("XAG", "swap"),),
    "dollar-stock tokens": (
        *((base, "swap") for base in ("SPY", "QQQ", "SPYX", "QQQX")),
        *((base, "spot") for base in TOKENS),
    ),
}
"""Each haven's bases and the kind of their markets; the first that has prices stands for it."""

LATE = timedelta(days=4)
"""A line may begin this late: metals and shares sleep over a weekend, and before a holiday."""


@dataclass(frozen=True)
class OtherHaven:
    """A haven at a moment: its market, its newest price in USD and how old that is, None where it
    is not quoted. `returns` are fractions by the names of `LENGTHS`, None where no price so long
    before is stored, or none is live now.

    `since` is its first stored daily close. `path` has a point for each session asked about
    (1 = start, None without a close); empty where `since` is too late for the start.
    """

    name: str
    base: str
    price: float | None
    since: datetime | None
    path: tuple[float | None, ...] = ()
    age: timedelta | None = None
    symbol: str = ""
    venue: str | None = None
    returns: Mapping[str, float | None] = field(default_factory=lambda: dict.fromkeys(LENGTHS))

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
        for name, keys in HAVENS.items()
        if (found := next(_known(name, keys, listed, quotes, candles, as_of, sessions), None))
    )


def _known(
    name: str,
    keys: Sequence[tuple[str, str]],
    listed: set[tuple[str, str]],
    quotes: pl.DataFrame,
    candles: pl.DataFrame,
    as_of: datetime,
    sessions: Sequence[datetime],
) -> Iterator[OtherHaven]:
    for base, kind in keys:
        for symbol in sorted(symbol for of, symbol in listed if of == base):
            if (":" in symbol) != (kind == "swap"):  # SPY/USDT is a coin of that name
                continue
            quote = newest_quote(quotes, symbol, as_of)
            daily = closes(candles, symbol, "1d", as_of)
            if quote is not None or daily.height:
                since = daily["ts"][0] if daily.height else None
                price, age = (quote[0], as_of - quote[1]) if quote else (None, None)
                made = OtherHaven(name, base, price, since, _path(daily, sessions), age, symbol)
                yield _returned(made, quotes, candles, as_of, quote[2]) if quote else made


def _returned(
    one: OtherHaven, quotes: pl.DataFrame, candles: pl.DataFrame, as_of: datetime, venue: str
) -> OtherHaven:
    """With its venue, and its returns where the price is live. No hours are asked for of it, so
    that beyond a day a daily close stands in, at most a day older than the span."""
    if not one.is_live or not one.price:
        return replace(one, venue=venue)
    found: dict[str, float | None] = {}
    for name, span in LENGTHS.items():
        intervals = ("1h",) if span <= timedelta(days=1) else ("1h", "1d")
        then = price_at(quotes, candles, one.symbol, as_of - span, venue=venue, intervals=intervals)
        found[name] = one.price / then - 1 if then else None
    return replace(one, venue=venue, returns=found)


def _path(daily: pl.DataFrame, sessions: Sequence[datetime]) -> tuple[float | None, ...]:
    known = dict(zip(daily["ts"].to_list(), daily["close"].to_list(), strict=True))
    values = [known.get(ts) for ts in sessions]
    first = next((at for at, value in enumerate(values) if value is not None), None)
    if first is None or sessions[first] - sessions[0] > LATE:
        return ()
    start = values[first]
    assert start is not None
    return tuple(None if value is None else value / start for value in values)
