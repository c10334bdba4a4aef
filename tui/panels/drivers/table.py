"""The tables of the drivers: a row a window, and in the detail a row a venue and market."""

from collections.abc import Sequence

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.drivers import Move
from tui.metrics.flow import ENOUGH, PERP, SPOT, Taken
from tui.panels.drivers import words
from tui.panels.drivers.record import DriversRecord

SHOWN = ("5m", "15m", "1h", "4h", "12h", "24h")
BOX = (
    Column("name", "CVD", 4, right=False),
    Column("price", "price", 7),
    Column("spot", "spot", 8, 2),
    Column("perp", "perp", 8, 2),
    Column("led", "led by", 10),
    Column("oi", "OI", 7, 1),
    Column("forced", "forced", 7, 4),
    Column("of", "of", 4, 3),
    Column("reads", "", 16, right=False),
)
RULES = (
    Column("name", "", 4, right=False),
    Column("price", "price", 7),
    Column("led", "led by", 10),
    Column("oi", "OI", 7),
    Column("short", "", 13, right=False),
    Column("spot", "spot", 8, 2),
    Column("perp", "perp", 8, 1),
)


def windows(record: DriversRecord, width: int, wanted: Sequence[Column]) -> list[Content]:
    """A row a window from five minutes on."""
    columns = choose(wanted, width, spread=2)
    lines = [heads(columns, width)]
    for name in SHOWN:
        style = "bold" if name == record.window else ""
        lines.append(row(columns, _cells(record.made.moves[name]), width, style))
    return lines


def _cells(move: Move) -> dict[str, draw.Part]:
    return {
        "name": move.flow.name,
        "price": draw.lacking(draw.change(move.price)),
        "spot": net(move.flow.spot),
        "perp": net(move.flow.perp),
        "led": words.leader(move),
        "oi": draw.lacking(draw.change(move.interest)),
        "forced": words.forced(move),
        "of": words.among(move.flow),
        "reads": f" {move.quadrant or ''}",
        "short": f" {(move.quadrant or '').removesuffix('ing')}",
    }


def net(one: Taken | None) -> str:
    """A CVD with its sign."""
    return draw.missing() if one is None else draw.net(one.net_usd)


def venues(record: DriversRecord, width: int) -> list[Content]:
    """The CVD of each venue and market in each window, and of all that count; `n/a` where less than
    nine tenths of a window were heard."""
    made = record.made.flows
    wanted = [Column("name", "CVD", 14, right=False)]
    wanted += [Column(name, name, 8, len(SHOWN) - at) for at, name in enumerate(SHOWN)]
    columns = choose(wanted, width, spread=2)
    lines = [heads(columns, width)]
    for (venue, market), windows in made.venues.items():
        cells: dict[str, draw.Part] = {n: _known(windows[n]) for n in SHOWN}
        lines.append(row(columns, {"name": f"{draw.safe(venue)[:8]} {market}", **cells}, width))
    for market in (SPOT, PERP):
        cells = {n: net(getattr(made.windows[n], market)) for n in SHOWN}
        lines.append(row(columns, {"name": f"all {market}", **cells}, width, "bold"))
    cells = {n: words.among(made.windows[n]) for n in SHOWN}
    return [*lines, row(columns, {"name": "venues", **cells}, width, "$muted")]


def _known(one: Taken) -> str:
    return net(one) if one.cover >= ENOUGH else draw.missing()
