"""How an alert is worded: plain text with an ASCII minus, for terminals, commands and the store."""

import re
from collections.abc import Sequence

from tui.alerts.paths import Found
from tui.alerts.settings import Rule, Step
from tui.status import numbers as form

_LEFT_OUT = ("windows", "coins", "venues", "averages", "events", "rows")
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LONGEST = 200


def safe(text: str) -> str:
    """Without what could steer a terminal: names come from exchanges."""
    return _UNPRINTED.sub("", text)[:LONGEST]


def said(kind: str, value: float) -> str:
    """A number in its form: `52.3M -3.1% 0.0510% 89,880 true`."""
    if kind == "usd":
        return f"${usd(value)}" if value >= 0 else f"-${usd(-value)}"
    if kind in ("change", "funding"):
        return f"{value:+.4%}" if kind == "funding" else form.change(value, 2)
    match kind:
        case "share":
            return form.share(value)
        case "price":
            return form.price(value)
        case "s":
            return lasting(value)
        case "flag":
            return "true" if value else "false"
        case "count":
            return f"{value:,.0f}"
    return f"{value:.4g}"


def usd(value: float) -> str:
    """Three significant digits, as on the screen: `310 71.1K 1.24M 848M 1.2B`."""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= 0.9995 * size:
            digits = value / size
            places = 2 if digits < 9.995 else 1 if digits < 99.95 else 0
            return f"{digits:.{places}f}{unit}"
    return f"{value:.0f}"


def lasting(seconds: float) -> str:
    """A length in its two largest units: `14s`, `7m20s`, `3h05m`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s" if whole % 60 else f"{whole // 60}m"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def label(path: Sequence[Step]) -> str:
    """What a path is of, in words: `liquidations 5m total usd`."""
    names = [step.name for step in path if step.name not in _LEFT_OUT]
    return " ".join(names).replace("_", " ")


def of_end(rule: Rule, found: Found, seconds: float) -> str:
    """`5m over 50M end: ≥ $38.2M after 7m20s`."""
    return safe(f"{_titled(rule)} end: {_numbered(rule, found)} after {lasting(seconds)}")


def _titled(rule: Rule) -> str:
    return label(rule.path) if rule.name == rule.when else rule.name


def _numbered(rule: Rule, found: Found) -> str:
    """The number with what it is of: `okx ≥ $52.3M`."""
    bound = "≥ " if found.low and rule.form == "usd" else ""
    who = f"{found.who} " if found.who else ""
    return f"{who}{bound}{said(rule.form, found.value or 0.0)}"


def of_rule(rule: Rule, found: Found, grade: int = 1) -> str:
    """`5m over 50M: ≥ $52.3M (> $50.0M)`, with the threshold of the grade; without a name of its
    own the number's is there."""
    limit = said(rule.form, (rule.threshold, *rule.grades)[grade - 1])
    note = f", {found.note}" if found.note else ""
    return safe(f"{_titled(rule)}: {_numbered(rule, found)} ({rule.operator} {limit}){note}")
