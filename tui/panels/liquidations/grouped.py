"""The groups of the detail, and beside them the window's rows by size."""

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.groups import SIZES, Group
from tui.panels.base import View
from tui.panels.liquidations.deep import Deep, by
from tui.panels.liquidations.record import LiquidationsRecord
from tui.panels.liquidations.split import rule_of
from tui.panels.liquidations.totals import known
from tui.panels.sorting import Values, marked, ordered
from tui.tables import Side

HISTOGRAM = 40
"""Cells of the histogram, its gap included."""
BOTH_FROM = 92
COLUMNS = (
    Column("name", "", 9, right=False),
    Column("usd", "USD", 7),
    Column("long", "long", 6, 3),
    Column("n", "n", 7, 2),
    Column("share", "share", 7, 1),
    Column("largest", "largest", 9, 4),
    Column("sampled", "sampled", 9, 5),
)
VALUES: Values[Group] = {
    "usd": lambda group: group.usd,
    "long": lambda group: group.long_usd / group.usd if group.usd else None,
    "n": lambda group: group.count,
    "largest": lambda group: group.largest_usd,
    "sampled": lambda group: group.sampled_usd / group.usd if group.usd else None,
    "name": lambda group: group.name,
}
ENDS = ("1K", "10K", "100K", "1M", "10M")
"""`SIZES` in words, the lowest left out."""


def listed(deep: Deep, view: View) -> list[Group]:
    """The groups as they stand in the table: largest first, or by the chosen column."""
    return ordered(deep.groups, VALUES, view)


def rows(
    record: LiquidationsRecord, deep: Deep, view: View, width: int, height: int
) -> list[Content]:
    """The rule and the groups, the selected one in sight; sizes at their right."""
    active = view.drill.block == 0
    name, total = by(view), record.liquidations.windows[view.window]
    beside = HISTOGRAM if width >= BOTH_FROM else 0
    room = width - beside
    title = f"{view.window} by {name}" if name else view.window
    title += "  filtered" if deep.matched is not None else ""
    lines = [rule_of(title, width, "⏎ open  b group  tab tape" if active and name else "")]
    whole = sum(group.usd for group in deep.groups)
    columns = marked(choose(COLUMNS, room, spread=2), view)
    groups = listed(deep, view)
    made = [heads(columns, room)]
    first = first_shown(view.selected if active else None, height - 2, len(groups))
    for at, group in enumerate(groups[first : first + max(0, height - 2)], first):
        chosen = active and at == view.selected
        style = "reverse" if chosen else _style(group, view)
        made.append(row(columns, cells(group, whole), room, style))
    if not groups:
        words = "nothing yet" if known(total) else draw.missing("nobody listened")
        made.append(draw.line(room, (words if name else "one venue, side and coin", "$muted")))
    sizes = histogram(deep, record, beside - 3) if beside else []
    for at in range(height - 1):
        left = made[at] if at < len(made) else Content.blank(room)
        right = sizes[at] if at < len(sizes) else Content.blank(max(0, beside - 3))
        lines.append(left + Content.assemble((" │ ", "$frame")) + right if beside else left)
    return lines[:height]


def natural(deep: Deep, width: int) -> int:
    """The rows beyond which height adds nothing: rule, head, groups; or the histogram's."""
    return max(2 + max(1, len(deep.groups)), 2 + len(SIZES) if width >= BOTH_FROM else 0)


def first_shown(selected: int | None, height: int, count: int) -> int:
    """The row at the top, so that the selected one is in sight."""
    return 0 if selected is None else max(0, min(selected, count - 1) - max(1, height) + 1)


def _style(group: Group, view: View) -> str:
    return view.side_style(Side.LONG if group.long_usd >= group.short_usd else Side.SHORT)


def cells(group: Group, whole: float) -> dict[str, draw.Part]:
    """A group's cells; shares are of the USD of all groups and of the group's own."""
    return {
        "name": draw.safe(group.name)[:8],
        "usd": draw.usd(group.usd),
        "long": draw.share(group.long_usd / group.usd if group.usd else None),
        "n": f"{group.count}",
        "share": draw.share(group.usd / whole if whole else None),
        "largest": draw.usd(group.largest_usd) if group.largest_usd else draw.MISSING,
        "sampled": draw.share(group.sampled_usd / group.usd if group.usd else None),
    }


def histogram(deep: Deep, record: LiquidationsRecord, width: int) -> list[Content]:
    """Rows by size, a decade a bar: how many, and their USD. Says which rows when not all."""
    sizes = deep.sizes
    all_rows = sum(group.count for group in deep.groups)
    counted = "all rows" if sizes.counted >= all_rows else f"the newest {sizes.counted}"
    if deep.matched is not None:
        counted = f"{deep.matched:,} filtered rows"
    since = f" since {sizes.since:%H:%M:%S}" if sizes.since and sizes.counted < all_rows else ""
    lines = [draw.line(width, (f"sizes of {counted}{since}", "$muted"))]
    most = max(sizes.counts, default=0)
    for at, (count, usd) in enumerate(zip(sizes.counts, sizes.usd, strict=True)):
        name = f"<{ENDS[0]}" if at == 0 else f"{ENDS[at - 1]}+"
        bar = draw.hbar(count / most if most else 0.0, max(1, width - 20))
        lines.append(draw.line(width, f"{name:>5} {bar} {count:>6} {draw.usd(usd):>6}"))
    return lines
