"""Where price stands against the means of completed UTC daily and weekly spot closes."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from tui.metrics import rounds
from tui.metrics.memo import kept
from tui.metrics.series import closes, spot_symbol


@dataclass(frozen=True)
class Average:
    """One line. All but `name`, `have`, `need` are None while `have` < `need`.

    `have` counts the closes without a hole up to the newest. `state` is above or below and changes
    only on a close; `closes_since_cross` counts completed closes (weeks for 200w) on this side,
    the one that crossed included, `at_least` when the history does not reach back to it.
    `slope` is USD per day; `turn_mean` is the mean price the next 14 days need for it to turn.
    `dropping` is the close that the next one pushes out of the mean, `closed_at` the moment of the
    newest. `next_state` is the state if the close at the next midnight UTC were the live price;
    None when that close is none of the line's (a weekly one falls on Sunday) or one is missing.
    """

    name: str  # 365d, 200d, 50d, 200w
    have: int
    need: int
    value: float | None = None
    distance: float | None = None
    state: str | None = None
    closes_since_cross: int | None = None
    at_least: bool = False
    slope: float | None = None
    turn_mean: float | None = None
    dropping: float | None = None
    closed_at: datetime | None = None
    next_state: str | None = None

    @property
    def need_weeks(self) -> bool:
        """Whether its closes are weekly."""
        return self.name.endswith("w")


@dataclass(frozen=True)
class Averages:
    """The record of the averages panel. `reason` says why there is no candle or price."""

    base: str
    symbol: str | None
    venue: str | None
    price: float | None
    price_ts: datetime | None
    lines: tuple[Average, ...]
    last_close: date | None
    last_close_price: float | None
    round_below: float | None
    round_above: float | None
    last_round: float | None  # the round level crossed last
    last_round_at: datetime | None
    reason: str | None = None

    @property
    def closed_at(self) -> datetime | None:
        """When the newest daily close of the coin was: 24:00 UTC of its day."""
        if self.last_close is None:
            return None
        return datetime.combine(self.last_close, time(), UTC) + timedelta(days=1)


@dataclass(frozen=True)
class _Kind:
    """How many closes an average takes, and of how many days each is."""

    need: int
    days: int

    @property
    def turn(self) -> int:
        """Closes that drop out over the next 14 days."""
        return 14 // self.days


KINDS = {"365d": _Kind(365, 1), "200d": _Kind(200, 1), "50d": _Kind(50, 1), "200w": _Kind(200, 7)}


def averages(
    candles: pl.DataFrame,
    base: str,
    price: float | None,
    price_ts: datetime | None,
    as_of: datetime,
) -> Averages:
    """The averages of `base` over the daily candles that had closed by `as_of`."""
    symbol = spot_symbol(candles, base)
    daily = closes(candles, symbol or "", "1d", as_of)
    newest = daily.row(-1, named=True) if daily.height else None
    seen = price if price is not None else (newest and newest["close"])
    size = rounds.step(base, seen) if seen else None
    below, above = rounds.around(seen, size) if seen and size else (None, None)
    hourly = closes(candles, symbol or "", "1h", as_of)
    crossed = size and _crossed(hourly if hourly.height > 1 else daily, price, size)
    level, level_at = crossed or (None, None)
    return Averages(
        base=base,
        symbol=symbol,
        venue=newest["venue"] if newest else None,
        price=price,
        price_ts=price_ts,
        lines=tuple(_live(line, price, as_of) for line in _lines(daily)),
        # The day whose end the close is: 24:00 of the third is stored as 00:00 of the fourth.
        last_close=(newest["ts"] - timedelta(days=1)).date() if newest else None,
        last_close_price=newest["close"] if newest else None,
        round_below=below,
        round_above=above,
        last_round=level,
        last_round_at=level_at,
        reason=_reason(base, newest is not None, price),
    )


def line(candles: pl.DataFrame, base: str, name: str, as_of: datetime) -> pl.DataFrame:
    """The history of one average for charts: columns ts (TIME, close of day), close, mean."""
    daily = closes(candles, spot_symbol(candles, base) or "", "1d", as_of)
    history = _unbroken(daily, KINDS[name]).select("ts", "close")
    return history.with_columns(mean=pl.col("close").rolling_mean(KINDS[name].need))


def _unbroken(daily: pl.DataFrame, kind: _Kind) -> pl.DataFrame:
    """Closes of the kind without a hole up to the newest."""
    taken = daily
    if kind.days == 7:
        taken = daily.filter(pl.col("ts").dt.weekday() == 1)  # Sunday 24:00 is Monday 00:00
    holes = (taken["ts"].diff() != timedelta(days=kind.days)).fill_null(False).arg_true()
    return taken.slice(holes[-1]) if holes.len() else taken


@kept(4)
def _lines(daily: pl.DataFrame) -> tuple[Average, ...]:
    """What rests on the closes alone: they change once a day, the price every second."""
    return tuple(_average(name, daily) for name in KINDS)


def _live(line: Average, price: float | None, as_of: datetime) -> Average:
    """The line with how far the price is from it, and what a close at this price makes of it."""
    if line.value is None or price is None:
        return line
    next_state = _next_state(line, price, as_of)
    return replace(line, distance=price / line.value - 1, next_state=next_state)


def _next_state(line: Average, price: float, as_of: datetime) -> str | None:
    """Against the mean that has the close itself in it, as every state is."""
    kind = KINDS[line.name]
    midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    if line.value is None or line.dropping is None or line.closed_at is None:
        return None
    if midnight - line.closed_at != timedelta(days=kind.days):
        return None
    mean = line.value + (price - line.dropping) / kind.need
    return "above" if price >= mean else "below"


def _average(name: str, daily: pl.DataFrame) -> Average:
    kind = KINDS[name]
    taken = _unbroken(daily, kind)
    closed = taken["close"]
    if closed.len() < kind.need:
        return Average(name, closed.len(), kind.need)
    window = closed.tail(kind.need)
    value = float(window.sum()) / kind.need
    is_above = (closed >= closed.rolling_mean(kind.need)).drop_nulls()
    since, at_least = _since(is_above)
    return Average(
        name=name,
        have=closed.len(),
        need=kind.need,
        value=value,
        state="above" if is_above[-1] else "below",
        closes_since_cross=since,
        at_least=at_least,
        slope=_slope(closed, kind),
        turn_mean=float(window.head(kind.turn).sum()) / kind.turn,
        dropping=float(window[0]),
        closed_at=taken["ts"][-1],
    )


def _since(is_above: pl.Series) -> tuple[int, bool]:
    """Closes on the newest one's side, and whether the history begins on that side."""
    crosses = (is_above != is_above.shift()).fill_null(False).arg_true()
    first = crosses[-1] if crosses.len() else 0
    return is_above.len() - first, not crosses.len()


def _slope(prices: pl.Series, kind: _Kind) -> float | None:
    """What the newest close moved the mean by, a day; None without the close that dropped out."""
    if prices.len() <= kind.need:
        return None
    return float(prices[-1] - prices[-1 - kind.need]) / (kind.need * kind.days)


def _crossed(
    history: pl.DataFrame, price: float | None, size: float
) -> tuple[float, datetime] | None:
    """The last crossing of a round level: by the live price, else by the newest hourly closes.

    One by the live price is told as of the start of the hour it fell into, as one by a close is:
    the moment of the quote would move with every quote.
    """
    if price is not None and history.height:
        level = rounds.crossed(history["close"][-1], price, size)
        if level is not None:
            return level, history["ts"][-1]
    return _crossing(history, size)


@kept(4)
def _crossing(history: pl.DataFrame, size: float) -> tuple[float, datetime] | None:
    return rounds.last_crossing(history.select("ts", "close"), size)


def _reason(base: str, has_close: bool, price: float | None) -> str | None:
    missing = [
        *(() if has_close else (f"no daily candle of {base}",)),
        *(() if price is not None else (f"no live price of {base}",)),
    ]
    return ", ".join(missing) or None
