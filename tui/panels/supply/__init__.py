"""Where much was traded above and below the price within a year."""

from tui.panels.supply.panel import SupplyPanel
from tui.panels.supply.record import SupplyRecord

__all__ = ["SupplyPanel", "SupplyRecord"]
