"""A line of the user's own: `'{btc} {liq_1h} {side} {ma365}'`."""

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tui.errors import UsageError
from tui.status.fields import FIELDS, Field
from tui.status.latest import Latest
from tui.status.pieces import STYLE, Piece
from tui.status.words import MARK

_KNOWN = {field.name: field for field in FIELDS}


@dataclass(frozen=True)
class _Placed:
    """A field in a template, with Python's width and alignment (`{liq_1h:>7}`)."""

    field: Field
    spec: str


def parse(template: str) -> Callable[[Latest], list[Piece]]:
    """What makes the line of a template; a UsageError names a field that does not exist."""
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise UsageError(f"--format {template!r}: {error}; {{{{ and }}}} print braces") from None
    parts: list[Piece | _Placed] = []
    for literal, name, spec, conversion in parsed:
        parts += [Piece(text, style=text[:2] == "#[") for text in STYLE.split(literal) if text]
        if name is not None:
            parts.append(_placed(name, spec or "", conversion))
    return lambda latest: _filled(parts, latest)


def _placed(name: str, spec: str, conversion: str | None) -> _Placed:
    if name not in _KNOWN or conversion:
        wrong = f"{name}!{conversion}" if conversion else name
        raise UsageError(f"--format: no field {wrong!r}; valid: {', '.join(_KNOWN)}")
    try:
        format("", spec)
    except ValueError as error:
        raise UsageError(f"--format: {{{name}:{spec}}}: {error}") from None
    return _Placed(_KNOWN[name], spec)


def _filled(parts: Sequence[Piece | _Placed], latest: Latest) -> list[Piece]:
    """Every field's value in its place. The mark stands first unless the template places it."""
    used = [part.field for part in parts if isinstance(part, _Placed)]
    shown = replace(latest, used=tuple(dict.fromkeys(field.panel for field in used)))
    made = [_piece(part, shown) for part in parts]
    placed = "stale" in (field.name for field in used)
    return [MARK, *made] if shown.why() and not placed else made


def _piece(part: Piece | _Placed, latest: Latest) -> Piece:
    if isinstance(part, Piece):
        return part
    value = part.field.piece(latest)
    return replace(value, text=format(value.text, part.spec))
