"""A venue whose sides stand against the price is found out within a day."""

import random
from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest

from tests.frames import NOW, frame, liquidation, minutes_of, quote
from tui.metrics.sides import DOUBT, LEAST, SideCheck, by_chance, side_checks
from tui.tables import LIQUIDATIONS, QUOTES

MINUTES = 600
BEGINS = NOW.replace(second=0) - timedelta(minutes=MINUTES)
OTHER = {"long": "short", "short": "long"}


def prices(seed: int, base: str = "BTC", step: float = 0.001) -> list[float]:
    rng, price = random.Random(f"{seed}{base}"), 90_000.0
    found = [price]
    for _ in range(MINUTES):
        price *= 1 + rng.gauss(0.0, step)
        found.append(price)
    return found


def quotes_of(listed: list[float], base: str = "BTC") -> pl.DataFrame:
    """A quote in the last second of every minute; the first price is the minute's before."""
    return frame(
        QUOTES,
        [
            quote(price, BEGINS + timedelta(minutes=place - 1, seconds=59), f"{base}/USDT")
            for place, price in enumerate(listed)
        ],
    )


def tape(
    listed: list[float],
    venue: str,
    turned: Callable[[int], bool] = lambda minute: False,
    base: str = "BTC",
    every: int = 1,
) -> list[dict[str, object]]:
    """Longs while the price falls and shorts while it rises, but in minutes that are turned."""
    rows = []
    for minute in range(0, MINUTES, every):
        side = "long" if listed[minute + 1] < listed[minute] else "short"
        side = OTHER[side] if turned(minute) else side
        at = BEGINS + timedelta(minutes=minute, seconds=20)
        rows.append(liquidation(at, venue=venue, side=side, base=base))
    return rows


def check(rows: list[dict[str, object]], quotes: pl.DataFrame, *coins: str) -> dict[str, SideCheck]:
    minutes = minutes_of(frame(LIQUIDATIONS, rows))
    return side_checks(minutes, quotes, NOW, coins or ("BTC",))


def test_a_venue_that_is_opposite_is_doubted_and_the_others_are_not() -> None:
    listed = prices(1)
    rows = tape(listed, "okx") + tape(listed, "bybit", turned=lambda _: True)
    found = check(rows, quotes_of(listed))
    assert (found["okx"].doubted, found["okx"].against) == (False, 0)
    assert (found["bybit"].doubted, found["bybit"].agree) == (True, 0)
    assert found["okx"].minutes == pytest.approx(MINUTES / 4, abs=2)


@pytest.mark.parametrize("seed", range(20))
def test_sides_by_a_coin_are_not_doubted(seed: int) -> None:
    listed, rng = prices(seed), random.Random(seed)
    rows = tape(listed, "okx", turned=lambda _: rng.random() < 0.5)
    assert check(rows, quotes_of(listed))["okx"].doubted is False


def test_four_of_five_opposite_minutes_are_enough() -> None:
    listed, rng = prices(3), random.Random(3)
    rows = tape(listed, "okx", turned=lambda _: rng.random() < 0.8)
    assert check(rows, quotes_of(listed))["okx"].doubted


def test_few_minutes_say_nothing() -> None:
    listed = prices(1)
    few = check(tape(listed, "okx", lambda _: True, every=40), quotes_of(listed))["okx"]
    assert 0 < few.minutes < LEAST
    assert few.doubted is None


def test_the_bound_is_that_of_a_coin() -> None:
    assert by_chance(0, LEAST) <= DOUBT < by_chance(0, LEAST - 1)
    assert by_chance(10, 20) == pytest.approx(0.588, abs=1e-3)
    assert by_chance(20, 20) == 1.0


def test_a_calm_price_and_a_missing_one_tell_nothing() -> None:
    calm = prices(1, step=0.00002)
    assert check(tape(calm, "okx"), quotes_of(calm)) == {}
    assert check(tape(calm, "okx"), QUOTES.empty()) == {}


def test_bitcoin_comes_first_and_the_next_coin_where_a_venue_has_too_little_of_it() -> None:
    bitcoin, ether = prices(1), prices(2, "ETH")
    quotes = pl.concat([quotes_of(bitcoin), quotes_of(ether, "ETH")]).sort("ts")
    rows = [
        *tape(bitcoin, "okx"),
        *tape(ether, "okx", base="ETH", turned=lambda _: True),
        *tape(bitcoin, "htx", every=60),
        *tape(ether, "htx", base="ETH", turned=lambda _: True),
    ]
    found = check(rows, quotes, "BTC", "ETH")
    assert (found["okx"].base, found["okx"].doubted) == ("BTC", False)
    assert (found["htx"].base, found["htx"].doubted) == ("ETH", True)
