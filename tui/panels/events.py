"""What happened while one was away: bursts, the largest, feeds lost and back, levels crossed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.content import Content

from tui import draw
from tui.metrics.bursts import NORMAL_FROM
from tui.metrics.events import Event, Kind
from tui.metrics.feeds import SILENT
from tui.panels.base import Age, Form, Panel, View
from tui.panels.frame import ROW_AGE
from tui.snapshot import Snapshot
from tui.tables import COVERAGE, LIQUIDATION_MINUTES, Side

_SIDED = (Kind.BURST, Kind.BURST_END, Kind.CASCADE, Kind.MARKET_WIDE, Kind.CASCADE_END)
NAMED = 3
"""So many venues that were lost together are named first; of more the count says it."""


@dataclass(frozen=True)
class EventsRecord:
    """The events at a moment, newest first; `heard` is the newest sign of life of any feed, and
    `is_young` whether the store is too young to know a burst."""

    as_of: datetime
    events: tuple[Event, ...]
    heard: datetime | None
    is_young: bool = False
    lacking: str = ""  # why no cascade can be told: `2 of 3 days`


class EventsPanel(Panel):
    """One row an event; `enter` shows the whole screen as it was then."""

    name, title, number = "events", "Events", 5
    tables = (LIQUIDATION_MINUTES, COVERAGE)
    heights = (12, 5, 1)
    """Ten events in a box, four beneath a rule, one bare."""

    def record(self, snapshot: Snapshot, view: View) -> EventsRecord:
        """The events of the 24 h before the snapshot's moment."""
        as_of, began = snapshot.as_of, snapshot.began
        found = snapshot.events(view.base, view.coin)
        heard = snapshot.coverage["until"].max()
        is_young = began is None or as_of - began < NORMAL_FROM
        lacking = snapshot.lacking(view.coin)
        seen = heard if isinstance(heard, datetime) else None
        return EventsRecord(as_of, found, seen, is_young, lacking)

    def age(self, record: EventsRecord) -> Age:
        """Since any feed was heard: as old is what there is to tell."""
        return Age.of(record.heard, record.as_of, SILENT)

    def moments(self, record: EventsRecord) -> tuple[datetime, ...]:
        """When to look at each row."""
        return tuple(one.look for one in record.events)

    def rows(
        self, record: EventsRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        """Newest first; below them what cannot be told yet."""
        if form is Form.STRIP:
            return [_strip(record, view, width)]
        brief = form is not Form.BOX
        lines = [
            _row(one, view, width, form, brief, n == view.selected)
            for n, one in enumerate(record.events)
        ]
        if record.is_young:
            lines.append(draw.line(width, ("bursts n/a (no normal minute before 1h)", "$muted")))
        elif not lines:
            lines.append(draw.line(width, ("nothing in 24h", "$muted")))
        if record.lacking and not record.is_young:
            lines.append(draw.line(width, (f"cascades n/a ({record.lacking})", "$muted")))
        below = 0 if view.selected is None else max(0, view.selected - height + 1)
        return lines[below:]

    def detail_rows(
        self, record: EventsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        """All of them."""
        return self.rows(record, view, width, height, Form.BOX)[view.scroll :]


def marked(one: Event, view: View) -> tuple[str, str]:
    """The event's mark in the colour of its side."""
    if one.kind in _SIDED and one.side:
        return ("▼" if one.side is Side.LONG else "▲", view.side_style(one.side))
    if one.kind in (Kind.ROUND, Kind.AVERAGE):
        return ("▲", "$above") if one.is_above else ("▼", "$below")
    marks = {
        Kind.LARGEST: ("◆", "$accent"),
        Kind.LOST: ("!", "$warn"),
        Kind.SILENT: ("!", "$warn"),
        Kind.BACK: ("~", ""),
        Kind.ALERT: ("♪", "$accent"),
    }
    return marks.get(one.kind, ("·", "$muted"))


def told(one: Event, brief: bool) -> str:
    """What happened, in words; `brief` where there is little room."""
    names, base = draw.safe(", ".join(one.names)), draw.safe(one.base or "")
    reason = draw.safe(one.reason or "")
    match one.kind:
        case Kind.BURST | Kind.CASCADE | Kind.MARKET_WIDE if one.sigmas is not None:
            return _cascade(one, brief)
        case Kind.BURST:
            times = "" if one.times is None else f"×{one.times:.0f} "
            return f"burst {times}{'' if brief else 'normal  '}{_shared(one)}"
        case Kind.BURST_END | Kind.CASCADE_END:
            return _ended(one, base, brief)
        case Kind.LARGEST:
            row = f"{base} {one.side} {draw.usd(one.usd)}"
            return f"{row} largest 24h" if brief else f"largest 24h  {row} {_place(one)}"
        case Kind.LOST:
            feeds, rest = _feeds(one)
            return f"{feeds} lost" + (f": {reason}" if reason else "") + rest
        case Kind.SILENT:
            return f"{names} silent" + (f": {reason}" if reason else "")
        case Kind.BACK:
            feeds, rest = _feeds(one)
            return f"{feeds} back{_after(one)}{rest}"
        case Kind.ROUND:
            return f"{base} {'over' if one.is_above else 'under'} {draw.whole(one.level)}"
        case Kind.AVERAGE:
            where = "over" if one.is_above else "under"
            return f"{base} closed {where} {names} {draw.whole(one.level)}"
        case Kind.CLOSE:
            return f"{'' if brief else 'daily '}close {draw.whole(one.price)}  {reason}"
        case Kind.ALERT:
            return draw.minus(reason)
    return reason


def _cascade(one: Event, brief: bool) -> str:
    """`burst  BTC long  bybit first`, `cascade  ×24 normal  97% long  BTC −2.2σ`, and who follows
    in a market-wide one."""
    base, gap = draw.safe(one.base or ""), " " if brief else "  "
    if one.kind is Kind.MARKET_WIDE:
        names = " ".join(draw.safe(name) for name in one.names[:6])
        return f"market-wide{gap}{names}" + ("" if brief else " follow")
    if one.kind is Kind.BURST:
        side = one.side.value if one.side else ""
        lead = f"{gap}{draw.safe(one.venue)} first" if one.venue else ""
        return f"burst{gap}{base} {side}{lead}"
    times = f"{draw.multiple(one.times)}{'' if brief else ' normal'}"
    moved = draw.sigmas(one.sigmas)
    return gap.join(("cascade", times, _shared(one), moved if brief else f"{base} {moved}"))


def _feeds(one: Event) -> tuple[str, str]:
    """Who was lost: by name, or counted where that is all there are, or more than `NAMED`; and the
    names that then stand at the row's end, as far as it goes."""
    names = draw.safe(", ".join(one.names))
    lost, wanted = one.of or (0, 0)
    if wanted and lost == wanted and len(one.names) > 1:
        return f"all {wanted} feeds", ""
    if wanted and len(one.names) > NAMED:
        return f"{lost} of {wanted} feeds", f"  {names}"
    return names, ""


def _shared(one: Event) -> str:
    if one.share is None or one.side is None:
        return ""
    return f"{draw.share(one.share if one.side is Side.LONG else 1 - one.share)} {one.side.value}"


def _ended(one: Event, base: str, brief: bool) -> str:
    lasted = lasting(one.duration) if one.duration else ""
    move = "" if one.move is None else f"  {base} {draw.change(one.move)}"
    side = one.side.value if one.side else ""
    gap, bound = " " if brief else "  ", "≥ " if one.is_low else ""
    word = "burst" if one.kind is Kind.BURST_END else "cascade"
    return f"{word} end{gap}{side} {bound}{draw.usd(one.usd)}{gap}{lasted}{move}"


def _place(one: Event) -> str:
    return f"{draw.safe(one.venue or '')} {draw.price(one.price)}"


def _after(one: Event) -> str:
    lasted = f" after {lasting(one.duration)}" if one.duration else ""
    if one.reason:
        return f"{lasted} {draw.safe(one.reason)}" if lasted else f", was {draw.safe(one.reason)}"
    return lasted if one.filled is None else f"{lasted}, {lasting(one.filled)} backfilled"


def lasting(span: timedelta) -> str:
    """A length in its two largest units: `14s`, `7m20s`, `3h05m`."""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m{seconds % 60:02d}s" if seconds % 60 else f"{seconds // 60}m"
    return f"{seconds // 3600}h{seconds % 3600 // 60:02d}m"


def _row(one: Event, view: View, width: int, form: Form, brief: bool, selected: bool) -> Content:
    clock = f"{one.ts:%H:%M}" if form is Form.BARE else f"{one.ts:%H:%M:%S}"
    mark, style = marked(one, view)
    gap = "  " if form is Form.BOX else " "
    text = f"{mark} {told(one, brief)}"
    if selected:
        return draw.selected(clock + gap + text, width)
    return draw.line(width, (clock + gap, "$muted"), (text, style))


def _strip(record: EventsRecord, view: View, width: int) -> Content:
    groups: list[draw.Group] = [f"{view.key}events"]
    for one in record.events:
        mark, style = marked(one, view)
        groups.append([f"{one.ts:%H:%M} ", (f"{mark} {told(one, True)}", style)])
    if not record.events:
        groups.append("none in 24h")
    return draw.joined(width - ROW_AGE, *groups)
