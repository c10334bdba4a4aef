"""One liquidation looked at: its fields, the price then, its raw row, and what was around it."""

import textwrap

from textual.content import Content

from tui import draw
from tui.metrics.around import SECONDS, Then
from tui.metrics.feed import FeedRow
from tui.panels.base import View
from tui.panels.liquidations.deep import Near
from tui.panels.liquidations.feed import mark
from tui.panels.liquidations.split import rule_of

RAW_ROWS = 8


def rows(near: Near, view: View, width: int, height: int) -> list[Content]:
    """The liquidation, and the others from the view's scroll on."""
    row = near.row
    lines = [draw.line(width, (text, style)) for text, style in _facts(row, near.then, view)]
    lines.append(rule_of("raw row", width))
    raw = near.raw or draw.missing("the store has no raw row of it")
    pieces = textwrap.wrap(draw.safe(raw), width, break_on_hyphens=False)
    lines += [draw.line(width, piece) for piece in pieces[:RAW_ROWS]]
    if len(pieces) > RAW_ROWS:
        lines[-1] = draw.line(width, draw.cut(pieces[RAW_ROWS - 1] + " …", width))
    lines.append(rule_of(f"{SECONDS.seconds} s around, all venues", width, _summary(near)))
    room = max(0, height - len(lines))
    return lines + _events(near, view, width, room)


def _facts(row: FeedRow, then: Then | None, view: View) -> list[tuple[str, str]]:
    size = draw.missing() if row.usd is None else f"${draw.usd(row.usd)}"
    coins = draw.missing() if row.qty is None else f"{row.qty:,.8g} {draw.safe(row.base)}"
    largest = "  ◆ largest 24h" if row.largest_24h else ""
    ts = f"{row.ts:%Y-%m-%d %H:%M:%S}.{row.ts.microsecond // 1000:03d}Z"
    kind = draw.safe(row.price_kind).replace("_", " ")
    return [
        (f"{mark(row)} {row.side.value} liquidated  {size}{largest}", view.side_style(row.side)),
        (f"{ts}  {draw.safe(row.venue)}  {draw.safe(row.symbol)}", ""),
        (f"{coins} at {draw.price(row.price)} ({kind})", ""),
        (_price(row, then), "$accent"),
    ]


def _price(row: FeedRow, then: Then | None) -> str:
    if then is None:
        return "price then n/a (no quote of it within a minute before)"
    away = "" if row.price is None else f", the row's {draw.change(row.price / then.price - 1)}"
    where = f"{draw.safe(then.venue)} {draw.safe(then.symbol)}"
    return f"price then {draw.price(then.price)} {where}, {then.older_s:.1f}s before{away}"


def _summary(near: Near) -> str:
    sizes: dict[str, float] = {}
    for _, one in near.events:
        sizes[one.venue] = sizes.get(one.venue, 0.0) + (one.usd or 0.0)
    parts = sorted(sizes.items(), key=lambda pair: -pair[1])
    said = "  ".join(f"{draw.safe(venue)} {draw.usd(usd)}" for venue, usd in parts)
    return f"{len(near.events)} rows  {said}"


def _events(near: Near, view: View, width: int, height: int) -> list[Content]:
    """By time, the one looked at in reverse; the first rows are those just before it."""
    own = next((at for at, (_, one) in enumerate(near.events) if same(one, near.row)), 0)
    first = max(0, min(own - height // 3 + view.scroll, len(near.events) - height))
    lines = []
    for seconds, one in near.events[first : first + height]:
        text = event(seconds, one)
        style = "reverse" if same(one, near.row) else view.side_style(one.side)
        lines.append(draw.line(width, (draw.cut(text, width), style)))
    return lines


def same(one: FeedRow, other: FeedRow) -> bool:
    """Whether two rows tell of one liquidation, the mark of the largest apart."""
    return one._replace(largest_24h=False) == other._replace(largest_24h=False)


def event(seconds: float, one: FeedRow) -> str:
    """`+1.204s  ▼ long  ETH    312K  2,908.15  binance`."""
    sign = "+" if seconds >= 0 else "−"
    size = draw.missing() if one.usd is None else draw.usd(one.usd)
    base = draw.pad(draw.safe(one.base), 6, right=False)
    return (
        f"{sign}{abs(seconds):.3f}s".rjust(9)
        + f"  {mark(one)} {one.side.value:<6}{base}{size:>6}"
        + f"{draw.price(one.price):>13}  {draw.safe(one.venue)}"
    )
