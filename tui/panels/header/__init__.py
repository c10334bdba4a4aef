"""The header: the 5-minute total and side, live prices, feeds and cover; the quotable sentence."""

from tui.panels.header.data import HeaderRecord, priced, record
from tui.panels.header.rows import cells_before_prices, clock_cells, feeds_line, height_of, lines
from tui.panels.header.words import quoted, sentence

__all__ = [
    "HeaderRecord",
    "cells_before_prices",
    "clock_cells",
    "feeds_line",
    "height_of",
    "lines",
    "priced",
    "quoted",
    "record",
    "sentence",
]
