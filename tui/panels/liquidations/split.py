"""The chosen window split by coin, by venue with what each gives, or by side."""

from collections.abc import Mapping

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.amounts import together
from tui.metrics.windows import Amount, Liquidations
from tui.panels.base import View
from tui.panels.liquidations import trusted
from tui.panels.liquidations.record import LiquidationsRecord
from tui.panels.liquidations.totals import known, reasons
from tui.panels.sorting import Values, marked, ordered
from tui.tables import Side

TWO_FROM = 84
"""The inner width from which two tables stand side by side."""
COIN = (
    Column("name", "coin", 6, right=False),
    Column("long", "long", 6),
    Column("short", "short", 7, 3),
    Column("n", "n", 6, 4),
    Column("largest", "largest", 8, 2),
    Column("price", "price", 8, 1),
    Column("OI", "OI", 8, 1),
)
VENUE = (
    Column("name", "venue", 9, right=False),
    Column("long", "long", 6),
    Column("short", "short", 7, 4),
    Column("n", "n", 6, 3),
    Column("gives", "gives", 6, 1),
    Column("cover", "cover", 6, 2),
    Column("lag", "lag", 6, 1),
    Column("mark", "mark", 8, 2),
)
SIDE = (
    Column("name", "side", 9, right=False),
    Column("usd", "USD", 7),
    Column("share", "share", 7, 1),
    Column("1h", "1h", 7, 2),
    Column("24h", "24h", 7, 2),
)


def coins(made: Liquidations, window: str) -> list[tuple[str, Amount]]:
    """Every coin with its amount in the window, largest first; equals in the order of 24 h."""
    every = [(coin, amounts.get(window, Amount())) for coin, amounts in made.coins.items()]
    return sorted(every, key=lambda pair: -pair[1].total_usd)


AMOUNTS: Values[tuple[str, Amount]] = {
    "long": lambda row: row[1].long_usd,
    "short": lambda row: row[1].short_usd,
    "n": lambda row: row[1].count,
    "largest": lambda row: row[1].largest_usd,
    "name": lambda row: row[0],
}
SORTS = ("long", "short", "n", "largest", "price", "OI", "cover", "lag", "name")
"""The columns of both tables; one that has no such column keeps its order."""


def cells(amount: Amount, view: View, heard: bool) -> dict[str, draw.Part]:
    """The cells that coin and venue tables share; `n/a` where nobody listened, never zero."""
    if not heard and not amount.count:
        return dict.fromkeys(("long", "short", "n", "largest"), (draw.missing(), "$muted"))
    style = view.side_style(Side.LONG if amount.long_usd >= amount.short_usd else Side.SHORT)
    more = amount.total_usd > 0
    return {
        "long": (
            draw.usd(amount.long_usd),
            style if more and amount.long_usd >= amount.short_usd else "",
        ),
        "short": (draw.usd(amount.short_usd), style if amount.short_usd > amount.long_usd else ""),
        "n": f"{amount.count}",
        "largest": draw.usd(amount.largest_usd) if amount.largest_usd else draw.MISSING,
    }


def change(quoted: Mapping[str, float | None], coin: str, decimals: int) -> str:
    """A coin's change: `—` where nobody quotes it, `n/a` where its history is too short."""
    text = draw.change(quoted.get(coin), decimals)
    return draw.lacking(text) if coin in quoted else text


def by_coin(
    record: LiquidationsRecord, view: View, width: int, height: int, skip: int = 0
) -> list[Content]:
    """The head, the largest coins but the first `skip`, and the rest in one row."""
    columns = marked(choose(COIN, width, spread=2), view)
    moves = {
        "price": lambda row: record.moves.get(row[0]),
        "OI": lambda row: record.interest.get(row[0]),
    }
    every = ordered(coins(record.liquidations, view.window), {**AMOUNTS, **moves}, view)
    fits = max(0, height - 1)
    every = every[min(skip, max(0, len(every) - fits)) :]
    whole = fits if len(every) <= fits else max(1, fits - 1)  # one row is a coin, not the rest
    shown, rest = every[:whole], every[whole:] if fits > 1 else []
    heard = known(record.liquidations.windows[view.window])
    lines = [heads(columns, width)]
    for coin, amount in shown:
        own: dict[str, draw.Part] = {
            "name": draw.safe(coin)[:6],
            "price": change(record.moves, coin, 2),
            "OI": change(record.interest, coin, 1),
        }
        lines.append(row(columns, cells(amount, view, heard) | own, width))
    if rest:
        own = {"name": "other", "price": draw.MISSING, "OI": draw.MISSING}
        summed = cells(together(a for _, a in rest), view, heard)
        lines.append(row(columns, summed | own, width, "$muted"))
    return lines[:height]


def by_venue(
    record: LiquidationsRecord, view: View, width: int, height: int, skip: int = 0
) -> list[Content]:
    """Each venue with what it gives, how long it was listened to, how late its rows come, and what
    is held against it."""
    made = record.liquidations
    marks = {name: trusted.mark(made.trust, name, view.window) for name in made.venues}
    columns = marked(choose(VENUE if any(marks.values()) else VENUE[:-1], width, spread=2), view)
    cover = made.windows[view.window].cover.venues
    late = {"cover": lambda row: cover.get(row[0]), "lag": lambda row: made.venues[row[0]].lag_s}
    every = [(name, one.windows.get(view.window, Amount())) for name, one in made.venues.items()]
    lines = [heads(columns, width)]
    for name, amount in ordered(every, {**AMOUNTS, **late}, view):
        venue = made.venues[name]
        lag = draw.MISSING if venue.lag_s is None else f"{venue.lag_s:.1f}s"
        own: dict[str, draw.Part] = {
            "mark": marks[name],
            "name": draw.safe(name)[:9],
            "gives": draw.safe(venue.gives)[:5],
            "cover": draw.share(cover.get(name)),
            "lag": lag,
        }
        heard = bool(cover.get(name))
        lines.append(row(columns, cells(amount, view, heard) | own, width))
    return lines[:height]


def by_side(
    record: LiquidationsRecord, view: View, width: int, height: int, skip: int = 0
) -> list[Content]:
    """Longs against shorts, in the window, the hour and the day."""
    columns = choose(SIDE, width)
    totals = record.liquidations.windows
    heard = {window for window, total in totals.items() if known(total)}
    lines = [heads(columns, width)]
    for side, name in ((Side.LONG, "▼ long"), (Side.SHORT, "▲ short")):
        usd = {w: _of(t.amount, side) for w, t in totals.items()}
        text = {w: draw.usd(usd[w]) if w in heard else draw.missing() for w in usd}
        all_usd = totals[view.window].amount.total_usd
        own: dict[str, draw.Part] = {
            "name": name,
            "usd": text[view.window],
            "share": draw.share(usd[view.window] / all_usd if all_usd else None),
            "1h": text["1h"],
            "24h": text["24h"],
        }
        lines.append(row(columns, own, width, view.side_style(side)))
    return lines[:height]


def _of(amount: Amount, side: Side) -> float:
    return amount.long_usd if side is Side.LONG else amount.short_usd


TABLES = {"coin": by_coin, "venue": by_venue, "side": by_side}


def tables(
    record: LiquidationsRecord, view: View, width: int, height: int, skip: int = 0
) -> list[Content]:
    """The rule and the table of the chosen group; beside it, where there is room, the other.

    `skip` coins are scrolled past.
    """
    group = view.group if view.group in TABLES else "coin"
    if width < TWO_FROM:
        rule = rule_of(f"{view.window} by {group}", width)
        return [rule, *TABLES[group](record, view, width, height - 1, skip)]
    other = "coin" if group == "venue" else "venue"
    left = width * 55 // 100
    right = width - left - 3
    lefts = TABLES[group](record, view, left, height - 1, skip)
    rights = TABLES[other](record, view, right, height - 1, skip)
    rule = draw.line(
        width,
        (f"─ {view.window} by {group} ".ljust(left + 1, "─") + "┬", "$frame"),
        (f"─ {view.window} by {other} ".ljust(right + 1, "─"), "$frame"),
    )
    lines = [rule]
    for at in range(height - 1):
        first = lefts[at] if at < len(lefts) else Content.blank(left)
        second = rights[at] if at < len(rights) else Content.blank(right)
        lines.append(first + Content.assemble((" │ ", "$frame")) + second)
    return lines


def natural(record: LiquidationsRecord, view: View, width: int) -> int:
    """The rows beyond which height adds nothing to the table of the chosen group: its head and
    entries, and where two stand side by side those of the longer."""
    made = record.liquidations
    entries = {"coin": len(made.coins), "venue": len(made.venues), "side": 2}
    group = view.group if view.group in TABLES else "coin"
    shown = (group, "coin" if group == "venue" else "venue") if width >= TWO_FROM else (group,)
    return 1 + max(entries[name] for name in shown)


def rule_of(title: str, width: int, right: str = "") -> Content:
    """A rule inside a panel."""
    room = width - len(title) - 8
    right = f" {draw.pad(right, min(room, len(right)))} " if right and room > 8 else ""
    middle = "─" * max(0, width - 4 - len(title) - len(right))
    return draw.line(width, (f"─ {title} {middle}{right}─", "$frame"))


def minutes_rule(record: LiquidationsRecord, view: View, width: int) -> Content:
    """The rule over the minutes, and why the chosen window's total is a lower bound."""
    why = reasons(record.liquidations, view)
    head = f"per minute, {len(record.liquidations.minutes)}m"
    return rule_of(head, width, f"≥: {why}" if why else "[ ] window")


def narrow(record: LiquidationsRecord, view: View, width: int, height: int) -> list[Content]:
    """The table of the chosen group without a rule of its own, headed by the window."""
    group = view.group if view.group in TABLES else "coin"
    return TABLES[group](record, view, width, height)


def one_row(record: LiquidationsRecord, view: View, width: int) -> Content:
    """The largest of the chosen group in one row: `BTC 31.2M  ETH 19.8M  SOL 7.31M`."""
    made = record.liquidations
    if view.group == "venue":
        every = [
            (draw.code(n), v.windows.get(view.window, Amount())) for n, v in made.venues.items()
        ]
    else:
        every = [(draw.safe(n)[:5], a) for n, a in coins(made, view.window)]
    texts: list[str] = []
    left = width
    for name, amount in every:
        text = f"{name} {draw.usd(amount.total_usd)} "
        if len(text) - 1 > left:
            text = f"{name} {draw.usd(amount.total_usd, brief=True)} "
        if amount.total_usd <= 0 or len(text) - 1 > left:
            break
        texts.append(text)
        left -= len(text)
    return draw.line(width, "".join(texts) or f"{view.window}: nothing yet")
