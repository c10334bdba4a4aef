"""What the command line says about settings, over what the config file says."""

import argparse

from tui import config
from tui.config import PANEL_NAMES, Settings


def settings(args: argparse.Namespace) -> Settings:
    """The settings of a command: file, then flags. ConfigError or UsageError when one is wrong."""
    names = getattr(args, "panel", None)
    for name in names or ():
        config.chosen(name, PANEL_NAMES, "panel")
    return config.load(args.config).with_flags(
        data_dir=args.data_dir,
        endpoint=getattr(args, "endpoint", None),
        panels=tuple(dict.fromkeys(names)) if names else None,
    )
