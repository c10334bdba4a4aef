"""The windows table: long, short, long share and cover, across in a box and down beside rules."""

from collections.abc import Mapping, Sequence

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.cascades.standing import Standing
from tui.metrics.windows import WINDOWS, Liquidations, Total
from tui.panels.base import Form, View
from tui.tables import Side

RANK = {"5m": 0, "1m": 1, "24h": 2, "1h": 3, "4h": 4, "15m": 5, "12h": 6}
"""Which windows stay where not all have room."""
NARROW = {Form.RULES: ("1m", "5m", "15m", "1h", "4h", "24h"), Form.BARE: ("1m", "5m", "1h", "24h")}


def bound(made: Liquidations) -> str:
    """`≥` when any total is a lower bound."""
    return "≥" if any(total.lower_bound for total in made.windows.values()) else " "


def known(total: Total) -> bool:
    """Whether anybody listened, or something is there all the same."""
    return bool(total.cover.share) or total.amount.count > 0


def amount(total: Total, side: Side) -> str:
    """One side's USD; `n/a` when nobody listened."""
    if not known(total):
        return draw.missing()
    return draw.usd(total.amount.long_usd if side is Side.LONG else total.amount.short_usd)


def longs(total: Total) -> str:
    """The share of longs; `—` where nothing was liquidated, `n/a` when nobody listened."""
    return draw.share(total.amount.long_share) if known(total) else draw.missing()


def named(total: Total, room: int) -> str:
    """The window's name; while the store is younger, what it has of it: `12m of 24h`."""
    have = total.cover.have
    if have >= WINDOWS[total.window]:
        return total.window
    age = draw.age(have.total_seconds())
    full, short = f"{age} of {total.window}", f"{age}/{total.window}"
    return full if len(full) <= room else draw.cut(short, room)


def listened(total: Total) -> str:
    """The cover, as `n/a` when nothing was wanted or the store is empty."""
    return draw.missing() if total.cover.share is None else draw.share(total.cover.share)


def reasons(made: Liquidations, view: View) -> str:
    """Why the chosen window's total is a lower bound, in one line; one reason may name venues."""
    total = made.windows.get(view.window)
    return draw.safe("; ".join(total.reasons)) if total else ""


def across(
    made: Liquidations, view: View, width: int, standing: Standing | None = None
) -> list[Content]:
    """Windows as columns: head, long, short, long share, × normal, cover."""
    totals = made.windows
    young = any(t.cover.have < WINDOWS[t.window] for t in totals.values())
    least = 8 if young else 7
    first = Column("", f"{bound(made)} USD", 8, -1, right=False)
    ranked = [
        Column(name, name, least, -1 if name == view.window else RANK[name]) for name in totals
    ]
    columns = choose([first, *ranked], width)
    named_columns = [
        c if c.key == "" else Column(c.key, named(totals[c.key], c.width - 1), c.width)
        for c in columns
    ]
    long, short = (
        {name: amount(total, side) for name, total in totals.items()}
        for side in (Side.LONG, Side.SHORT)
    )
    return [
        heads(named_columns, width),
        row(columns, long | {"": "▼ long"}, width, view.side_style(Side.LONG)),
        row(columns, short | {"": "▲ short"}, width, view.side_style(Side.SHORT)),
        row(
            columns,
            {n: longs(t) for n, t in totals.items()} | {"": "long %"},
            width,
        ),
        *([] if standing is None else [_normal(standing, columns, totals, width)]),
        row(columns, {n: listened(t) for n, t in totals.items()} | {"": "cover"}, width, "$muted"),
    ]


def _normal(
    standing: Standing, columns: Sequence[Column], totals: Mapping[str, Total], width: int
) -> Content:
    """Each total ÷ a normal one; until a week is stored, why there is none."""
    if standing.lacking_week:
        text = draw.missing(standing.lacking_week)
        return draw.line(width, ("× normal ".ljust(columns[0].width + 1) + text, "$muted"))
    cells = {name: times_normal(standing, total) for name, total in totals.items()}
    return row(columns, cells | {"": "× normal"}, width)


def times_normal(standing: Standing, total: Total) -> str:
    """A total ÷ a normal one, `≥` where a venue was away; `n/a` when nobody listened, or the window
    is not full yet."""
    times = standing.times.get(total.window)
    whole = known(total) and total.cover.have >= WINDOWS[total.window]
    if times is None or not whole:
        return draw.missing()
    return ("≥" if total.window in standing.low else "") + draw.multiple(times)


def down(
    made: Liquidations, view: View, width: int, form: Form, standing: Standing | None = None
) -> list[Content]:
    """Windows as rows, so that one column compares a minute with a day; × normal takes the place
    of the cover once a week is stored."""
    normal = standing if standing is not None and not standing.lacking_week else None
    columns = choose(_columns(bound(made), form, normal is not None), width, spread=3)
    names = sorted({*NARROW[form], view.window}, key=list(WINDOWS).index)
    rows = [heads(columns, width)]
    for name in names:
        total = made.windows[name]
        cells: dict[str, draw.Part] = {
            "window": named(total, columns[0].width),
            "long": (amount(total, Side.LONG), view.side_style(Side.LONG)),
            "short": (amount(total, Side.SHORT), view.side_style(Side.SHORT)),
            "share": longs(total),
            "cover": times_normal(normal, total) if normal else listened(total),
        }
        rows.append(row(columns, cells, width, "bold" if name == view.window else ""))
    return rows


def _columns(mark: str, form: Form, is_normal: bool) -> list[Column]:
    if form is Form.BARE:
        return [
            Column("window", mark, 6, right=False),
            Column("long", "▼long", 6),
            Column("short", "▲shrt", 6, 1),
            Column("share", "long", 5, 2),
            Column("cover", "×nrm" if is_normal else "cov", 5, 3),
        ]
    return [
        Column("window", f"{mark} USD", 10, right=False),
        Column("long", "▼ long", 8),
        Column("short", "▲ short", 9, 1),
        Column("share", "long", 6, 2),
        Column("cover", "×norm" if is_normal else "cover", 7, 3),
    ]
