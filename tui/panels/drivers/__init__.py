"""What moves the price: taker flow, open interest, funding, basis, premium and forced flow."""

from tui.panels.drivers.panel import DriversPanel
from tui.panels.drivers.record import Charts, DriversRecord

__all__ = ["Charts", "DriversPanel", "DriversRecord"]
