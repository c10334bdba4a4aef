"""A small wave after a normal week, as frames: two hours, in the second of which BTC falls."""

import random
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from tests.frames import connection, frame, liquidation, quote
from tui.clock import milliseconds
from tui.metrics.cascades.normals import Hour, Week, level
from tui.metrics.cascades.normals import frame as normals
from tui.metrics.cascades.rule import Bucket
from tui.tables import COVERAGE, LIQUIDATIONS, QUOTES

BEGAN = datetime(2026, 1, 19, 12, tzinfo=UTC)
FALLS, FALLEN = BEGAN + timedelta(minutes=80), BEGAN + timedelta(minutes=84)
END = BEGAN + timedelta(minutes=105)
HOUR = timedelta(hours=1)
COINS = ("BTC", "ETH", "SOL", "XRP")


class Frames(NamedTuple):
    """What the detector is given."""

    liquidations: pl.DataFrame
    quotes: pl.DataFrame
    coverage: pl.DataFrame


def week(days: float = 7) -> Week:
    """A week of 1,000 USD of each coin a bucket on bybit, so that its baseline is 1,000."""
    hours = {}
    for at in range(round(days * 24)):
        hour = Hour()
        hour.listened["bybit"] = hour.normal["bybit"] = 3600
        for base in COINS:
            hour.cents["bybit", base] = 720 * 100_000
            hour.sizes["bybit", base][level(1_000.0)] = 720
        hour.cents["bybit", ""] = len(COINS) * 720 * 100_000
        hours[milliseconds(BEGAN - (at + 1) * HOUR)] = hour
    return Week(normals(hours))


@cache
def week_rows(days: float = 7) -> pl.DataFrame:
    """The same as rows of NORMALS."""
    return week(days).rows


@cache
def frames(seed: int = 1, coins: tuple[str, ...] = COINS, depth: float = 0.02) -> Frames:
    """A quiet hour and a wave of four minutes, in which longs of these coins go."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = []
    prices: list[dict[str, Any]] = []
    price, at = 90_000.0, BEGAN
    while at < END:
        at += timedelta(seconds=1)
        in_wave = FALLS <= at < FALLEN
        price *= 1 + chance.gauss(0, 0.00006) - (depth / 240 if in_wave else 0)
        if at.second % 5 == 0:
            prices += [quote(price / size, at, f"{coin}/USDT") for coin, size in QUOTED.items()]
        for coin in COINS:
            busy = in_wave and coin in coins
            if chance.random() < (0.9 if busy else 0.15):
                side = "long" if busy or chance.random() < 0.5 else "short"
                usd = round(chance.uniform(500, 2_000) * (20 if busy else 1), 2)
                ts = at + timedelta(milliseconds=chance.randrange(900))
                rows.append(liquidation(ts, usd, side, coin))
    heard = connection(since=BEGAN - HOUR, until=END + HOUR)
    return Frames(frame(LIQUIDATIONS, rows), frame(QUOTES, prices), frame(COVERAGE, [heard]))


QUOTED = {"BTC": 1.0, "ETH": 30.0, "SOL": 700.0}


def buckets(made: Frames, until: datetime = END) -> list[Bucket]:
    """The buckets of those frames."""
    from tui.metrics.cascades.buckets import batch

    return list(batch(*made, milliseconds(BEGAN), until))
