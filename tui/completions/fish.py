"""The script for fish: one `complete` an option."""

from collections.abc import Iterable, Iterator

from tui.completions.words import Command, Offer, Takes

_HEAD = """\
# liqtop in fish:  liqtop completions fish > ~/.config/fish/completions/liqtop.fish
complete -c liqtop -f
"""


def script(commands: Iterable[Command]) -> str:
    """The whole script."""
    return _HEAD + "".join(f"{line}\n" for command in commands for line in _lines(command))


def _lines(command: Command) -> Iterator[str]:
    """A command by its name, then its options and the words of its argument."""
    here = "__fish_use_subcommand"
    if command.name:
        yield f"complete -c liqtop -n {here} -a {command.name} -d {_quoted(command.help)}"
        here = f"__fish_seen_subcommand_from {command.name}"
    for option in command.options:
        names = " ".join(map(_name, option.names))
        taken = f" {value}" if (value := _value(option)) else ""
        yield f"complete -c liqtop -n '{here}' {names}{taken} -d {_quoted(option.help)}"
    if command.argument and command.argument.takes is Takes.FILE:
        yield f"complete -c liqtop -n '{here}' -F"
    elif command.argument:
        yield f"complete -c liqtop -n '{here}' -a {_quoted(' '.join(command.argument.words))}"


def _name(name: str) -> str:
    return f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"


def _value(option: Offer) -> str:
    """`-r` wants a value, `-F` a file; `-a` are the words."""
    match option.takes:
        case Takes.WORDS:
            return f"-x -a {_quoted(' '.join(option.words))}"
        case Takes.FILE:
            return "-r -F"
        case Takes.FOLDER:
            return "-x -a '(__fish_complete_directories)'"
        case Takes.ANYTHING:
            return "-x"
        case Takes.NOTHING:
            return ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
