"""The theme sheet: every mark and every colour, in each theme, as one drawing."""

import io
from collections.abc import Iterator

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.theme import Theme

from tui.themes import THEMES

CELLS = 27
MARKS = (
    ("▼ long   21.4M ██████▊", "long"),
    ("▲ short   310K ▏", "short"),
    ("above  +53.0%", "above"),
    ("below  −12.5%", "below"),
    ("◆ largest 24h", "accent"),
    ("! okx lost  STALE 40s", "warn"),
    ("BTC ▁▂▃▄▅▆▇█ ⡠⠔⠊", "accent"),
    ("gold 4,683", "gold"),
    ("· 31 smaller  cover 99%", "muted"),
    ("╭─ 1 Liquidations ─ 8s ─╮", "frame"),
    ("≥ $69.6M  —  n/a  ×  ns", ""),
    ("a selected row", "reverse"),
    (" AT 2026-01-19 21:15Z ", "warn reverse"),
)
"""What stands in the sheet: the words, and the names that they are coloured by."""


def sheet() -> str:
    """The drawing, a column for each theme."""
    console = Console(
        width=(CELLS + 2) * len(THEMES), record=True, file=io.StringIO(), force_terminal=True,
        color_system="truecolor",
    )  # fmt: skip
    table = Table.grid(padding=(0, 1))
    for _ in THEMES:
        table.add_column(width=CELLS, no_wrap=True)
    table.add_row(*(column(theme) for theme in THEMES))
    console.print(table)
    return console.export_svg(title="liqtop: the marks in each theme")


def column(theme: Theme) -> Text:
    """One theme: its name, and every mark with the name of its colour."""
    ground = Style(bgcolor=colour(theme.background), color=colour(theme.foreground))
    return Text("\n").join(_cell(*line, theme, ground) for line in _lines(theme))


def _lines(theme: Theme) -> Iterator[tuple[str, str]]:
    yield theme.name, "bold"
    for words, names in MARKS:
        yield words, names
        if "reverse" not in names and names:
            yield f"  ${names}", "muted"


def _cell(words: str, names: str, theme: Theme, ground: Style) -> Text:
    style = ground
    for name in names.split():
        marked = name in ("bold", "reverse")
        style += Style.parse(name) if marked else Style(color=colour(theme.variables[name]))
    return Text(f" {words}".ljust(CELLS), style)


def colour(name: str | None) -> str:
    """A theme's colour as rich has it: `#rrggbb`, or a name of the 16."""
    return "default" if name is None else name.removeprefix("ansi_")
