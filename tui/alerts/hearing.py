"""What a monitor has heard of the alerts the recorder told: which are new, and whether it is mute.

Mute is a monitor's own: line and history go on, and other monitors, and the recorder's command.
"""

from datetime import datetime, timedelta

import polars as pl

from tui.alerts.fired import Fired

MUTE = timedelta(minutes=15)


class Hearing:
    """Follows the frame of alerts; what was told before the first one is not new."""

    def __init__(self) -> None:
        self._frame: pl.DataFrame | None = None
        self._newest: datetime | None = None
        self._muted: datetime | None = None

    def new(self, alerts: pl.DataFrame) -> list[Fired]:
        """The alerts that came since the frame before, oldest first."""
        if alerts is self._frame:
            return []
        first, before = self._frame is None, self._newest
        self._frame = alerts
        newest = alerts["ts"].max()
        self._newest = newest if isinstance(newest, datetime) else before
        if first or self._newest is None:
            return []
        late = alerts if before is None else alerts.filter(pl.col("ts") > before)
        return [Fired(*row) for row in late.iter_rows()]

    def mute(self, now: datetime) -> bool:
        """Mute for a quarter of an hour, or no longer; whether it is mute now."""
        self._muted = None if self.muted_for(now) else now + MUTE
        return self._muted is not None

    def muted_for(self, now: datetime) -> timedelta:
        """For how long it is mute yet."""
        return max(timedelta(), self._muted - now) if self._muted else timedelta()

    def said(self, now: datetime) -> str:
        """`muted 14m`, in minutes that are begun; nothing when it is not."""
        left = self.muted_for(now)
        return f"muted {-(-left // timedelta(minutes=1))}m" if left else ""
