"""The feed: newest first, what is below the smallest size folded into one line a second."""

from dataclasses import replace

from textual.content import Content

from tui import draw
from tui.metrics.windows import FeedRow, Folded, Liquidations
from tui.panels.base import View
from tui.panels.frame import RULES

WIDE_BAR = 14
BAR_FROM = 78
"""The width from which a row has its bar."""


def title(view: View, width: int, right: str = "") -> Content:
    """The feed's rule, with the smallest size shown."""
    text = f" feed ≥ ${draw.usd(view.smallest).replace('.00', '').replace('.0', '')} "
    right = f" {right} " if right else ""
    middle = "─" * max(0, width - 2 - len(text) - len(right))
    return draw.line(width, ("─", "$frame"), text, (middle + right + "─", "$frame"))


def rows(made: Liquidations, view: View, width: int, height: int, full: bool) -> list[Content]:
    """`height` rows of the feed from the view's scroll on; `full` has words, bars and venues."""
    if height <= 0:
        return []
    view = clamped(view, len(made.feed))
    first = first_row(len(made.feed), view, height)
    shown = made.feed[first : first + height]
    if not shown:
        return [draw.line(width, ("nothing above this size yet", "$muted"))]
    scale = made.largest.usd if made.largest and made.largest.usd else 0.0
    scale = scale or max((r.usd or 0.0 for r in shown if isinstance(r, FeedRow)), default=0.0)
    return [
        _row(item, view, width, scale, full, first + at == view.selected)
        for at, item in enumerate(shown)
    ]


def first_row(count: int, view: View, height: int) -> int:
    """The row at the top: the view's scroll, moved so that the selected row is seen."""
    first = min(view.scroll, max(0, count - height))
    if view.selected is None:
        return first
    return min(max(first, view.selected - height + 1), max(0, view.selected))


def clamped(view: View, count: int) -> View:
    """The view with the last row selected where the selected one is beyond it."""
    if view.selected is None or view.selected < count:
        return view
    return replace(view, selected=count - 1 if count else None)


def _row(
    item: FeedRow | Folded, view: View, width: int, scale: float, full: bool, selected: bool
) -> Content:
    if isinstance(item, Folded):
        coloured, rest, style = _folded(item, width, full), "", "$muted"
    else:
        coloured, rest = _full(item, scale, width) if full else _short(item, width)
        style = view.side_style(item.side) + (" bold" if item.largest_24h else "")
    if selected:
        return draw.line(width, ((coloured + rest).ljust(width), "reverse"))
    return draw.line(width, (coloured, style), rest)


def mark(item: FeedRow) -> str:
    """▼ a long was closed by a forced sell, ▲ a short by a forced buy."""
    return "▼" if item.side == "long" else "▲"


def _full(item: FeedRow, scale: float, width: int) -> tuple[str, str]:
    bar = ""
    if width >= BAR_FROM:
        room = WIDE_BAR + max(0, (width - 92) // 2)
        bar = "  " + draw.hbar((item.usd or 0.0) / scale if scale else 0.0, room)
    base = draw.pad(draw.safe(item.base), 6, right=False)
    left = f"{item.ts:%H:%M:%S}  {mark(item)} {item.side.value:<6} {base}{_usd(item):>6}{bar}"
    right = f"{draw.price(item.price):>13}  {draw.safe(item.venue):<9}"
    largest = "  ◆ largest 24h" if item.largest_24h else ""
    if len(left) + len(right) + len(largest) > width:
        largest = " ◆"
    return left, right + largest if item.largest_24h else right


def _usd(item: FeedRow) -> str:
    return draw.missing() if item.usd is None else draw.usd(item.usd)


def _short(item: FeedRow, width: int) -> tuple[str, str]:
    time = f"{item.ts:%H:%M:%S}" if width >= RULES else f"{item.ts:%M:%S}"
    gap = " " if width >= RULES else ""
    base = draw.pad(draw.safe(item.base), 5 if width >= RULES else 4, right=False)
    left = f"{time}{gap}{mark(item)}{gap}{base}{_usd(item):>6}"
    spare = width - len(left) - (7 if width >= RULES else 4)
    fitting = [p for p in (draw.price(item.price), draw.whole(item.price)) if len(p) < spare]
    price = (fitting[0] if fitting else "").rjust(spare)
    largest = (" ◆" if item.largest_24h else "  ") if width >= RULES else ""
    return left, f"{price}{'  ' if width >= RULES else ' '}{draw.code(item.venue)}{largest}"


def _folded(item: Folded, width: int, full: bool) -> str:
    words = "" if item.long_share is None else draw.share(item.long_share)
    if full:
        return (
            f"{item.ts:%H:%M:%S}  · {f'{item.count} smaller':<13}{draw.usd(item.usd):>6}"
            f"   long {words}"
        )
    if width >= RULES:
        count = f"{item.count} smaller"
        return f"{item.ts:%H:%M:%S} · {count:>11}{draw.usd(item.usd):>7} long {words}"
    return f"{item.ts:%M:%S}·{item.count} smaller{draw.usd(item.usd):>7} {words}L"
