"""The liquidations as rows of a strip: windows, minutes with the split, the feed."""

from textual.content import Content

from tui import draw
from tui.metrics.windows import Amount, FeedRow
from tui.panels.base import View, code, joined
from tui.panels.liquidations import feed, split, totals
from tui.panels.liquidations.record import LiquidationsRecord
from tui.tables import Side


def rows(record: LiquidationsRecord, view: View, width: int, height: int) -> list[Content]:
    """By height: windows; and the feed; and the minutes between them."""
    first, second = windows(record, view, width), minutes(record, view, width)
    if not view.feed:
        return [first, second, split.one_row(record, view, width)][:height]
    third = tape(record, view, width)
    return [[first], [first, third], [first, second, third]][min(height, 3) - 1]


def windows(record: LiquidationsRecord, view: View, width: int) -> Content:
    """Every window but 12 h with its sides and long share."""
    made = record.liquidations
    groups: list[list[draw.Part]] = []
    for name, total in made.windows.items():
        if name == "12h" and view.window != "12h":
            continue
        head = f"{totals.named(total, 8)} "
        if not groups:
            head = f"{view.number or 1} liq {totals.bound(made)}  {head}"
        groups.append(
            [
                head,
                (f"▼{totals.amount(total, Side.LONG)} ", view.side_style(Side.LONG)),
                (f"▲{totals.amount(total, Side.SHORT)} ", view.side_style(Side.SHORT)),
                totals.longs(total),
            ]
        )
    return joined(width, *groups)


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
    coins = [
        f"{draw.safe(name)[:6]} {draw.usd(amount.total_usd)}"
        for name, amount in split.coins(made, view.window)[:4]
        if amount.total_usd > 0
    ]
    totals_usd = sum(v.windows.get(view.window, Amount()).total_usd for v in made.venues.values())
    venues = [
        f"{code(n)} {draw.share(v.windows.get(view.window, Amount()).total_usd / totals_usd)}"
        for n, v in made.venues.items()
        if totals_usd
    ]
    groups: list[list[draw.Part]] = [chart]
    if coins:
        groups.append([f"{view.window} " + "  ".join(coins)])
    if venues:
        groups.append([" ".join(venues)])
    return joined(width, *groups)


def tape(record: LiquidationsRecord, view: View, width: int) -> Content:
    """The newest rows of the feed in one line."""
    groups: list[list[draw.Part]] = []
    for item in record.liquidations.feed[:12]:
        if isinstance(item, FeedRow):
            price = (
                draw.whole(item.price) if (item.price or 0) >= 10_000 else draw.price(item.price)
            )
            text = f":{item.ts:%S} {feed.mark(item)}{draw.safe(item.base)[:6]} {draw.usd(item.usd)}"
            tail = f" {price} {code(item.venue)}" + (" ◆24h" if item.largest_24h else "")
            groups.append([(text, view.side_style(item.side)), tail])
        else:
            groups.append([(f"+{item.count} {draw.usd(item.usd)}", "$muted")])
    if not groups:
        return draw.line(width, "feed  ", ("nothing above this size yet", "$muted"))
    groups[0].insert(0, "feed  ")
    return joined(width, *groups)
