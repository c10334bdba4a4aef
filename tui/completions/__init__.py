"""`liqtop completions SHELL`: a script for bash, zsh or fish, made from the parser itself.

Of our own: shtab writes none for fish, and argcomplete starts Python at every tab, a tenth of a
second. What is offered is fixed words, files and folders, so that a script without liqtop does.
"""

import argparse

from tui.completions import bash, fish, zsh
from tui.completions.words import commands

SCRIPTS = {"bash": bash.script, "zsh": zsh.script, "fish": fish.script}


def completions(args: argparse.Namespace) -> int:
    """Print the script of a shell."""
    from tui.commandline import parser

    print(SCRIPTS[args.shell](commands(parser())), end="")
    return 0
