"""Paths into the snapshot's JSON: `liquidations.windows.5m.total_usd`, as `jq` would write them
but for the `panels.` in front, and with rows chosen by the words they hold instead of a place.

`[binance,BTC]` chooses the rows that hold all these words; `[!BTC]` those that do not hold it,
`[*]` every one. It works on lists and on what is named by coin, venue or window alike.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tui.alerts.settings import Step
from tui.errors import UsageError
from tui.status.numbers import price

_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<picks>[^\[\]]*)\])?(?:\.|$)")
_TELLING = ("collector", "venue", "stream", "base", "measure", "kind")
"""The words of a row that say which one it is."""


class Found(NamedTuple):
    """A number a path leads to; `who` says of which row, `low` that it is a lower bound; `note` is
    what stands beside it. `value` is None where the snapshot knows none, and where the panel is
    stale."""

    who: str
    value: float | None
    low: bool = False
    note: str = ""


def parse(text: str) -> tuple[Step, ...]:
    """The steps of a path; a UsageError when it is none."""
    steps, at = [], 0
    text = text.removeprefix("panels.")
    while at < len(text) and (match := _STEP.match(text, at)):
        picks = match["picks"]
        words = None if picks is None else tuple(word.strip() for word in picks.split(","))
        if words is not None and not all(words):
            break
        steps.append(Step(match["name"], words))
        at = match.end()
    if not steps or at < len(text) or text.endswith("."):
        raise UsageError(f"{text!r} is no path; write one like liquidations.windows.5m.total_usd")
    return tuple(steps)


def written(path: Sequence[Step]) -> str:
    """A path as a person writes it."""
    return ".".join(
        step.name if step.picks is None else f"{step.name}[{','.join(step.picks)}]" for step in path
    )


def find(document: Mapping[str, Any], path: Sequence[Step]) -> list[Found]:
    """Every number the path leads to in a document of `tui.document`."""
    panel = path[0].name
    panels = document["panels"]
    root = panels if panel in panels else document
    aged = path[-1].name in ("age_s", "stale")
    stale = panel in panels and panels[panel].get("stale") and not aged
    return [
        Found(who, None if stale else _number(value), low, note)
        for who, value, low, note in _walk(root, path, _Place("", None, False, ""))
    ]


class _Place(NamedTuple):
    who: str
    value: Any
    low: bool
    note: str


def _walk(node: Any, path: Sequence[Step], place: _Place) -> Iterator[_Place]:
    if not path:
        yield place._replace(value=node)
        return
    if isinstance(node, Mapping):
        place = place._replace(low=place.low or node.get("lower_bound") is True, note=_note(node))
    step, rest = path[0], path[1:]
    below = node.get(step.name) if isinstance(node, Mapping) else None
    if step.picks is None:
        yield from _walk(below, rest, place)
        return
    for name, row in _rows(below):
        words = {name, *_texts(row)}
        if all(_matches(pick, words) for pick in step.picks):
            who = " ".join(filter(None, (place.who, name)))
            yield from _walk(row, rest, place._replace(who=who))


def _note(node: Mapping[str, Any]) -> str:
    """Of an average: on which side of it the last close was."""
    state, level = node.get("state"), node.get("value")
    return f"{state} {price(level)}" if state and level is not None else ""


def _rows(node: Any) -> Iterator[tuple[str, Any]]:
    """Rows of a list or a mapping, by what they are called."""
    if isinstance(node, Mapping):
        yield from ((str(name), row) for name, row in node.items() if isinstance(row, Mapping))
    elif isinstance(node, list):
        for row in node:
            named = (str(row[key]) for key in _TELLING if row.get(key))
            yield " ".join(named), row


def _texts(row: Mapping[str, Any]) -> Iterator[str]:
    yield from (value for value in row.values() if isinstance(value, str))


def _matches(pick: str, words: set[str]) -> bool:
    if pick == "*":
        return True
    return pick[1:] not in words if pick.startswith("!") else pick in words


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (bool, int, float)) else None
