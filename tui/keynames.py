"""The names of keys as `[keys]` takes them: Textual's, checked without loading it."""

import string

from tui.errors import UsageError
from tui.values import nearest

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""Before the key, with a + behind each, in this order."""

NAMED = (
    *("escape", "enter", "tab", "space", "backspace", "insert", "delete"),
    *("left", "right", "up", "down", "home", "end", "pageup", "pagedown"),
    *(f"f{n}" for n in range(1, 25)),
    *("menu", "pause", "print_screen", "scroll_lock", "caps_lock", "num_lock"),
)
"""Keys that are no sign."""

_SPELT = string.punctuation.replace("@", "")
"""Signs that behind a + go by their names; ctrl+@ is what a terminal sends."""

_OWN = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Textual's own names of signs, by those that Unicode has."""


def keys(value: str) -> str:
    """Keys with commas between them, as they stand; empty for those of the binding.

    A UsageError names the first that is none, and the nearest one there is.
    """
    for key in value.split(",") if value else ():
        _check(key.strip())
    return value


def _check(key: str) -> None:
    *held, last = key.split("+") if len(key) > 1 else [key]
    if set(held) <= set(MODIFIERS) and _is_key(last):
        named = _name(last) if held and last in _SPELT else last
        ordered = "+".join([*sorted(held), named])
        if ordered == key:
            return
        raise UsageError(f"{key!r} is never pressed; write {ordered!r}")
    if not key:
        raise UsageError("a key is missing between commas; the key of a comma is 'comma'")
    wrong = next((name for name in held if name not in MODIFIERS), None)
    if wrong is not None:
        near = nearest(wrong, list(MODIFIERS)) or f"before a + stands one of {', '.join(MODIFIERS)}"
        raise UsageError(f"{key!r} is no key; {near}")
    near = nearest(last, [*NAMED, *map(_name, string.punctuation)])
    raise UsageError(f"{key!r} is no key; {near or 'write one like a, f5, space or ctrl+x'}")


def _is_key(name: str) -> bool:
    """Whether a terminal sends such a key: a letter, digit or sign, or the name of one."""
    if len(name) == 1 or name in NAMED:
        return name.isprintable()
    return name in map(_name, string.punctuation)


def _name(sign: str) -> str:
    """`question_mark` of `?`."""
    import unicodedata  # 0.5 ms that only who names a sign pays

    name = unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_")
    return _OWN.get(name, name)
