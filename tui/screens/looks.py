"""Steps of the view: window, smallest size, grouping, coin."""

import difflib
from dataclasses import replace

import polars as pl

from tui import remembered
from tui.config import Settings
from tui.panels.base import View
from tui.tables import Class
from tui.values import SMALLEST, WINDOW_NAMES

GROUPS = ("coin", "venue", "side")
_SIZES = tuple(SMALLEST.values())


def first_look(settings: Settings) -> View:
    """The view of the settings, with the smallest size remembered from the last run."""
    smallest = remembered.smallest(settings.data_dir) or settings.smallest
    return replace(View.of(settings), smallest=smallest)


def window(view: View, by: int) -> View:
    """The next longer (`by` = 1) or shorter window; it stops at both ends."""
    return replace(view, window=_step(WINDOW_NAMES, view.window, by))


def smallest(view: View, by: int) -> View:
    """The next larger or smaller size the feed shows; from a size of one's own to the nearest."""
    size = view.smallest
    beyond = [s for s in _SIZES if (s > size if by > 0 else s < size)]
    return replace(view, smallest=(beyond[0 if by > 0 else -1] if beyond else size))


def group(view: View) -> View:
    """Coin, venue, side, and coin again."""
    return replace(view, group=GROUPS[(GROUPS.index(view.group) + 1) % len(GROUPS)])


def coin(view: View, base: str | None) -> View:
    """The whole screen by that coin; None is all."""
    return replace(view, coin=base)


def matching(typed: str, coins: list[str]) -> list[str]:
    """The coins that begin with what was typed, then those that contain it, in their order."""
    wanted = typed.strip().upper()
    begin = [c for c in coins if c.upper().startswith(wanted)]
    return begin + [c for c in coins if wanted in c.upper() and c not in begin]


def near(typed: str, coins: list[str], count: int = 12) -> list[str]:
    """The coins a mistyped one may have meant; the first `count` where none is like it."""
    return difflib.get_close_matches(typed.strip().upper(), coins, count, 0.5) or coins[:count]


def by_size(minutes: pl.DataFrame) -> list[str]:
    """The coins liquidated in these minutes, largest first; what is no coin is left out."""
    coins = minutes.filter(pl.col("class") == Class.CRYPTO.value)
    sizes = coins.group_by("base").agg(pl.col("usd").sum())
    return sizes.sort("usd", "base", descending=[True, False])["base"].to_list()


def _step(names: tuple[str, ...], name: str, by: int) -> str:
    return names[max(0, min(len(names) - 1, names.index(name) + by))]
