"""The forms of numbers on the screen: three digits of USD, signed changes, ages in steps.

Every function gives text of the real minus sign; `copied` turns it into ASCII for what leaves the
screen. `None` becomes `MISSING`; a value we lack, rather than one nobody offers, is `missing`.
"""

import math

MINUS = "−"
MISSING = "—"
"""The venue does not offer it."""


def copied(text: str) -> str:
    """`text` with ASCII minus signs, as everything that leaves the screen has them."""
    return text.replace(MINUS, "-")


def missing(reason: str = "") -> str:
    """`n/a (reason)`: it exists, and we lack it."""
    return f"n/a ({reason})" if reason else "n/a"


def lacking(text: str) -> str:
    """`text`, or `n/a` where it is the dash of a value that somebody does offer."""
    return missing() if text == MISSING else text


def usd(value: float | None, brief: bool = False) -> str:
    """US dollars to three digits, at most five cells: `940 7.4K 88K 310K 1.40M 848M 1.24B`.

    `brief` has at most one decimal, for a row that has no room.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value < 0:
        return MINUS + usd(-value, brief)
    if value < 999.5:
        return f"{value:.0f}"
    for unit in "KMB":
        value /= 1000
        if value < 999.5 or unit == "B":
            break
    if unit == "K":  # 1.40K would feign a precision nobody needs beside 310K
        return f"{value:.1f}K" if value < 9.95 else f"{value:.0f}K"
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{min(decimals, 1) if brief else decimals}f}{unit}"


def net(value: float | None) -> str:
    """US dollars of a difference, always signed: `+1.24M −310K`."""
    if value is None or not math.isfinite(value):
        return MISSING
    return (MINUS if value < 0 else "+") + usd(abs(value))


def _signed(value: float | None, decimals: int, unit: str = "") -> str:
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{decimals}f}{unit}"
    return (MINUS if value < 0 and text.strip("0.,%σ") else "+") + text


def change(fraction: float | None, decimals: int = 2) -> str:
    """A relative change, always signed: two decimals for spans below a day, one from a day."""
    return _signed(None if fraction is None else fraction * 100, decimals, "%")


def points(value: float | None) -> str:
    """A change of a ratio, in ratio points."""
    return _signed(value, 2)


def share(fraction: float | None) -> str:
    """A share of a whole, unsigned. 100 % and 0 % are said only when they are exact."""
    if fraction is None or not math.isfinite(fraction):
        return MISSING
    percent = round(fraction * 100)
    if percent >= 100 and fraction < 1:
        percent = 99
    if percent <= 0 < fraction:
        return "<1%"
    return f"{percent}%"


def ratio(value: float | None) -> str:
    """A long/short ratio: two decimals."""
    return MISSING if value is None or not math.isfinite(value) else f"{value:.2f}"


def multiple(value: float | None) -> str:
    """How many times a normal one: `×47`, one decimal below ten."""
    if value is None or not math.isfinite(value):
        return MISSING
    return f"×{value:,.0f}" if value >= 9.95 else f"×{value:.1f}"


def sigmas(value: float | None) -> str:
    """A move in standard deviations, signed: `−4.1σ`."""
    return _signed(value, 1, "σ")


def funding(fraction: float | None) -> str:
    """Funding per 8 h in percent, four decimals."""
    return change(fraction, 4)


def price(value: float | None) -> str:
    """A price by its magnitude: `88,612.4 2,908.15 121.38 0.11873`.

    A market's tick would decide, but the store has none, and one coin has another at each venue.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value >= 10_000:
        return f"{value:,.1f}"
    if value >= 100 or value <= 0:
        return f"{value:,.2f}"
    return f"{value:.{min(8, 4 - math.floor(math.log10(value)))}f}"


def whole(value: float | None) -> str:
    """A mark or an average: whole dollars from 1,000, one digit less than `price` below."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else price(value)


def slope(value: float | None) -> str:
    """USD a day, signed: whole from 10, two significant digits below."""
    if value is None or not math.isfinite(value):
        return MISSING
    if abs(value) >= 10:
        return _signed(value, 0)
    return _signed(value, 1 if abs(value) >= 1 else 2)


def age(seconds: float | None) -> str:
    """How long ago: steps of 1 s below 10 s, then 10 s, then minutes, hours, days."""
    if seconds is None or not math.isfinite(seconds):
        return "n/a"
    whole_s = max(0, int(seconds))
    if whole_s < 10:
        return f"{whole_s}s"
    if whole_s < 60:
        return f"{whole_s // 10 * 10}s"
    if whole_s < 3600:
        return f"{whole_s // 60}m"
    return f"{whole_s // 3600}h" if whole_s < 172_800 else f"{whole_s // 86_400}d"
