"""The coins of the scenario: prices at its end, shares of its liquidations, long histories."""

import math
from dataclasses import dataclass
from functools import lru_cache

Anchors = tuple[tuple[float, float], ...]
"""(days before the end, price): the daily path passes through each at the nearest UTC midnight."""

# The shape of bitcoin, ether, solana and gold up to January 2026, in round figures. The dense
# stretch at 80-66 days before the end puts the last cross of the 365-day mean there.
BTC: Anchors = (
    (2790, 6500), (2620, 3600), (2490, 5200), (2400, 11200), (2230, 7200), (2170, 9800),
    (2138, 5100), (2000, 9200), (1900, 11500), (1850, 19000), (1760, 50000), (1735, 58000),
    (1640, 33000), (1595, 47000), (1530, 64500), (1460, 38000), (1390, 45500), (1310, 20500),
    (1165, 16600), (1090, 23200), (1000, 28500), (860, 26200), (760, 42500), (680, 69500),
    (560, 62000), (500, 58000), (440, 75500), (400, 97000), (365, 103400), (330, 96000),
    (290, 82500), (255, 104500), (200, 108500), (160, 116500), (145, 111500), (106, 123800),
    (101, 112500), (90, 108800), (80, 109500), (76, 104600), (72, 99000), (69, 95800), (66, 91500),
    (60, 86500), (48, 91800), (33, 86200), (20, 88600), (12, 93400), (8, 95900), (7, 96300),
    (5.5, 96700), (4, 95300), (3, 93800), (2, 92600),
)  # fmt: skip
ETH: Anchors = (
    (2790, 450), (2590, 110), (2400, 290), (2138, 125), (2000, 230), (1850, 600), (1735, 1800),
    (1640, 1950), (1530, 4550), (1310, 1100), (1165, 1230), (860, 1620), (680, 3700), (500, 2500),
    (400, 3650), (365, 3260), (280, 1600), (200, 2550), (160, 4350), (106, 4520), (90, 3900),
    (60, 2800), (33, 2930), (12, 3180), (5.5, 3300), (2, 3110),
)  # fmt: skip
SOL: Anchors = (
    (2790, 0.9), (2000, 0.8), (1735, 14), (1530, 210), (1310, 36), (1165, 12), (860, 20),
    (680, 185), (500, 135), (400, 215), (365, 238), (280, 128), (200, 152), (160, 195), (106, 226),
    (90, 186), (60, 132), (33, 124), (12, 137), (5.5, 144), (2, 134),
)  # fmt: skip
GOLD: Anchors = (
    (1200, 1930), (950, 1960), (830, 1840), (750, 2040), (600, 2380), (450, 2700), (365, 2781),
    (280, 3300), (180, 3350), (110, 3950), (90, 4110), (60, 4090), (30, 4381), (7, 4520),
    (2, 4590),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin with a path of its own.

    `price` is its price at the scenario's end, `beta` how it follows bitcoin, `share` its part of
    the day's liquidations, `multiples` the number of coins in one listed unit, per venue.
    """

    name: str
    price: float
    beta: float
    share: float
    anchors: Anchors = ()
    multiples: tuple[tuple[str, str, int], ...] = ()  # venue, listed base, multiplier


def _kilo(listed: str, bybit: str, by: int) -> tuple[tuple[str, str, int], ...]:
    return (("binance", listed, by), ("bybit", bybit, by))


_HEAVY = {"BTC": 0.42, "ETH": 0.26, "SOL": 0.095, "XRP": 0.05, "DOGE": 0.033}
_PRICES = {
    "BTC": 89_880.0, "ETH": 2_987.0, "SOL": 127.4, "XRP": 1.9162, "DOGE": 0.12618, "HYPE": 23.1,
    "SUI": 1.553, "BNB": 885.2, "ADA": 0.3612, "PEPE": 0.00000505, "LINK": 12.41, "ZEC": 364.0,
    "AVAX": 12.32, "LTC": 69.5, "BCH": 588.0, "ENA": 0.1801, "TAO": 240.3, "WIF": 0.341,
    "BONK": 0.0000088, "SHIB": 0.0000079, "UNI": 4.91, "AAVE": 158.2, "NEAR": 1.552, "ARB": 0.1853,
    "XMR": 505.0, "DOT": 1.981, "TRX": 0.3061, "WLD": 0.4812, "ONDO": 0.3403, "FIL": 1.331,
    "APT": 1.621, "TON": 1.553, "OP": 0.3012, "ETC": 11.72, "PENGU": 0.01021, "SEI": 0.1082,
    "ICP": 3.512, "INJ": 4.603, "TIA": 0.4811, "MOG": 0.00000026, "FARTCOIN": 0.3231,
}  # fmt: skip
_KILOS = {
    "PEPE": _kilo("1000PEPE", "1000PEPE", 1000),
    "SHIB": _kilo("1000SHIB", "SHIB1000", 1000),
    "BONK": _kilo("1000BONK", "1000BONK", 1000),
    "MOG": _kilo("1000000MOG", "1000000MOG", 1_000_000),
}
_ANCHORS = {"BTC": BTC, "ETH": ETH, "SOL": SOL}


def _share(rank: int, name: str) -> float:
    """The five heavy coins are given; the rest falls off as Zipf's law, 0.142 together."""
    tail = len(_PRICES) - len(_HEAVY)
    zipf = sum(1 / (k + 4) for k in range(tail))
    return _HEAVY.get(name) or 0.142 / zipf / (rank - len(_HEAVY) + 4)


COINS: tuple[Coin, ...] = tuple(
    Coin(
        name, price, 1.0 if name == "BTC" else 1.25 + 0.05 * (rank % 8), _share(rank, name),
        _ANCHORS.get(name, ()), _KILOS.get(name, ()),
    )
    for rank, (name, price) in enumerate(_PRICES.items())
)  # fmt: skip

METAL = Coin("GOLD", 4_683.0, 0.0, 0.0, GOLD)
"""The gold that PAXG, XAUT and the XAU perpetual all follow."""

TRADFI: tuple[Coin, ...] = (
    Coin("XAG", 94.2, 0.0, 0.0),
    Coin("TSLA", 425.4, 0.3, 0.0),
    Coin("NVDA", 181.2, 0.3, 0.0),
)


def power_of_ten(value: float) -> float:
    """The largest power of ten that is not above `value`."""
    return 10.0 ** math.floor(math.log10(value))


@lru_cache(maxsize=4096)  # asked for every number on the wire
def tick_of(price: float) -> float:
    """A price step of six significant digits: 0.1 at 89,880."""
    return power_of_ten(price) * 1e-5


def lot_of(price: float) -> float:
    """A size step worth at most 100 USD, at most one coin."""
    return min(1.0, power_of_ten(100 / price))


@lru_cache(maxsize=4096)
def decimals(step: float) -> int:
    """Digits after the point that a multiple of `step` needs."""
    return max(0, -math.floor(math.log10(step) + 1e-9))


SHARES = {coin.name: coin.share for coin in COINS}
"""The part of each coin in what is liquidated."""

BITCOIN = SHARES["BTC"]
WEIGHTS = {name: share / BITCOIN for name, share in SHARES.items()}
"""Each coin, of bitcoin, by the same."""
