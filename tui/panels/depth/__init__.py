"""How deep the order books are: sums near the price, spread, costs, and how long they last."""

from tui.panels.depth.panel import DepthPanel
from tui.panels.depth.record import DepthRecord

__all__ = ["DepthPanel", "DepthRecord"]
