"""How long or short the crowd is, with open interest and funding, per venue."""

from tui.panels.long_short.panel import LongShortPanel
from tui.panels.long_short.record import LongShort

__all__ = ["LongShort", "LongShortPanel"]
