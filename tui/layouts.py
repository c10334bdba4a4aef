"""Layouts: which panels the dashboard shows, in which order. `p` goes from one to the next."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tui.errors import UsageError
from tui.values import unknown

FIRST = "all"
"""The layout of `[view] panels`, which is always there."""

KEYS = ["panels", "strip", "feed"]
"""What a layout may say."""


class Layout(NamedTuple):
    """Panels in order, the first of which gets the most room, and those of a strip (100 columns or
    more, fewer than 14 rows). Without `feed` the liquidations leave it out."""

    name: str
    panels: tuple[str, ...]
    strip: tuple[str, ...]
    feed: bool = True


Names = Callable[[Any], tuple[str, ...]]
"""Checks a list of panel names; a UsageError says what is wrong with it."""


def layouts(
    section: Mapping[str, Any], panels: tuple[str, ...], strip: tuple[str, ...], names: Names
) -> tuple[Layout, ...]:
    """The first layout and those of `[layout]`, in their order."""
    first = Layout(FIRST, panels, strip)
    return (first, *(_layout(name, value, strip, names) for name, value in section.items()))


def _layout(name: str, value: Any, strip: tuple[str, ...], names: Names) -> Layout:
    if not isinstance(value, dict):
        raise UsageError(f'{name}: is no layout; write {name} = {{ panels = ["liquidations"] }}')
    if name == FIRST:
        raise UsageError(f"{name}: is the layout of [view] panels; choose another name")
    if stray := [key for key in value if key not in KEYS]:
        raise UsageError(f"{name}: {unknown(f'key {stray[0]!r}', stray[0], KEYS)}")
    try:
        panels = names(value.get("panels"))
        own = tuple(one for one in strip if one in panels) or panels
        in_strip = names(value["strip"]) if "strip" in value else own
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    feed = value.get("feed", True)
    if not isinstance(feed, bool):
        raise UsageError(f"{name}: feed = {feed!r} is neither true nor false")
    return Layout(name, panels, in_strip, feed)


def alone(panels: tuple[str, ...]) -> tuple[Layout, ...]:
    """The one layout of a screen for these panels."""
    return (Layout(FIRST, panels, panels),)


def named(layouts: Sequence[Layout], name: str | None) -> Layout:
    """The layout of that name, else the first."""
    return next((one for one in layouts if one.name == name), layouts[0])


def following(layouts: Sequence[Layout], name: str) -> Layout:
    """The one after it, and the first after the last."""
    names = [one.name for one in layouts]
    return layouts[(names.index(name) + 1) % len(layouts)]


def every_panel(layouts: Sequence[Layout]) -> tuple[str, ...]:
    """All panels of all layouts, in the order of their keys: those of the first layout first."""
    seen = (name for one in layouts for name in (*one.panels, *one.strip))
    return tuple(dict.fromkeys(seen))
