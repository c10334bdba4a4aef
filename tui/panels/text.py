"""Every panel once as plain text, one below the other: what `liqtop snapshot` prints."""

from tui.config import Settings
from tui.panels import PANELS, header
from tui.panels.base import View
from tui.snapshot import Snapshot

ROWS = 45
"""Rows of a panel that would fill any height (the feed); the others take what they need."""


def text(snapshot: Snapshot, settings: Settings, width: int) -> str:
    """The header and the panels of the settings at `width` columns, without colours."""
    view = View.of(settings)
    lines = header.lines(header.record(snapshot, view), view, width, 2 if width >= 80 else 3)
    for panel in (panel for panel in PANELS if panel.name in settings.panels):
        height = panel.natural(width) or ROWS
        lines += panel.lines(panel.record(snapshot, view), view, width, height)
    return "\n".join(line.plain.rstrip() for line in lines)
