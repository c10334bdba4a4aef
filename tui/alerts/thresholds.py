"""A number of the snapshot against the thresholds of a rule."""

from collections.abc import Callable

from tui.alerts.paths import Found
from tui.alerts.settings import Rule

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    "==": lambda value, limit: value == limit,
    "!=": lambda value, limit: value != limit,
}


def holds(rule: Rule, value: float, hysteresis: float = 0.0) -> bool:
    """Whether the number stands so against the threshold, or against one nearer by `hysteresis`."""
    toward = {">": -1, ">=": -1, "<": 1, "<=": 1}.get(rule.operator, 0)
    return _COMPARE[rule.operator](value, rule.threshold + toward * hysteresis)


def grade_of(rule: Rule, value: float) -> int:
    """1, and one more for each further threshold that is passed."""
    return 1 + sum(_COMPARE[rule.operator](value, limit) for limit in rule.grades)


def worst(rule: Rule, found: list[Found]) -> Found | None:
    """The number that is furthest beyond; None when none is known."""
    known = [one for one in found if one.value is not None]
    if not known:
        return None
    if rule.operator in (">", ">="):
        return max(known, key=_value)
    if rule.operator in ("<", "<="):
        return min(known, key=_value)
    return next((one for one in known if holds(rule, _value(one))), known[0])


def _value(one: Found) -> float:
    return one.value or 0.0
