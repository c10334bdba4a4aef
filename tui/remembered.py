"""What a person chose last in a monitor: it outranks the config, and `liqtop doctor` says so."""

import json
from pathlib import Path
from typing import Any

from tui.values import SMALLEST

_SIZES = tuple(SMALLEST.values())


def smallest(folder: Path) -> float | None:
    """The smallest size of the last run, USD; None when there is none that makes sense."""
    size = _kept(folder).get("smallest")
    return float(size) if size in _SIZES else None


def layout(folder: Path) -> str | None:
    """The layout of the last run, if one was chosen."""
    name = _kept(folder).get("layout")
    return name if isinstance(name, str) else None


def keep(folder: Path, name: str, value: float | str) -> str | None:
    """Keep one choice for the next run; what to tell the person when that fails."""
    try:
        file(folder).write_text(json.dumps(_kept(folder) | {name: value}) + "\n", "utf-8")
    except OSError as error:
        return f"{name} not remembered: {error.strerror}"
    return None


def file(folder: Path) -> Path:
    """Where it is kept, below the folder of the store."""
    return folder / "viewer.json"


def _kept(folder: Path) -> dict[str, Any]:
    """What the last run kept; nothing where the file is spoiled."""
    try:
        kept = json.loads(file(folder).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
