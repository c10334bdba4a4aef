"""The numbers behind an event, as the sentence that can be quoted has them."""

from tui import draw
from tui.metrics.cascades.coin import sigmas
from tui.metrics.cascades.rule import Grade
from tui.panels.base import View
from tui.panels.header.data import HeaderRecord
from tui.tables import WINDOWS


def behind(record: HeaderRecord, view: View) -> list[str]:
    """What stands behind an event: `BTC −4.1σ`, `OI −2.4%`, who was first, how many with it."""
    event = record.standing.event
    if event is None:
        return []
    texts: list[str] = []
    if record.move is not None and record.base == event.priced:
        span = WINDOWS[view.window].total_seconds() * 1000
        moved = sigmas(1.0, 1.0 + record.move, event.sigma, int(span))
        texts.append(f"{draw.safe(record.base)} {draw.sigmas(moved)}")
    elif record.move is not None:
        texts.append(f"{draw.safe(record.base)} {draw.change(record.move)}")
    if record.interest is not None:
        texts.append(f"OI {draw.change(record.interest, 1)}")
    if event.lead is not None:
        texts.append(f"{draw.safe(event.lead)} first")
    if others := len(event.followers):
        texts.append(f"{others} coin{'s' if others > 1 else ''} with it")
    if event.grade is Grade.MARKET_WIDE:
        texts[-1] += " → market-wide"
    return texts
