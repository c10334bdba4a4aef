"""What the recorder keeps of alerts between two seconds, and as a row of the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from tui.alerts.fired import Fired
from tui.alerts.settings import Alerts
from tui.alerts.state import packed, step, unpacked
from tui.clock import milliseconds as ms
from tui.tables import ALERTS

META = "alerts"
"""Under this key the store keeps what is under way, so that a recorder that starts again does not
tell it twice."""


class Watch:
    """Looks at a document a second. `kept` is what the store had of the last watch, which looked
    last at `seen`."""

    def __init__(self, alerts: Alerts, kept: Any, seen: datetime | None) -> None:
        self._alerts = alerts
        last = ms(seen) if seen else 0
        self._state = unpacked(kept)._replace(seen=last)
        self._kept = packed(self._state)

    def look(self, document: Mapping[str, Any], as_of: datetime) -> tuple[Fired, ...]:
        """What fired at this moment."""
        self._state, fired = step(self._state, self._alerts, document, as_of)
        return fired

    def to_keep(self) -> dict[str, Any] | None:
        """What the store should keep, if something began or ended since it last did."""
        state = packed(self._state)
        return None if _lasting(state) == _lasting(self._kept) else state

    def keeps(self, state: dict[str, Any]) -> None:
        """The store has it now."""
        self._kept = state


def _lasting(kept: dict[str, Any]) -> dict[str, Any]:
    """Without when a burst was last heard of: each second, which alone need not be written."""
    burst = kept["burst"]
    return kept | {"burst": burst and burst._replace(heard=0)}


def rows(fired: Sequence[Fired]) -> pl.DataFrame:
    """What fired as rows of ALERTS."""
    return pl.DataFrame([one[:-1] for one in fired], schema=ALERTS.schema, orient="row")
