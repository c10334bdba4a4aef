"""Every binding by its id: the help page's rows, and what a person's `[keys]` got wrong."""

from collections.abc import Collection, Iterable, Mapping

from textual.binding import Binding, BindingType


def bindings(owners: Iterable[type]) -> list[Binding]:
    """The bindings these screens and apps declare themselves or inherit from ours."""
    found: list[Binding] = []
    for owner in owners:
        declared: Iterable[BindingType] = vars(owner).get("BINDINGS", ())
        found += [binding for binding in declared if isinstance(binding, Binding)]
    return found


def rows(
    owners: Iterable[type], keys: Mapping[str, str], without: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Keys, and what they do with the id under which they can be changed."""
    said: dict[str, tuple[str, str]] = {}
    for binding in bindings(owners):
        if binding.id and binding.id not in said and binding.id not in without:
            pressed = shown(keys.get(binding.id, binding.key))
            said[binding.id] = (pressed, f"{binding.description} ({binding.id})")
    return list(said.values())


def shown(keys: str) -> str:
    """Keys as they stand on a keyboard: `plus,equals_sign` is `+ =`."""
    return " ".join(_SIGNS.get(key.strip(), key.strip()) for key in keys.split(","))


_SIGNS = {
    "question_mark": "?",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "at": "@",
    "colon": ":",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "escape": "esc",
}
_NAMES = {sign: name for name, sign in _SIGNS.items()}


def complaints(scopes: Iterable[Iterable[type]], keys: Mapping[str, str]) -> list[str]:
    """What is wrong with `[keys]`: ids that do not exist, keys that would do two things.

    A scope is the set of owners whose bindings are alive together.
    """
    scopes = [list(scope) for scope in scopes]
    known = {b.id for scope in scopes for b in bindings(scope) if b.id}
    said = [f"[keys] {name}: no such binding, see ?" for name in keys if name not in known]
    for scope in scopes:
        taken: dict[str, str] = {}
        for binding in bindings(scope):
            if binding.id is None:
                continue
            for key in keys.get(binding.id, binding.key).split(","):
                key = _NAMES.get(key.strip(), key.strip())
                other = taken.setdefault(key, binding.id)
                if other != binding.id and (binding.id in keys or other in keys):
                    said.append(f"[keys] {key} is both {other} and {binding.id}")
    return list(dict.fromkeys(said))
