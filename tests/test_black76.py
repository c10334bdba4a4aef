"""Black-76: put–call parity, delta along the strikes, and the volatility found again in a price."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.metrics.black76 import delta, implied, price, vega

FORWARDS = st.floats(100.0, 200_000.0)
MONEYNESS = st.floats(-1.0, 1.0)
YEARS = st.floats(0.003, 2.0)
SIGMAS = st.floats(0.05, 3.0)


@given(FORWARDS, MONEYNESS, YEARS, SIGMAS)
def test_a_call_less_its_put_is_the_forward_less_the_strike(
    forward: float, moneyness: float, years: float, sigma: float
) -> None:
    strike = forward * exp(moneyness)
    call, put = (price(forward, strike, years, sigma, side) for side in (True, False))
    assert call - put == pytest.approx(forward - strike, abs=1e-9 * forward)
    assert max(0.0, forward - strike) <= call + 1e-9 * forward
    assert call <= forward
    deltas = [delta(forward, strike, years, sigma, side) for side in (True, False)]
    assert deltas[0] - deltas[1] == pytest.approx(1.0)


@given(FORWARDS, YEARS, SIGMAS, st.lists(MONEYNESS, min_size=2, max_size=9))
def test_delta_falls_with_the_strike(
    forward: float, years: float, sigma: float, places: list[float]
) -> None:
    for is_call in (True, False):
        deltas = [delta(forward, forward * exp(k), years, sigma, is_call) for k in sorted(places)]
        assert deltas == sorted(deltas, reverse=True)
        assert all(0.0 <= abs(one) <= 1.0 for one in deltas)


@given(FORWARDS, st.floats(-2.5, 2.5), YEARS, SIGMAS)
def test_the_volatility_of_a_price_is_found_again(
    forward: float, deviations: float, years: float, sigma: float
) -> None:
    strike = forward * exp(deviations * sigma * years**0.5)
    is_call = strike >= forward
    value = price(forward, strike, years, sigma, is_call)
    found = implied(value, forward, strike, years, is_call)
    assert found == pytest.approx(sigma, rel=1e-5)


@given(FORWARDS, MONEYNESS, YEARS, SIGMAS)
def test_vega_is_the_slope_of_the_price(
    forward: float, moneyness: float, years: float, sigma: float
) -> None:
    strike, step = forward * exp(moneyness), 1e-4
    up, down = (price(forward, strike, years, sigma + s, True) for s in (step, -step))
    slope = vega(forward, strike, years, sigma)
    assert slope == pytest.approx((up - down) / (2 * step), rel=1e-3, abs=1e-6 * forward)


@pytest.mark.parametrize(
    ("strike", "years", "sigma", "is_call", "worth", "by_delta"),
    [
        # By hand from a table of the normal distribution: d1 = ln(F/K)/(σ√t) + σ√t/2.
        (100.0, 1.0, 0.20, True, 7.9656, 0.5398),  # d1 0.10: 100 (N(0.10) − N(−0.10))
        (100.0, 1.0, 0.20, False, 7.9656, -0.4602),
        (110.0, 0.25, 0.40, True, 4.292, 0.3533),  # d1 −0.3766, d2 −0.5766: 35.33 − 110 × 0.2821
        (90.0, 0.25, 0.40, False, 3.591, -0.2654),  # d1 0.6268, d2 0.4268: 90 × 0.3347 − 26.54
    ],
)
def test_prices_by_hand(
    strike: float, years: float, sigma: float, is_call: bool, worth: float, by_delta: float
) -> None:
    assert price(100.0, strike, years, sigma, is_call) == pytest.approx(worth, abs=0.01)
    assert delta(100.0, strike, years, sigma, is_call) == pytest.approx(by_delta, abs=2e-4)


@pytest.mark.parametrize("worth", [0.0, -1.0, 9.99, 100.0, 250.0])
def test_a_price_that_no_volatility_gives_has_none(worth: float) -> None:
    assert implied(worth, 100.0, 90.0, 0.25, True) is None


def test_a_year_at_the_money_is_two_fifths_of_the_volatility() -> None:
    """The rule of thumb: F σ √t ÷ √2π."""
    assert price(89_880.0, 89_880.0, 30 / 365, 0.394, True) == pytest.approx(
        0.39894 * 89_880.0 * 0.394 * (30 / 365) ** 0.5, rel=1e-3
    )
