"""The liquidations as rows of a strip: windows, minutes with the split, the feed."""

from collections.abc import Sequence
from itertools import groupby

from textual.content import Content

from tui import draw
from tui.metrics.windows import Amount, FeedRow, Folded, Total
from tui.panels.base import View
from tui.panels.frame import ROW_AGE
from tui.panels.liquidations import feed, split, totals
from tui.panels.liquidations.record import LiquidationsRecord
from tui.tables import Side

TIMES = 3
"""The windows that have × normal before one of them is left out: of a wide one it is near 1."""


def rows(
    record: LiquidationsRecord, view: View, width: int, height: int, stale: bool
) -> list[Content]:
    """By height: windows; and the feed; and the minutes between them; then more of each.

    The windows of one row take the cells of the age, but when it is stale: at 160 columns they fill
    it, and the feed tells its times.
    """
    name = f"{view.key}liq {totals.bound(record.liquidations)}  "
    over = 1 if height < 4 else min(3, height - 2)
    room = width - ROW_AGE if stale or over > 1 else width
    first = _under(name, room, windows(record, view, room - len(name), over), over)
    second = minutes(record, view, width)
    if not view.feed:
        rest = _split(record, view, width, height - 1 - len(first))
        return [*first, second, *rest][:height]
    if height < 3:
        return [*first, *_under("feed  ", width, tape(record, view, 12), 1)][:height]
    left = height - len(first) - 1
    return [*first, second, *_under("feed  ", width, tape(record, view, 12 * left), left)]


def _under(name: str, width: int, groups: Sequence[draw.Group], most: int) -> list[Content]:
    """The groups in at most `most` lines, behind a name that stands in the first."""
    lines = draw.flowed(max(1, width - len(name)), groups, most)
    heads = [name, *[" " * len(name)] * (len(lines) - 1)]
    return [draw.fit(Content(head) + line, width) for head, line in zip(heads, lines, strict=True)]


def _split(record: LiquidationsRecord, view: View, width: int, height: int) -> list[Content]:
    """The coins in a row, in a table where there is room for one."""
    if height < 3:
        return [split.one_row(record, view, width)]
    return split.narrow(record, view, width, height)


def windows(record: LiquidationsRecord, view: View, width: int, most: int) -> list[list[draw.Part]]:
    """The windows with their sides and long share, those that have room in `most` lines.

    First × normal is left off, the widest window's before the others'; then windows go as
    `totals.RANK` says, 15 m first; the chosen one and the day stay. 12 h is there only when chosen.
    """
    every = [n for n in record.liquidations.windows if n != "12h" or view.window == n]
    last = (view.window, "24h")
    ranked = sorted(every, key=lambda n: -1 if n in last else totals.RANK[n])
    groups: list[list[draw.Part]] = []
    for count in range(len(ranked), 0, -1):
        names = [name for name in every if name in ranked[:count]]
        for times in range(count, min(count, TIMES) - 1, -1):
            groups = [_window(record, view, n, i < times) for i, n in enumerate(names)]
            if len(draw.flowed(width, groups, most + 1)) <= most:
                return groups
    return groups


def _window(record: LiquidationsRecord, view: View, name: str, times: bool) -> list[draw.Part]:
    total = record.liquidations.windows[name]
    return [
        f"{totals.named(total, 8)} ",
        (f"▼{totals.amount(total, Side.LONG)} ", view.side_style(Side.LONG)),
        (f"▲{totals.amount(total, Side.SHORT)} ", view.side_style(Side.SHORT)),
        totals.longs(total) + (_normal(record, total) if times else ""),
    ]


def _normal(record: LiquidationsRecord, total: Total) -> str:
    """` ×47`, once a week is stored."""
    if record.standing is None or record.standing.lacking_week:
        return ""
    return f" {totals.times_normal(record.standing, total)}"


def minutes(record: LiquidationsRecord, view: View, width: int) -> Content:
    """The minutes as columns, then coins and venues of the chosen window."""
    made = record.liquidations
    count = min(60, max(10, width - 100))
    shown = made.minutes[-count:]
    both = [
        None if not m.covered and not (m.long_usd or m.short_usd) else m.long_usd + m.short_usd
        for m in shown
    ]
    more_long = sum(m.long_usd for m in shown) >= sum(m.short_usd for m in shown)
    style = view.side_style(Side.LONG if more_long else Side.SHORT)
    top = max((v for v in both if v is not None), default=None)
    chart: list[draw.Part] = [
        f"{len(shown)}m ",
        (draw.sparkline(both), style),
        f" max {draw.lacking(draw.usd(top))}/min",
    ]
    return draw.joined(width, chart, _coins(record, view), _venues(record, view))


def _coins(record: LiquidationsRecord, view: View) -> str:
    """The largest of the chosen window; empty where nothing was liquidated."""
    coins = [
        f"{draw.safe(name)[:6]} {draw.usd(amount.total_usd)}"
        for name, amount in split.coins(record.liquidations, view.window)[:4]
        if amount.total_usd > 0
    ]
    return f"{view.window} {'  '.join(coins)}" if coins else ""


def _venues(record: LiquidationsRecord, view: View) -> str:
    """The part of each venue; empty where nothing was liquidated."""
    usd = {
        name: venue.windows.get(view.window, Amount()).total_usd
        for name, venue in record.liquidations.venues.items()
    }
    whole = sum(usd.values())
    parts = (f"{draw.code(name)} {draw.share(one / whole)}" for name, one in usd.items() if whole)
    return " ".join(parts)


def tape(record: LiquidationsRecord, view: View, most: int) -> list[list[draw.Part]]:
    """The newest lines of the feed, at most so many groups; the selected one reversed, and in
    sight. Folded lines next to each other are one: with no time beside them they are no news."""
    first = max(0, (view.selected or 0) - 2)
    lines = list(enumerate(record.liquidations.feed[first:], first))
    groups: list[list[draw.Part]] = []
    for is_row, run in groupby(lines, lambda line: isinstance(line[1], FeedRow)):
        if is_row:
            groups += [_row(one, at == view.selected, view) for at, one in run]
        else:
            groups.append(_small(list(run), view))
        if len(groups) >= most:
            break
    return groups[:most] or [[("nothing above this size yet", "$muted")]]


def _row(item: FeedRow | Folded, chosen: bool, view: View) -> list[draw.Part]:
    assert isinstance(item, FeedRow)
    price = draw.whole(item.price) if (item.price or 0) >= 10_000 else draw.price(item.price)
    text = f":{item.ts:%S} {feed.mark(item)}{draw.safe(item.base)[:6]} {draw.usd(item.usd)}"
    tail = f" {price} {draw.code(item.venue)}" + (" ◆24h" if item.largest_24h else "")
    return [(text + tail, "reverse")] if chosen else [(text, view.side_style(item.side)), tail]


def _small(run: list[tuple[int, FeedRow | Folded]], view: View) -> list[draw.Part]:
    """`+31 1.02M`: how many were below the smallest size."""
    folded = [item for _, item in run if isinstance(item, Folded)]
    style = "reverse" if view.selected in [at for at, _ in run] else "$muted"
    count, usd = sum(one.count for one in folded), sum(one.usd for one in folded)
    return [(f"+{count} {draw.usd(usd)}", style)]
