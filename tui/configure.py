"""`liqtop config path|show|init|check`."""

import argparse
import os
from pathlib import Path

from tui import config
from tui.errors import UsageError


def configure(args: argparse.Namespace) -> int:
    """Run one of the config actions; prints to stdout."""
    path = args.config or config.config_path()
    match args.action:
        case "path":
            print(path)
        case "show":
            settings = config.load(args.config)
            print(f"# in force, from {settings.file or 'the defaults'}")
            print(settings.file.read_text("utf-8") if settings.file else config.default_text())
        case "init":
            _init(path)
        case "check":
            settings = config.load(args.config)
            print(f"{settings.file or 'defaults (no config file)'}: fine")
    return 0


def _init(path: Path) -> None:
    """Write the defaults to `path`; a file that is there is left as it is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{path}: is there already; edit it, or remove it first") from None
    except OSError as error:
        raise UsageError(f"{path}: can't be written: {error.strerror}") from None
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(config.default_text())
    print(path)
