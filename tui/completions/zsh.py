"""The script for zsh: `_arguments`, with the help beside each word."""

from collections.abc import Iterable

from tui.completions.words import Command, Offer, Takes

_SCRIPT = """\
#compdef liqtop
# liqtop in zsh. In ~/.zshrc, after compinit:  eval "$(liqtop completions zsh)"
_liqtop() {{
    local context state state_descr line
    local -A opt_args
    _arguments -C \\
{top}
        '1:command:->command' \\
        '*::argument:->argument'
    case $state in
        command)
            local -a commands=(
{commands}
            )
            _describe command commands ;;
        argument)
            case $line[1] in
{cases}
            esac ;;
    esac
}}
if [[ $funcstack[1] == _liqtop ]]; then _liqtop "$@"; else compdef _liqtop liqtop; fi
"""


def script(commands: Iterable[Command]) -> str:
    """The whole script."""
    top, *others = commands
    return _SCRIPT.format(
        top="\n".join(f"        {spec} \\" for spec in _specs(top)),
        commands="\n".join(f"                {_quoted(f'{c.name}:{c.help}')}" for c in others),
        cases="\n".join(f"                {c.name}) _arguments {_arguments(c)} ;;" for c in others),
    )


def _arguments(command: Command) -> str:
    """The options of a command and its argument, a line each."""
    specs = _specs(command)
    if command.argument:
        specs.append(_quoted(f"1:argument:{_action(command.argument)}"))
    return " \\\n                    ".join(specs)


def _specs(command: Command) -> list[str]:
    return [_spec(name, option) for option in command.options for name in option.names]


def _spec(name: str, option: Offer) -> str:
    """`'--config[read this config file]:file:_files'`; repeatable, as argparse takes it."""
    said = option.help.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    value = "" if option.takes is Takes.NOTHING else f":value:{_action(option)}"
    return _quoted(f"*{name}[{said}]{value}")


def _action(offer: Offer) -> str:
    match offer.takes:
        case Takes.WORDS:
            return f"({' '.join(offer.words)})"
        case Takes.FILE:
            return "_files"
        case Takes.FOLDER:
            return "_files -/"
        case _:
            return " "


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
