"""The script for fish: one `complete` an option."""

from collections.abc import Iterable, Iterator

from tui.completions.words import Command, Offer, Takes

_HEAD = """\
# liqtop in fish:  liqtop completions fish > ~/.config/fish/completions/liqtop.fish
# Whether this is the command that is typed; fish's own look for one would take a value for it.
function __liqtop_in
    set -l command ""
    set -l is_value no
    for word in (commandline -opc)[2..-1]
        if test $is_value = yes
            set is_value no
            continue
        end
        switch $word
            case %s
                set is_value yes
            case '-*'
            case '*'
                set command $word
                break
        end
    end
    test "$command" = "$argv[1]"
end
complete -c liqtop -f
"""


def script(commands: Iterable[Command]) -> str:
    """The whole script."""
    known = list(commands)
    before = (option for command in known if not command.name for option in command.options)
    valued = [
        name for option in before if option.takes is not Takes.NOTHING for name in option.names
    ]
    lines = (f"{line}\n" for command in known for line in _lines(command))
    return _HEAD % " ".join(valued) + "".join(lines)


def _lines(command: Command) -> Iterator[str]:
    """A command by its name, then its options and the words of its argument."""
    none = '__liqtop_in ""'
    if command.name:
        yield f"complete -c liqtop -n '{none}' -a {command.name} -d {_quoted(command.help)}"
    here = f"__liqtop_in {command.name}" if command.name else none
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
