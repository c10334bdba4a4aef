"""What the command line offers, read from its parser: commands, options, and what these take."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tui.values import EVERY_PANEL


class Takes(StrEnum):
    """What follows an option, or stands in an argument's place."""

    NOTHING = "nothing"
    WORDS = "words"  # one of its words
    FILE = "file"
    FOLDER = "folder"
    ANYTHING = "anything"  # a number, a time: nothing to offer


@dataclass(frozen=True)
class Offer:
    """An option by its names, or an argument by its place (no names)."""

    names: tuple[str, ...]
    help: str
    takes: Takes
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """A command by its name; the empty name is liqtop without one."""

    name: str
    help: str
    options: tuple[Offer, ...]
    argument: Offer | None


_BY_METAVAR = {"FILE": Takes.FILE, "DIR": Takes.FOLDER}
_WORDS = {"NAME": EVERY_PANEL}  # named in an error of ours, so not as choices of argparse


def commands(parser: argparse.ArgumentParser) -> list[Command]:
    """The command without a name first, then all others in the order of the help."""
    made = [_command("", "", parser)]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._get_subactions()}
            made += [_command(name, helps[name], sub) for name, sub in action.choices.items()]
    return made


def _command(name: str, help: str, parser: argparse.ArgumentParser) -> Command:
    offers = list(_offers(parser))
    arguments = [offer for offer in offers if not offer.names]
    return Command(
        name,
        help,
        tuple(offer for offer in offers if offer.names),
        arguments[0] if arguments else None,
    )


def _offers(parser: argparse.ArgumentParser) -> Iterator[Offer]:
    """Everything the help shows but the commands."""
    for action in parser._actions:
        hidden = action.help == argparse.SUPPRESS
        if not hidden and not isinstance(action, argparse._SubParsersAction):
            names, words = tuple(action.option_strings), _words(action)
            yield Offer(names, action.help or "", _takes(action), words)


def _words(action: argparse.Action) -> tuple[str, ...]:
    return _WORDS.get(str(action.metavar), ()) if action.choices is None else tuple(action.choices)


def _takes(action: argparse.Action) -> Takes:
    if action.nargs == 0:
        return Takes.NOTHING
    if action.choices or str(action.metavar) in _WORDS:
        return Takes.WORDS
    return _BY_METAVAR.get(str(action.metavar), Takes.ANYTHING)
