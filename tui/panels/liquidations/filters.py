"""The filter line of the tape: `usd>100k venue=bybit side=long base=BTC,ETH`."""

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches

import polars as pl

from tui.errors import UsageError
from tui.tables import Side

_TERM = re.compile(r"(?P<field>[a-z]+)(?P<sign>>=|<=|!=|>|<|=)(?P<value>.*)", re.IGNORECASE)
_WORDS = {"venue": "venue", "side": "side", "base": "base", "coin": "base"}
"""Fields of words, and their columns."""
_FIELDS = ("usd", *_WORDS)
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}


@dataclass(frozen=True)
class Term:
    """One condition: a column, a sign, and a number for `usd` or words for the others."""

    column: str
    sign: str
    usd: float = 0.0
    words: tuple[str, ...] = ()

    def expression(self) -> pl.Expr:
        """The rows it lets through; one without a price has no size to compare."""
        column = pl.col(self.column)
        if self.words:
            one_of = column.is_in(self.words)
            return ~one_of if self.sign == "!=" else one_of
        signs = {">": column > self.usd, ">=": column >= self.usd, "<": column < self.usd}
        signs |= {"<=": column <= self.usd, "=": column == self.usd, "!=": column != self.usd}
        return signs[self.sign].fill_null(False)


def parse(text: str) -> tuple[Term, ...]:
    """The conditions of a filter line, all of which must hold; none for an empty line.

    Raises UsageError that names the term and what it could be.
    """
    return tuple(_term(word) for word in text.split())


def matching(rows: pl.DataFrame, terms: tuple[Term, ...]) -> pl.DataFrame:
    """The rows that every term lets through, in their order."""
    return rows.filter(*(term.expression() for term in terms)) if terms else rows


def _term(word: str) -> Term:
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
        return Term("usd", sign, usd=_usd(word, value))
    if sign not in ("=", "!="):
        raise UsageError(f"{word}: {field} takes = or !=")
    return Term(_WORDS[field], sign, words=_words(word, _WORDS[field], value))


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
