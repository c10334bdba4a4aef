"""What the recorder keeps of alerts between two seconds, and as a row of the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from tui.alerts.settings import Alerts, ms
from tui.alerts.state import Fired, packed, step, unpacked
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

    def look(
        self, document: Mapping[str, Any], as_of: datetime
    ) -> tuple[tuple[Fired, ...], dict[str, Any] | None]:
        """What fired, and what the store should keep when something began or ended."""
        before = self._state
        self._state, fired = step(before, self._alerts, document, as_of)
        same = (before.open, before.burst_ended) == (self._state.open, self._state.burst_ended)
        return fired, None if same and not fired else packed(self._state)


def rows(fired: Sequence[Fired]) -> pl.DataFrame:
    """What fired as rows of ALERTS."""
    return pl.DataFrame([one[:-1] for one in fired], schema=ALERTS.schema, orient="row")
