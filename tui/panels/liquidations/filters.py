"""The filter line of the tape: `usd>100k venue=bybit side=long base=BTC,ETH`."""

import math
import re
from difflib import get_close_matches

from tui.errors import UsageError
from tui.panels.base import View
from tui.tables import Condition, Side

_TERM = re.compile(r"(?P<field>[a-z]+)(?P<sign>>=|<=|!=|>|<|=)(?P<value>.*)", re.IGNORECASE)
_WORDS = {"venue": "venue", "side": "side", "base": "base", "coin": "base"}
"""Fields of words, and their columns."""
_FIELDS = ("usd", *_WORDS)
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}


def parse(text: str) -> tuple[Condition, ...]:
    """The conditions of a filter line, all of which must hold; none for an empty line.

    Raises UsageError that names the term and what it could be.
    """
    return tuple(_term(word) for word in text.split())


def conditions(view: View) -> tuple[Condition, ...]:
    """What a filter line lets through of what was chosen on the way to it, from the smallest size
    on unless it names sizes itself; none where nothing is typed. Raises UsageError, as `parse`."""
    terms = parse(view.drill.typed)
    if not terms:
        return ()
    chosen = dict(view.drill.path)
    if view.coin:
        chosen.setdefault("base", view.coin)
    sized = any(term.column == "usd" for term in terms)
    least = () if sized else (Condition("usd", ">=", view.smallest),)
    way = (Condition(column, "=", words=(value,)) for column, value in chosen.items())
    return (*terms, *least, *way)


def _term(word: str) -> Condition:
    found = _TERM.fullmatch(word)
    if found is None:
        raise UsageError(f"{word}: no condition; as in usd>100k venue=bybit side=long base=BTC")
    field, sign, value = found["field"].lower(), found["sign"], found["value"]
    if field not in _FIELDS:
        near = get_close_matches(field, _FIELDS, 1) or [", ".join(_FIELDS)]
        raise UsageError(f"{word}: no field {field}; there is {near[0]}")
    if not value:
        raise UsageError(f"{word}: a value is missing")
    if field == "usd":
        return Condition("usd", sign, usd=_usd(word, value))
    if sign not in ("=", "!="):
        raise UsageError(f"{word}: {field} takes = or !=")
    return Condition(_WORDS[field], sign, words=_words(word, _WORDS[field], value))


def _usd(word: str, value: str) -> float:
    number, unit = (value[:-1], value[-1].lower()) if value[-1].isalpha() else (value, "")
    try:
        usd = float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        raise UsageError(f"{word}: no size; as in usd>100k or usd>1.5M") from None
    if not math.isfinite(usd) or usd < 0:
        raise UsageError(f"{word}: a size is a number from 0 on")
    return usd


def _words(word: str, column: str, value: str) -> tuple[str, ...]:
    words = tuple(part for part in value.split(",") if part)
    words = tuple(part.upper() if column == "base" else part.lower() for part in words)
    sides = [side.value for side in Side]
    if not words:
        raise UsageError(f"{word}: a value is missing")
    if column == "side" and not set(words) <= set(sides):
        raise UsageError(f"{word}: a side is {' or '.join(sides)}")
    return words
