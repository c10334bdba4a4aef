"""What is held against the venues: a mark each in the split, and rows in the detail."""

from datetime import timedelta

from textual.content import Content

from tui import draw
from tui.metrics.bounds import TOLD_FROM
from tui.metrics.control import ALL, VENUE, Compared
from tui.metrics.saturation import Saturation
from tui.metrics.spans import words
from tui.metrics.trust import Trust
from tui.metrics.windows import Liquidations
from tui.panels.base import View


def mark(trust: Trust, venue: str, window: str) -> draw.Part:
    """The worst of a venue in one word: `silent`, `side?`, `×0.83` of its own total, `62% full`."""
    if venue in trust.silent:
        return "silent", "$warn"
    if venue in trust.doubted:
        return "side?", "$warn"
    day = trust.controls.get(ALL, {}).get("24h", Compared()) if venue == VENUE else Compared()
    if day.alert:
        return f"×{day.ratio:.2f}", "$warn"
    full = trust.full(window).get(venue)
    return f"{draw.share(full.peak)} full" if full and full.peak >= TOLD_FROM else ""


def rows(made: Liquidations, view: View, width: int) -> list[Content]:
    """Saturation in the view's window, from when on silence is an alarm, and control totals; each
    row only where something is known."""
    trust, window = made.trust, view.window
    full = [_full(one) for one in trust.full(window).values()]
    quiet = [
        f"{draw.safe(name)} {_span(one.silent_after_s)}{' SILENT' if one.silent else ''}"
        for name, one in trust.silences.items()
        if one.silent_after_s is not None
    ]
    sides = [f"{draw.safe(name)} side?" for name in trust.doubted]
    control = [
        _compared(base, span, one)
        for base, spans in trust.controls.items()
        for span, one in spans.items()
        if base in (ALL, view.base)
    ]
    return [
        draw.line(width, (f"{head}  ", "$muted"), ("   ".join(texts), style))
        for head, texts, style in (
            (f"fullest minute in {window}", full, ""),
            ("silent after", quiet, "$warn" if trust.silent else ""),
            ("against the price", sides, "$warn"),
            (f"{VENUE} ours ÷ theirs", control, ""),
        )
        if texts
    ]


def _full(one: Saturation) -> str:
    """`binance 62% DOGE/USDT:USDT 13:41, hid ~310 (9%)`."""
    if one.minute is None:
        return f"{draw.safe(one.venue)} nothing pushed"
    where = f"{draw.safe(one.symbol or '')} {one.minute:%H:%M}"
    hid = "unknown" if one.hidden is None else f"~{one.hidden:.0f} ({draw.share(one.hidden_share)})"
    return f"{draw.safe(one.venue)} {draw.share(one.peak)} {where}, hid {hid}"


def _compared(base: str, span: str, one: Compared) -> str:
    """`BTC 24h 0.98`, and what only they know: `gate only 3.10M`."""
    ratio = draw.missing() if one.ratio is None else f"{one.ratio:.2f}{'!' if one.alert else ''}"
    only = f", {VENUE} only {draw.usd(one.missed_usd)}" if one.missed else ""
    return f"{draw.safe(base)} {span} {ratio}{only}"


def _span(seconds: float | None) -> str:
    return words(timedelta(seconds=seconds or 0.0))
