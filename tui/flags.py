"""What the command line says about settings, over what the config file says."""

import argparse

from tui import config, values
from tui.config import Settings
from tui.values import EVERY_PANEL


def settings(args: argparse.Namespace) -> Settings:
    """The settings of a command: file, then flags. ConfigError or UsageError when one is wrong."""
    names = getattr(args, "panel", None)
    for name in names or ():
        values.chosen(name, EVERY_PANEL, "panel")
    return config.load(args.config).with_flags(
        data_dir=args.data_dir,
        endpoint=getattr(args, "endpoint", None),
        panels=tuple(dict.fromkeys(names)) if names else None,
    )
