"""Whether gold rises while bitcoin falls: returns, ounces, correlation with its band, flight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p, sqrt, tanh

import polars as pl

from tui.metrics import gold
from tui.metrics.gold import GoldQuote
from tui.metrics.memo import kept
from tui.metrics.prices import change
from tui.metrics.series import closes, newest_quote, spot_symbol
from tui.metrics.spans import instant

SPANS = ("24h", "7d", "30d", "1y")

LENGTHS = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
}

SESSIONS = (30, 90)
"""Correlations are over this many daily returns; a sigma is over the last 90."""


@dataclass(frozen=True)
class Correlation:
    """Pearson's r of daily log returns on the newest `need` common sessions.

    `n` of them there are; below `need`, r is None. `significant` is outside the Fisher-z band of
    no correlation at 95 %, ±0.36 at 30 and ±0.21 at 90.
    """

    need: int
    n: int
    r: float | None
    significant: bool | None


@dataclass(frozen=True)
class Havens:
    """The record of the safe-haven panel. Returns are fractions, None where history is short."""

    gold_quote: str | None  # symbol of the live gold market used
    gold_quote_venue: str | None
    gold_history: str | None  # symbol of the first gold market with 366 daily bars
    gold_price: float | None
    gold_ts: datetime | None
    gold_prices: dict[str, float]  # every live gold market: the honesty band
    returns: dict[str, dict[str, float | None]]  # "BTC", "gold" -> SPANS
    btc_price: float | None
    btc_ts: datetime | None
    btc_in_ounces: float | None
    ounces_change_24h: float | None
    correlations: dict[int, Correlation]  # 30, 90
    flight: bool | None
    sigma_7d: dict[str, float | None]  # the 7-day return in units of σ√7
    index_frozen: bool = False  # by the calendar: gold is closed from Friday 22:00 to Sunday 22:00
    reason: str | None = None

    @property
    def quoted_at(self) -> datetime | None:
        """The older of the two quotes that everything here rests on; None without both."""
        if self.btc_ts is None or self.gold_ts is None:
            return None
        return min(self.btc_ts, self.gold_ts)


@dataclass(frozen=True)
class _Asset:
    """What a return of bitcoin or gold is taken from: markets in order, each with its price."""

    now: Mapping[str, float]
    venues: Mapping[str, str]
    daily: pl.DataFrame  # closes of the history


def havens(quotes: pl.DataFrame, candles: pl.DataFrame, as_of: datetime) -> Havens:
    """The safe-haven record at `as_of`. Gold in the order XAU perpetual, PAXG spot, XAUT spot.

    A return is price ÷ stored price of the same market: of gold the quoted market where it
    reaches back far enough, else the history.
    """
    btc = newest_quote(quotes, _btc(quotes), as_of)
    live = gold.live_quotes(quotes, as_of)
    history = gold.history(candles, as_of)
    assets = {
        "BTC": _bitcoin(quotes, candles, as_of),
        "gold": _gold(quotes, candles, as_of, live, history),
    }
    returns = {name: _returns(asset, quotes, candles, as_of) for name, asset in assets.items()}
    sigmas = {name: _sigma(asset.daily, returns[name]["7d"]) for name, asset in assets.items()}
    used = live[0] if live else None
    return Havens(
        gold_quote=used.symbol if used else None,
        gold_quote_venue=used.venue if used else None,
        gold_history=history,
        gold_price=used.price if used else None,
        gold_ts=used.ts if used else None,
        gold_prices={quote.symbol: quote.price for quote in live},
        returns=returns,
        btc_price=btc[0] if btc else None,
        btc_ts=btc[1] if btc else None,
        btc_in_ounces=btc[0] / used.price if btc and used else None,
        ounces_change_24h=_ratio(returns["BTC"]["24h"], returns["gold"]["24h"]),
        correlations=_correlations(assets["BTC"].daily, assets["gold"].daily),
        flight=_flight(sigmas["BTC"], sigmas["gold"]),
        sigma_7d=sigmas,
        index_frozen=gold.index_frozen(used.symbol if used else None, as_of),
        reason=_reason(btc is not None, used, history),
    )


def paths(candles: pl.DataFrame, quotes: pl.DataFrame, as_of: datetime, days: int) -> pl.DataFrame:
    """BTC and gold from a common start for the detail chart: columns ts, btc, gold (1.0 = start).

    Daily closes both have (gold's of its history), and the newest quotes as the last point.
    """
    history = gold.history(candles, as_of) or next(iter(gold.symbols(candles)), "")
    both = _common(_daily(candles, _btc(candles), as_of), _daily(candles, history, as_of))
    both = both.filter(pl.col("ts") >= instant(as_of - timedelta(days=days)))
    btc, metal = (newest_quote(quotes, symbol, as_of) for symbol in (_btc(quotes), history))
    if btc and metal:
        last = {"ts": [max(btc[1], metal[1])], "btc": [btc[0]], "gold": [metal[0]]}
        both = pl.concat([both, pl.DataFrame(last, schema=both.schema)])
    return both.with_columns(pl.col("btc", "gold") / pl.col("btc", "gold").first())


def sessions(candles: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """The closes that BTC and the gold history both had by `as_of`, in USD: ts, btc, gold."""
    history = gold.history(candles, as_of) or next(iter(gold.symbols(candles)), "")
    return _sessions(_daily(candles, _btc(candles), as_of), _daily(candles, history, as_of))


@kept(2)
def _sessions(btc: pl.DataFrame, metal: pl.DataFrame) -> pl.DataFrame:
    return _common(btc, metal)


def band(n: int) -> float:
    """The r below which n sessions show nothing: Fisher's z at 95 %, to two decimals."""
    return round(tanh(1.96 / sqrt(n - 3)), 2)


def flight_lacks(made: Havens) -> str:
    """Why flight can't be told: the record's own reason; else whose price of a week ago is not
    stored, and whose daily returns are too few. Empty where nothing lacks."""
    if made.reason or made.flight is not None:
        return made.reason or ""
    unknown = [who for who, sigma in made.sigma_7d.items() if sigma is None]
    week = [who for who in unknown if made.returns[who]["7d"] is None]
    short = [who for who in unknown if who not in week]
    return ", ".join(
        f"{what} {' and '.join(names)}{when}"
        for what, names, when in (
            ("no price of", week, " 7 days ago"),
            (f"fewer than {SESSIONS[-1]} daily returns of", short, ""),
        )
        if names
    )


def _btc(frame: pl.DataFrame) -> str:
    return spot_symbol(frame, "BTC") or "BTC/USDT"


def _daily(candles: pl.DataFrame, symbol: str, as_of: datetime) -> pl.DataFrame:
    return closes(candles, symbol, "1d", as_of)


def _bitcoin(quotes: pl.DataFrame, candles: pl.DataFrame, as_of: datetime) -> _Asset:
    symbol = _btc(quotes)
    newest = newest_quote(quotes, symbol, as_of)
    now = {symbol: newest[0]} if newest else {}
    venues = {symbol: newest[2]} if newest else {}
    return _Asset(now, venues, _daily(candles, _btc(candles), as_of))


def _gold(
    quotes: pl.DataFrame,
    candles: pl.DataFrame,
    as_of: datetime,
    live: tuple[GoldQuote, ...],
    history: str | None,
) -> _Asset:
    now = {quote.symbol: quote.price for quote in live}
    venues = {quote.symbol: quote.venue for quote in live}
    if history is not None and history not in now:
        # The history market need not be streamed: an hour-old close is as near as a span is.
        hourly = closes(candles, history, "1h", as_of).tail(1)
        if hourly.height and hourly["ts"][0] >= as_of - timedelta(hours=1):
            now[history] = float(hourly["close"][0])
    return _Asset(now, venues, _daily(candles, history or "", as_of))


def _returns(
    asset: _Asset, quotes: pl.DataFrame, candles: pl.DataFrame, as_of: datetime
) -> dict[str, float | None]:
    returns: dict[str, float | None] = dict.fromkeys(SPANS)
    for name, span in LENGTHS.items():
        for symbol, price in asset.now.items():
            venue = asset.venues.get(symbol)
            found = change(quotes, candles, symbol, price, as_of, span, venue=venue)
            if found is not None:
                returns[name] = found
                break
    return returns


def _log_returns(close: pl.Expr) -> pl.Expr:
    return close.log().diff()


def _sigma(daily: pl.DataFrame, week: float | None) -> float | None:
    """The 7-day log return ÷ (σ√7), σ of the last 90 daily log returns; None below 90."""
    sigma = _spread(daily)
    return None if week is None or not sigma else log1p(week) / (sigma * sqrt(7))


@kept(4)
def _spread(daily: pl.DataFrame) -> float | None:
    steps = daily.select(_log_returns(pl.col("close")))["close"].drop_nulls().tail(SESSIONS[-1])
    sigma = steps.std() if steps.len() == SESSIONS[-1] else None
    return sigma if isinstance(sigma, float) else None


def _common(btc: pl.DataFrame, metal: pl.DataFrame) -> pl.DataFrame:
    left, right = (daily.select("ts", "close") for daily in (btc, metal))
    joined = left.rename({"close": "btc"}).join(right.rename({"close": "gold"}), on="ts")
    return joined.sort("ts")


@kept(4)
def _correlations(btc: pl.DataFrame, metal: pl.DataFrame) -> dict[int, Correlation]:
    steps = _common(btc, metal).select(_log_returns(pl.col("btc")), _log_returns(pl.col("gold")))
    return {need: _correlation(steps.drop_nulls(), need) for need in SESSIONS}


def _correlation(steps: pl.DataFrame, need: int) -> Correlation:
    newest = steps.tail(need)
    if newest.height < need:
        return Correlation(need, newest.height, None, None)
    r = newest.select(pl.corr("btc", "gold")).item()
    if r is None or r != r:  # one of them stood still
        return Correlation(need, need, None, None)
    return Correlation(need, need, r, abs(r) > band(need))


def _ratio(btc: float | None, metal: float | None) -> float | None:
    return None if btc is None or metal is None else (1 + btc) / (1 + metal) - 1


def _flight(btc: float | None, metal: float | None) -> bool | None:
    return None if btc is None or metal is None else btc < -1 and metal > 1


def _reason(has_btc: bool, used: GoldQuote | None, history: str | None) -> str | None:
    missing = [
        *(() if has_btc else ("no live price of BTC",)),
        *(() if used else ("no live gold market",)),
        *(() if history else (f"no gold market with {gold.BARS} daily bars",)),
    ]
    return ", ".join(missing) or None
