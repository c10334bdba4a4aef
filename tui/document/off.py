"""What the settings leave out: no panel waits for it, and none goes on with what it left behind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tui.metrics.feeds import is_off, is_stale, newest_rows
from tui.snapshot import Snapshot

_SHOWN = (
    *("positioning", "derivatives", "candles", "quotes"),
    *("depth", "volatility", "options", "flow"),
)
"""Collectors that panels are made of; the snapshot has a frame by the name of each."""


def without_off(snapshot: Snapshot) -> Snapshot:
    """The snapshot without the stale rows of collectors that are off: they are no news of now, and
    none will come. It is the same where every collector is on."""
    frames = snapshot.collected
    gone: dict[str, Any] = {
        name: frames[name].clear()
        for name in _SHOWN
        if is_off(snapshot.health, name)
        and is_stale(name, newest_rows(frames[name], snapshot.as_of).get(""), snapshot.as_of)
    }
    return replace(snapshot, **gone) if gone else snapshot


def is_late(snapshot: Snapshot, collector: str, newest: datetime | None) -> bool:
    """Whether the newest row of a collector is too old; of one that is off none is awaited."""
    late = is_stale(collector, newest, snapshot.as_of)
    return late and not (newest is None and is_off(snapshot.health, collector))


def lacking(snapshot: Snapshot, what: str, collectors: Sequence[str], otherwise: str) -> str:
    """Why a panel lacks a number: what it is of is not recorded, or `otherwise`."""
    off = all(is_off(snapshot.health, name) for name in collectors)
    return f"off: {what} not recorded by the settings" if off else otherwise
