"""Which number of the snapshot's JSON a path leads to, and the form in which it is said."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from tui.alerts.forms import Each, Rows
from tui.alerts.numbers import tree
from tui.alerts.paths import written
from tui.alerts.settings import Step
from tui.errors import UsageError

COIN = re.compile(r"[A-Z0-9]{1,15}")


def form_of(path: Sequence[Step], venues: Sequence[str]) -> str:
    """The form of the number a path leads to; a UsageError with the nearest path that does."""
    whole = tree(venues)
    node: Any = whole
    for step in path:
        node = _below(node, step)
        if node is None:
            break
    if isinstance(node, str):
        return node
    typed = written(path)
    every = list(_listed(whole, ""))
    near = get_close_matches(typed, every, n=1, cutoff=0.5) or get_close_matches(
        typed, every, n=1, cutoff=0.0
    )
    raise UsageError(f"no number {typed!r} in the snapshot; the nearest is {near[0]!r}")


def _below(node: Any, step: Step) -> Any:
    """What a step leads to; None when it leads nowhere."""
    if isinstance(node, Each):
        below = node.node if _fits(step.name, node) else None
    else:
        below = node.get(step.name) if isinstance(node, Mapping) else None
    if step.picks is None:
        return below
    if not isinstance(below, (Each, Rows)):
        return None
    fine = all(_fits(word.removeprefix("!"), below) for word in step.picks)
    return below.node if fine else None


def _fits(word: str, below: Each | Rows) -> bool:
    if word == "*":
        return True
    if isinstance(below, Each):
        return word in (below.names or below.more) or (
            below.names is None and bool(COIN.fullmatch(word))
        )
    return below.words is None or word in below.words or bool(COIN.fullmatch(word))


def _listed(node: Any, path: str) -> Iterator[str]:
    """Every path there is; of coins and of rows those of an example."""
    if isinstance(node, str):
        yield path.lstrip(".")
    elif isinstance(node, Rows):
        yield from _listed(node.node, f"{path}[{node.example}]")
    elif isinstance(node, Each):
        for name in node.names or (node.example, *node.more):
            yield from _listed(node.node, f"{path}.{name}")
    else:
        for name, below in node.items():
            yield from _listed(below, f"{path}.{name}")
