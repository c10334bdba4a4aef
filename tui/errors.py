"""The one family of errors a person may see: each says in one line what to do.

`cli.main` prints the message to stderr and exits with `exit_code`; nothing else prints errors.
"""


class LiqtopError(Exception):
    """Something a person can mend. The message is one line and names file, key or flag."""

    exit_code = 1


class UsageError(LiqtopError):
    """A wrong flag, name, config key or store: exit code 2."""

    exit_code = 2


class ConfigError(UsageError):
    """A config file that can't be read as it is. Names file, key and the nearest valid key."""


class StoreError(LiqtopError):
    """A store that can't be opened, read or written. Names the file."""


class StoreMismatch(StoreError):
    """A file that is not a liqtop store, is from a newer version, or is of another endpoint.

    `short` says which in the few words that a status line has room for.
    """

    exit_code = 2

    def __init__(self, message: str, short: str = "another store") -> None:
        super().__init__(message)
        self.short = short
