"""What a chain of options says of volatility: a smile for each expiry, and tenors between them.

Of each strike the option that is out of the money counts: a put below the forward, a call from it
on. Its volatility is own Black-76 of the mark price (`tui.metrics.black76`), its delta the forward
delta at that volatility. `ATM` is at the forward; the 25Δ put is where the call's delta is 0.75.
Between strikes total variance (σ² × years) is straight: over log strike at the forward, over delta
elsewhere; between expiries it is straight over time. Nothing is extrapolated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from math import log, sqrt
from statistics import median
from typing import Any, NamedTuple

import polars as pl

from tui.metrics import black76
from tui.metrics.options import TenorIv
from tui.tables import TENORS, TIME

YEAR = timedelta(days=365)

CHAIN: dict[str, Any] = {
    "expiry": TIME,
    "strike": pl.Float64,
    "is_call": pl.Boolean,
    "mark": pl.Float64,  # the mark price in the coin: a part of the forward
    "forward": pl.Float64,  # the underlying's price for this expiry, USD
    "mark_iv": pl.Float64,  # the venue's own, a fraction; null where it gives none
}
"""The columns of a chain."""

QUARTER = 0.25
NEAR_DELTA = 0.05
"""Options of a smaller delta say little of the venue's own volatility: a step of its mark price of
one millionth of a coin is then a tenth of a point and more at a week."""


class Node(NamedTuple):
    """One strike of a smile."""

    moneyness: float  # ln(strike ÷ forward)
    delta: float  # of its call
    variance: float  # total: σ² × years
    gap: float | None  # own volatility less the venue's


@dataclass(frozen=True)
class Smile:
    """One expiry. Volatilities are fractions a year; `strikes` of them were used."""

    expiry: datetime
    years: float
    atm: float
    call25: float
    put25: float
    strikes: int


@dataclass(frozen=True)
class Surface:
    """A whole chain at a moment. `parity` is the median of |call − put − (1 − strike ÷ forward)|
    over all pairs, in coins; `gap` the median of |own − the venue's volatility|, None where the
    venue tells none."""

    smiles: tuple[Smile, ...]
    tenors: tuple[TenorIv, ...]
    parity: float | None
    gap: float | None


def surface(chain: pl.DataFrame, at: datetime) -> Surface:
    """The chain (columns of `CHAIN`) as seen at `at`; expiries that are over are left out."""
    rows = chain.filter(pl.col("expiry") > pl.lit(at).cast(TIME)).sort("expiry", "strike")
    made: list[Smile] = []
    gaps: list[float] = []
    for expiry, of in groupby(rows.iter_rows(), key=lambda row: row[0]):
        years = (expiry - at) / YEAR
        found = list(nodes(list(of), years))
        gaps += [abs(node.gap) for node in found if node.gap is not None and _near(node)]
        if (smile := smile_of(found, expiry, years)) is not None:
            made.append(smile)
    tenors = tuple(tenor(made, name, days, at) for name, days in TENORS.items())
    return Surface(tuple(made), tenors, parity(chain), median(gaps) if gaps else None)


def nodes(rows: Sequence[tuple[Any, ...]], years: float) -> Iterator[Node]:
    """The strikes of one expiry (rows of `CHAIN`, ascending) that have a volatility."""
    forward = median(row[4] for row in rows)
    for _, strike, is_call, mark, own, told in rows:
        if is_call is not (strike >= forward):
            continue
        sigma = black76.implied(mark * own, own, strike, years, is_call)
        if sigma is None:  # a mark of nothing, or below what it is worth at once
            continue
        of_call = black76.delta(forward, strike, years, sigma, True)
        gap = None if told is None else sigma - told
        yield Node(log(strike / forward), of_call, sigma**2 * years, gap)


def smile_of(found: Sequence[Node], expiry: datetime, years: float) -> Smile | None:
    """The three points of an expiry; None where its strikes do not reach around one of them."""
    middle = _between([(node.moneyness, node.variance) for node in found], 0.0)
    call, put = (
        _between([(node.delta, node.variance) for node in found], at)
        for at in (QUARTER, 1.0 - QUARTER)
    )
    if middle is None or call is None or put is None:
        return None
    atm, call25, put25 = (sqrt(variance / years) for variance in (middle, call, put))
    return Smile(expiry, years, atm, call25, put25, len(found))


def _between(points: Sequence[tuple[float, float]], x: float) -> float | None:
    """The value at `x`, straight between the two neighbours around it; of several such pairs the
    one nearest to the middle of the list, for far out a mark says little."""
    pairs = [
        (abs(place - len(points) / 2), a, b)
        for place, (a, b) in enumerate(pairwise(points), 1)
        if min(a[0], b[0]) <= x <= max(a[0], b[0])
    ]
    if not pairs:
        return None
    _, (x0, y0), (x1, y1) = min(pairs)
    return y0 if x1 == x0 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def tenor(smiles: Sequence[Smile], name: str, days: int, at: datetime) -> TenorIv:
    """`days` from `at`, straight in total variance between the expiries around it."""
    end, years = at + timedelta(days=days), timedelta(days=days) / YEAR
    near = max((s for s in smiles if s.expiry <= end), key=lambda s: s.expiry, default=None)
    far = min((s for s in smiles if s.expiry >= end), key=lambda s: s.expiry, default=None)
    if near is None or far is None:
        return TenorIv(name, reason=_lacking(smiles, days, at, far is None))

    def point(one: float, other: float) -> float:
        first, last = one**2 * near.years, other**2 * far.years
        part = (years - near.years) / (far.years - near.years) if far.years > near.years else 0.0
        return sqrt((first + (last - first) * part) / years)

    used = near.strikes + (far.strikes if far is not near else 0)
    points = ((s.atm, s.call25, s.put25) for s in (near, far))
    atm, call, put = (point(*pair) for pair in zip(*points, strict=True))
    return TenorIv(name, atm, call, put, near.expiry, far.expiry, used)


def _lacking(smiles: Sequence[Smile], days: int, at: datetime, beyond: bool) -> str:
    if not smiles:
        return "no expiry with marks on both sides"
    if beyond:
        return f"no expiry beyond {(max(s.expiry for s in smiles) - at) // timedelta(days=1)} d"
    return f"no expiry within {days} d"


def parity(chain: pl.DataFrame) -> float | None:
    """How far the marks are off put–call parity: the median over all pairs, in coins."""
    calls, puts = (chain.filter(pl.col("is_call") == side) for side in (True, False))
    pairs = calls.join(puts, on=["expiry", "strike"], suffix="_put")
    off = pl.col("mark") - pl.col("mark_put") - (1.0 - pl.col("strike") / pl.col("forward"))
    found = pairs.select(off.abs().median()).item()
    return None if found is None else float(found)


def _near(node: Node) -> bool:
    return NEAR_DELTA < node.delta < 1.0 - NEAR_DELTA
