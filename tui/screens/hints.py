"""The last row of the dashboard: the keys, as they are bound, as many as fit."""

from collections.abc import Mapping
from functools import lru_cache

from textual.content import Content

from tui import draw

_WIDE = (
    ("{n}", "panel"),
    ("zoom", "zoom"),
    ("layout", "layout"),
    ("open", "open"),
    ("back", "back"),
    ("coin", "coin"),
    ("window_shorter window_longer", "window"),
    ("size_larger size_smaller", "min size"),
    ("group", "group"),
    ("time_earlier time_later", "time"),
    ("burst_next burst_previous", "burst"),
    ("hold", "hold"),
    ("alerts", "alerts"),
    ("copy", "copy"),
    ("theme", "theme"),
    ("palette", "go"),
    ("help", "help"),
    ("back_or_quit", "quit"),
)
_NARROW = (
    ("{n}", ""),
    ("open", ""),
    ("zoom", ""),
    ("coin", "coin"),
    ("size_larger size_smaller", "size"),
    ("help", ""),
    ("back_or_quit", ""),
)
_FIRST_TO_GO = (
    *("back", "theme", "go", "copy", "alerts", "layout", "time", "group", "zoom", "burst", "open"),
    "hold",
)
SHORT = {
    "zoom": "z",
    "layout": "p",
    "open": "⏎",
    "back": "esc",
    "coin": "c",
    "window_shorter": "[",
    "window_longer": "]",
    "size_larger": "+",
    "size_smaller": "−",
    "group": "b",
    "time_earlier": ",",
    "time_later": ".",
    "burst_next": "n",
    "burst_previous": "N",
    "hold": "space",
    "alerts": "a",
    "copy": "y",
    "theme": "T",
    "palette": ":",
    "help": "?",
    "back_or_quit": "q",
}


def hint(
    width: int, panels: int, keys: Mapping[str, str], symbols: str, muted: str = ""
) -> Content:
    """One row of `width` cells, `muted` first. A key that was bound anew is shown as bound."""
    if muted:
        rest = hint(width - len(muted) - 2, panels, keys, symbols)
        return draw.line(width, " ", (muted, "$warn"), (f" {rest.plain}", "$muted"))
    return _row(width, panels, tuple(keys.items()), symbols)


@lru_cache(8)  # it stays the same from second to second
def _row(width: int, panels: int, keys: tuple[tuple[str, str], ...], symbols: str) -> Content:
    bound = {**SHORT, **{name: key.split(",")[0] for name, key in keys}}
    bound["{n}"] = f"1-{min(9, panels)}" if panels > 1 else "1"  # there are nine keys
    for parts in (*(_without(n) for n in range(len(_FIRST_TO_GO) + 1)), _NARROW):
        said = [f"{_keys(bound, names)} {word}".strip() for names, word in parts]
        text = " " + "  ".join(said)
        if len(text) <= width:
            break
    else:
        text = " ".join(_keys(bound, names) for names, _ in _NARROW)
    line = draw.line(width, (text[:width], "$muted"))
    return Content(draw.drawn_with(line.plain, symbols), list(line.spans))


def _without(count: int) -> list[tuple[str, str]]:
    """The wide row without the first `count` that can go."""
    return [(names, word) for names, word in _WIDE if word not in _FIRST_TO_GO[:count]]


def _keys(bound: Mapping[str, str], names: str) -> str:
    return " ".join(bound[name] for name in names.split())
