"""Charts of text: columns up and down, a row of heights, lines of dots.

A value of `None` is a gap and stays blank; zero is drawn. Each function gives rows of plain text of
equal length, top first, so that a caller styles whole rows.
"""

import math
from collections.abc import Sequence

Values = Sequence[float | None]

_UP = " ▁▂▃▄▅▆▇█"
_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
GAP = " "


def columns(values: Values, height: int, top: float | None = None) -> list[str]:
    """Columns standing on the last of `height` rows, in eighths of a cell.

    `top` is the value of a full column (default: the largest). A value of zero is a baseline
    eighth, so that a quiet minute is told from one nobody listened to.
    """
    full = top if top is not None else max((v for v in values if v is not None), default=0.0)
    levels = [_level(v, full, height * 8) for v in values]
    return [_column_row(levels, row) for row in range(height - 1, -1, -1)]


def _level(value: float | None, full: float, eighths: int) -> int:
    if value is None:
        return 0
    if full <= 0 or value <= 0:
        return 1
    return max(1, min(eighths, round(value / full * eighths)))


def _column_row(levels: list[int], row: int) -> str:
    return "".join(_UP[min(8, max(0, level - row * 8))] for level in levels)


def fall(values: Values, height: int, top: float | None = None) -> list[str]:
    """Columns hanging from the first of `height` rows, in rounded halves of a cell."""
    full = top if top is not None else max((v for v in values if v is not None), default=0.0)
    levels = [
        0 if not v or full <= 0 else min(height * 2, round(v / full * height * 2)) for v in values
    ]
    return [
        "".join(" ▀█"[min(2, max(0, level - row * 2))] for level in levels) for row in range(height)
    ]


def price_row(values: Values) -> str:
    """One row of heights between the lowest and the highest value; level when all are equal."""
    known = [v for v in values if v is not None]
    if not known:
        return GAP * len(values)
    low, high = min(known), max(known)
    span = high - low
    return "".join(
        GAP if v is None else _UP[1 + (round((v - low) / span * 7) if span > 0 else 3)]
        for v in values
    )


def sparkline(values: Values) -> str:
    """One row of columns from zero."""
    return columns(values, 1)[0]


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round values between `low` and `high`: steps of 1, 2, 2.5 or 5."""
    span = high - low
    if span <= 0 or most < 1 or not math.isfinite(span):
        return [low]
    raw = span / max(1, most)
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next(s * scale for s in (1, 2, 2.5, 5, 10, 20) if s * scale >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)][:most] or [low]


def line_chart(
    series: Sequence[Values], width: int, height: int, symbols: str, low: float, high: float
) -> list[list[str]]:
    """Each series as `height` rows of `width` cells over one scale `low`…`high`.

    `symbols` is braille (2 × 4 dots a cell), block, console (as block) or ascii. A gap in the
    values is a gap in the line. The caller lays the series over one another and styles them
    (`overlay`).
    """
    return [_one_line(values, width, height, symbols, low, high) for values in series]


def _one_line(
    values: Values, width: int, height: int, symbols: str, low: float, high: float
) -> list[str]:
    across, down = (2, 4) if symbols == "braille" else (1, 1 if symbols == "ascii" else 2)
    dots = _dots(values, width * across, height * down, low, high)
    rows = [[0] * width for _ in range(height)]
    for x, y in dots:
        rows[y // down][x // across] |= _bit(x % across, y % down, symbols)
    return ["".join(_cell(bits, symbols) for bits in row) for row in rows]


def _bit(x: int, y: int, symbols: str) -> int:
    return _BRAILLE[y][x] if symbols == "braille" else 1 << y


def _cell(bits: int, symbols: str) -> str:
    if symbols == "braille":
        return chr(0x2800 + bits) if bits else GAP
    return " *"[bits] if symbols == "ascii" else " ▀▄█"[bits]


def _dots(values: Values, wide: int, tall: int, low: float, high: float) -> set[tuple[int, int]]:
    """The dots of a line, neighbours joined by vertical strokes, none across a gap."""
    found: set[tuple[int, int]] = set()
    before: int | None = None
    span = high - low
    for x in range(wide):
        value = sample(values, x, wide)
        if value is None or not math.isfinite(value):
            before = None
            continue
        part = (value - low) / span if span > 0 else 0.5
        y = tall - 1 - round(min(1.0, max(0.0, part)) * (tall - 1))
        start = y if before is None else before + (y > before) - (y < before)
        found.update((x, step) for step in range(min(start, y), max(start, y) + 1))
        before = y
    return found


def sample(values: Values, x: int, wide: int) -> float | None:
    """The value under column `x` of `wide`: the newest of those that share the column."""
    if not values:
        return None
    return values[min(len(values) - 1, ((x + 1) * len(values) - 1) // wide)]


def overlay(layers: Sequence[tuple[list[str], str]], row: int) -> list[tuple[str, str]]:
    """One row of several series as styled runs; an earlier layer lies above a later one."""
    runs: list[tuple[str, str]] = []
    for x in range(len(layers[0][0][row])):
        char, style = next(
            ((rows[row][x], style) for rows, style in layers if rows[row][x] != GAP), (GAP, "")
        )
        if runs and (runs[-1][1] == style or char == GAP):
            runs[-1] = (runs[-1][0] + char, runs[-1][1])
        else:
            runs.append((char, style))
    return runs
