"""What a screen needs at one moment: the frames, cut at `as_of` by event time."""

from tui.snapshot.live import Live
from tui.snapshot.moment import Snapshot
from tui.snapshot.reading import take
from tui.snapshot.walk import Walk

__all__ = ["Live", "Snapshot", "Walk", "take"]
