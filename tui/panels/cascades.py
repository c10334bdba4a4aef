"""The past cascades, newest first: when, how grave, how much, and what the price did afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.cascades.rule import Grade
from tui.metrics.cascades.table import AFTER, Cascade
from tui.panels.base import Age, Form, Panel, View
from tui.panels.events import lasting
from tui.snapshot import Snapshot
from tui.tables import CASCADES, LIQUIDATIONS, Side

LOOKED_LIMIT = timedelta(seconds=15)
"""The detector looks at a bucket of five seconds three seconds after its end."""
COLUMNS = (
    Column("since", "began", 13, -1, right=False),
    Column("what", "what", 15, -1, right=False),
    Column("lasted", "lasted", 7, 1),
    Column("usd", "≥ USD", 7),
    Column("peak", "peak", 7, 5),
    Column("times", "×norm", 7, 1),
    Column("move", "price", 8),
    Column("interest", "OI", 7, 2),
    Column("lead", "first", 9, 4),
    Column("full", "full", 6, 6),
    Column("after_15m", "+15m", 8, 3),
    Column("after_1h", "+1h", 8, 3),
    Column("after_4h", "+4h", 8, 3),
)
"""`full`: the highest saturation of a venue that publishes one row a second."""


@dataclass(frozen=True)
class CascadesRecord:
    """The events of all coins, or of the chosen one, newest first."""

    as_of: datetime
    found: tuple[Cascade, ...]
    looked: datetime | None
    lacking: str = ""  # why none can be told: `2 of 3 days`


class CascadesPanel(Panel):
    """Has a screen of its own alone; `enter` shows everything as it was when one was worst."""

    name, title, number = "cascades", "Liquidations › cascades", 0
    tables = (LIQUIDATIONS, CASCADES)

    def record(self, snapshot: Snapshot, view: View) -> CascadesRecord:
        """The newest 500 at the snapshot's moment."""
        mine = [one for one in snapshot.known_cascades if one.base == view.coin]
        found, lacking = tuple(reversed(mine)), snapshot.lacking(view.coin)
        return CascadesRecord(snapshot.as_of, found, snapshot.recorder_ts, lacking)

    def age(self, record: CascadesRecord) -> Age:
        """Since the recorder last looked."""
        return Age.of(record.looked, record.as_of, LOOKED_LIMIT)

    def heading(self, record: CascadesRecord, view: View, form: Form) -> str:
        """The coin, or that it is all of them."""
        return draw.safe(view.coin) if view.coin else "all coins"

    def choices(self, record: CascadesRecord, view: View) -> int:
        """Every one."""
        return len(record.found)

    def moments(self, record: CascadesRecord) -> tuple[datetime, ...]:
        """When each was known to be as bad as it became."""
        return tuple(one.steps[-1].ts for one in record.found)

    def rows(
        self, record: CascadesRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """A head and a row each, the selected one in sight; or why there is none."""
        if not record.found:
            return [draw.line(width, (_none(record), "$muted"))]
        columns = choose(COLUMNS, width, spread=2)
        room = max(1, height - 1)
        first = max(view.scroll, (view.selected or 0) - room + 1)
        shown = list(enumerate(record.found))[first : first + room]
        lines = [heads(columns, width)]
        for at, one in shown:
            cells = _cells(one, record.as_of, view)
            if at == view.selected:
                plain = {key: c if isinstance(c, str) else c[0] for key, c in cells.items()}
                lines.append(row(columns, plain, width, "reverse"))
            else:
                lines.append(row(columns, cells, width))
        return lines

    def detail_rows(
        self, record: CascadesRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """The same."""
        return self.rows(record, view, width, height, Form.BOX)


def _none(record: CascadesRecord) -> str:
    return f"cascades n/a ({record.lacking})" if record.lacking else "none is stored yet"


def _cells(one: Cascade, as_of: datetime, view: View) -> dict[str, draw.Part]:
    """What is not known while it runs is `…`; of hours that have not passed yet too."""
    is_over = one.ended is not None
    style = view.side_style(one.side)
    mark = "▼" if one.side is Side.LONG else "▲"
    today = one.since.date() == as_of.date()
    after = dict(zip(AFTER.items(), one.after, strict=True))
    returns: dict[str, draw.Part] = {
        name: _return(value, one.until + span <= as_of and is_over)
        for (name, span), value in after.items()
    }
    word = {Grade.MARKET_WIDE: "market"}.get(one.grade, one.grade.word)
    return {
        "since": f"{one.since:%H:%M:%S}" if today else f"{one.since:%d %b %H:%M}",
        "what": (f"{mark} {one.side.value} {word}", style),
        "lasted": lasting(one.until - one.since),
        "usd": (draw.usd(one.side_usd), style) if is_over else "…",
        "peak": f"{one.peak:%H:%M}" if one.peak else "…",
        "times": draw.multiple(one.times) if is_over else draw.multiple(one.steps[-1].times),
        "move": _known(draw.change(one.move), is_over),
        "interest": _known(draw.change(one.interest, 1), is_over),
        "lead": draw.safe(one.lead or draw.missing())[:8],
        "full": _known(draw.share(one.saturation), is_over),
        **returns,
    }


def _known(text: str, is_over: bool) -> str:
    return draw.lacking(text) if is_over else "…"


def _return(value: float | None, is_due: bool) -> str:
    return draw.lacking(draw.change(value)) if is_due else "…"
