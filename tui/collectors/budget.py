"""How much the collectors ask of each venue a minute, at most, against what it allows an address.

Of a recorder that runs: what is asked for at the start, after a gap and once an hour (market lists,
histories, funding intervals) comes on top, at the pace of the client. Sockets ask for nothing.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tui.collectors import (
    candles,
    control,
    depth,
    derivatives,
    flow,
    flowing,
    options,
    positioning,
    volatility,
)
from tui.collectors.sources import GOLD, OTHER_HAVENS
from tui.config import Settings
from tui.venues import PRICED, gate_stats
from tui.venues.deribit_options import COINS


class Asked(NamedTuple):
    """What a collector asks of one interface of a venue: requests a minute, the weight of each."""

    collector: str
    venue: str
    api: str
    calls: float
    weight: float = 1


class Limit(NamedTuple):
    """What an interface allows an address a minute: of weight, or of requests. `sure`: as the
    venue's documentation has it; else as clients of it assume, not verified. `per` is the span it
    is counted in where that is no minute."""

    most: int
    sure: bool = False
    weighs: bool = False
    per: str = ""


class Load(NamedTuple):
    """All that is asked of an interface a minute."""

    venue: str
    api: str
    calls: float
    weight: float
    limit: Limit


LIMITS: dict[tuple[str, str], Limit] = {
    ("binance", "spot"): Limit(6_000, True, True),
    ("binance", "usd-m"): Limit(2_400, True, True),
    ("binance", "coin-m"): Limit(2_400, False, True),
    ("binance", "ratios"): Limit(200, False, False, "1,000 in 5 minutes"),
    ("bybit", ""): Limit(7_200, True, False, "600 in 5 s"),
    ("okx", "books-full"): Limit(300, False, False, "10 in 2 s"),
    ("okx", "open-interest"): Limit(600, False, False, "20 in 2 s"),
    ("okx", "mark-price"): Limit(300, False, False, "10 in 2 s"),
    ("okx", "index-tickers"): Limit(600, False, False, "20 in 2 s"),
    ("okx", "funding-rate"): Limit(300, False, False, "10 in 2 s"),
    ("okx", "rubik"): Limit(150, False, False, "5 in 2 s"),
    ("okx", "candles"): Limit(1_200, False, False, "40 in 2 s"),
    ("gate", "futures"): Limit(1_200, False, False, "200 in 10 s"),
    ("deribit", ""): Limit(1_200, True, False, "20 a second"),
}
"""OKX limits each of its addresses by itself."""

LINEAR, INVERSE = 2, 1
"""Perpetuals of a coin at Binance and Bybit: against USDT and USDC, and settled in the coin. A
coin that has fewer is asked for less."""


def loads(settings: Settings) -> tuple[Load, ...]:
    """Each interface that is asked at all, in the order of `LIMITS`."""
    every = [one for one in asked(settings) if one.calls]
    found = []
    for (venue, api), limit in LIMITS.items():
        ours = [one for one in every if (one.venue, one.api) == (venue, api)]
        if ours:
            weight = sum(one.calls * one.weight for one in ours)
            found.append(Load(venue, api, sum(one.calls for one in ours), weight, limit))
    return tuple(found)


def asked(settings: Settings) -> Iterator[Asked]:
    """What every collector of the settings asks for."""
    priced = [name for name in PRICED if name in settings.venues]
    coins = len(settings.coins)
    for name in priced:
        yield from _POLLED[name](coins, len(settings.positioning_coins))
    if priced:
        yield from _candles(priced[0], settings.coins)
    if "binance" in settings.venues and settings.flow:
        yield from _flow(coins)
    if "gate" in settings.venues:
        contracts = len(gate_stats.contracts(settings.coins))
        yield Asked("control", "gate", "futures", contracts * 60 / control.PERIOD_S)
    if "deribit" in settings.venues:
        optioned = sum(coin in COINS for coin in settings.coins)
        spans = len(volatility.DEPTHS)
        yield Asked("volatility", "deribit", "", optioned * spans * 60 / volatility.PERIOD_S)
        yield Asked("options", "deribit", "", optioned * 60 / options.PERIOD_S)


def _books(coins: int) -> float:
    """Coins whose books are asked for in a minute."""
    return 60 / max(depth.PACE_S, depth.PERIOD_S / coins)


def _ratios(venue: str, coins: int) -> float:
    """Each ratio by both periods, and again a minute later where nothing new had come."""
    series = len(PRICED[venue].asked.measures) * len(positioning.DEPTHS) * coins
    return 2 * series * 60 / positioning.PERIOD_S


def _binance(coins: int, ratios: int) -> Iterable[Asked]:
    """Open interest and the premium index of each contract; the latter weighs 10 on COIN-M."""
    rounds, books = 60 / derivatives.PERIOD_S, _books(coins)
    return (
        Asked("depth", "binance", "spot", books, 250),
        Asked("depth", "binance", "usd-m", books, 20),
        Asked("derivatives", "binance", "usd-m", 2 * LINEAR * rounds * coins),
        Asked("derivatives", "binance", "coin-m", INVERSE * rounds * coins),
        Asked("derivatives", "binance", "coin-m", INVERSE * rounds * coins, 10),
        Asked("positioning", "binance", "ratios", _ratios("binance", ratios)),
    )


def _bybit(coins: int, ratios: int) -> Iterable[Asked]:
    """Three books a coin: the usual one of spot too, where the full one is refused."""
    rounds = 60 / derivatives.PERIOD_S
    return (
        Asked("depth", "bybit", "", 3 * _books(coins)),
        Asked("derivatives", "bybit", "", (LINEAR + INVERSE) * rounds * coins),
        Asked("positioning", "bybit", "", _ratios("bybit", ratios)),
    )


def _okx(coins: int, ratios: int) -> Iterable[Asked]:
    """All swaps in two answers, index and funding of the largest of each coin."""
    rounds = 60 / derivatives.PERIOD_S
    return (
        Asked("depth", "okx", "books-full", 2 * _books(coins)),
        Asked("derivatives", "okx", "open-interest", rounds),
        Asked("derivatives", "okx", "mark-price", rounds),
        Asked("derivatives", "okx", "index-tickers", rounds * coins),
        Asked("derivatives", "okx", "funding-rate", rounds * coins),
        Asked("positioning", "okx", "rubik", _ratios("okx", ratios)),
    )


_POLLED = {"binance": _binance, "bybit": _bybit, "okx": _okx}
"""By the names of `PRICED`."""


def _candles(venue: str, coins: tuple[str, ...]) -> Iterable[Asked]:
    """Of the preferred venue; another that stands in is asked for as much. A page of 1,000 weighs
    2 on Binance's spot and 5 on its futures."""
    keys = {*((coin, "spot") for coin in coins), *GOLD}
    swaps = sum(kind == "swap" for _, kind in keys)
    times = len(candles.DEPTHS) * 60 / candles.PERIOD_S
    spot, swap, weights = {
        "binance": ("spot", "usd-m", (2, 5)),
        "bybit": ("", "", (1, 1)),
        "okx": ("candles", "candles", (1, 1)),
    }[venue]
    yield Asked("candles", venue, spot, (len(keys) - swaps) * times, weights[0])
    others = [key for key in OTHER_HAVENS if key[1] == "swap" or venue == "bybit"]
    daily = len(others) * 60 / candles.PERIOD_S  # if all are listed; Bybit alone tells its tokens
    yield Asked("candles", venue, swap, swaps * times + daily, weights[1])


def _flow(coins: int) -> Iterable[Asked]:
    """A page of minutes of each market."""
    times = 60 / flow.PERIOD_S * coins
    yield Asked("flow", "binance", "spot", len(flowing.QUOTES["binance"]) * times, 2)
    yield Asked("flow", "binance", "usd-m", LINEAR * times, 5)
    yield Asked("flow", "binance", "coin-m", INVERSE * times, 5)
