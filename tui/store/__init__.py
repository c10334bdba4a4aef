"""The store: one SQLite file with one writer and many readers, who follow it by row id."""

from tui.store.files import store_path
from tui.store.follower import Follower
from tui.store.reader import Reader
from tui.store.writer import Writer

__all__ = ["Follower", "Reader", "Writer", "store_path"]
