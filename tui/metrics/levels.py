"""Events of the price: round levels and averages it crossed, and the daily close."""

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from tui.metrics import rounds
from tui.metrics.averages import averages
from tui.metrics.event import Event, Kind
from tui.metrics.series import closes, spot_symbol


def of_rounds(candles: pl.DataFrame, base: str, as_of: datetime) -> Iterable[Event]:
    """Round levels crossed from one hourly close to the next: a price that hovers at a level
    crosses it dozens of times an hour."""
    hourly = closes(candles, spot_symbol(candles, base) or "", "1h", as_of).tail(25)
    if hourly.is_empty():
        return
    prices, times = hourly["close"].to_list(), hourly["ts"].to_list()
    size = rounds.step(base, prices[-1])
    for before, after, ts in zip(prices, prices[1:], times[1:], strict=False):
        level = rounds.crossed(before, after, size)
        if level is not None:
            yield Event(ts, Kind.ROUND, ts, base=base, level=level, is_above=after > before)


def of_close(candles: pl.DataFrame, base: str, as_of: datetime) -> Iterable[Event]:
    """The last daily close, and the averages it crossed."""
    made = averages(candles, base, None, None, as_of)
    lines = [line for line in made.lines if line.value is not None and line.closed_at is not None]
    closed = max((line.closed_at for line in lines if line.closed_at), default=None)
    if closed is None:
        return
    of_now = [line for line in lines if line.closed_at == closed]
    stands = f"{of_now[0].state} {of_now[0].name} ({of_now[0].closes_since_cross})"
    price = made.last_close_price
    yield Event(closed, Kind.CLOSE, closed, base=base, price=price, reason=stands)
    for line in of_now:
        if line.closes_since_cross == 1 and not line.at_least:
            yield Event(
                closed,
                Kind.AVERAGE,
                closed,
                base=base,
                price=price,
                level=line.value,
                is_above=line.state == "above",
                names=(line.name,),
            )
