"""Smiles and tenors: a known smile is found again, total variance lies between its neighbours,
nothing beyond the last expiry; and a recorded chain of 684 options."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp, sqrt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW
from tui.clock import from_milliseconds
from tui.metrics import black76
from tui.metrics.smile import CHAIN, YEAR, Smile, Surface, parity, smile_of, surface, tenor
from tui.metrics.smile import nodes as nodes_of
from tui.tables import TENORS
from tui.venues.deribit_options import expires

Vol = Callable[[float], float]
"""Volatility by the delta of the call."""


def day(days: float) -> datetime:
    return NOW + timedelta(days=days)


def chain(days: dict[float, Vol], forward: float = 90_000.0, strikes: int = 41) -> pl.DataFrame:
    """Calls and puts whose marks follow from those smiles, to a millionth as Deribit's are."""
    rows: list[tuple[Any, ...]] = []
    for length, vol in days.items():
        years = timedelta(days=length) / YEAR
        width = 3.5 * vol(0.5) * sqrt(years)
        for k in range(strikes):
            strike = round(forward * exp(width * (2 * k / (strikes - 1) - 1)))
            sigma = at_strike(vol, forward, strike, years)
            for is_call in (True, False):
                worth = black76.price(forward, strike, years, sigma, is_call) / forward
                rows.append((day(length), strike, is_call, round(worth, 6), forward, sigma))
    return pl.DataFrame(rows, CHAIN, orient="row")


def at_strike(vol: Vol, forward: float, strike: float, years: float) -> float:
    """The volatility of a strike, whose delta it is itself needed for."""
    sigma = vol(0.5)
    for _ in range(60):
        sigma = (sigma + vol(black76.delta(forward, strike, years, sigma, True))) / 2
    return sigma


def parabola(atm: float, skew: float, wing: float) -> Vol:
    """A smile with that 25Δ risk reversal, and its 25Δ options so much above `atm`."""
    return lambda delta: atm + 2 * skew * (0.5 - delta) + 16 * wing * (0.5 - delta) ** 2


def only(made: Surface, name: str) -> Any:
    return next(one for one in made.tenors if one.name == name)


LEVELS = st.floats(0.25, 1.2)
SKEWS = st.floats(-0.06, 0.06)
WINGS = st.floats(0.0, 0.02)


@given(LEVELS, SKEWS, WINGS)
def test_a_known_smile_is_found_again(atm: float, skew: float, wing: float) -> None:
    """To a tenth of a point, strikes as far apart as Deribit's."""
    vol = parabola(atm, skew, wing)
    (found,) = surface(chain({180.0: vol}), NOW).smiles
    assert found.call25 - found.put25 == pytest.approx(skew, abs=0.001)
    assert found.call25 == pytest.approx(vol(0.25), abs=0.001)
    assert found.put25 == pytest.approx(vol(0.75), abs=0.001)
    middle = at_strike(vol, 90_000.0, 90_000.0, found.years)
    assert found.atm == pytest.approx(middle, abs=0.001)


def test_a_flat_smile_is_flat_at_every_tenor_and_its_marks_agree() -> None:
    flat = parabola(0.5, 0.0, 0.0)
    made = surface(chain(dict.fromkeys((5.0, 12.0, 40.0, 120.0, 200.0), flat)), NOW)
    for one in made.tenors:
        assert (one.atm, one.call25, one.put25) == pytest.approx((0.5, 0.5, 0.5), abs=2e-4)
        assert one.reason is None
    assert made.parity == pytest.approx(0.0, abs=1e-6)
    assert made.gap == pytest.approx(0.0, abs=2e-4)


points = st.lists(
    st.tuples(st.integers(1, 400), st.floats(0.1, 2.0)),
    min_size=1,
    max_size=9,
    unique_by=lambda p: p[0],
)


@given(points, st.sampled_from(sorted(TENORS.items())))
def test_total_variance_lies_between_its_neighbours(
    given: list[tuple[int, float]], wanted: tuple[str, int]
) -> None:
    smiles = [Smile(day(d), d / 365, v, v + 0.1, v + 0.2, 7) for d, v in sorted(given)]
    name, days = wanted
    made = tenor(smiles, name, days, NOW)
    within = [d for d, _ in given if d <= days], [d for d, _ in given if d >= days]
    if not all(within):
        assert (made.atm, made.near) == (None, None)
        assert made.reason in (
            f"no expiry beyond {max(d for d, _ in given)} d", f"no expiry within {days} d",
        )  # fmt: skip
        return
    assert (made.near, made.far) == (day(max(within[0])), day(min(within[1])))
    by_day = {round(s.years * 365): s for s in smiles}
    near, far = by_day[max(within[0])], by_day[min(within[1])]
    for point in ("atm", "call25", "put25"):
        ends = sorted(getattr(one, point) ** 2 * one.years for one in (near, far))
        total = getattr(made, point) ** 2 * days / 365
        assert ends[0] - 1e-12 <= total <= ends[1] + 1e-12


def test_between_two_expiries_it_is_variance_that_is_straight() -> None:
    """By hand: 0.4² × 20 = 3.2 and 0.6² × 40 = 14.4 variance-days; half way 8.8 ÷ 30 = 0.5416²."""
    smiles = [Smile(day(d), d / 365, v, v, v, 5) for d, v in ((20, 0.4), (40, 0.6))]
    made = tenor(smiles, "30d", 30, NOW)
    assert made.atm == pytest.approx(0.5416, abs=1e-4)
    assert made.strikes == 10
    same = tenor([Smile(day(30), 30 / 365, 0.4, 0.4, 0.4, 5)], "30d", 30, NOW)
    assert same.atm == pytest.approx(0.4)
    assert (same.strikes, same.near) == (5, day(30))


def test_nothing_is_extrapolated() -> None:
    flat = parabola(0.5, 0.0, 0.0)
    made = surface(chain({12.0: flat, 120.4: flat}), NOW)
    assert only(made, "180d").reason == "no expiry beyond 120 d"
    assert only(made, "7d").reason == "no expiry within 7 d"
    assert only(made, "90d").atm is not None
    assert only(surface(chain({}), NOW), "30d").reason == "no expiry with marks on both sides"


def test_an_expiry_that_is_over_or_whose_strikes_do_not_reach_is_left_out() -> None:
    flat = parabola(0.5, 0.0, 0.0)
    whole = chain({40.0: flat, 90.0: flat})
    narrow = whole.filter(
        (pl.col("expiry") < pl.lit(day(60))) | (pl.col("strike").is_between(85_000, 95_000))
    )
    assert [one.expiry for one in surface(narrow, NOW).smiles] == [day(40.0)]
    assert [one.expiry for one in surface(whole, day(50)).smiles] == [day(90.0)]
    one_sided = whole.filter(pl.col("strike") > 90_000)
    assert surface(one_sided, NOW).smiles == ()


def test_marks_without_a_volatility_are_no_strikes() -> None:
    flat = parabola(0.5, 0.0, 0.0)
    rows = list(chain({40.0: flat}).sort("strike").iter_rows())
    whole = list(nodes_of(rows, 40 / 365))
    dead = [(*row[:3], 0.0, *row[4:]) if row[1] > 105_000 else row for row in rows]
    assert len(list(nodes_of(dead, 40 / 365))) < len(whole)
    assert smile_of([], day(1), 1 / 365) is None


def test_a_chain_that_breaks_parity_says_by_how_much() -> None:
    flat = parabola(0.5, 0.0, 0.0)
    off = chain({40.0: flat}).with_columns(
        mark=pl.when("is_call").then(pl.col("mark") + 0.002).otherwise(pl.col("mark"))
    )
    assert parity(off) == pytest.approx(0.002, abs=1e-5)
    assert parity(off.filter("is_call")) is None


@pytest.fixture(scope="module")
def ether(recorded: Path) -> tuple[pl.DataFrame, datetime]:
    """Deribit's ETH chain of 2024-01-08, two days before the ETF, and its time."""
    rows = pl.read_csv(recorded / "options" / "deribit_ETH_option_chain_2024-01-08.csv")
    names = rows["instrument_name"].str.split("-")
    dates = [(n[1][:-5], n[1][-5:-2], n[1][-2:]) for n in names]
    made = rows.select(
        expiry=pl.Series([from_milliseconds(expires(*parts)) for parts in dates]),
        strike="strike_price",
        is_call=pl.col("option_type") == "C",
        mark="mark_price",
        forward="underlying_price",
        mark_iv=pl.lit(None),
    )
    typed = made.select(pl.col(name).cast(dtype) for name, dtype in CHAIN.items())
    return typed, from_milliseconds(int(str(rows["creation_timestamp"].max())))


def test_the_recorded_chain_keeps_put_call_parity(ether: tuple[pl.DataFrame, datetime]) -> None:
    """Its marks are off it by a hundredth of a per mille of the forward: the formula is theirs."""
    rows, at = ether
    assert rows.height == 684
    assert parity(rows) == pytest.approx(1.4e-5, abs=1e-6)
    later = surface(rows, at)
    assert later.parity == parity(rows)
    assert later.gap is None


def test_of_the_recorded_chain_calls_and_puts_have_one_volatility(
    ether: tuple[pl.DataFrame, datetime],
) -> None:
    """Near the forward, where both have one to speak of: within a third of a point."""
    rows, at = ether
    calls, puts = (rows.filter(pl.col("is_call") == side) for side in (True, False))
    pairs = calls.join(puts, on=["expiry", "strike"], suffix="_put").filter(
        (pl.col("strike") / pl.col("forward")).is_between(0.9, 1.1)
    )
    gaps = []
    for one in pairs.iter_rows(named=True):
        forward, strike, years = one["forward"], one["strike"], (one["expiry"] - at) / YEAR
        call = black76.implied(one["mark"] * forward, forward, strike, years, True)
        put = black76.implied(one["mark_put"] * forward, forward, strike, years, False)
        if years > 7 / 365 and call is not None and put is not None:
            gaps.append(abs(call - put))
    assert len(gaps) > 40
    assert max(gaps) < 0.0033


def test_the_recorded_surface_is_that_of_those_days(ether: tuple[pl.DataFrame, datetime]) -> None:
    """Two days before the ETF the front was dear, its puts too; far out calls were."""
    rows, at = ether
    made = surface(rows, at)
    assert len(made.smiles) == 11
    assert all(one.strikes >= 20 for one in made.smiles)
    atm = {one.name: one.atm for one in made.tenors}
    assert list(atm) == list(TENORS)
    assert atm == pytest.approx({"7d": 0.823, "30d": 0.691, "90d": 0.679, "180d": 0.696}, abs=1e-3)
    reversals = [one.call25 - one.put25 for one in made.tenors if one.call25 and one.put25]
    assert reversals == pytest.approx([-0.0613, -0.0006, 0.0338, 0.0471], abs=1e-3)
    assert all(a < b for a, b in pairwise(reversals))
    first = made.smiles[0].expiry
    assert first == datetime(2024, 1, 9, 8, tzinfo=UTC)
    by_expiry = {one.expiry: one for one in made.smiles}
    for one in made.tenors:
        assert one.near is not None
        assert one.far is not None
        near, far = by_expiry[one.near], by_expiry[one.far]
        total = (one.atm or 0.0) ** 2 * TENORS[one.name] / 365
        assert near.atm**2 * near.years < total < far.atm**2 * far.years
