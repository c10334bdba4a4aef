"""The forms of numbers in a status line: shorter than on the screen, and without its libraries."""


def usd(value: float, bound: bool = False) -> str:
    """US dollars in millions from a tenth of one: `0 940 40K 0.9M 15.5M 860M 1.2B`.

    A lower bound is cut, not rounded: behind `≥` 190,000 is `0.1M`, for more was not heard of.
    """
    if bound:
        value = value // (step := _step(value)) * step
    if value >= 999.5e6:
        return f"{value / 1e9:.1f}B"
    if value >= 99.5e3:
        return f"{value / 1e6:.1f}M" if value < 99.95e6 else f"{value / 1e6:.0f}M"
    return f"{value / 1e3:.0f}K" if value >= 999.5 else f"{value:.0f}"


def _step(value: float) -> float:
    """What one more in the last digit of `usd` stands for, in USD."""
    steps = ((1e9, 1e8), (1e8, 1e6), (1e5, 1e5), (1e3, 1e3))
    return next((step for least, step in steps if value >= least), 1.0)


def price(value: float) -> str:
    """Whole dollars from 1,000, five digits below: `89,880 121.38 0.11873`."""
    if value >= 1_000:
        return f"{value:,.0f}"
    digits = f"{value:.5g}"
    return f"{value:.8f}".rstrip("0").rstrip(".") if "e" in digits else digits


def change(fraction: float, decimals: int) -> str:
    """A change in per cent, always signed, with the ASCII minus: `+0.5% -12.5%`."""
    return f"{fraction:+.{decimals}%}"


def share(fraction: float) -> str:
    """A share of a whole in whole per cent; 100 and 0 only where nothing is missing or there."""
    percent = round(100 * fraction)
    if 0 < fraction < 1:
        percent = min(max(percent, 1), 99)
    return f"{percent}%"


def age(seconds: float) -> str:
    """How long ago, in one unit: `4s 12m 3h 2d`."""
    if seconds < 60:
        return f"{seconds:.0f}s"
    if seconds < 3600:
        return f"{seconds / 60:.0f}m"
    return f"{seconds / 3600:.0f}h" if seconds < 172_800 else f"{seconds / 86_400:.0f}d"
