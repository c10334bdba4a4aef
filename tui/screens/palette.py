"""The palette: `:` and a command, its words typed as far as they are needed.

`:win 1h`, `:light`, `:time -3h`. Loaded when it is opened first: a start does not wait for it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widgets import Input

from tui.errors import UsageError
from tui.screens.choice import Choice
from tui.values import THEMES, WINDOW_NAMES

if TYPE_CHECKING:
    from tui.screens.view_keys import ViewKeys

TIME = "time"
ALL = "all"


def commands(coins: Iterable[str], layouts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Each command with the words one of which it wants; the time wants one that is typed."""
    known = {
        TIME: (),
        "live": (),
        "coin": (ALL, *coins),
        "window": WINDOW_NAMES,
        "theme": THEMES,
        "layout": tuple(layouts),
        "help": (),
        "quit": (),
    }
    return {name: words for name, words in known.items() if words or name != "layout"}


def matching(typed: str, known: dict[str, tuple[str, ...]]) -> list[str]:
    """The command lines whose words begin as those typed, in their order; the later words alone
    suffice: `light` is `theme light`. What is typed out comes first, then commands themselves."""
    wanted = typed.lower().split()
    if wanted[:1] == [TIME] and len(wanted) > 1:
        return [f"{TIME} {typed.split(maxsplit=1)[1].strip()}"]
    lines = (line for line in _lines(known) if not typed.endswith(" ") or f"{line} " != typed)
    found = [line for line in lines if _begins(wanted, line.lower().split())]
    return sorted(found, key=lambda line: line.lower().split()[-len(wanted) :] != wanted)


def _lines(known: dict[str, tuple[str, ...]]) -> Iterator[str]:
    yield from known
    for name, words in known.items():
        yield from (f"{name} {word}" for word in words)


def _begins(wanted: list[str], words: list[str]) -> bool:
    """Whether the typed words begin those of the line one by one, from any of them on."""
    return any(
        len(wanted) <= len(words) - first
        and all(word.startswith(one) for one, word in zip(wanted, words[first:], strict=False))
        for first in range(len(words))
    )


class Palette(Choice):
    """Answers with a whole command line. `read` reads a typed time; its UsageError says what is
    wrong with it."""

    PLACEHOLDER: ClassVar[str] = "command"
    CELLS: ClassVar[int] = 40

    def __init__(self, known: dict[str, tuple[str, ...]], read: Callable[[str], datetime]) -> None:
        super().__init__()
        self._known, self._read = known, read

    def matches(self) -> list[str]:
        """The command lines that match what was typed."""
        return matching(self.typed, self._known)

    def chosen(self, row: str) -> None:
        """A command that wants a word is typed out, to go on with."""
        name, _, word = row.partition(" ")
        if not word and (self._known[name] or name == TIME):
            line = self.query_one(Input)
            line.value = f"{name} "
            line.cursor_position = len(line.value)
            return
        try:
            if name == TIME:
                self._read(word)
        except UsageError as error:
            self.say(self.wrapped(str(error)))
        else:
            self.dismiss(row)

    def unknown(self) -> list[Content]:
        """The commands there are."""
        return self.wrapped("no such command: " + ", ".join(self._known))


async def opened(screen: "ViewKeys") -> None:
    """Ask for a command over this screen, and do it."""
    monitor = screen.monitor

    def answered(line: str | None) -> None:
        if line is not None:
            obey(screen, line)

    known = commands(monitor.coins(), screen.layouts())
    await monitor.push_screen(Palette(known, monitor.read_time), answered)


def obey(screen: "ViewKeys", line: str) -> None:
    """Do what a whole command line says."""
    monitor, (name, _, word) = screen.monitor, line.partition(" ")
    match name:
        case "time":
            monitor.go(monitor.read_time(word))
        case "live":
            monitor.time.live()
        case "coin":
            monitor.look = replace(monitor.look, coin=None if word == ALL else word)
        case "window":
            monitor.look = replace(monitor.look, window=word)
        case "theme":
            monitor.theme = word
        case "layout":
            screen.lay_out(word)
        case "help":
            monitor.action_help()
            return
        case "quit":
            monitor.exit()
            return
    screen.redraw()
