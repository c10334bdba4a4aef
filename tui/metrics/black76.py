"""Black's formula of 1976 for options on a forward: price, delta, and the volatility of a price.

Nothing is discounted, for Deribit's `interest_rate` of options is 0 and a premium there is paid in
the coin itself. `years` counts 365 days; volatilities are fractions a year: 0.394 is 39.4 %.
"""

from math import erfc, exp, log, pi, sqrt

LEAST, MOST = 0.001, 10.0
"""Volatilities between which one is looked for: 0.1 % and 1,000 % a year."""

EXACT = 1e-10


def price(forward: float, strike: float, years: float, sigma: float, is_call: bool) -> float:
    """What the option is worth at the volatility `sigma`, in the unit of the forward.

    A call less its put is `forward − strike`, whatever the volatility (put–call parity).
    """
    d1, d2 = _d(forward, strike, years, sigma)
    if is_call:
        return forward * _normal(d1) - strike * _normal(d2)
    return strike * _normal(-d2) - forward * _normal(-d1)


def delta(forward: float, strike: float, years: float, sigma: float, is_call: bool) -> float:
    """The forward delta: N(d1) of a call, N(d1) − 1 of a put, both in coins of the forward.

    It is not adjusted for the premium: that one is paid in coins changes what its buyer holds, and
    is no part of it here.
    """
    above = _normal(_d(forward, strike, years, sigma)[0])
    return above if is_call else above - 1.0


def implied(
    value: float, forward: float, strike: float, years: float, is_call: bool
) -> float | None:
    """The volatility at which the option is worth `value`; None where there is none.

    Newton's steps, halving wherever one would leave the bracket: four to seven of them.
    """
    low, high = LEAST, MOST
    cheapest, dearest = (price(forward, strike, years, end, is_call) for end in (low, high))
    if not cheapest < value < dearest:
        return None
    sigma = min(max(sqrt(2.0 * abs(log(forward / strike)) / years), 0.1), 3.0)
    for _ in range(100):
        off = price(forward, strike, years, sigma, is_call) - value
        low, high = (low, sigma) if off > 0 else (sigma, high)
        steepness = vega(forward, strike, years, sigma)
        step = sigma - off / steepness if steepness > 0 else low
        step = step if low < step < high else (low + high) / 2
        if abs(step - sigma) < EXACT:
            return step
        sigma = step
    return sigma


def vega(forward: float, strike: float, years: float, sigma: float) -> float:
    """How much the price grows by a volatility higher by 1.0; the same of call and put."""
    d1 = _d(forward, strike, years, sigma)[0]
    return forward * exp(-d1 * d1 / 2) / sqrt(2 * pi) * sqrt(years)


def _d(forward: float, strike: float, years: float, sigma: float) -> tuple[float, float]:
    spread = sigma * sqrt(years)
    d1 = log(forward / strike) / spread + spread / 2
    return d1, d1 - spread


def _normal(x: float) -> float:
    """The normal distribution function; by erfc, which keeps its digits far out."""
    return 0.5 * erfc(-x / sqrt(2.0))
