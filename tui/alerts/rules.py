"""Reads `[[alert]]` of a config: one comparison a rule, and how patient it is.

[[alert]]
name = "5m over 50M"
when = "liquidations.windows.5m.total_usd > 50M"
hold = "30s"
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from tui.alerts.known import form_of
from tui.alerts.paths import parse
from tui.alerts.settings import Quiet, Rule, clocks
from tui.errors import ConfigError, UsageError
from tui.values import seconds, unknown

BUILT_IN = ("burst", "feed")
KEYS = ("name", "when", "hold", "hysteresis", "cool_down", "grades", "quiet")

_WHEN = re.compile(r"\s*(?P<path>[\w.,!*\[\] ]+?)\s*(?P<op>>=|<=|==|!=|>|<)\s*(?P<number>\S+)\s*")
_NUMBER = re.compile(r"([+-]?[\d._]+(?:e[+-]?\d+)?)([KMB%]?)", re.IGNORECASE)
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)(?: +(\S+))?")


def rules(value: Any, venues: Sequence[str], file: Path | None) -> tuple[Rule, ...]:
    """The rules of `[[alert]]`; a ConfigError names file, rule and what to write instead."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ConfigError(f"{file}: alert: is a list of rules, write [[alert]] before each")
    made: list[Rule] = []
    for place, one in enumerate(value, 1):
        try:
            rule = _rule(one, venues)
            if rule.name in BUILT_IN or rule.name in (other.name for other in made):
                raise UsageError("name: is taken; give another")
        except UsageError as error:
            which = one.get("name") or one.get("when") or ""
            raise ConfigError(f"{file}: [[alert]] {place} {which!r}: {error}") from None
        made.append(rule)
    return tuple(made)


def _rule(one: dict[str, Any], venues: Sequence[str]) -> Rule:
    for key in one:
        if key not in KEYS:
            raise UsageError(f"{key}: {unknown('key', key, list(KEYS))}")
    path, operator, threshold = _when(one.get("when"))
    rule = Rule(
        name=_read(one, "name", name, str(one["when"]).strip()),
        when=str(one["when"]).strip(),
        path=parse(path),
        operator=operator,
        threshold=threshold,
        form=form_of(parse(path), venues),
    )
    return rule._replace(
        hold_s=_read(one, "hold", seconds, rule.hold_s),
        hysteresis=_read(one, "hysteresis", _amount, rule.hysteresis),
        cool_down_s=_read(one, "cool_down", seconds, rule.cool_down_s),
        grades=_read(one, "grades", lambda value: _grades(value, rule), rule.grades),
        quiet=_read(one, "quiet", quiet, rule.quiet),
    )


def _read(one: dict[str, Any], key: str, check: Callable[[Any], Any], default: Any) -> Any:
    if key not in one:
        return default
    try:
        return check(one[key])
    except UsageError as error:
        raise UsageError(f"{key}: {error}") from None


def _when(text: Any) -> tuple[str, str, float]:
    match = _WHEN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise UsageError(
            'when: write one number of the snapshot against one, "header.change_5m < -1%"'
        )
    try:
        return match["path"].strip(), match["op"], number(match["number"])
    except UsageError as error:
        raise UsageError(f"when: {error}") from None


def number(value: Any) -> float:
    """A number as rules have them: 50e6, 50M, -3%, true; or one of TOML's own."""
    if isinstance(value, (bool, int, float)):
        found = float(value)
    elif value in ("true", "false"):
        return float(value == "true")
    else:
        match = _NUMBER.fullmatch(str(value).replace("−", "-"))
        try:
            if match is None:
                raise ValueError
            unit = match[2].lower()
            # 3 / 100 is 0.03; 3 * 0.01 is not.
            found = float(match[1]) / 100 if unit == "%" else float(match[1]) * _TIMES[unit]
        except ValueError:
            raise UsageError(f"{value!r} is no number; write one like 50M, 0.05% or true") from None
    if not isfinite(found):
        raise UsageError(f"{value!r} is no number; write one like 50M, 0.05% or true")
    return found


def _amount(value: Any) -> float:
    if (found := number(value)) < 0:
        raise UsageError(f"{value!r} is below zero; it is how far the number has to come back")
    return found


def _grades(value: Any, rule: Rule) -> tuple[float, ...]:
    """Thresholds of the higher grades, each further than the one before."""
    if not isinstance(value, list) or rule.operator not in (">", ">=", "<", "<="):
        raise UsageError("is a list of numbers beyond the threshold, for > and <")
    found = tuple(number(one) for one in value)
    sign = 1 if rule.operator.startswith(">") else -1
    steps = (rule.threshold, *found)
    if any(sign * (b - a) <= 0 for a, b in pairwise(steps)):
        raise UsageError("each has to lie beyond the one before, the first beyond the threshold")
    return found


def name(value: Any) -> str:
    """What a rule is called: a line of at most 40 letters that can be printed."""
    if isinstance(value, str) and 0 < len(value) <= 40 and value.isprintable():
        return value
    raise UsageError(f"{value!r} is no name; write a line of at most 40 letters")


def quiet(value: Any) -> Quiet | None:
    """`23:00-07:00` in UTC, `23:00-07:00 Europe/Berlin` by the clocks there; "" for none."""
    if value == "":
        return None
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise UsageError(f"{value!r} are no hours; write 23:00-07:00 or 23:00-07:00 Europe/Berlin")
    *parts, zone = match.groups()
    hours = [int(part) for part in parts]
    made = Quiet(hours[0] * 60 + hours[1], hours[2] * 60 + hours[3], zone or "UTC")
    try:
        clocks(made.zone)
    except ValueError:
        known = "no time zone that this machine knows"
        raise UsageError(f"{zone!r} is {known}; write one like Europe/Berlin") from None
    return made
