"""The state in the header's words: calm, a burst, a cascade, or that it cannot be told."""

from collections.abc import Callable, Iterator
from enum import Enum

from tui import draw
from tui.metrics.cascades.rule import Grade
from tui.metrics.cascades.standing import BEHIND, Standing, Word
from tui.metrics.cascades.table import Cascade
from tui.panels.base import View
from tui.panels.header.data import HeaderRecord
from tui.panels.header.words import Parts, state
from tui.tables import Side

CELLS, ROOMY_CELLS = 37, 46
"""`● calm  cascade 59m ago ≥ $96.4M long`, in a roomy row `● calm  last cascade 59m ago (≥ $96.4M
short)`; `▼ CASCADE long 12m05s  ×178 normal`: what follows keeps its place when it is calm."""


class Look(Enum):
    """How much room there is for it."""

    FULL = "full"
    STRIP = "strip"
    SHORT = "short"
    BARE = "bare"


def stated(
    record: HeaderRecord, view: View, look: Look, form: Callable[..., str], cells: int = 0
) -> Parts:
    """The state; in a store too young to tell one the 5-minute total and side, by `form`. A calm
    one says what was last as far as that has room in `cells`."""
    now = record.standing
    if record.silent:
        return [(_padded("unknown (recorder silent)", look, cells), "$warn")]
    if now.word is Word.YOUNG or not now.detects:
        return state(record, view, form)
    if now.event is None and now.word is Word.UNKNOWN:
        text = f"? {_silent(now)}" if look is Look.BARE else f"unknown ({_silent(now)})"
        return [(_padded(text, look, cells), "$warn")]
    if now.event is None:
        return [(_padded(_calm(now, cells), look, cells), "$muted")]
    style = f"{view.side_style(now.event.side)} bold"
    return [(_padded(_under_way(now, now.event, look), look, cells), style)]


def _padded(text: str, look: Look, cells: int) -> str:
    return text.ljust(cells) if look is Look.FULL else text


def _silent(now: Standing) -> str:
    if now.is_behind:
        return BEHIND
    more = f" +{len(now.silent) - 1}" if len(now.silent) > 1 else ""
    return f"{draw.safe(now.silent[0])}{more} silent"


def _calm(now: Standing, cells: int) -> str:
    """`● calm  last burst 5h ago (≥ $1.10M long)`, by what there is room for: the size goes before
    the time."""
    return next((text for text in _calm_forms(now) if len(text) <= cells), "● calm")


def _calm_forms(now: Standing) -> Iterator[str]:
    """From the longest to the shortest."""
    if (last := now.last) is None:
        return
    ago = draw.age((now.as_of - last.until).total_seconds())
    word = "burst" if last.grade is Grade.BURST else "cascade"
    if last.side_usd is not None:
        bound = "≥ " if now.last_is_low else ""
        size = f"{bound}${draw.usd(last.side_usd)} {last.side.value}"
        yield f"● calm  last {word} {ago} ago ({size})"
        yield f"● calm  {word} {ago} ago {size}"
    yield f"● calm  last {word} {ago} ago"


def _under_way(now: Standing, event: Cascade, look: Look) -> str:
    mark = "▼" if event.side is Side.LONG else "▲"
    word = "BURST" if event.grade is Grade.BURST else "CASCADE"
    seconds = max(0, int((now.as_of - event.since).total_seconds()))
    age = f"{seconds // 60}m{seconds % 60:02d}s" if seconds < 3600 else draw.age(seconds)
    if look is Look.BARE:
        return f"{mark}{word} {event.side.value} {age}"
    text = f"{mark} {word} {event.side.value} {age}"
    if (times := times_of(now)) is None:
        return text
    is_low = "1m" in now.low and now.times.get("1m") is not None
    many = ("≥" if is_low else "") + draw.multiple(times)
    if look is Look.STRIP:
        wide = f" {event.grade.word}" if event.grade is Grade.MARKET_WIDE else ""
        return f"{text} {many}{wide}"
    return f"{text}  {many}" + (" normal" if look is Look.FULL else "")


def times_of(now: Standing) -> float | None:
    """The last minute ÷ a normal one; until a week is stored as it was when the event grew worse,
    by the days there are."""
    if (times := now.times.get("1m")) is not None or now.event is None:
        return times
    return now.event.steps[-1].times
