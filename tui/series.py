"""Daily series of the user's own, as the config names them: where they are and what to read."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tui.errors import ConfigError, UsageError
from tui.values import masked, unknown

MOST = 20
"""Series that a config may name."""
KEYS = ("name", "path", "url", "date", "value", "unit", "kind")
KINDS = ("level", "flow")


class Series(NamedTuple):
    """One series: a file, or an https address, of which the columns `date` and `value` are read.

    `unit` is what a value is counted in, said beside it and nothing more. A `level` is compared
    with that of days before, a `flow` is summed over them.
    """

    name: str
    source: str
    is_url: bool
    date: str = "date"
    value: str = "value"
    unit: str = ""
    kind: str = "level"

    @property
    def place(self) -> str:
        """Where it is read from: an address without its query, which may hold a key."""
        return re.split(r"[?#]", self.source)[0] if self.is_url else self.source


def series(listed: Any, path: Path | None) -> tuple[Series, ...]:
    """The series of a config, by the [[series]] of its file; ConfigError names what is wrong."""
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ConfigError(f"{path}: series: write each under a [[series]]")
    found = []
    for number, one in enumerate(listed, 1):
        try:
            found.append(_one(one, path))
        except UsageError as error:
            raise ConfigError(f"{path}: [[series]] {number}: {masked(str(error))}") from None
    names = [one.name for one in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConfigError(f"{path}: [[series]]: {twice[0]!r} is named twice")
    if len(found) > MOST:
        raise ConfigError(f"{path}: [[series]]: {len(found)} of them; {MOST} at most")
    return tuple(found)


def _one(one: dict[str, Any], path: Path | None) -> Series:
    for key, value in one.items():
        if key not in KEYS:
            raise UsageError(unknown(f"key {key!r}", key, list(KEYS)))
        if not isinstance(value, str) or not value or "\0" in value:
            raise UsageError(f"{key}: {value!r} is no text")
    name = one.get("name", "")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,23}", name):
        raise UsageError("name: write one of at most 24 letters and digits")
    if ("path" in one) == ("url" in one):
        raise UsageError("write either path or url")
    source = _url(one["url"]) if "url" in one else _path(one["path"], path)
    if one.get("kind", "level") not in KINDS:
        raise UsageError(f"kind: {one['kind']!r} is none of {', '.join(KINDS)}")
    words = {key: one[key] for key in ("date", "value", "unit", "kind") if key in one}
    return Series(name, source, "url" in one, **words)


def _url(text: str) -> str:
    """An address by https. What is wrong is said without it: it may hold a key."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        fine = False
    if not fine or not text.isprintable() or " " in text:
        raise UsageError("url: is no address; write https://HOST/PATH")
    return text


def _path(text: str, config: Path | None) -> str:
    """A file; one without a root stands beside the config. An address is none: a path is told as
    it is, and an address may hold a key."""
    if "://" in text:
        raise UsageError("path: is an address; write url = …")
    try:
        found = Path(text).expanduser()
    except RuntimeError:  # ~somebody who is not
        raise UsageError(f"path: {text!r} is no path") from None
    return str(found if found.is_absolute() or config is None else config.parent / found)


def told(listed: Sequence[Series]) -> list[list[Any]]:
    """The series as the recorder's part of a config holds them."""
    return [[one.name, one.place, *one[3:]] for one in listed]
