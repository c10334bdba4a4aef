"""Where price stands against its long averages and the round levels around it."""

from tui.panels.moving_averages.panel import MovingAveragesPanel
from tui.panels.moving_averages.record import AveragesRecord, detailed

__all__ = ["AveragesRecord", "MovingAveragesPanel", "detailed"]
