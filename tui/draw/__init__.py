"""Numbers, ages, bars and charts as text of exact width. Pure; knows textual's `Content` alone."""

from tui.draw.bars import hbar
from tui.draw.charts import columns, fall, line_chart, price_row, sparkline
from tui.draw.numbers import (
    MISSING,
    age,
    change,
    copied,
    funding,
    lacking,
    missing,
    multiple,
    net,
    points,
    price,
    ratio,
    share,
    sigmas,
    slope,
    usd,
    whole,
)
from tui.draw.text import Part, ascii_text, cut, drawn_with, fit, line, minus, pad, safe, symbols

VARIABLES = ("long", "short", "above", "below", "muted", "frame", "accent", "warn", "gold")
"""The theme variables that styles are made of, besides `bold` and `reverse`."""

__all__ = [
    "MISSING",
    "VARIABLES",
    "Part",
    "age",
    "ascii_text",
    "change",
    "columns",
    "copied",
    "cut",
    "drawn_with",
    "fall",
    "fit",
    "funding",
    "hbar",
    "lacking",
    "line",
    "line_chart",
    "minus",
    "missing",
    "multiple",
    "net",
    "pad",
    "points",
    "price",
    "price_row",
    "ratio",
    "safe",
    "share",
    "sigmas",
    "slope",
    "sparkline",
    "symbols",
    "usd",
    "whole",
]
