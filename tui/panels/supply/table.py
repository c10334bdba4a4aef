"""The zones as rows from the highest price to the lowest, the price among them."""

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.supply import LABEL, Place, Placed, Supply
from tui.panels.base import View
from tui.panels.frame import ROW_AGE

BAR = 12
BOX = (
    Column("place", "", 7, right=False),
    Column("zone", "zone", 18, right=False),
    Column("distance", "dist", 8),
    Column("share", "share", 7),
    Column("peak", "fullest at", 12, 3),
    Column("bar", "  per 0.5%", BAR, 2, right=False),
)
RULES = (
    Column("place", "", 6, right=False),
    Column("zone", "", 16, right=False),
    Column("distance", "", 8),
    Column("share", "", 6),
)
NEAR = 3
"""Zones listed above the price, and below it."""
STYLES = {Place.ABOVE: "$warn", Place.AT: "$accent", Place.BELOW: ""}


def listed(made: Supply, most: int) -> list[Placed]:
    """Of each side the fullest zones, `most` of them, and the one at the price; by price."""
    found: list[Placed] = []
    for place in Place:
        there = [one for one in made.zones if one.place is place]
        found += sorted(there, key=lambda one: -one.zone.fullest)[:most]
    return sorted(found, key=lambda one: -one.zone.low)


def table(
    made: Supply, width: int, wanted: tuple[Column, ...], headed: bool, most: int = NEAR
) -> list[Content]:
    """The zones, the price and what lies on both sides of it; where a side has none, that."""
    columns = choose(wanted, width, spread=2)
    lines = [heads(columns, width)] if headed else []
    shown = listed(made, most)
    full = max((one.zone.fullest for one in shown), default=1.0)
    rows = [(one.zone.low, _zone_row(one, columns, width, full)) for one in shown]
    above = [line for low, line in rows if low > (made.price or 0.0)]
    others = [line for low, line in rows if low <= (made.price or 0.0)]
    lines += above or [_none(Place.ABOVE, columns, width)]
    lines.append(draw.line(width, ("price", "$accent"), _sides(made, columns, width)))
    has_below = made.fullest(Place.BELOW) is not None
    return [*lines, *others, *([] if has_below else [_none(Place.BELOW, columns, width)])]


def _zone_row(one: Placed, columns: tuple[Column, ...], width: int, full: float) -> Content:
    bar = next((column.width for column in columns if column.key == "bar"), 0)
    cells: dict[str, draw.Part] = {
        "place": (one.place.value, STYLES[one.place]),
        "zone": (ends(one), STYLES[one.place]),
        "distance": distance(one),
        "share": draw.share(one.zone.share),
        "peak": draw.whole(one.zone.peak),
        "bar": ("  " + draw.hbar(one.zone.fullest / full, bar - 2), "$muted"),
    }
    return row(columns, cells, width)


def _none(place: Place, columns: tuple[Column, ...], width: int) -> Content:
    return draw.line(width, (draw.pad(place, columns[0].width, right=False) + "no zone", "$muted"))


def _sides(made: Supply, columns: tuple[Column, ...], width: int) -> str:
    gap = " " * (columns[0].width - len("price"))
    words = f"{gap}{draw.whole(made.price)}   {draw.share(made.above)} of the year traded above it"
    short = f"{gap}{draw.whole(made.price)}  {draw.share(made.above)} above it"
    return words if len(words) + 5 <= width else short


def ends(one: Placed) -> str:
    """`97,246–101,215`."""
    return f"{draw.whole(one.zone.low)}–{draw.whole(one.zone.high)}"


def brief(one: Placed) -> str:
    """`97K–101K`."""
    return "–".join(
        draw.usd(end) if end >= 10_000 else draw.whole(end) for end in (one.zone.low, one.zone.high)
    )


def distance(one: Placed) -> str:
    """How far the nearer end is; of the zone the price is in, that."""
    return "here" if one.place is Place.AT else draw.change(one.distance, 1)


def source(made: Supply, width: int) -> str:
    """What it is made of, and what it is not, as far as there is room."""
    where = f" on {draw.safe(made.profile.venue)}" if made.profile else ""
    full = f"{LABEL}; {made.hours:,} hours{where}"
    return next((text for text in (full, LABEL) if len(text) <= width), "traded, not holders' cost")


def pairs(made: Supply) -> list[str]:
    """The fullest zone of each side in a few cells: `above 97K–101K +8.2% 31%`."""
    texts = []
    for place in (Place.ABOVE, Place.BELOW):
        one = made.fullest(place)
        said = f"{brief(one)} {distance(one)} {draw.share(one.zone.share)}" if one else "no zone"
        texts.append(f"{place} {said}")
    return texts


def strip(made: Supply, view: View, width: int) -> list[Content]:
    """One row and what it is made of."""
    at = next((one for one in made.zones if one.place is Place.AT), None)
    above, below = pairs(made)
    here = f"in {brief(at)} {draw.share(at.zone.share)}" if at else "in no zone"
    first: draw.Group = [f"{view.key}supply ", (above, STYLES[Place.ABOVE])]
    traded = f"{draw.share(made.above)} traded above"
    return [
        draw.joined(width - ROW_AGE, first, here, below, traded),
        draw.line(width, (source(made, width), "$muted")),
    ]
