"""Implied volatility of bitcoin and ether: DVOL in its year, and the skew along the tenors."""

from tui.panels.options.panel import OptionsPanel
from tui.panels.options.record import OptionsRecord

__all__ = ["OptionsPanel", "OptionsRecord"]
