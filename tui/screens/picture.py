"""What a screen asks of the reading thread, and the lines it is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from textual.content import Content

from tui.panels.base import Age
from tui.panels.drill import Drill
from tui.screens.drawing import Wanted
from tui.screens.seeking import Found
from tui.snapshot import Snapshot


@dataclass(frozen=True)
class Ask:
    """What a screen wants drawn, and of which moment. `between` two seconds the header alone is
    drawn, and only for a new price."""

    as_of: datetime
    header: Wanted | None
    panels: tuple[Wanted, ...] = ()
    held: datetime | None = None  # since when the view is frozen
    frozen_feed: bool = False  # a row is selected: the order of the feed stays
    feeds: int = 0  # width of a last row that says how the feeds are; 0 for none
    at: datetime | None = None  # a moment of the past to show; the live price goes on
    plays: bool = False  # that moment moves on by itself
    between: bool = False
    fresh: bool = True  # with rows that came meanwhile; a key is answered from what is there


@dataclass(frozen=True, eq=False)
class Picture:
    """Lines and ages by panel name (`header` for the header); `snapshot` is the live one, `shown`
    the one the panels show."""

    snapshot: Snapshot | None
    lines: Mapping[str, list[Content]] = field(default_factory=dict)
    ages: Mapping[str, Age] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    supervised: str | None = None
    since_held: int = 0  # liquidations that came since the view is held
    shown: Snapshot | None = None
    moments: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)  # of rows, by panel
    opens: Mapping[str, tuple[int | None, Drill | None]] = field(default_factory=dict)
    """Of each panel the selected row, and where it leads."""
    selectable: Mapping[str, int] = field(default_factory=dict)  # rows, by panel
    found: Found | None = None  # the burst that was looked for
    records: Mapping[str, Any] = field(default_factory=dict)  # those the details were drawn from
    sentence: str = ""  # the header's, with its moment
