"""The header's record: the metric's, with what the quotable sentence needs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tui.metrics import header as metric
from tui.metrics.cascades.standing import Standing
from tui.metrics.prices import Price
from tui.metrics.windows import Liquidations
from tui.panels import shared
from tui.panels.base import View
from tui.panels.liquidations import read
from tui.snapshot import Snapshot

RECORDER_SILENT = timedelta(seconds=10)
"""The recorder writes once a second: ten without a word are no hiccup."""


@dataclass(frozen=True)
class HeaderRecord:
    """What the header says at a moment; `recorder_ts` is when the recorder last wrote. `move` and
    `interest` are the changes of price and open interest over the view's window."""

    base: str
    now: metric.Header
    liquidations: Liquidations
    standing: Standing
    recorder_ts: datetime | None = None
    move: float | None = None
    interest: float | None = None
    streamed: Price | None = None  # the live price, while the rest is of the past

    @property
    def silent(self) -> timedelta | None:
        """How long the recorder has said nothing, if that is too long."""
        if self.recorder_ts is None:
            return None
        silence = self.now.as_of - self.recorder_ts
        return silence if silence > RECORDER_SILENT else None

    @property
    def live(self) -> int:
        """Feeds that deliver; none while the recorder is silent."""
        return 0 if self.silent else self.now.live


def record(
    snapshot: Snapshot,
    view: View,
    liquidations: Liquidations | None = None,
    live: Snapshot | None = None,
) -> HeaderRecord:
    """The header's record; hand in the panel's `liquidations` to spare reading them twice, and the
    `live` snapshot when the other is of the past."""
    made = liquidations or read(snapshot, view)
    now = metric.header(
        _prices(snapshot, view),
        made,
        shared.derivatives(snapshot),
        shared.feeds(snapshot, made),
        snapshot.as_of,
        base=view.base,
        endpoint=snapshot.endpoint,
    )
    return HeaderRecord(
        view.base,
        now,
        made,
        shared.standing(snapshot, made, view.coin),
        snapshot.recorder_ts,
        shared.move(snapshot, view.base, view.window),
        shared.interest(snapshot, view.window).get(view.base),
        shared.price(live, view.base) if live else None,
    )


def priced(made: HeaderRecord, snapshot: Snapshot, view: View) -> HeaderRecord:
    """A record with the prices of `snapshot`, a part of a second later: all else that it says
    changes by the second, and takes four times as long."""
    now = metric.priced(made.now, _prices(snapshot, view), snapshot.as_of, base=view.base)
    return replace(made, now=now, move=shared.move(snapshot, view.base, view.window))


def _prices(snapshot: Snapshot, view: View) -> list[Price]:
    quoted = (shared.price(snapshot, coin) for coin in dict.fromkeys((view.base, *view.coins)))
    return [one for one in quoted if one]
