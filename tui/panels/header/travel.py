"""The header's first row while the screen shows the past: inverted, the live price at its right."""

from textual.content import Content

from tui import draw
from tui.panels.base import View
from tui.panels.frame import BOX, RULES
from tui.panels.header.data import HeaderRecord
from tui.panels.header.standing import Look, stated
from tui.panels.header.words import Parts, changes, covered, feeds, live_price

STYLE = "bold reverse $warn"
"""A row that cannot be taken for the present, in any theme and without colours too."""


def travelled(
    made: list[Content], record: HeaderRecord, view: View, width: int, clock: int
) -> list[Content]:
    """The header's lines with the first one saying when; `clock` is the clock's first cell.

    Where the first row has no room for the live price the second ends with it.
    """
    room = max(1, clock - 1)
    price = f"live {_price(record, brief=width < BOX)}"
    texts = [words for words in view.travel if len(words) + len(price) + 3 <= room]
    if texts and width >= RULES:
        return [_row(_said(texts[0], price, record, view, room), width, room), *made[1:]]
    words = next((text for text in view.travel if len(text) <= room), view.travel[-1])
    rows = [_row(f" {words}" if len(words) < room else words, width, room), *made[1:]]
    if len(rows) > 1:
        left = made[1].plain[: max(0, width - len(price) - 2)].rstrip()
        blank = max(1, width - len(left) - len(price))
        rows[1] = draw.line(width, left + " " * blank, (price, STYLE))
    return rows


def _said(words: str, price: str, record: HeaderRecord, view: View, room: int) -> str:
    """The moment, what was liquidated and paid then where there is room, and the live price."""
    text = f" {words}"
    look = Look.SHORT
    then = _plain(stated(record, view, look, lambda m, total, share: f"{m} 5m {total} {share}"))
    paid = f"{_plain(live_price(record))}  {'  '.join(changes(record))}"
    heard = f"feeds {feeds(record)[0]}  cover {covered(record)}"
    for group in (then, paid, heard):
        if len(text) + 5 + len(group) + 2 + len(price) > room:
            break
        text += f"  │  {group}"
    return text + " " * (room - len(text) - len(price)) + price


def _price(record: HeaderRecord, brief: bool) -> str:
    last = record.streamed
    number = draw.missing() if last is None else draw.whole(last.price)
    return number if brief else f"{draw.safe(record.base)} {number}"


def _plain(parts: Parts) -> str:
    return "".join(part if isinstance(part, str) else part[0] for part in parts).strip()


def _row(text: str, width: int, room: int) -> Content:
    return draw.line(width, (draw.pad(text, room, right=False), STYLE))
