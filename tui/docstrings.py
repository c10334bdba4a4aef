"""Libraries without the long docstrings of their functions, which nobody reads in a program that
runs.

They are 3.1 of the 40 MB that a monitor has imported, and 6.5 of the 107 of a recorder with three
venues (polars 1.33, Textual 8.2, ccxt 4.5); to leave them out takes a monitor 15 ms.
`python -OO` leaves out all of them, 5 MB, but would compile each library anew at the first start.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from inspect import CO_OPTIMIZED
from opcode import opmap
from operator import is_
from types import CodeType, ModuleType

LIBRARIES = ("ccxt", "polars", "rich", "textual")
LONG = 500
"""Letters from which a docstring is worth a new code object; from 300 on would be 0.2 MB more."""


def leave_out() -> None:
    """Import the libraries so from here on."""
    # From Python 3.13 on a function without a docstring may have any other constant first.
    if sys.version_info < (3, 13) and _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)


class _Finder:
    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] not in LIBRARIES:
            return None  # the finders after this one look for it
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        code = super().get_code(fullname)
        return code and without(code)


def without(code: CodeType) -> CodeType:
    """The code of a module or a class without the long docstrings of its functions."""
    old = code.co_consts
    new = tuple([_plain(each) if isinstance(each, CodeType) else each for each in old])
    return code if all(map(is_, new, old)) else code.replace(co_consts=new)


_USES_OF_FIRST = [
    bytes((opmap[name], 0)) for name in ("LOAD_CONST", "RETURN_CONST") if name in opmap
]
"""How code uses its first constant; where it does, that is more than a docstring."""


def _plain(code: CodeType) -> CodeType:
    if not code.co_flags & CO_OPTIMIZED:
        return without(code)  # of a class, whose docstring is no constant of its own
    # A function's first constant is its docstring or None. What has no name of its own (a generator
    # in brackets) has none.
    first = code.co_consts[0] if code.co_consts else None
    if not isinstance(first, str) or len(first) < LONG or code.co_name[0] == "<":
        return code
    if any(use in code.co_code for use in _USES_OF_FIRST):
        return code
    return code.replace(co_consts=(None, *code.co_consts[1:]))
