"""The panels, in the order of their keys. Adding one is its file and a line here."""

from tui.panels.base import Age, Form, Panel, View
from tui.panels.depth import DepthPanel
from tui.panels.drivers import DriversPanel
from tui.panels.events import EventsPanel
from tui.panels.flows import FlowsPanel
from tui.panels.liquidations import LiquidationsPanel
from tui.panels.long_short import LongShortPanel
from tui.panels.moving_averages import MovingAveragesPanel
from tui.panels.options import OptionsPanel
from tui.panels.safe_haven import SafeHavenPanel
from tui.panels.scorecard import ScorecardPanel
from tui.panels.supply import SupplyPanel

PANELS: tuple[Panel, ...] = (
    LiquidationsPanel(),
    LongShortPanel(),
    MovingAveragesPanel(),
    SafeHavenPanel(),
    EventsPanel(),
    ScorecardPanel(),
    DriversPanel(),
    DepthPanel(),
    OptionsPanel(),
    SupplyPanel(),
    FlowsPanel(),
)

BY_NAME = {panel.name: panel for panel in PANELS}

__all__ = ["BY_NAME", "PANELS", "Age", "Form", "Panel", "View"]
