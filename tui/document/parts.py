"""A mapping whose values are made when they are asked for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tui.document.plain import plain


class Parts(Mapping[str, Any]):
    """Each value is made once, as JSON values, by the call of its name."""

    def __init__(self, make: Mapping[str, Callable[[], Any]]) -> None:
        self._make = make
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            value = self._make[name]()
            self._made[name] = value if isinstance(value, Parts) else plain(value)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make)

    def __len__(self) -> int:
        return len(self._make)

    def __contains__(self, name: object) -> bool:
        return name in self._make
