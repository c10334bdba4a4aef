"""The profile sideways beside the year's closes and their averages, over one scale of prices."""

import polars as pl
from textual.content import Content

from tui import draw
from tui.draw.framed import AXIS, Series, framed, scale
from tui.metrics.profile import Profile
from tui.metrics.supply import Supply
from tui.panels.base import View
from tui.panels.moving_averages.chart import STYLES
from tui.panels.supply.record import SupplyRecord

BARS = 28
"""Cells of the profile beside the closes, its labels included; below `ALONE` there is no room for
both, and the profile stands alone."""
ALONE = 72
LABEL = 7
LEAST = 6
DAILY = ("365d", "200d", "50d")
"""Two hundred weeks lie so far off that the rest would be flat."""


def chart(record: SupplyRecord, view: View, width: int, height: int) -> list[Content]:
    """Exactly `height` lines, or none where they would say nothing."""
    profile = record.supply.profile
    if height < LEAST or profile is None or not profile.is_whole:
        return []
    days = record.history
    if width < ALONE or days is None or days.height < 2:
        return alone(record.supply, profile, width, height)
    names = [name for name in DAILY if name in days.columns]
    closes = days["close"].to_list()
    low, high = min(profile.low, *closes), max(profile.high, *closes)
    series = [Series("price", closes, "$accent")]
    # A year ago the means lay far below: the scale is that of the prices, not theirs.
    inside = days.select(pl.when(pl.col(names).is_between(low, high)).then(pl.col(names)))
    series += [Series(name, inside[name].to_list(), STYLES[name]) for name in names]
    title, cursor = f"{days.height} daily closes", view.drill.cursor
    made = framed(
        series,
        width - BARS,
        height,
        view.symbols,
        days["ts"][0],
        days["ts"][-1],
        cursor,
        title,
        (low, high),
    )
    drawn = bars(record.supply, profile, low, high, height - 2, BARS)
    beside = [Content.blank(BARS), *drawn, draw.line(BARS, (" traded at this price", "$muted"))]
    return [left + right for left, right in zip(made, beside, strict=True)]


def alone(made: Supply, profile: Profile, width: int, height: int) -> list[Content]:
    """The profile with its own scale of prices."""
    rows = height - 1
    labels = scale(profile.low, profile.high, rows)
    drawn = bars(made, profile, profile.low, profile.high, rows, width - AXIS)
    return [
        *(
            draw.line(AXIS, (labels.get(n, "┤").rjust(AXIS), "$muted")) + one
            for n, one in enumerate(drawn)
        ),
        draw.line(width, (" " * AXIS + " traded at this price", "$muted")),
    ]


def bars(
    made: Supply, profile: Profile, low: float, high: float, rows: int, width: int
) -> list[Content]:
    """A bar for the prices of each row, from `high` in the first to `low` in the last. A zone's
    rows stand out, with its share at the fullest; so does the row of the price."""
    step = (high - low) / max(1, rows - 1)
    middles = [high - step * n for n in range(rows)]
    shares = [
        profile.between(max(middle - step / 2, profile.low / 2), middle + step / 2)
        for middle in middles
    ]
    labels = _labels(made, middles)
    most = max(shares) or 1.0
    lines = []
    for n, (middle, share) in enumerate(zip(middles, shares, strict=True)):
        inside = any(one.zone.low <= middle < one.zone.high for one in made.zones)
        label = labels.get(n, "")
        style = "$accent" if label == "price" else "$warn" if inside else "$muted"
        bar = draw.hbar(share / most, width - LABEL - 1)
        lines.append(draw.line(width, (f" {bar}{label.rjust(LABEL)}", style)))
    return lines


def _labels(made: Supply, middles: list[float]) -> dict[int, str]:
    """What stands at the end of a row; the price before a share."""

    def row(price: float) -> int:
        return min(range(len(middles)), key=lambda n: abs(middles[n] - price))

    said = {row(one.zone.peak): draw.share(one.zone.share) for one in reversed(made.zones)}
    return said | ({row(made.price): "price"} if made.price is not None else {})
