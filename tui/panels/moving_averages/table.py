"""The table of averages, and the one or two rows that stand for it where there is no room."""

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.averages import Average, Averages
from tui.panels.base import View
from tui.panels.frame import ROW_AGE
from tui.panels.moving_averages.record import AveragesRecord
from tui.panels.moving_averages.words import ahead, rounds
from tui.panels.sorting import Values, marked, ordered

BOX = (
    Column("name", "", 5, right=False),
    Column("level", "level", 9),
    Column("distance", "dist", 8),
    Column("state", "state", 7, 1),
    Column("since", "since", 12, 1),
    Column("slope", "slope/d", 9, 2),
    Column("turn", "14d turn", 9, 3),
)
RULES = (
    Column("name", "", 5, right=False),
    Column("level", "level", 8),
    Column("distance", "dist", 8),
    Column("state", "state", 7),
    Column("since", "since", 11, 1),
)


VALUES: Values[Average] = {
    "level": lambda line: line.value,
    "distance": lambda line: line.distance,
    "since": lambda line: line.closes_since_cross,
    "slope": lambda line: line.slope,
}


def lacking(line: Average) -> str:
    """Why an average is not there: `n/a (212 of 365 days)`."""
    unit = "weeks" if line.name.endswith("w") else "days"
    return draw.missing(f"{line.have} of {line.need} {unit}")


def since(line: Average, short: bool = False) -> str:
    """Closes (weeks) since price crossed the line, `≥` where the history ends before that."""
    if line.closes_since_cross is None:
        return draw.missing()
    weeks = line.name.endswith("w")
    unit = "w" if weeks else "c"
    one = line.closes_since_cross == 1
    words = (" week" if weeks else " close") + ("" if one else "s")
    bound = "≥" if line.at_least else ""
    return f"{bound}{line.closes_since_cross}{unit if short else words}"


def _state_style(line: Average) -> str:
    return "$below" if line.state == "below" else "$above"


def table(
    made: Averages, view: View, width: int, wanted: tuple[Column, ...], headed: bool
) -> list[Content]:
    columns = marked(choose(wanted, width, spread=2), view)
    lines = [heads(columns, width)] if headed else []
    for line in ordered(made.lines, VALUES, view):
        if line.value is None:
            text = pad_name(line.name, columns[0].width) + lacking(line)
            lines.append(draw.line(width, (text, "$muted")))
            continue
        cells: dict[str, draw.Part] = {
            "name": line.name,
            "level": draw.whole(line.value),
            "distance": (draw.change(line.distance, 1), _state_style(line)),
            "state": (line.state or draw.missing(), _state_style(line)),
            "since": since(line),
            "slope": draw.slope(line.slope),
            "turn": draw.whole(line.turn_mean),
        }
        lines.append(row(columns, cells, width))
    return lines


def pad_name(name: str, width: int) -> str:
    """A row's name in its column."""
    return draw.pad(name, width, right=False)


def _pairs(made: Averages) -> list[str]:
    return [
        f"{line.name} {draw.change(line.distance, 1) if line.value is not None else draw.missing()}"
        for line in made.lines
    ]


def bare(made: Averages, width: int) -> list[Content]:
    pairs = _pairs(made)
    return [
        draw.line(width, "  ".join(text.ljust(12) for text in pairs[at : at + 2]).rstrip())
        for at in range(0, len(pairs), 2)
    ]


def strip(record: AveragesRecord, view: View, width: int) -> list[Content]:
    made = record.averages
    groups: list[draw.Group] = []
    for line in made.lines:
        key = "" if groups else view.key
        if line.value is None:
            groups.append(f"{key}{line.name} {lacking(line)}")
            continue
        distance = (draw.change(line.distance, 1), _state_style(line))
        if groups:
            groups.append([f"{line.name} ", distance])
        else:
            tail = f" {line.state or ''} {since(line, short=True)}"
            groups.append([f"{key}{line.name} {draw.whole(line.value)} ", distance, tail])
    second = draw.joined(width, rounds(record, width), ahead(record, width))
    return [draw.joined(width - ROW_AGE, *groups, gap="  "), second]
