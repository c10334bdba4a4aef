"""What was made of the same frames is not made again.

A screen asks each second for what rests on closed candles and whole minutes, and those change once
a minute or less. A query takes polars 0.2 to 1 ms to plan, on however few rows.
"""

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar
from weakref import ref

import polars as pl

P = ParamSpec("P")
R = TypeVar("R")


def kept(entries: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the newest `entries` results of a pure function, by the identity of the frames handed
    in and the value of the other arguments, all of them positional. No frame is kept alive."""

    def wrapped(make: Callable[P, R]) -> Callable[P, R]:
        known: dict[Hashable, tuple[list[Any], R]] = {}
        lock = Lock()

        @wraps(make)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            assert not kwargs
            key = tuple(id(arg) if isinstance(arg, pl.DataFrame) else arg for arg in args)
            found = known.get(key)
            # An id is used again once its frame is gone; then the reference is dead.
            if found is not None and all(frame() is not None for frame in found[0]):
                return found[1]
            made = make(*args, **kwargs)
            frames = [ref(arg) for arg in args if isinstance(arg, pl.DataFrame)]
            with lock:
                known.pop(key, None)
                for old in [name for name, (alive, _) in known.items() if _dead(alive)]:
                    del known[old]
                while len(known) >= entries:
                    del known[next(iter(known))]
                known[key] = frames, made
            return made

        return call

    return wrapped


class Aside:
    """A frame that a kept result is made of and not told apart by.

    For a frame that changes every second and is only read where it no longer does: in minutes
    that are over, which another argument names.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = ref(frame)

    @property
    def frame(self) -> pl.DataFrame:
        """The frame, while its owner keeps it."""
        frame = self._frame()
        assert frame is not None
        return frame

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Aside)

    def __hash__(self) -> int:
        return hash(Aside)


def _dead(frames: list[Any]) -> bool:
    return any(frame() is None for frame in frames)
