"""The four themes, each with the names the panels colour by.

`$long` and `$short` are the two sides, `$above` and `$below` a level's, `$warn` what needs an eye,
`$muted` and `$frame` what stands back, `$gold` gold. Red and green differ in brightness too, and
every mark has a shape or word, so that no meaning hangs on the hue.
"""

from textual.theme import BUILTIN_THEMES, Theme

_ANSI = {
    "long": "ansi_red",
    "short": "ansi_green",
    "above": "ansi_green",
    "below": "ansi_red",
    "muted": "ansi_bright_black",
    "frame": "ansi_bright_black",
    "warn": "ansi_yellow",
    "gold": "ansi_yellow",
    "accent": "ansi_cyan",
}


def _theme(name: str, dark: bool, ground: str, text: str, **names: str) -> Theme:
    return Theme(
        name=name,
        primary=names["accent"],
        accent=names["accent"],
        warning=names["warn"],
        error=names["long"],
        success=names["short"],
        foreground=text,
        background=ground,
        surface=ground,
        panel=ground,
        dark=dark,
        variables=names,
    )


THEMES: tuple[Theme, ...] = (
    _theme(
        "dark",
        True,
        "#0d1117",
        "#d5dbe3",
        long="#ff6b6b",
        short="#3fc380",
        above="#3fc380",
        below="#ff6b6b",
        muted="#7d8794",
        frame="#4a5462",
        warn="#f2b84b",
        gold="#e0b94f",
        accent="#6cb6ff",
    ),
    _theme(
        "light",
        False,
        "#ffffff",
        "#1f2328",
        long="#c21f2e",
        short="#0a7d4b",
        above="#0a7d4b",
        below="#c21f2e",
        muted="#656d76",
        frame="#9aa3ad",
        warn="#a05b00",
        gold="#85640b",
        accent="#0550ae",
    ),
    # Orange against blue holds apart under every common colour blindness.
    _theme(
        "colour-blind",
        True,
        "#0d1117",
        "#d5dbe3",
        long="#ff9e3d",
        short="#56a8f5",
        above="#56a8f5",
        below="#ff9e3d",
        muted="#7d8794",
        frame="#4a5462",
        warn="#ffe14d",
        gold="#d9c28a",
        accent="#c9a5ff",
    ),
    Theme(
        name="ansi",
        ansi=True,
        primary="ansi_blue",
        accent="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        luminosity_spread=0.0,
        text_alpha=1.0,
        variables={**BUILTIN_THEMES["ansi-dark"].variables, **_ANSI},
    ),
)
"""In the order of the key `T`; names as in `values.THEMES`."""


def fitting(name: str, color_system: str | None) -> str:
    """The theme of that name; where there are 16 colours alone, the one that is made of them.

    The nearest of 16 to the green of `dark` is cyan, which is the accent too.
    """
    return "ansi" if color_system == "standard" else name
