"""Import single ccxt exchanges instead of all of them: 0.5 s and 64 MB instead of 1.1 s and 112 MB.

`ccxt`, `ccxt.async_support` and `ccxt.pro` each import every exchange in their `__init__`. Stub
packages with the real `__path__` take their place, and the import system finds submodules as
usual. Where ccxt's layout is not as expected the plain import serves (`ccxt_class`).
"""

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_PACKAGES = {"ccxt": "", "ccxt.async_support": "async_support", "ccxt.pro": "pro"}
_SHARED = {
    ("ccxt", "Exchange"): "ccxt.base.exchange",
    ("ccxt.async_support", "Exchange"): "ccxt.async_support.base.exchange",
    ("ccxt.pro", "Exchange"): "ccxt.async_support.base.exchange",
}


class _Package(ModuleType):
    """A package whose names are loaded when they are asked for."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Python binds `ccxt.pro.okx` to the module; ccxt's own packages bind it to the class."""
        if isinstance(value, ModuleType) and isinstance(vars(value).get(name), type):
            value = vars(value)[name]
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        errors = importlib.import_module("ccxt.base.errors")
        if (self.__name__, name) in _SHARED:
            value = getattr(importlib.import_module(_SHARED[self.__name__, name]), name)
        elif name == "Precise":
            value = importlib.import_module("ccxt.base.precise").Precise
        elif hasattr(errors, name):
            value = getattr(errors, name)
        else:
            value = self._submodule(name)
        setattr(self, name, value)
        return value

    def _submodule(self, name: str) -> Any:
        try:
            importlib.import_module(f"{self.__name__}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(name) from error
        return vars(self)[name]


def install() -> bool:
    """Put the stubs in place; False when ccxt was imported before, or is not to be found."""
    found = None if "ccxt" in sys.modules else importlib.util.find_spec("ccxt")
    if found is None or not found.submodule_search_locations:
        return False
    root = Path(found.submodule_search_locations[0])
    for name, folder in _PACKAGES.items():
        package = _Package(name)
        package.__path__ = [str(root / folder)]
        package.__package__ = name
        package.__spec__ = ModuleSpec(name, None, is_package=True)
        package.__spec__.submodule_search_locations = package.__path__
        sys.modules[name] = package
        if folder:
            ModuleType.__setattr__(sys.modules["ccxt"], folder, package)
    return True


def uninstall() -> None:
    """Forget every part of ccxt, so that the next import is the plain one."""
    for name in [n for n in sys.modules if n == "ccxt" or n.startswith("ccxt.")]:
        del sys.modules[name]


def ccxt_class(exchange: str) -> Any:
    """The `ccxt.pro` class of an exchange, by the stubs or, failing them, by the plain import."""
    install()
    try:
        return getattr(importlib.import_module("ccxt.pro"), exchange)
    except (ImportError, AttributeError):
        uninstall()
        return getattr(importlib.import_module("ccxt.pro"), exchange)
