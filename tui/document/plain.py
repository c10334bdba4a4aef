"""Values that JSON knows: no time objects, no NaN, and a reason beside every null."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite
from typing import Any

from tui.clock import iso


def told(fields: dict[str, Any], reason: str | None) -> dict[str, Any]:
    """The fields, and why under `reason` when one of them is unknown."""
    if any(value is None for value in fields.values()):
        return fields | {"reason": reason or "unknown"}
    return fields


_PLAIN = (str, int, bool, type(None))


def plain(value: Any) -> Any:
    """The same with times as text, tuples as lists and what is no number as null."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else value


def dumps(document: dict[str, Any]) -> str:
    """The document as one line of JSON. ASCII alone: no name of a coin can steer a terminal."""
    return json.dumps(document, allow_nan=False, separators=(", ", ": "))
