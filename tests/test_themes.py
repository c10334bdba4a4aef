"""With 256 colours each theme keeps its roles apart."""

from itertools import combinations

import pytest
from rich.color import Color, ColorSystem
from textual.theme import Theme

from tui.themes import THEMES

TRUE_COLOUR = [theme for theme in THEMES if theme.name != "ansi"]
SAME = {("long", "below"), ("short", "above")}
"""Roles that are one colour on purpose."""
READABLE = 4.5
"""WCAG's contrast of text."""


def of_256(colour: str) -> int | None:
    return Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).number


def luminance(colour: str) -> float:
    """WCAG's relative luminance."""
    parts = [part / 255 for part in Color.parse(colour).get_truecolor()]
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", TRUE_COLOUR, ids=lambda theme: theme.name)
def test_the_roles_stay_apart_in_256_colours(theme: Theme) -> None:
    roles = {name: of_256(colour) for name, colour in theme.variables.items()}
    fallen = [pair for pair in combinations(roles, 2) if roles[pair[0]] == roles[pair[1]]]
    assert set(fallen) == SAME


@pytest.mark.parametrize("theme", TRUE_COLOUR, ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", ["long", "short", "warn", "gold", "accent"])
def test_what_is_to_be_read_stands_out_of_its_ground(theme: Theme, role: str) -> None:
    assert theme.background is not None
    bright = sorted((luminance(theme.background), luminance(theme.variables[role])))
    assert (bright[1] + 0.05) / (bright[0] + 0.05) >= READABLE
