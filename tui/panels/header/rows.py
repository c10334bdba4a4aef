"""The header's rows: two in a wide screen, one in a strip, three in a narrow one."""

from textwrap import wrap

from textual.content import Content

from tui import draw
from tui.metrics.prices import Price
from tui.panels.base import View
from tui.panels.frame import BOX, RULES, finish
from tui.panels.header.data import HeaderRecord
from tui.panels.header.standing import CELLS, ROOMY_CELLS, Look, stated
from tui.panels.header.travel import travelled
from tui.panels.header.words import (
    Parts,
    changes,
    covered,
    endpoint,
    feeds,
    live_price,
    money,
    sentence,
    stale,
    trouble,
)

ROOMY = 160
"""Cells of a row from which on a calm state says all of the last event, in a strip;"""
ROOMY_WIDE = 172
"""and in a wide screen, where three coins, feeds, cover and lag keep their room."""
WIDE_GAP = 5
"""Cells between the groups of a wide screen's first row; a strip has fewer."""


def height_of(width: int, height: int) -> int:
    """The header's rows in a screen of this size: two when wide, three narrow, one in a strip."""
    if width >= BOX:
        return 1 if height <= 8 else 2
    return min(3, height)


def clock_cells(width: int) -> tuple[int, int]:
    """Where row 0 stays blank for the clock: first cell and count (below 36 without the Z)."""
    if width < RULES:
        return width - 8, 8
    return (width - 10, 9) if width >= BOX else (width - 9, 9)


def cells_before_prices(width: int) -> int:
    """The first cells of a wide screen's rows, which hold the state: they need not be sent again
    with each price (100 bytes a second when nothing else is new). None where they are as short."""
    if width < BOX:
        return 0
    return 1 + (ROOMY_CELLS if width >= ROOMY_WIDE else CELLS) + WIDE_GAP


def lines(record: HeaderRecord, view: View, width: int, height: int) -> list[Content]:
    """Exactly `height` lines of exactly `width` cells; the clock's cells are left blank."""
    if width >= BOX:
        made = _strip(record, view, width) if height == 1 else _wide(record, view, width)
    else:
        made = _narrow(record, view, width, bare=width < RULES)
    if view.travel:
        made = travelled(made, record, view, width, clock_cells(width)[0])
    return finish(made, view, width, height)


def length(parts: Parts) -> int:
    """Cells of the parts."""
    return sum(len(part if isinstance(part, str) else part[0]) for part in parts)


def spread(width: int, left: list[Parts], right: list[Parts], gap: Parts) -> Parts:
    """Groups from the left and, flush right, groups that outrank what is left of `left`.

    `left[0]` and `left[1]` come first, then `right` in order, then the rest of `left`.
    """
    room = width
    kept_left: list[Parts] = []
    kept_right: list[Parts] = []
    for kept, groups in ((kept_left, left[:2]), (kept_right, right), (kept_left, left[2:])):
        for group in groups:
            between = length(gap) if kept is kept_left else 2
            need = length(group) + (between if kept or kept is kept_right else 0)
            if need > room and kept_left:
                break
            kept.append(group)
            room -= need
    parts: Parts = []
    for group in kept_left:
        parts += [*gap, *group] if parts else group
    tail: Parts = []
    for group in kept_right:
        tail += ["  ", *group]
    blank = max(0, width - length(parts) - length(tail))
    return [*parts, " " * blank, *tail]


def _head(record: HeaderRecord, view: View, room: int, gap: int, cells: int) -> list[Parts]:
    """State, in `cells` if it is calm, and price; the changes of the price as far as there is
    room."""
    look = Look.FULL if gap == WIDE_GAP else Look.STRIP
    full = stated(
        record, view, look, lambda m, total, share: f"{m} 5m {total:<6} {share:<9}", cells
    )
    short = stated(record, view, Look.SHORT, lambda m, total, share: f"{m} 5m {total} {share}")
    last = live_price(record)
    five, day = changes(record)
    for first, tail in ((full, f"  {five}  {day}"), (short, f"  {five}"), (short, "")):
        if length(first) + gap + length(last) + len(tail) <= room:
            return [first, [*last, tail]]
    return [last]


def _other(one: Price, priced: bool) -> str:
    last = f" {draw.whole(one.price)}" if priced else ""
    return f"{draw.safe(one.base)}{last} {draw.lacking(draw.change(one.change_5m))}"


def _wide(record: HeaderRecord, view: View, width: int) -> list[Content]:
    clock, _ = clock_cells(width)
    cells = ROOMY_CELLS if width >= ROOMY_WIDE else CELLS
    left: list[Parts] = [*_head(record, view, clock - 3, WIDE_GAP, cells)]
    if record.now.others:
        left.append(["  ".join(_other(one, True) for one in record.now.others)])
    left.append(["OI 5m {}  fund {}".format(*money(record))])
    count, style = feeds(record)
    spare = clock - 3 - length(left[0]) - (5 + length(left[1]) if len(left) > 1 else 0)
    word = "feeds " if spare >= len(f"  feeds {count}") else ""
    right: list[Parts] = [[(f"{word}{count}", style)], [f"cover {covered(record)}"]]
    if record.now.lag_s is not None:
        right.append([f"lag {record.now.lag_s:.1f}s"])
    first = spread(clock - 3, left, right, [("  │  ", "$frame")])
    words: Parts = []
    for text in (view.notice, trouble(record)):
        if text:
            words += [(draw.safe(text), "$warn"), ("  │  ", "$frame")]
    words.append(sentence(record, view))
    address = endpoint(record, short=False)
    if address:
        room = max(0, width - 3 - len(address))
        words = [*_cropped(words, room - 2), ("  " + address, "$accent")]
    return [draw.line(width, " ", *first), draw.line(width, " ", *words)]


def _cropped(parts: Parts, room: int) -> Parts:
    """The parts padded or cropped to `room` cells."""
    kept: Parts = []
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        if room <= 0:
            break
        text = draw.pad(text, room) if len(text) > room else text
        kept.append((text, style) if style else text)
        room -= len(text)
    return [*kept, " " * max(0, room)]


def _strip(record: HeaderRecord, view: View, width: int) -> list[Content]:
    clock, _ = clock_cells(width)
    cells = ROOMY_CELLS if width >= ROOMY else CELLS
    left: list[Parts] = [*_head(record, view, clock - 1, 3, cells)]
    left += [[(draw.safe(text), "$warn")] for text in (view.notice, trouble(record)) if text]
    left.append(["  ".join(_other(one, False) for one in record.now.others)])
    left.append(["OI 5m {}  fund {}".format(*money(record))])
    count, style = feeds(record)
    right: list[Parts] = [[(count, style), f" cov {covered(record)}"]]
    if record.now.endpoint:
        right.insert(0, [(endpoint(record, short=True), "$accent")])
    return [draw.line(width, *spread(clock - 1, left, right, [(" │ ", "$frame")]))]


def _narrow(record: HeaderRecord, view: View, width: int, bare: bool) -> list[Content]:
    clock, _ = clock_cells(width)
    look = Look.BARE if bare else Look.SHORT
    address = endpoint(record, short=True)
    mark = address and (" @" if bare else "  " + address)
    form = _bare_state if bare else _narrow_state
    first = stated(record, view, look, form, clock - 1 - len(mark))
    if mark:  # no room for it all beside a clock: the mark alone, always there
        first = [*first, (mark, "$accent")]
    five, day = changes(record)
    last = live_price(record)
    changed = day if not bare else five
    second: Parts = [*last] if bare else [*last, f"  {five}"]
    blank = width - length(second) - len(changed)
    if blank >= 1:
        second = [*second, " " * blank, changed]
    top = draw.line(width, *_cropped(first, clock - 1))
    if len(view.notice) > width and stale(record):
        return [top, *_two(view.notice, width)]
    return [top, draw.line(width, *second), _third(record, view, width, bare)]


def _two(notice: str, width: int) -> list[Content]:
    """Why nothing is recorded needs more than a narrow row: it has the old price's, too."""
    said = draw.safe(notice)
    first = next(iter(wrap(said, width)), "")
    rest = draw.pad(said[len(first) :].strip(), width, right=False)
    return [draw.line(width, (text, "$warn")) for text in (first, rest)]


def _narrow_state(mark: str, total: str, share: str) -> str:
    return f"{mark} 5m {total:<6} {share}"


def _bare_state(mark: str, total: str, share: str) -> str:
    percent, _, side = share.partition(" ")
    return f"{mark}5m {total} {percent}{side[:1].upper()}"


def _third(record: HeaderRecord, view: View, width: int, bare: bool) -> Content:
    """The last row: the notice, else what is wrong, else open interest, funding and feeds."""
    count, style = feeds(record)
    wrong = view.notice or trouble(record)
    if wrong:
        return draw.line(width, (draw.pad(draw.safe(wrong), width, right=False), "$warn"))
    if not bare:
        cover = covered(record)
        text, tail = (
            "OI 5m {}  fund {}".format(*money(record)),
            f"{count} {cover if ' of ' in cover else 'cov ' + cover}",
        )
        if len(text) + 1 + len(tail) > width:
            text = text.replace(" 5m", "")
        blank = max(1, width - len(text) - len(tail))
        return draw.line(width, text + " " * blank, (tail, style))
    interest, funding = money(record)
    address = endpoint(record, short=True)
    text = f"OI {interest} f{funding}" if address else f"OI {interest}  fund {funding}"
    return draw.line(width, text, (" " + address, "$accent")) if address else draw.line(width, text)


def feeds_line(record: HeaderRecord, width: int) -> Content:
    """Feeds and cover in one row of their own, for the foot of a narrow screen."""
    count, style = feeds(record)
    worst = trouble(record)
    tail = f"  {worst}" if worst else ""
    return draw.line(width, (f"feeds {count}", style), f"  cover {covered(record)}", tail)
