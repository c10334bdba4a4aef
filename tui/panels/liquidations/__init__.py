"""Who is being liquidated: windows, minutes with the price, coins and venues, and the feed."""

from tui.panels.liquidations.panel import LiquidationsPanel
from tui.panels.liquidations.record import LiquidationsRecord, read

__all__ = ["LiquidationsPanel", "LiquidationsRecord", "read"]
