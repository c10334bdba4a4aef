"""The script for bash: of macOS too, whose bash is of 2007."""

from collections.abc import Iterable

from tui.completions.words import Command, Offer, Takes

_SCRIPT = """\
# liqtop in bash. In ~/.bashrc:  eval "$(liqtop completions bash)"
_liqtop() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} command="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${{COMP_WORDS[i]}} in
            {valued}) ((i++)) ;;
            -*) ;;
            *) [[ -z $command ]] && command=${{COMP_WORDS[i]}} ;;
        esac
    done
    COMPREPLY=()
    case "$command $prev" in
{values}
    esac
    case $command in
{offers}
    esac
}}
complete -F _liqtop liqtop
"""


def script(commands: Iterable[Command]) -> str:
    """The whole script."""
    listed = list(commands)
    names = " ".join(command.name for command in listed if command.name)
    valued = {name for command in listed for option in _valued(command) for name in option.names}
    return _SCRIPT.format(
        valued="|".join(sorted(valued)),
        values="\n".join(
            _value(command, option) for command in listed for option in _valued(command)
        ),
        offers="\n".join(_offered(command, names) for command in listed),
    )


def _valued(command: Command) -> list[Offer]:
    return [option for option in command.options if option.takes is not Takes.NOTHING]


def _value(command: Command, option: Offer) -> str:
    """A case: what follows an option of the command."""
    where = "|".join(f'"{command.name} {name}"' for name in option.names)
    return f"        {where}) {_reply(option)}return ;;"


def _reply(offer: Offer) -> str:
    match offer.takes:
        case Takes.WORDS:
            return f'COMPREPLY=($(compgen -W "{" ".join(offer.words)}" -- "$cur")); '
        case Takes.FILE:
            return "compopt -o default 2>/dev/null; "
        case Takes.FOLDER:
            return "compopt -o dirnames 2>/dev/null; "
        case _:
            return ""


def _offered(command: Command, names: str) -> str:
    """A case: the options of the command, and what stands in its argument's place."""
    words = [name for option in command.options for name in option.names]
    words += names.split() if not command.name else []
    argument = command.argument
    words += argument.words if argument else ()
    pattern = command.name or '""'
    files = _reply(argument) if argument and argument.takes is Takes.FILE else ""
    return f'        {pattern}) {files}COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$cur")) ;;'
