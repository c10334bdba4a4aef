"""Where a number stands among its own."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Percentile:
    """Where a number stands among its own of the newest `have` days, of `need`: the share of them
    that were no higher, None while there are too few."""

    have: int
    need: int
    percentile: float | None
